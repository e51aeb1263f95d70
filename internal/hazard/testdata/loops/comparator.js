// what: a comparator without end
// want: error timeout
() => [3, 2, 1].sort(() => { for (;;); })
