// what: a loop without end
// want: error timeout
() => { while (true); }
