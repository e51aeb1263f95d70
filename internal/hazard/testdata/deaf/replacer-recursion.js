// what: a replacer that replaces, for ever deeper
// want: error stack
() => {
  const again = () => "a".replace(/a/, again);
  return again();
}
