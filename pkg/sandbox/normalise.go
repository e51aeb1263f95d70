package sandbox

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
)

// Submitted code is rarely a function. It comes in a code fence, as an expression,
// as statements of which the last is the result, as a module with a default export.
// All of it becomes the body of one async function, which is also how await and
// return are accepted outside functions. The parsed tree is changed rather than the
// text: what the author wrote stays where it is, and so do its positions.
const (
	inputName  = "__codemode_input"
	resultName = "__codemode" // of the default export; with "=" no longer than "export default"

	codeHead = "return async (" + inputName + ") => {\n"
	codeTail = "\n}"
)

// unfence returns where the code begins and ends: inside the fence around the
// whole source, if there is one.
func unfence(source string) (start, end int) {
	text := strings.TrimSpace(source)
	first, rest, found := strings.Cut(text, "\n")
	tag, fenced := strings.CutPrefix(first, "```")
	if !fenced || !found || !strings.HasSuffix(rest, "```") {
		return 0, len(source)
	}
	switch strings.TrimSpace(tag) {
	case "", "js", "javascript", "typescript", "ts", "tsx", "jsx":
	default:
		return 0, len(source)
	}
	start = strings.Index(source, text) + len(first) + 1
	return start, start + len(rest) - len("```")
}

var (
	exported    = regexp.MustCompile(`^export(\s+default)?\b\s*`)
	declaration = regexp.MustCompile(`^(?:(?:async\s+)?function\b\s*\*?\s*|(?:abstract\s+)?class\s+|interface\s+)([\pL_$][\pL\pN_$]*)`)
	listed      = regexp.MustCompile(`^export\s*[{*]`)
	imports     = regexp.MustCompile(`(?:^|[^\w$.])import\s*(?:type\s*)?$`)
)

// exports is what was found while the export keywords were taken away.
type exports struct {
	result string // the expression that gives the default export; empty: none
}

// strip blanks the export keyword at an offset of the code, where a parser stopped.
// The code keeps its length. It reports false when there is none.
func (e *exports) strip(code []byte, at int) bool {
	m := exported.FindSubmatchIndex(code[at:])
	if m == nil || listed.Match(code[at:]) {
		return false
	}
	text, rest := code[at:at+m[1]], code[at+m[1]:]
	byDefault := m[2] >= 0
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
	if !byDefault {
		return true
	}
	named := declaration.FindSubmatch(rest)
	switch {
	case named != nil && named[1] != nil && !strings.HasPrefix(string(named[1]), "extends"):
		if strings.Contains(string(named[0]), "function") {
			e.result = string(named[1]) + "(" + inputName + ")"
		}
		return true
	case strings.HasPrefix(string(rest), "class"):
		e.result = resultName
	default:
		e.result = "typeof " + resultName + ` === "function" ? ` + resultName + "(" + inputName + ") : " + resultName
	}
	copy(text, resultName+"=")
	return true
}

// head and tail are what goes around the code.
func (e *exports) head() string {
	if e.result == "" {
		return codeHead
	}
	return "let " + resultName + "; " + codeHead
}

func (e *exports) tail() string {
	if e.result == "" {
		return codeTail
	}
	return "\nreturn " + e.result + codeTail
}

// makeFunction gives the script's function its result: that of the last statement
// if it is an expression, or of calling the only function. Code that is itself an
// arrow function is the script's function. What an enum or a decorated class is
// lowered to ends in an expression too: one whose value is undefined.
func makeFunction(ret *ast.ReturnStatement, fn *ast.ArrowFunctionLiteral) {
	block := fn.Body.(*ast.BlockStatement)
	block.List = withoutEmpty(block.List)
	if len(block.List) == 0 || returns(block.List) {
		return
	}
	last := len(block.List) - 1
	switch st := block.List[last].(type) {
	case *ast.ExpressionStatement:
		if arrow, ok := st.Expression.(*ast.ArrowFunctionLiteral); ok && last == 0 {
			ret.Argument = arrow
		} else {
			block.List[last] = &ast.ReturnStatement{Return: st.Idx0(), Argument: st.Expression}
		}
	case *ast.FunctionDeclaration:
		if last == 0 {
			block.List = append(block.List, callOf(st.Function.Name))
		}
	}
}

// callOf returns a statement that returns what the function gives for the input.
func callOf(name *ast.Identifier) ast.Statement {
	return &ast.ReturnStatement{Return: name.Idx, Argument: &ast.CallExpression{
		Callee:           &ast.Identifier{Name: name.Name, Idx: name.Idx},
		LeftParenthesis:  name.Idx,
		ArgumentList:     []ast.Expression{&ast.Identifier{Name: inputName, Idx: name.Idx}},
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
