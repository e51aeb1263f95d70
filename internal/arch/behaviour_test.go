package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every number of docs/BEHAVIOUR.md is checked by tests that exist and name it, or
// says why it is not met; and every number that a test names is there.
func TestBehaviourIsTested(t *testing.T) {
	t.Parallel()
	tests := behaviourTests(t)
	promised := map[string]bool{}
	last := 0
	for _, row := range behaviourRows(t) {
		if row.n <= last {
			t.Errorf("%d follows %d", row.n, last)
		}
		last = row.n
		number := fmt.Sprintf("B%03d", row.n)
		promised[number] = true
		named := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row.tests, -1)
		if len(named) == 0 && !strings.HasPrefix(strings.TrimSpace(row.tests), "not met: ") {
			t.Errorf("%d has no test, and does not say why it is not met", row.n)
		}
		itself := false
		for _, name := range named {
			if !slices.Contains(tests, name[1]) {
				t.Errorf("%d: there is no test %s", row.n, name[1])
			}
			itself = itself || strings.Contains(name[1], number)
		}
		if len(named) > 0 && !itself {
			t.Errorf("%d: none of its tests names it", row.n)
		}
	}
	for n := 1; n <= 339; n++ {
		given := n <= 214 && n != 146 && n != 192 && n != 193 || n >= 333
		if given && !promised[fmt.Sprintf("B%03d", n)] {
			t.Errorf("%d is missing", n)
		}
	}
	for _, name := range tests {
		for _, number := range regexp.MustCompile(`B\d{3}`).FindAllString(name, -1) {
			if !promised[number] {
				t.Errorf("%s is about %s, which is not promised", name, number)
			}
		}
	}
}

// behaviourRow is a row of the tables.
type behaviourRow struct {
	n     int
	tests string
}

func behaviourRows(t *testing.T) []behaviourRow {
	t.Helper()
	text, err := os.ReadFile("../../docs/BEHAVIOUR.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []behaviourRow
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, " | ")
		n, err := strconv.Atoi(strings.Trim(cells[0], "| "))
		if err != nil {
			continue
		}
		if len(cells) != 3 {
			t.Errorf("%d has %d cells, want 3", n, len(cells))
			continue
		}
		all = append(all, behaviourRow{n, strings.TrimSuffix(cells[2], "|")})
	}
	return all
}

// behaviourTests returns the tests of internal/e2e: TestX, and for its subtests whose
// names begin with a number TestX/B001.
func behaviourTests(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../e2e/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range strings.Split(string(text), "\nfunc ")[1:] {
			name, rest, _ := strings.Cut(body, "(t *testing.T)")
			if !regexp.MustCompile(`^Test\w+$`).MatchString(name) {
				continue
			}
			all = append(all, name)
			for _, sub := range regexp.MustCompile(`"(B\d{3}) `).FindAllStringSubmatch(rest, -1) {
				all = append(all, name+"/"+sub[1])
			}
		}
	}
	return all
}
