// what: a tag that tags itself
// want: error stack
() => {
  const tag = () => tag`x`;
  return tag`y`;
}
