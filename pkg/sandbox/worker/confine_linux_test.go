package worker

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// attempts are what a process that was taken over might try. Each returns nil if it
// worked.
var attempts = map[string]func() error{
	"open a file":            func() error { _, err := os.Open("/etc/passwd"); return err },
	"write a file":           func() error { return os.WriteFile("/tmp/reprise-probe", nil, 0o600) },
	"listen":                 func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err },
	"send a datagram":        func() error { _, err := net.Dial("udp", "127.0.0.1:9"); return err },
	"connect a local socket": func() error { _, err := net.Dial("unix", "/run/x"); return err },
	"execute":                func() error { return exec.Command("/bin/true").Run() },
	"fork":                   func() error { return errnoOf(unix.SYS_CLONE, uintptr(unix.SIGCHLD)) },
	"signal the parent":      func() error { return unix.Kill(os.Getppid(), 0) },
	"signal the group":       func() error { return unix.Kill(0, 0) },
	"trace":                  func() error { return errnoOf(unix.SYS_PTRACE, 0) },
	"outlive the parent":     func() error { return unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0) },
	"new namespaces":         func() error { return unix.Unshare(unix.CLONE_NEWUTS) },
	"executable memory": func() error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
		return err
	},
	"make memory executable": func() error {
		m, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		if err != nil {
			return nil // the attempt failed in the wrong way: the test says so
		}
		return unix.Mprotect(m, unix.PROT_READ|unix.PROT_EXEC)
	},
	"raise a limit": func() error {
		return unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY})
	},
	"duplicate a descriptor": func() error { _, err := unix.Dup(1); return err },
	"open with io_uring":     func() error { return errnoOf(unix.SYS_IO_URING_SETUP, 1) },
}

// harmless must go on working after the confinement.
var harmless = map[string]func() error{
	"threads": func() error {
		// Each of them keeps its thread until all run.
		var all, running sync.WaitGroup
		all.Add(16)
		for range 16 {
			running.Go(func() {
				runtime.LockOSThread()
				all.Done()
				all.Wait()
			})
		}
		running.Wait()
		return nil
	},
	"memory": func() error {
		if b := make([]byte, 8<<20); len(b) == 0 {
			return syscall.ENOMEM
		}
		return nil
	},
	"timers": func() error { <-time.After(time.Millisecond); return nil },
}

func errnoOf(trap uintptr, arg uintptr) error {
	if _, _, errno := syscall.RawSyscall6(trap, arg, 0, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// probe confines this process and prints what each attempt gave.
func probe() int {
	if fd, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil || fd < pipeCount-1 {
		return 1 // there must be something to close
	}
	level, err := confine(256 << 20)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	got := map[string]string{"level": level, "environment": strconv.Itoa(len(os.Environ()))}
	for name, try := range attempts {
		got[name] = text(try())
	}
	for name, try := range harmless {
		got[name] = text(try())
	}
	out, err := json.Marshal(got)
	if err != nil {
		return 1
	}
	if _, err := os.Stdout.Write(out); err != nil {
		return 1
	}
	return 0
}

func TestConfinedProcessReachesNothing(t *testing.T) {
	t.Parallel()
	for _, isolated := range []bool{false, true} {
		t.Run(fmt.Sprintf("namespaces=%v", isolated), func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
			cmd.Args, cmd.Env, cmd.SysProcAttr = []string{probeName}, []string{}, attributes(isolated)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("probe: %v\n%s", err, out)
			}
			var got map[string]string
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got["level"] != "rlimits, seccomp" || got["environment"] != "0" {
				t.Errorf("level %q with %s variables, want rlimits and seccomp, and none", got["level"], got["environment"])
			}
			for name := range attempts {
				if e := got[name]; !strings.Contains(e, "not permitted") && !strings.Contains(e, "too many open files") {
					t.Errorf("%s: %q, want that it is not permitted", name, e)
				}
			}
			for name := range harmless {
				if got[name] != "" {
					t.Errorf("%s: %s", name, got[name])
				}
			}
		})
	}
}

func TestLevelOfConfinementIsSaid(t *testing.T) {
	t.Parallel()
	if got := pool(t, Config{}).Confinement(); !strings.HasPrefix(got, "confined: rlimits, seccomp") {
		t.Errorf("Confinement() = %q", got)
	} else {
		t.Log(got)
	}
}
