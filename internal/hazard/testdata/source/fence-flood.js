// what: a hundred thousand code fences
// want: error syntax | completed *
// bare
/*repeat 100000 "```js\n"*/
