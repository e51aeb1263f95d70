// what: the numbers that JSON does not have
// want: completed ["NaN","Infinity","-Infinity","-0","1e+308","5e-324"] | completed ["null","null","null","0","1e+308","5e-324"]
async () => (await items.echo([NaN, Infinity, -Infinity, -0, 1e308, 5e-324])).map((x) => (Object.is(x, -0) ? "-0" : String(x)))
