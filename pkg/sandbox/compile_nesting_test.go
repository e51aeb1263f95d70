package sandbox

import (
	"errors"
	"strings"
	"testing"
)

// TestDeepSourcesAreRefused: each of these would exhaust a stack or hours of a
// parser, which nothing in the process can stop.
func TestDeepSourcesAreRefused(t *testing.T) {
	t.Parallel()
	const n = 300_000
	tests := []struct{ name, source string }{
		{"parentheses", strings.Repeat("(", n)},
		{"closed parentheses", strings.Repeat("(", n) + strings.Repeat(")", n)},
		{"brackets", strings.Repeat("[", n)},
		{"braces", strings.Repeat("{", n)},
		{"lines of braces", strings.Repeat("{\n", n)},
		{"templates", strings.Repeat("`${", n)},
		{"arrows", strings.Repeat("a=>", n)},
		{"arrows on lines", strings.Repeat("a=>\n", n)},
		{"functions", strings.Repeat("x=>{", n)},
		{"functions, few but slow", strings.Repeat("x=>{", 101) + strings.Repeat("}", 101)},
		{"blocks, few but slow", strings.Repeat("{", 101) + strings.Repeat("}", 101)},
		{"prefixes", strings.Repeat("!", n)},
		{"sums", strings.Repeat("1+", n)},
		{"sums on lines", strings.Repeat("1\n+", n)},
		{"sums on lines, operator last", strings.Repeat("1+\n", n)},
		{"members on lines", "a" + strings.Repeat("\n.a", n)},
		{"conditions", strings.Repeat("a?1:", n)},
		{"calls", "a" + strings.Repeat("()", n)},
		{"statements in statements", strings.Repeat("if(a)", n)},
		{"statements in statements on lines", strings.Repeat("if(a)\n", n)},
		{"else if", strings.Repeat("if(a){}else ", n)},
		{"else if behind a semicolon", strings.Repeat("if(a)b;else ", n)},
		{"else if behind a semicolon, on lines", strings.Repeat("if(a)b;\nelse\n", n)},
		{"else if behind an empty statement", strings.Repeat("if(a);else ", n)},
		{"else if behind a loop", strings.Repeat("if(a)for(;;){b;c}else ", n)},
		{"prefix words", strings.Repeat("typeof ", n)},
		{"prefix words on lines", strings.Repeat("await\n", n)},
		{"behind a string of closers", strings.Repeat(`(")",`, n)},
		{"behind a comment of closers", strings.Repeat("(/*)*/", n)},
		{"behind a regular expression of closers", strings.Repeat("(/\\)/,", n)},
		{"behind a quote in a regular expression", "x = /'/ + " + strings.Repeat("(", n)},
		{"behind a division", "({} / 1 + " + strings.Repeat("(", n) + "/ 1"},
		{"behind a regular expression after a block", "{}/'/.test(" + strings.Repeat("(", n) + "'"},
		{"behind a division of a function", "x = function(){} / \"/\" + " + strings.Repeat("(", n) + `"`},
		{"behind a bracket that seems unmatched", `x = function(){} / 1 + ")/)" + ` + strings.Repeat("(", n)},
		{"after brackets that do not match", "(]" + strings.Repeat("(", n)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile(tt.source)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("compile = %v, want a SyntaxError", err)
			}
			if syntax.Pos.Line == 0 {
				t.Errorf("error %q has no place", syntax.Message)
			}
		})
	}
}

// TestLargeSourcesAreAccepted: what people write, in any amount, is not taken for
// nesting.
func TestLargeSourcesAreAccepted(t *testing.T) {
	t.Parallel()
	const n = 10_000
	tests := []struct{ name, source string }{
		{"statements without semicolons", strings.Repeat("x = a.b.c + (1)\n", n)},
		{"calls without semicolons", strings.Repeat("await f(a, b)\n", n)},
		{"arrows without semicolons", strings.Repeat("x = a => a + 1\n", n)},
		{"functions", strings.Repeat("function f() { return 1 }\n", n)},
		{"functions, minified", strings.Repeat("function f(a){return a+1}", n)},
		{"classes, minified", strings.Repeat("class A{#a=1;b(){return this.#a}static{A.x=1}}", n)},
		{"loops, minified", strings.Repeat("for(const x of a){f(x)}while(a){b()}try{f()}catch{}finally{}", n)},
		{"if after if, minified", strings.Repeat("if(a){f()}else if(b){g()}else{h()}", n)},
		{"if after if, minified, without braces", strings.Repeat("if(a)f();else if(b)g();else h();", n)},
		{"declarations, minified", strings.Repeat("var f=(a)=>{return a+1},g=function(){return{a:1}};", n)},
		{"modules, minified", strings.Repeat("var r=c({\"a.js\"(e,m){m.exports=function(){return 1}}});", n)},
		{"if after if", strings.Repeat("if (a) { f() }\n", n)},
		{"if on one line", strings.Repeat("if (a) return\n", n)},
		{"nested functions", strings.Repeat("x=>{", 100) + strings.Repeat("}", 100)},
		{"nested objects", "x = " + strings.Repeat("{a:[", 200) + strings.Repeat("]}", 200)},
		{"elements", "x = [" + strings.Repeat("1 + 2, ", n) + "]"},
		{"objects", "x = [" + strings.Repeat("{a: [1, {b: -2}]},\n", n) + "]"},
		{"strings with brackets", strings.Repeat(`f(":(", '[', "\"(", '(\'')`+"\n", n)},
		{"templates", strings.Repeat("f(`a ${b + `${c}`} ( { [`)\n", n)},
		{"comments", strings.Repeat("f() // :( it's `\n/* [ ' */\n", n)},
		{"regular expressions", strings.Repeat("f(/[/'\"(]/, a / b, (a) / b, a++ / 2 / 3)\n", n)},
		{"regular expression of a statement", strings.Repeat("if (a) /'/.test(b)\n", n)},
		{"divisions after an increment", strings.Repeat("f(a++ / 2, '/', b)\n", n)},
		{"divisions", strings.Repeat("x = (a / b) / c[0] / 2 // '\n", n)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := checkNesting(tt.source); err != nil {
				t.Errorf("checkNesting = %v, want nil", err)
			}
		})
	}
}

// TestUnmatchedBrackets: a small source goes to the parser, which says it better.
func TestUnmatchedBrackets(t *testing.T) {
	t.Parallel()
	if err := checkNesting("f(]"); err != nil {
		t.Errorf("checkNesting = %v, want nil", err)
	}
}

func BenchmarkCheckNesting(b *testing.B) {
	source := strings.Repeat("const x = await items.get({id: 1, name: \"a\"}) // comment\n", 1000)
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		_ = checkNesting(source)
	}
}
