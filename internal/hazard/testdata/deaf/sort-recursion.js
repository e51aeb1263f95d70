// what: a comparator that sorts, for ever deeper
// want: error stack
() => {
  const sort = () => [2, 1].sort(sort);
  return sort();
}
