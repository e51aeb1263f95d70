package sandbox

import (
	"fmt"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// scriptName is the file name of submitted code in stack frames. That of a snippet is
// another.
const scriptName = "script"

// compiled is a script ready to run, in any number of runtimes at a time.
type compiled struct {
	// prg evaluates to the script's function; that of a snippet to a function that
	// takes what the snippet has of its own, and gives it.
	prg *goja.Program

	file   string
	origin *origin
	words  words
}

// compile turns a submitted source into a program that evaluates, with
// [goja.Runtime.RunProgram], to the function that a pass calls with its input.
// That function returns a value or a promise. Frames of the script have
// [scriptName] as their SrcName. It returns a [*SyntaxError], or a
// [*CrashError] when the parser itself failed, and is safe for concurrent use.
func compile(text string) (c *compiled, err error) { return compileFile(scriptName, text) }

// checkNesting refuses sources that would exhaust the stack of a parser.
func checkNesting(text string) error {
	if at, why := source.Nesting(text); why != "" {
		return syntaxErrorAt(text, at, why)
	}
	return nil
}

// compileFile does that for a source of a file name of its own.
func compileFile(name, text string) (c *compiled, err error) {
	if err := checkNesting(text); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil { // a defect of the parser or the compiler
			c, err = nil, &CrashError{Detail: fmt.Sprintf("compile script: %v", r)}
		}
	}()
	p, err := parseScript(name, text)
	if err != nil {
		return nil, err
	}
	if p.exports.Name != "" {
		makeBundled(p.fn.Body.(*ast.BlockStatement).List, p.exports.Name)
	}
	makeFunction(func(x ast.Expression) { p.ret.Argument = x }, p.fn)
	if name != scriptName {
		p.openShell("console", "codemode")
	}
	prg, err := goja.CompileAST(p.tree, false)
	if err != nil {
		return nil, p.engineError(err)
	}
	return &compiled{prg: prg, file: name, origin: p.origin, words: wordsOf(text)}, nil
}

// author returns the place in the author's source that the position of a stack
// frame stands for; zero when the frame does not show the author's text.
func (c *compiled) author(p file.Position) Pos {
	if p.Filename != c.file {
		return Pos{}
	}
	return c.origin.author(p.Line, p.Column)
}

// line returns the line of the author's source at a place; empty when it is not
// known.
func (c *compiled) line(p Pos) string { return c.origin.show(p) }
