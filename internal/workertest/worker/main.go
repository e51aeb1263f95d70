// Command worker is a worker process and nothing else: tests start it in the place of
// their own binary, which under the race detector needs too much memory.
package main

import (
	"fmt"
	"os"

	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

func main() {
	worker.Main()
	fmt.Fprintln(os.Stderr, "worker: this program is started by its parent only")
	os.Exit(2)
}
