// what: a thenable that resolves to itself anew each time
// want: error timeout
async () => {
  const again = { then(resolve) { resolve({ then: again.then }); } };
  return await again;
}
