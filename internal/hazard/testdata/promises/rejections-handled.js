// what: a hundred thousand rejections, each handled much later, in reverse
// want: error timeout | completed 100000
// timeoutMs: 3000
async () => {
  const all = Array.from({ length: 1e5 }, (_, i) => Promise.reject(i));
  await 0;
  let n = 0;
  for (const p of all.reverse()) await p.catch(() => n++);
  return n;
}
