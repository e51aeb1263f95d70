// what: the result of a then has a then, without end
// want: error timeout | error memory
() => { const make = () => ({ then(r) { r(make()); } }); return make(); }
