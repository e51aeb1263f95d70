// what: looks for an address of the host's memory in the message of an error
// want: error code
// text: Cannot convert object to primitive value
() => String(Object.create(null))
