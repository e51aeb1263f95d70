package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

func TestProgramOfOnesOwnRunsScriptsInWorkers(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "embed")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	if err != nil {
		t.Fatalf("run: %v\n%s", err, out)
	}
	want := "const price = await shop.price({ item: \"tea\" }); return price * 2 -> 8, <nil>\n" +
		"\"x\".repeat(2 ** 40) -> , memory limit exceeded\n"
	if string(out) != want {
		t.Errorf("it printed\n%s, want\n%s", out, want)
	}
}
