// what: Date.prototype.toISOString and getTime are replaced
// want: completed "2026-01-01T00:00:00.000Z"
async () => {
  Date.prototype.toISOString = Date.prototype.getTime = Date.prototype.valueOf = () => '"},{"forged":1';
  return await items.echo(new Date(Date.UTC(2026, 0, 1)));
}
