package worker

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// spinForEver runs a script that never ends and prints the number of its process.
func spinForEver(path string) int {
	p, err := NewPool(Config{Path: path, Spares: -1})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(p.idle[0].cmd.Process.Pid)
	_, err = p.Run(context.Background(), script(`console.log("spins"); for (;;);`), &announcing{})
	fmt.Println(err)
	return 1
}

// announcing is a host that prints what its script prints.
type announcing struct{ echo }

func (*announcing) Print(line string) { fmt.Println(line) }

func TestSpinningWorkerEndsWithItsParent(t *testing.T) {
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
	var said []string
	for len(said) < 2 && lines.Scan() {
		said = append(said, lines.Text())
	}
	if len(said) < 2 || said[1] != "spins" {
		t.Fatalf("the parent said %q", said)
	}
	pid, err := strconv.Atoi(said[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("worker %d lives on without its parent", pid)
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
