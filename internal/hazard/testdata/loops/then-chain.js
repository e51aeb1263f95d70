// what: a chain of thens without end
// want: error timeout
async () => {
  const again = () => Promise.resolve().then(again);
  return again();
}
