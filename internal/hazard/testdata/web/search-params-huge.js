// what: search parameters of twenty megabytes
// want: completed 2500000 | error memory | error timeout
() => [...new URLSearchParams("a=bcdef&".repeat(2500000))].length
