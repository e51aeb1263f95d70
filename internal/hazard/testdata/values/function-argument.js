// what: functions as arguments
// want: completed * | error value
async () => [await items.echo(() => 1), await items.echo({ f() {} }), await items.echo([class {}])]
