// what: Date and Math.random are replaced
// want: completed 4
async () => {
  Date.now = () => 2;
  Math.random = () => 2;
  await new Promise((r) => setTimeout(r, 1));
  return Date.now() + Math.random();
}
