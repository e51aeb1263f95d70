// what: JSON.stringify and JSON.parse are replaced
// want: completed {"a":[1,2]}
async () => {
  JSON.stringify = JSON.parse = () => "forged";
  return await items.echo({ a: [1, 2] });
}
