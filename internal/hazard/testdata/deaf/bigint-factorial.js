// what: factorials without end
// want: error timeout | error memory
// timeoutMs: 1500
() => {
  let n = 1n;
  for (let i = 1n; ; i++) n *= i * i * i * i;
}
