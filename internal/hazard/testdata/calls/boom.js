// what: a call whose failure nobody catches
// want: error call
// text: connector boom
async () => await items.boom()
