// what: makes and drops a gigabyte, never much at once, which is allowed
// want: completed 1024
() => {
  let n = 0;
  for (let i = 0; i < 1024; i++) n += new Uint8Array(1 << 20).fill(1)[5];
  return n;
}
