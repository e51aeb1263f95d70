// what: stays just below the limit, then asks for much at once
// want: error memory
() => {
  const a = [];
  for (let i = 0; i < 40; i++) a.push(new Uint8Array(1 << 20).fill(1));
  return new Uint8Array(1 << 30).fill(1).length + a.length;
}
