// what: comments that name a source map
// want: completed 1
() => 1
//# sourceMappingURL=file:///etc/passwd
//# sourceURL=../../../../etc/passwd
