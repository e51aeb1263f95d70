// what: an input nested five thousand levels deep
// want: completed * | error request | error value | error syntax
// bare
// raw
{"code": "() => 1", "input": /*repeat 5000 "["*//*repeat 5000 "]"*/}
