// what: a URL of twenty megabytes
// want: completed * | error memory | error code
() => new URL("http://a/" + "%41".repeat(7e6) + "/..").href.length
