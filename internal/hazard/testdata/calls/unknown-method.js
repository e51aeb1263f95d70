// what: a method that is not there
// want: error call
// text: not found on items
async () => await items.eecho(1)
