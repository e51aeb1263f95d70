package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that docs/GUARANTEES.md names exists in the package that it names.
func TestGuaranteesNameTestsThatExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/GUARANTEES.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, row := range strings.Split(string(text), "\n") {
		cells := strings.Split(row, "|")
		if len(cells) != 4 {
			continue
		}
		for _, group := range strings.Split(cells[2], ";") {
			pkg := regexp.MustCompile("`([a-z0-9/]+)`").FindStringSubmatch(group)
			for _, name := range regexp.MustCompile(`Test\w+`).FindAllString(group, -1) {
				named++
				if pkg == nil {
					t.Errorf("%s stands without its package", name)
				} else if !declares(t, filepath.Join("../..", pkg[1]), name) {
					t.Errorf("%s has no test %s", pkg[1], name)
				}
			}
		}
	}
	if named < 30 {
		t.Errorf("found %d tests in the table, want more: has its form changed?", named)
	}
}

// declares reports whether a test file of the package declares the test.
func declares(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
