package main

import "testing"

// The help lists each command once.
func TestEachCommandIsThereOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range (&app{}).root().Commands() {
		if seen[c.Name()] {
			t.Errorf("the command %s is there twice", c.Name())
		}
		seen[c.Name()] = true
	}
}
