// what: needs more than the memory that the submission allows
// want: error memory
// limits: {"memoryMB": 48}
() => {
  const a = [];
  for (let i = 0; i < 80; i++) a.push(new Uint8Array(1 << 20).fill(1));
  return a.length;
}
