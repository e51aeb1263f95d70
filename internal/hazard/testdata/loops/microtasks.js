// what: a microtask that queues itself
// want: error timeout
async () => {
  const again = () => queueMicrotask(again);
  again();
  await new Promise(() => {});
}
