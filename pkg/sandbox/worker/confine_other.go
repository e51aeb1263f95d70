//go:build !linux

package worker

// confine does nothing: this system offers nothing that we use.
func confine(int64) (level string, err error) { return "", nil }
