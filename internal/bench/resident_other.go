//go:build !linux

package bench

// resident returns the most memory that this process ever had, in bytes: what it has
// now cannot be told here.
func resident() int64 {
	_, memory := newUsage().read()
	return memory
}
