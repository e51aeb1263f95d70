package source

import "strings"

// Submitted code is rarely a function. It comes in a code fence, as an expression,
// as statements of which the last is the result, as a module with a default export.
// All of it becomes the body of one async function, which is also how await and
// return are accepted outside functions.
const (
	// InputName is the parameter of that function. An arrow function with this
	// parameter, exported as the default, is code that was submitted as statements:
	// its last expression is the result.
	InputName = "__codemode_input"

	resultName = "__codemode" // of the default export; with "=" no longer than "export default"
)

// Unfence returns where the code begins and ends: inside the fence around the
// whole text, if there is one.
func Unfence(text string) (start, end int) {
	trimmed := strings.TrimSpace(text)
	first, rest, found := strings.Cut(trimmed, "\n")
	tag, fenced := strings.CutPrefix(first, "```")
	if !fenced || !found || !strings.HasSuffix(rest, "```") {
		return 0, len(text)
	}
	switch strings.TrimSpace(tag) {
	case "", "js", "javascript", "typescript", "ts", "tsx", "jsx":
	default:
		return 0, len(text)
	}
	start = strings.Index(text, trimmed) + len(first) + 1
	return start, start + len(rest) - len("```")
}

// HideHashbang makes a comment of the line that names an interpreter.
func HideHashbang(code []byte) {
	if len(code) > 1 && code[0] == '#' && code[1] == '!' {
		copy(code, "//")
	}
}

// blank replaces a text by white space; line ends stay.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}

// Lines returns where the lines of a text begin, by the language's rules.
func Lines(text string) []int {
	offsets := []int{0}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n', c == '\r' && !strings.HasPrefix(text[i+1:], "\n"):
			offsets = append(offsets, i+1)
		case c == 0xe2 && (strings.HasPrefix(text[i:], "\u2028") || strings.HasPrefix(text[i:], "\u2029")):
			offsets = append(offsets, i+3)
		}
	}
	return offsets
}

// Offset returns the offset of a line and a column in bytes, both from 0, or -1.
func Offset(code []byte, line, column int) int {
	lines := Lines(string(code))
	if line < 0 || column < 0 || line >= len(lines) || lines[line]+column >= len(code) {
		return -1
	}
	return lines[line] + column
}
