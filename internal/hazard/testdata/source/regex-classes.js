// what: a regular expression of many large classes
// want: completed * | error syntax | error memory | error timeout | error code
// timeoutMs: 6000
() => /[\u0000-\uffff]{1000}[\u0000-\uffff]{1000}[\u0000-\uffff]{1000}(?!x)/iu.test("ſ".repeat(3000))
