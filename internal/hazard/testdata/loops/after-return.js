// what: returns, and leaves a microtask that queues itself
// want: error timeout
() => {
  const again = () => { Promise.resolve().then(again); };
  again();
  return 1;
}
