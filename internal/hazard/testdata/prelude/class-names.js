// what: objects that claim by Symbol.toStringTag to be others
// want: completed [{"x":1},{}]
async () => {
  const a = { x: 1, [Symbol.toStringTag]: "Map" };
  const b = Object.create(Map.prototype);
  return await items.echo([a, b]);
}
