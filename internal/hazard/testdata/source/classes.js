// what: twenty thousand classes with private fields
// want: completed 1 | error timeout | error memory | error syntax
// timeoutMs: 10000
/*repeat 20000 "(class{#a=1;static{}});\n"*/
1
