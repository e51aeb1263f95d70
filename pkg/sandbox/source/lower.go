package source

// Needless lists, for esbuild, the warnings that name two places: nobody reads them, and
// many take quadratic time.
func Needless() []string {
	return []string{"duplicate-case", "duplicate-class-member", "duplicate-object-key"}
}

// Lowered lists, for esbuild, the syntax that the engine lacks or takes wrongly:
// as little as possible, everything else stays as it is. A bundle that was made
// with the same table needs no lowering where it runs.
func Lowered() map[string]bool {
	return map[string]bool{
		"async-generator":                 false,
		"for-await":                       false,
		"decorators":                      false,
		"using":                           false,
		"dynamic-import":                  false,
		"import-meta":                     false,
		"regexp-unicode-property-escapes": false,
		"regexp-match-indices":            false,
		"regexp-set-notation":             false,
	}
}
