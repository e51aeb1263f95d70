package sandbox

import (
	"github.com/dop251/goja/ast"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// All forms of code become the body of one async function. The parsed tree is
// changed rather than the text: what the author wrote stays where it is, and so do
// its positions.
const (
	codeHead = "return async (" + source.InputName + ") => {\n"
	codeTail = "\n}"
)

// around returns what goes before and after the code.
func around(e *source.Exports) (head, tail string) {
	return e.Declare() + codeHead, "\n" + e.Return() + codeTail
}

// makeFunction gives the script's function its result: that of the last statement
// if it is an expression, or of calling the only function. Code that is itself an
// arrow function is the script's function. What an enum or a decorated class is
// lowered to ends in an expression too: one whose value is undefined.
func makeFunction(set func(ast.Expression), fn *ast.ArrowFunctionLiteral) {
	block := fn.Body.(*ast.BlockStatement)
	block.List = withoutEmpty(block.List)
	if len(block.List) == 0 || returns(block.List) {
		return
	}
	last := len(block.List) - 1
	switch st := block.List[last].(type) {
	case *ast.ExpressionStatement:
		if arrow, ok := st.Expression.(*ast.ArrowFunctionLiteral); ok && last == 0 {
			set(arrow)
		} else {
			block.List[last] = &ast.ReturnStatement{Return: st.Idx0(), Argument: st.Expression}
		}
	case *ast.FunctionDeclaration:
		if last == 0 {
			block.List = append(block.List, callOf(st.Function.Name))
		}
	}
}

// makeBundled does the same for code that was submitted as statements and came in
// a bundle: there it is the arrow function that the variable name has, and that
// takes the input. Any other export is left as it is.
func makeBundled(list []ast.Statement, name string) {
	for _, st := range list {
		var bindings []*ast.Binding
		switch st := st.(type) {
		case *ast.VariableStatement:
			bindings = st.List
		case *ast.LexicalDeclaration:
			bindings = st.List
		}
		for _, b := range bindings {
			fn, _ := b.Initializer.(*ast.ArrowFunctionLiteral)
			if id, ok := b.Target.(*ast.Identifier); ok && fn != nil && id.Name.String() == name && takesInput(fn) {
				makeFunction(func(x ast.Expression) { b.Initializer = x }, fn)
			}
		}
	}
}

// takesInput reports whether a function is one that we made around code.
func takesInput(fn *ast.ArrowFunctionLiteral) bool {
	_, ok := fn.Body.(*ast.BlockStatement)
	if !ok || fn.ParameterList == nil || len(fn.ParameterList.List) != 1 {
		return false
	}
	id, ok := fn.ParameterList.List[0].Target.(*ast.Identifier)
	return ok && id.Name == source.InputName
}

// callOf returns a statement that returns what the function gives for the input.
func callOf(name *ast.Identifier) ast.Statement {
	return &ast.ReturnStatement{Return: name.Idx, Argument: &ast.CallExpression{
		Callee:           &ast.Identifier{Name: name.Name, Idx: name.Idx},
		LeftParenthesis:  name.Idx,
		ArgumentList:     []ast.Expression{&ast.Identifier{Name: source.InputName, Idx: name.Idx}},
		RightParenthesis: name.Idx,
	}}
}

func withoutEmpty(list []ast.Statement) []ast.Statement {
	var kept []ast.Statement
	for _, st := range list {
		if _, empty := st.(*ast.EmptyStatement); !empty {
			kept = append(kept, st)
		}
	}
	return kept
}

// returns reports whether a statement returns from the function that it is in.
func returns(list []ast.Statement) bool {
	for _, st := range list {
		if st == nil {
			continue
		}
		if _, ok := st.(*ast.ReturnStatement); ok || returns(inner(st)) {
			return true
		}
	}
	return false
}

// inner returns the statements inside a statement, functions left out.
func inner(st ast.Statement) []ast.Statement {
	switch st := st.(type) {
	case *ast.BlockStatement:
		return st.List
	case *ast.IfStatement:
		return []ast.Statement{st.Consequent, st.Alternate}
	case *ast.ForStatement:
		return []ast.Statement{st.Body}
	case *ast.ForInStatement:
		return []ast.Statement{st.Body}
	case *ast.ForOfStatement:
		return []ast.Statement{st.Body}
	case *ast.WhileStatement:
		return []ast.Statement{st.Body}
	case *ast.DoWhileStatement:
		return []ast.Statement{st.Body}
	case *ast.WithStatement:
		return []ast.Statement{st.Body}
	case *ast.LabelledStatement:
		return []ast.Statement{st.Statement}
	case *ast.SwitchStatement:
		var all []ast.Statement
		for _, c := range st.Body {
			all = append(all, c.Consequent...)
		}
		return all
	case *ast.TryStatement:
		all := append([]ast.Statement(nil), st.Body.List...)
		if st.Catch != nil {
			all = append(all, st.Catch.Body.List...)
		}
		if st.Finally != nil {
			all = append(all, st.Finally.List...)
		}
		return all
	}
	return nil
}
