package sandbox

import (
	"strings"
	"testing"
)

// TestFormsOfCode holds the forms in which code is submitted to the results that
// they promise.
func TestFormsOfCode(t *testing.T) {
	t.Parallel()
	const fence = "```"
	tests := []struct{ name, source, want string }{
		{"empty", "", "undefined"},
		{"white space", " \n\t", "undefined"},
		{"only a comment", "// nothing", "undefined"},

		{"async arrow", `async () => { return 1 }`, "1"},
		{"arrow", `() => 1`, "1"},
		{"arrow with the input", `async (input) => input`, "the input"},
		{"arrow in parentheses", `(async () => { return 1 })`, "1"},
		{"arrow and semicolon", `async () => 1;`, "1"},
		{"arrow and semicolons", "async () => 1 ; ;\n;", "1"},
		{"arrow and comment", "async () => 1 // done", "1"},
		{"arrow, semicolon and comment", "async () => 1; /* done */ // yes", "1"},
		{"comment and arrow", "// first\nasync () => 1", "1"},
		{"arrow between white space", "\n\n  async () => 1\n\n", "1"},

		{"fence js", fence + "js\nconst x = 1;\nx + 2\n" + fence, "3"},
		{"fence javascript", fence + "javascript\n1\n" + fence, "1"},
		{"fence ts", fence + "ts\n1 as number\n" + fence, "1"},
		{"fence typescript", fence + "typescript\n1\n" + fence, "1"},
		{"fence tsx", fence + "tsx\n1\n" + fence, "1"},
		{"fence jsx", fence + "jsx\n1\n" + fence, "1"},
		{"fence without tag", fence + "\n1\n" + fence, "1"},
		{"white space after the fence", "  \n" + fence + "js\n1\n" + fence + "  \n\n", "1"},
		{"fence closed on the line of the code", fence + "js\n1 + 1" + fence, "2"},
		{"fence with CRLF", fence + "js\r\nconst x = 1\r\nx\r\n" + fence + "\r\n", "1"},
		{"empty fence", fence + "js\n" + fence, "undefined"},
		{"fence around an arrow", fence + "js\nasync () => 1\n" + fence, "1"},
		{"fence, export, arrow", fence + "ts\nexport default async (input: string) => input\n" + fence, "the input"},

		{"expression", `1 + 2`, "3"},
		{"expression and semicolon", `1 + 2;`, "3"},
		{"expression and comment", "1 + 2 // three", "3"},
		{"string", `"hello"`, "hello"},
		{"string and semicolon", `'hello';`, "hello"},
		{"template", "`a${1}b`", "a1b"},
		{"regular expression", `/a/.test("a")`, "true"},
		{"sequence", `1, 2`, "2"},
		{"statements", "const x = 1;\nx + 1", "2"},
		{"statements without semicolons", "const x = 1\nconst y = 2\nx + y\n", "3"},
		{"two expressions", "1\n2", "2"},
		{"await", `await Promise.resolve(7)`, "7"},
		{"await in statements", "const x = await Promise.resolve(7)\nx + 1", "8"},
		{"assignment", `x = 5`, "5"},
		{"object", `({a: 1}).a`, "1"},
		{"parentheses first", "const o = {a: 3};\n(o).a", "3"},
		{"called at once", `(function() { return 4 })()`, "4"},
		{"async, called at once", `(async () => 5)()`, "5"},
		{"hashbang", "#!/usr/bin/env node\n3", "3"},

		{"declaration", `const x = 42`, "undefined"},
		{"loop", `for (const x of [1]) x`, "undefined"},
		{"if", `if (true) 1`, "undefined"},
		{"block", `{a: 1}`, "undefined"},

		{"named function", `async function f() { return 6 }`, "6"},
		{"named function and semicolon", `function f() { return 6 };`, "6"},
		{"named function takes the input", `function f(input) { return input }`, "the input"},
		{"function and more", "function helper() { return 1 }\nhelper() + 1", "2"},
		{"function last", "const x = 1\nfunction f() { return x }", "undefined"},
		{"named class", `class A {}`, "undefined"},

		{"export default arrow", `export default async (input) => input;`, "the input"},
		{"export default expression", `export default 42`, "42"},
		{"export default function", `export default function () { return 8 }`, "8"},
		{"export default async function", `export default async function (input) { return input }`, "the input"},
		{"export default generator", `export default function* () { yield 8 }`, "[object Generator]"},
		{"export default named function", `export default function f() { return 9 }`, "9"},
		{"export default named class", `export default class A {}`, "undefined"},
		{"export default class", `export default class {}`, "class {}"},
		{"export default after statements", "const n = 2;\nexport default async (input) => input + n", "the input2"},
		{"export default name", "const main = async () => 3;\nexport default main", "3"},
		{"export default named function, used", "export default function f() { return g() }\nfunction g() { return 9 }", "9"},
		{"export default on two lines", "export\n  default 42", "42"},
		{"export of declarations", "export const a = 1;\nexport function b() { return a }\nb()", "1"},

		{"return", `return 42`, "42"},
		{"early return", "if (true) return 1\n2", "1"},
		{"no early return", "if (false) return 1\n2", "undefined"},
		{"return in an inner function", "const f = () => { return 1 }\nf()", "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := runScript(t, tt.source)
			if err != nil || got != tt.want {
				t.Errorf("%q = %q, %v, want %q", tt.source, got, err, tt.want)
			}
		})
	}
}

// TestFencesThatStay: a fence that is not closed, has another tag or has text
// before it is not removed. What is left is no code that works: at best its
// backquotes are templates that call one another.
func TestFencesThatStay(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"```js\n1", "```py\n1\n```", "```JS\n1\n```", "Here:\n```js\n1\n```"} {
		if got, err := runScript(t, source); err == nil && !strings.HasPrefix(got, "TypeError") {
			t.Errorf("%q = %q, want an error", source, got)
		}
	}
}
