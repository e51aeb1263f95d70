package sandbox

import (
	"bytes"
	"errors"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
)

const maxExports = 50

// parsed is the code as the engine's tree of a function expression.
type parsed struct {
	tree   *ast.Program
	origin *origin

	fn  *ast.ArrowFunctionLiteral // around the code
	ret *ast.ReturnStatement      // gives fn to the engine
}

// parseScript parses submitted code. JavaScript that the engine understands is not
// touched; the rest is lowered first.
func parseScript(source string) (*parsed, error) {
	start, end := unfence(source)
	code := []byte(source[start:end])
	if bytes.HasPrefix(code, []byte("#!")) {
		copy(code, "//")
	}
	p := &parsed{origin: newOrigin(source, start, end)}
	var e exports
	if !needsLowering(string(code)) {
		if p.parse(code, &e) {
			return p, nil
		}
	}
	if err := p.parseLowered(code, &e); err != nil {
		return nil, err
	}
	return p, nil
}

// parse parses code as it is. It reports false when another try should be made
// after lowering.
func (p *parsed) parse(code []byte, e *exports) bool {
	for range maxExports {
		err := p.parseText(loweredHead + e.head() + string(code) + e.tail() + loweredTail)
		if err == nil {
			return p.find()
		}
		var list parser.ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			return false
		}
		at := offsetOf(code, list[0].Position.Line-2, list[0].Position.Column-1)
		if at < 0 || !e.strip(code, at) {
			return false
		}
	}
	return false
}

// parseLowered parses what esbuild makes of the code.
func (p *parsed) parseLowered(code []byte, e *exports) error {
	for range maxExports {
		r := lower(e.head(), string(code), e.tail())
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
		place := p.origin.wrapped(m.Location.Line, m.Location.Column)
		at := offsetOf(code, m.Location.Line-2, m.Location.Column)
		switch {
		case at >= 0 && imports.Match(code[:at]):
			return p.origin.errorAt("import is not available: "+bundleFirst, place)
		case at >= 0 && listed.Match(code[at:]):
			return p.origin.errorAt("export lists are not available, except export default: "+bundleFirst, place)
		case at < 0:
			return p.origin.errorAt("Unexpected end of the code", place)
		case !e.strip(code, at):
			return p.origin.errorAt(m.Text, place)
		}
	}
	return p.origin.errorAt("too many exports: "+bundleFirst, Pos{})
}

func (p *parsed) parseText(text string) (err error) {
	// Source maps are off: the parser would read the files that a script names.
	p.tree, err = parser.ParseFile(nil, scriptName, text, 0, parser.WithDisableSourceMaps)
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
	return p.findIn(withoutEmpty(block.List))
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
		return p.origin.errorAt(list[0].Message, p.origin.author(at.Line, at.Column))
	case errors.As(err, &compiler) && compiler.File != nil:
		at := compiler.File.Position(compiler.Offset)
		return p.origin.errorAt(compiler.Message, p.origin.author(at.Line, at.Column))
	}
	return p.origin.errorAt(err.Error(), Pos{})
}

// offsetOf returns the offset of a line and a column, both from 0, or -1.
func offsetOf(code []byte, line, column int) int {
	lines := lineOffsets(string(code))
	if line < 0 || line >= len(lines) || lines[line]+column >= len(code) {
		return -1
	}
	return lines[line] + column
}
