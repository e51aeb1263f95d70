//go:build !unix

package worker

import (
	"io"
	"os"
)

// pipes are those to the parent.
func pipes() (in io.Reader, out io.Writer) { return os.Stdin, os.Stdout }
