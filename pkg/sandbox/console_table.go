package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// table is what console.table draws: rows of cells below their headings.
type table struct {
	columns []string
	rows    []map[string]string
	index   []string
	more    int  // rows that are not there
	values  bool // some rows are no objects
}

const (
	indexColumn  = "(index)"
	valuesColumn = "Values"
)

// The bounds of a table. What is drawn has at most inspectBytes, and the lines that end
// it: all cells of a column are as wide as the widest.
const (
	tableRows    = 1000
	tableColumns = 100
	tableWidth   = 2000 // characters of a line, shared by the columns
	leastCell    = 16   // of a cell, however many columns there are
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
	keys := data.Keys()
	for n, key := range keys {
		if n == tableRows || i.budget <= 0 {
			t.more = len(keys) - n
			break
		}
		t.add(i, key, i.own(data, p.rt.ToValue(key)))
	}
	if only, ok := call.Argument(1).(*goja.Object); ok {
		t.columns = nil
		named := only.Keys()
		for _, key := range named[:min(len(named), tableColumns)] {
			t.columns = append(t.columns, only.Get(key).String())
		}
		t.values = false
	}
	p.print("", t.String())
	return goja.Undefined()
}

func (t *table) add(i *inspector, key string, p property) {
	i.budget -= len(key)
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
			if len(t.columns) == tableColumns || i.budget <= 0 {
				return
			}
			i.budget -= len(column)
			t.columns = append(t.columns, column)
		}
		row[column] = i.propertyText(i.own(record, i.rt.ToValue(column)))
	}
}

func (t *table) String() string {
	lines := t.lines()
	widths := make([]int, len(lines[0]))
	most := max(leastCell, tableWidth/len(widths))
	for _, cells := range lines {
		for k, cell := range cells {
			cells[k] = clipCell(cell, most)
			widths[k] = max(widths[k], utf8.RuneCountInString(cells[k]))
		}
	}
	var b strings.Builder
	rule(&b, widths, "┌", "┬", "┐\n")
	more := t.more
	for n, cells := range lines {
		if b.Len() > inspectBytes {
			more += len(lines) - n
			break
		}
		for k, cell := range cells {
			b.WriteString("│ " + cell + strings.Repeat(" ", widths[k]-utf8.RuneCountInString(cell)+1))
		}
		b.WriteString("│\n")
		if n == 0 {
			rule(&b, widths, "├", "┼", "┤\n")
		}
	}
	rule(&b, widths, "└", "┴", "┘")
	switch {
	case more == 1:
		b.WriteString("\n... 1 more row")
	case more > 1:
		b.WriteString("\n... " + strconv.Itoa(more) + " more rows")
	}
	return b.String()
}

// lines are the headings and the rows.
func (t *table) lines() [][]string {
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
	return lines
}

// clipCell shortens a cell to at most n characters.
func clipCell(cell string, n int) string {
	if len(cell) <= n {
		return cell
	}
	if end := 4 * (n + 1); len(cell) > end { // do not look at all of it
		cell = cell[:end]
	}
	if utf8.RuneCountInString(cell) <= n {
		return cell
	}
	return clipRunes(cell, n-1)
}

// rule draws a line between the rows.
func rule(b *strings.Builder, widths []int, left, middle, right string) {
	for k, width := range widths {
		if k > 0 {
			left = middle
		}
		b.WriteString(left + strings.Repeat("─", width+2))
	}
	b.WriteString(right)
}
