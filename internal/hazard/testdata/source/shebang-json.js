// what: JSON that is also a program
// want: error request
// bare
// raw
{"code": 5}
