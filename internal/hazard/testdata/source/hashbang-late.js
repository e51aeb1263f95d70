// what: a hashbang that is not at the beginning
// want: error syntax
() => 1
#!/bin/sh
