// what: a loop that uses up its CPU time long before its wall clock
// want: error cpu
// limits: {"cpuMs": 300}
() => { for (;;); }
