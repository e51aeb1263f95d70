// what: control characters and line separators in strings
// want: completed true
async () => {
  const s = "\u0000\u0001\u001b[2J\u007f\u2028\u2029\ufeff\ufffe\uffff\"\\/</script>";
  return (await items.echo({ [s]: s }))[s] === s;
}
