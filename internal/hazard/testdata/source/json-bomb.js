// what: a body of nested JSON
// want: error syntax | error request
// bare
// raw
{"code": "() => 1", "input": /*repeat 400000 "["*//*repeat 400000 "]"*/}
