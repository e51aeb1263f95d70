//go:build !unix

package worker

import "os"

// pipes are those to the parent.
func pipes() (in, out *os.File, err error) { return os.Stdin, os.Stdout, nil }
