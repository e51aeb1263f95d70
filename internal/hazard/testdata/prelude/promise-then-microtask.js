// what: Promise.prototype.then is taken away from queueMicrotask
// want: completed * | error code
async () => {
  Promise.prototype.then = null;
  let ran = false;
  queueMicrotask(() => { ran = true; });
  await 0;
  await 0;
  return ran;
}
