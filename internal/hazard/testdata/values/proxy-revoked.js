// what: a revoked proxy as an argument
// want: error code
async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return await items.echo({ proxy });
}
