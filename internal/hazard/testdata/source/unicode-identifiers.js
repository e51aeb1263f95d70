// what: identifiers spelt by escapes
// want: completed 1
async () => await \u0069tems.\u{65}cho(1)
