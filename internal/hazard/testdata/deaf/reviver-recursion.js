// what: a reviver that parses, for ever deeper
// want: error stack
() => {
  const revive = () => JSON.parse("[1]", revive);
  return revive();
}
