// what: boxed primitives whose conversions lie
// want: completed * | error code | error value
async () => {
  const n = new Number(1); n.valueOf = () => "two"; n[Symbol.toPrimitive] = () => 1n;
  return await items.echo({ n });
}
