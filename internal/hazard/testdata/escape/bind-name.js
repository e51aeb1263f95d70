// what: the name by which connectors are bound
// want: error code
// text: __bind is not defined
() => __bind()
