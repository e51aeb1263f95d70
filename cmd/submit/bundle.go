package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/reprise-run/reprise/internal/bundle"
	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/execution"
)

// bundled returns the code with what it imports, in one source. Imports of a file
// are relative to it, all others to the working directory. file is empty for code
// that has none; from stands for it in errors.
func bundled(file, from, code string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", cli.Misuse("find the working directory: %w", err)
	}
	s := bundle.Script{Text: code, Name: from, Dir: dir, Limit: execution.MaxSourceBytes}
	if file != "" {
		if s.Path, err = filepath.Abs(file); err != nil {
			return "", cli.Misuse("find %s: %w", file, err)
		}
	}
	b, err := bundle.Make(s)
	var bad *bundle.Error
	switch {
	case errors.As(err, &bad):
		return "", cli.Fail(cli.Usage, bad.Hint, bad)
	case err != nil:
		return "", cli.Fail(cli.Usage, "", fmt.Errorf("bundle %s: %w", from, err))
	}
	return b.Text, nil
}
