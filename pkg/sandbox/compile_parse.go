package sandbox

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/unistring"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// maxDeclarations bounds how often code is parsed: once for each import or export
// that is taken away.
const maxDeclarations = 50

// parsed is the code as the engine's tree of a function expression.
type parsed struct {
	tree    *ast.Program
	file    string
	origin  *origin
	exports source.Exports

	all   *ast.ExpressionStatement  // the only one
	shell *ast.ArrowFunctionLiteral // that it calls
	fn    *ast.ArrowFunctionLiteral // around the code
	ret   *ast.ReturnStatement      // gives fn to the engine
}

// parseScript parses submitted code. JavaScript that the engine understands is not
// touched; the rest is lowered first. A bundle is lowered already.
func parseScript(name, text string) (*parsed, error) {
	start, end := source.Unfence(text)
	code := []byte(text[start:end])
	source.HideHashbang(code)
	p := &parsed{file: name, origin: newOrigin(text, start, end)}
	bundled := p.origin.bundle != nil
	if bundled {
		code = code[:min(len(code), p.origin.bundle.at-start)]
		p.exports.StripLast(code)
	}
	if bundled || !needsLowering(string(code)) {
		if p.parse(code) {
			return p, nil
		}
	}
	if err := p.parseLowered(code); err != nil {
		return nil, err
	}
	return p, nil
}

// parse parses code as it is. It reports false when another try should be made
// after lowering.
func (p *parsed) parse(code []byte) bool {
	for range maxDeclarations {
		head, tail := around(&p.exports)
		err := p.parseText(loweredHead + head + string(code) + tail + loweredTail)
		if err == nil {
			return p.find()
		}
		var list parser.ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			return false
		}
		at := source.Offset(code, list[0].Position.Line-2, list[0].Position.Column-1)
		if at < 0 || !p.exports.Strip(code, at) {
			return false
		}
	}
	return false
}

// parseLowered parses what esbuild makes of the code.
func (p *parsed) parseLowered(code []byte) error {
	for range maxDeclarations {
		head, tail := around(&p.exports)
		r := lower(head+string(code)+tail, p.origin.bundle != nil)
		if len(r.Errors) == 0 {
			text := enclose(r.Code)
			p.origin.lowered = &loweredText{text: text, raw: r.Map}
			if err := p.parseText(text); err != nil {
				return p.engineError(err)
			}
			if !p.find() {
				return p.origin.errorAt("the code ends before its last line", Pos{})
			}
			return nil
		}
		m := r.Errors[0]
		if m.Location == nil {
			return p.origin.errorAt(m.Text, Pos{})
		}
		if e := p.declaration(code, m.Text, m.Location.Line, m.Location.Column); e != nil {
			return e
		}
	}
	return p.origin.errorAt("too many exports: "+bundleFirst, Pos{})
}

// declaration takes away the export, or the import of types, that stopped the
// lowering at a place. It returns what is wrong when there is none.
func (p *parsed) declaration(code []byte, message string, line, column int) *SyntaxError {
	place := p.origin.wrapped(line, column)
	at := source.Offset(code, line-2, column)
	if at < 0 {
		return p.origin.errorAt("Unexpected end of the code", place)
	}
	if d, ok := source.ImportBefore(code, at); ok {
		if d.Type {
			d.Hide(code)
			return nil
		}
		lines := source.Lines(string(code[:d.Start]))
		place = p.origin.wrapped(len(lines)+1, d.Start-lines[len(lines)-1])
		return p.origin.errorAt(fmt.Sprintf("cannot import %q: %s", clipRunes(d.From, maxLine), bundleFirst), place)
	}
	if !p.exports.Strip(code, at) {
		if source.Reexports(code[at:]) {
			message = "cannot export from another module: " + bundleFirst
		}
		return p.origin.errorAt(message, place)
	}
	return nil
}

func (p *parsed) parseText(text string) (err error) {
	// Source maps are off: the parser would read the files that a script names.
	p.tree, err = parser.ParseFile(nil, p.file, text, 0, parser.WithDisableSourceMaps)
	return err
}

// find looks up the function around the code. It reports false when the code ends
// that function and begins something else.
func (p *parsed) find() bool {
	if len(p.tree.Body) != 1 {
		return false
	}
	st, _ := p.tree.Body[0].(*ast.ExpressionStatement)
	if st == nil {
		return false
	}
	call, _ := st.Expression.(*ast.CallExpression)
	if call == nil {
		return false
	}
	shell, _ := call.Callee.(*ast.ArrowFunctionLiteral)
	if shell == nil {
		return false
	}
	block, _ := shell.Body.(*ast.BlockStatement)
	if block == nil {
		return false
	}
	p.all, p.shell = st, shell
	return p.findIn(withoutEmpty(block.List))
}

// openShell makes the program give the function around all code instead of calling it,
// and gives that parameters: names that the code finds before the global ones.
func (p *parsed) openShell(names ...string) {
	at := p.shell.Idx0()
	for _, name := range names {
		p.shell.ParameterList.List = append(p.shell.ParameterList.List, &ast.Binding{
			Target: &ast.Identifier{Name: unistring.String(name), Idx: at},
		})
	}
	p.all.Expression = p.shell
}

// findIn looks up the function in what it is enclosed by: declarations of our own,
// and the return statement.
func (p *parsed) findIn(list []ast.Statement) bool {
	for i, st := range list {
		switch st := st.(type) {
		case *ast.VariableStatement, *ast.LexicalDeclaration:
		case *ast.ReturnStatement:
			fn, _ := st.Argument.(*ast.ArrowFunctionLiteral)
			if fn == nil || i < len(list)-1 {
				return false
			}
			p.ret, p.fn = st, fn
			_, ok := fn.Body.(*ast.BlockStatement)
			return ok
		default:
			return false
		}
	}
	return false
}

// engineError describes an error of the engine's parser or compiler.
func (p *parsed) engineError(err error) *SyntaxError {
	var list parser.ErrorList
	var compiler *goja.CompilerSyntaxError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		at := list[0].Position
		return p.origin.errorAt(outward(list[0].Message), p.origin.nearest(at.Line, at.Column))
	case errors.As(err, &compiler) && compiler.File != nil:
		at := compiler.File.Position(compiler.Offset)
		message := outward(compiler.Message)
		if strings.HasPrefix(message, "Compiler bug: ") {
			message = "Unexpected expression" // one that the parser should have refused
		}
		return p.origin.errorAt(message, p.origin.nearest(at.Line, at.Column))
	}
	return p.origin.errorAt(err.Error(), Pos{})
}
