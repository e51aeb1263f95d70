package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// spinForEver runs a script that never ends in two workers, with namespaces (where the
// system permits them) and without, and prints the numbers of their processes once both
// spin.
func spinForEver(path string) int {
	spin := make(spinning, 2)
	for _, isolated := range []bool{true, false} {
		p, err := NewPool(Config{Path: path, Spares: -1})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		w := p.idle[0]
		if !isolated {
			if w, err = start(context.Background(), p.cfg, p.life, false); err != nil {
				fmt.Println(err)
				return 1
			}
			p.idle = []*process{w}
		}
		go func() {
			_, err := p.Run(context.Background(), script(`console.log("spins"); for (;;);`), spin)
			fmt.Println(err)
			os.Exit(1)
		}()
		<-spin
		fmt.Println(w.cmd.Process.Pid)
	}
	select {}
}

// spinning is a host that hears what its script prints.
type spinning chan string

func (s spinning) Print(line string) { s <- line }

func (spinning) Turn(context.Context, []sandbox.Op) (sandbox.Event, error) {
	return sandbox.Event{}, errors.New("a script that spins has a turn")
}

// A worker ends with its parent even while it does not listen.
func TestWorkersEndWithTheirParent(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Args = []string{parentName, built.Path(t)}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var pids []int
	for len(pids) < 2 && lines.Scan() {
		pid, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("the parent said %q", lines.Text())
		}
		pids = append(pids, pid)
	}
	if err := cmd.Process.Kill(); err != nil || len(pids) < 2 {
		t.Fatalf("kill the parent of %v: %v", pids, err)
	}
	_ = cmd.Wait() // it was killed
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for slices.ContainsFunc(pids, alive) {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("one of the workers %v lives on without its parent", pids)
		}
	}
}

// alive reports whether a process runs; a zombie does not.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}
