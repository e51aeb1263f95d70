// what: JSON.parse of thirty million numbers
// want: error memory
() => JSON.parse("[" + "1,".repeat(3e7) + "1]").length
