// what: a typed array whose length and buffer lie
// want: completed *
async () => {
  class T extends Uint8Array { get length() { return 1e9; } get byteLength() { return 1e9; } get buffer() { return null; } get byteOffset() { return -5; } }
  const v = await items.echo(new T([1, 2, 3]));
  return [...v];
}
