//go:build !linux

package worker

// probe has nothing to try: there is no confinement here.
func probe() int { return 0 }
