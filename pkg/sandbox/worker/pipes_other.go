//go:build !unix

package worker

import "os"

// pipes are those to the parent. There are no more than the standard ones here.
func pipes() (in, out, life *os.File, err error) { return os.Stdin, os.Stdout, nil, nil }

// canInherit says that a worker can be given more than the three standard pipes.
const canInherit = false
