package sandbox

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// table is what console.table draws: rows of cells below their headings.
type table struct {
	columns []string
	rows    []map[string]string
	index   []string
	values  bool // some rows are no objects
}

const (
	indexColumn  = "(index)"
	valuesColumn = "Values"
)

// consoleTable shows a list of records in columns; anything else as log does.
func (p *pass) consoleTable(call goja.FunctionCall) goja.Value {
	data, ok := call.Argument(0).(*goja.Object)
	if ok {
		data = withoutProxy(data)
	}
	if !ok || data == nil {
		p.print("", p.formatted(call.Arguments))
		return goja.Undefined()
	}
	i := p.newInspector()
	i.depth = 0
	i.open = []*goja.Object{data} // cells are inside of it
	t := &table{}
	for _, key := range data.Keys() {
		if len(t.rows) == 1000 || i.budget <= 0 {
			break
		}
		t.add(i, key, i.own(data, p.rt.ToValue(key)))
	}
	if only, ok := call.Argument(1).(*goja.Object); ok {
		t.columns = nil
		for _, key := range only.Keys() {
			t.columns = append(t.columns, only.Get(key).String())
		}
		t.values = false
	}
	p.print("", t.String())
	return goja.Undefined()
}

func (t *table) add(i *inspector, key string, p property) {
	row := make(map[string]string)
	t.index = append(t.index, key)
	t.rows = append(t.rows, row)
	record, ok := p.value.(*goja.Object)
	if ok {
		record = withoutProxy(record)
	}
	if !ok || record == nil || record.ClassName() == "Function" {
		row[valuesColumn] = i.propertyText(p)
		t.values = true
		return
	}
	for _, column := range record.Keys() {
		if !slices.Contains(t.columns, column) {
			if len(t.columns) == 100 {
				return
			}
			t.columns = append(t.columns, column)
		}
		row[column] = i.propertyText(i.own(record, i.rt.ToValue(column)))
	}
}

func (t *table) String() string {
	headings := append([]string{indexColumn}, t.columns...)
	if t.values {
		headings = append(headings, valuesColumn)
	}
	lines := [][]string{headings}
	for k, row := range t.rows {
		cells := []string{t.index[k]}
		for _, column := range headings[1:] {
			cells = append(cells, row[column])
		}
		lines = append(lines, cells)
	}
	widths := make([]int, len(headings))
	for _, cells := range lines {
		for k, cell := range cells {
			widths[k] = max(widths[k], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	rule := func(left, middle, right string) {
		for k, width := range widths {
			if k > 0 {
				left = middle
			}
			b.WriteString(left + strings.Repeat("─", width+2))
		}
		b.WriteString(right)
	}
	rule("┌", "┬", "┐\n")
	for n, cells := range lines {
		for k, cell := range cells {
			b.WriteString("│ " + cell + strings.Repeat(" ", widths[k]-utf8.RuneCountInString(cell)+1))
		}
		b.WriteString("│\n")
		if n == 0 {
			rule("├", "┼", "┤\n")
		}
	}
	rule("└", "┴", "┘")
	return b.String()
}
