// what: private methods by the thousand
// want: completed 1 | error syntax | error timeout | error memory
// timeoutMs: 15000
class A { /*repeat 1 "#a(){return 1}\n"*/ b() { return 1/*repeat 1500 "+this.#a()"*/; } }
new A().b() > 0 ? 1 : 0
