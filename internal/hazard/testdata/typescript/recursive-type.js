// what: types that need endless work of a checker, and none of a transformer
// want: completed 1
type N<T extends any[]> = T["length"] extends 1e9 ? T : N<[...T, any]>;
type X = N<[]>;
const x: X | number = 1;
x
