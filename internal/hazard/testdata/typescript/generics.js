// what: arrows that could be generics
// want: error syntax
const x = /*repeat 150000 "<T>("*/1
