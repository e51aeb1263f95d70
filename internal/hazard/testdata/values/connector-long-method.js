// what: a method whose name has two megabytes
// want: error limit | error size | error call
async () => await items["m".repeat(2e6)]()
