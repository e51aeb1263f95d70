// what: RegExp.prototype.exec never says that it found nothing
// want: error memory | error timeout
// timeoutMs: 6000
() => {
  RegExp.prototype.exec = () => ({ index: 0, 0: "a", length: 1 });
  return "aaaa".replace(/a/g, "b");
}
