// what: a source that begins with a hashbang
// want: completed 1
// bare
#!/bin/sh -c 'touch /tmp/x'
() => 1
