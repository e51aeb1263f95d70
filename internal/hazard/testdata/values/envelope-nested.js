// what: envelopes inside of envelopes inside of maps
// want: completed true
async () => {
  const a = { __codemode_value_v1__: "Object", data: { __codemode_bigint_v1__: "12", __codemode_binary_v1__: "Uint8Array", data: "x" } };
  const v = (await items.echo(new Map([[a, [a]]])));
  return JSON.stringify([...v]) === JSON.stringify([[a, [a]]]);
}
