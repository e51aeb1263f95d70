package main

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The script that the README shows is the one in examples, a few lines left out.
func TestReadmeShowsTheQuickstart(t *testing.T) {
	t.Parallel()
	readme, script := read(t, "../../README.md"), read(t, "../../examples/quickstart.ts")
	shown := regexp.MustCompile("(?s)```ts\n(.*?)```").FindStringSubmatch(readme)
	if shown == nil {
		t.Fatal("the README shows no script")
	}
	rest := script
	for _, line := range strings.Split(shown[1], "\n") {
		code, _, _ := strings.Cut(line, " //")
		if strings.HasPrefix(line, "//") || strings.TrimSpace(code) == "" {
			continue
		}
		_, after, ok := strings.Cut(rest, strings.TrimRight(code, " ")+"\n")
		if !ok {
			t.Errorf("the README's line %q is not in examples/quickstart.ts, or not in this order", line)
			continue
		}
		rest = after
	}
}

// The first command of the README, in process.
func TestReadmesFirstCommand(t *testing.T) {
	t.Parallel()
	if !strings.Contains(read(t, "../../README.md"), "\ngo run ./cmd/submit --embedded examples/quickstart.ts\n") {
		t.Fatal("the README has another first command: test that one")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var stdout, stderr strings.Builder
	status := patiently(ctx, []string{"--embedded", "--store-dir", t.TempDir(), "../../examples/quickstart.ts"},
		func(string) string { return "" }, strings.NewReader(""), &stdout, &stderr)
	var result struct {
		City          string `json:"city"`
		Total         int    `json:"total"`
		PaidInAttempt int    `json:"paidInAttempt"`
	}
	if err := json.Unmarshal([]byte(stdout.String()), &result); err != nil || status != 0 {
		t.Fatalf("status %d, %v\n%s\n%s", status, err, stdout.String(), stderr.String())
	}
	if result.City != "Paris" || result.Total != 420 || result.PaidInAttempt != 2 {
		t.Errorf("result %+v", result)
	}
	for _, want := range []string{"attempt 1 on ", "rate limited", "attempt 2 on ", "replayed", "completed in attempt 2"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, stderr.String())
		}
	}
	if n := strings.Count(stderr.String(), "log: found a flight"); n != 1 {
		t.Errorf("the line of the console is shown %d times, want once:\n%s", n, stderr.String())
	}
}
