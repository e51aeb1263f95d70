// what: comments of another language
// want: completed * | error syntax
<!-- hidden
() => 1
--> also hidden
