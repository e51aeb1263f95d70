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
		done, err := p.parse(code, &e)
		if done {
			return p, err
		}
	}
	if err := p.parseLowered(code, &e); err != nil {
		return nil, err
	}
	return p, nil
}

// parse parses code as it is. It reports false when another try should be made
// after lowering.
func (p *parsed) parse(code []byte, e *exports) (bool, error) {
	for range maxExports {
		head, tail := loweredHead+e.head(), e.tail()+loweredTail
		err := p.parseText(head + string(code) + tail)
		if err == nil {
			// The end of the code must be its own, not that of an inner function.
			return p.find() && int(p.fn.Body.(*ast.BlockStatement).RightBrace) == len(head)+len(code)+len(e.tail()), nil
		}
		var list parser.ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			return false, nil
		}
		at := offsetOf(code, list[0].Position.Line-2, list[0].Position.Column-1)
		if at < 0 || !e.strip(code, at) {
			return false, nil
		}
	}
	return false, nil
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

// find looks up the function around the code.
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
	outer, _ := call.Callee.(*ast.ArrowFunctionLiteral)
	if outer == nil {
		return false
	}
	block, _ := outer.Body.(*ast.BlockStatement)
	if block == nil || len(block.List) == 0 {
		return false
	}
	block.List = withoutEmpty(block.List)
	p.ret, _ = block.List[len(block.List)-1].(*ast.ReturnStatement)
	if p.ret == nil {
		return false
	}
	p.fn, _ = p.ret.Argument.(*ast.ArrowFunctionLiteral)
	if p.fn == nil {
		return false
	}
	_, ok := p.fn.Body.(*ast.BlockStatement)
	return ok
}

// declared reports whether the author's text of a lowered statement declares
// something: an enum, a decorated class.
func (p *parsed) declared(st ast.Statement) bool {
	if p.origin.lowered == nil {
		return false
	}
	at := p.tree.File.Position(int(st.Idx0()) - p.tree.File.Base())
	place := p.origin.author(at.Line, at.Column)
	return place.Line > 0 && declares.MatchString(p.origin.rest(place))
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
