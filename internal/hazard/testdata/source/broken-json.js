// what: a body that begins like JSON
// want: error syntax | error code | error request | completed null
// bare
// raw
{"code": "() => 1", "timeoutMs": /*repeat 10000 "["*/
