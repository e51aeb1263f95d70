// what: a chain of thens without end, each link of which waits for the next
// want: error timeout | error memory
async () => {
  const again = () => Promise.resolve().then(again);
  return again();
}
