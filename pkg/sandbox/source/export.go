package source

import (
	"regexp"
	"strings"
)

var (
	exported    = regexp.MustCompile(`^export(\s+default)?\b\s*`)
	declaration = regexp.MustCompile(`^(?:(?:async\s+)?function\b\s*\*?\s*|(?:abstract\s+)?class\s+|interface\s+)([\pL_$][\pL\pN_$]*)`)
	reexported  = regexp.MustCompile(`^export\s*(?:type\s*)?(?:\*|\{[^}]*\}\s*from\b)`)
	listed      = regexp.MustCompile(`^export\s*(?:type\s*)?\{([^}]*)\}[ \t]*;?`)
	renamed     = regexp.MustCompile(`(?:^|,)\s*([\pL_$][\pL\pN_$]*)\s+as\s+default\s*(?:,|$)`)
	endsListed  = regexp.MustCompile(`(?:^|\n)export\s*\{[^}]*\};?\s*$`)
)

// Exports is what was found while export declarations were taken away.
type Exports struct {
	// Result is the expression that gives the default export; empty: there is none.
	Result string

	// Name is the variable that an export list named as the default.
	Name string

	assigned bool // Result is a variable that Declare must declare
}

// Strip blanks the export declaration, or the keyword before a declaration, at an
// offset of the code where a parser stopped. The code keeps its length. It reports
// false when there is none that can be taken away: exports of another module stay.
func (e *Exports) Strip(code []byte, at int) bool {
	rest := code[at:]
	if Reexports(rest) {
		return false
	}
	if m := listed.FindSubmatchIndex(rest); m != nil {
		if name := renamed.FindSubmatch(rest[m[2]:m[3]]); name != nil {
			e.Name = string(name[1])
			e.Result = valueOf(e.Name)
		}
		blank(rest[:m[1]])
		return true
	}
	m := exported.FindSubmatchIndex(rest)
	if m == nil {
		return false
	}
	blank(rest[:m[1]])
	if m[2] >= 0 {
		e.assign(rest[:m[1]], rest[m[1]:])
	}
	return true
}

// Reexports reports whether code begins with an export of what another module has.
func Reexports(code []byte) bool { return reexported.Match(code) }

// StripLast strips the export list that a bundle ends with. A parser need not
// stop there first.
func (e *Exports) StripLast(code []byte) {
	if m := endsListed.FindIndex(code[max(0, len(code)-maxLastList):]); m != nil {
		at := max(0, len(code)-maxLastList) + m[0]
		if code[at] == '\n' {
			at++
		}
		e.Strip(code, at)
	}
}

// maxLastList bounds where StripLast looks.
const maxLastList = 4 << 10

// assign keeps what is exported by default: a function by its name, everything
// else in a variable.
func (e *Exports) assign(keyword, rest []byte) {
	named := declaration.FindSubmatch(rest)
	switch {
	case named != nil && !strings.HasPrefix(string(named[1]), "extends"):
		if strings.Contains(string(named[0]), "function") {
			e.Result = string(named[1]) + "(" + InputName + ")"
		}
		return
	case strings.HasPrefix(string(rest), "class"):
		e.Result = resultName
	default:
		e.Result = valueOf(resultName)
	}
	e.assigned = true
	copy(keyword, resultName+"=")
}

// valueOf is what a module gives whose default export has a name: functions are
// called.
func valueOf(name string) string {
	return "typeof " + name + ` === "function" ? ` + name + "(" + InputName + ") : " + name
}

// Declare is what must be declared around the code; it may be empty.
func (e *Exports) Declare() string {
	if !e.assigned {
		return ""
	}
	return "let " + resultName + "; "
}

// Return is the statement below the code that gives its result; it may be empty.
func (e *Exports) Return() string {
	if e.Result == "" {
		return ""
	}
	return "return " + e.Result
}
