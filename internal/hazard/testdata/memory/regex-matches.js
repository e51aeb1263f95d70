// what: keeps the matches of regular expressions
// want: error memory
() => { const a = []; for (;;) a.push(/(.)(.)(.)(.)/.exec("abcd" + a.length)); }
