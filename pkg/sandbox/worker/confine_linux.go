package worker

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// confine takes away from this process whatever no script needs, for good, and says
// what that was. limit is how much memory a pass may use.
func confine(limit int64) (level string, err error) {
	<-time.After(time.Nanosecond) // the poller of the Go runtime needs its descriptors before they are forbidden
	// When the system runs out of memory it is to end a worker, not the executor.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // where it can be said
	if err := closeOthers(); err != nil {
		return "", fmt.Errorf("close descriptors: %w", err)
	}
	if err := limitResources(limit); err != nil {
		return "", fmt.Errorf("set resource limits: %w", err)
	}
	level = "rlimits"
	if !seccomp.Supported() {
		return level, nil
	}
	// The filter is set for one thread and copied to the others.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := seccomp.LoadFilter(filter()); err != nil {
		return "", fmt.Errorf("load seccomp filter: %w", err)
	}
	return level + ", seccomp", nil
}

// closeOthers closes what was inherited by mistake: all but the pipes and the
// poller's.
func closeOthers() error {
	dir, err := os.Open("/proc/self/fd")
	if errors.Is(err, os.ErrNotExist) {
		return nil // no /proc; the descriptors of Go programs are not inherited anyway
	}
	if err != nil {
		return err
	}
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	if err := dir.Close(); err != nil {
		return err
	}
	for _, name := range names {
		fd, err := strconv.Atoi(name)
		if err != nil || fd < pipeCount {
			continue
		}
		target, err := os.Readlink("/proc/self/fd/" + name)
		if err == nil && !strings.HasPrefix(target, "anon_inode:[event") {
			_ = unix.Close(fd)
		}
	}
	return nil
}

// limitResources sets the limits that hold even for allocations between two looks of
// the watchdog, and for a process that was taken over.
func limitResources(memory int64) error {
	size, data, err := spaceBytes()
	if err != nil {
		return err
	}
	for _, r := range []struct {
		which int
		most  uint64
	}{
		{unix.RLIMIT_DATA, uint64(data + 2*memory)},
		{unix.RLIMIT_AS, uint64(size + 2*memory + addressRoom)}, // for the tables of pages, which are no data
		{unix.RLIMIT_NOFILE, pipeCount},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_MEMLOCK, 0},
	} {
		if err := unix.Setrlimit(r.which, &unix.Rlimit{Cur: r.most, Max: r.most}); err != nil {
			return fmt.Errorf("limit %d: %w", r.which, err)
		}
	}
	return nil
}

// addressRoom is how much of its address space a worker may use beside its memory: the
// Go runtime reserves some, and the C library, in programs with cgo, for every thread.
// What it costs at the most are the tables of pages, a five-hundredth of it.
const addressRoom = 8 << 30

// spaceBytes is what the process counts against RLIMIT_AS and RLIMIT_DATA now.
func spaceBytes() (size, data int64, err error) {
	text, err := os.ReadFile("/proc/self/statm")
	if errors.Is(err, os.ErrNotExist) {
		return 2 << 30, 128 << 20, nil // more than a new process has
	}
	if err != nil {
		return 0, 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 6 {
		return 0, 0, fmt.Errorf("parse statm: %q", text)
	}
	all, err1 := strconv.ParseInt(fields[0], 10, 64)
	own, err2 := strconv.ParseInt(fields[5], 10, 64)
	page := int64(os.Getpagesize())
	return all * page, own * page, errors.Join(err1, err2)
}

// allowed are the system calls that the Go runtime makes while it runs a script.
var allowed = []string{
	// The pipes. There is nothing else to read or write, and no way to open it.
	"read", "write", "poll", "ppoll", "close",
	// Memory.
	"munmap", "madvise", "mremap", "brk", "mincore",
	// Threads of this process.
	"futex", "sched_yield", "sched_getaffinity", "gettid", "getpid", "exit", "exit_group", "restart_syscall", "set_robust_list", "rseq",
	// Signals within this process, which preempt what runs too long.
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
	// The poller and the clock.
	"epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_ctl", "nanosleep", "clock_nanosleep", "clock_gettime", "gettimeofday",
	// Seeds of maps.
	"getrandom",
}

// filter allows what the Go runtime needs, and answers "not permitted" to the rest.
func filter() seccomp.Filter {
	self := uint64(os.Getpid())
	names := known(allowed)
	return seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionErrno,
			Syscalls: []seccomp.SyscallGroup{
				{Action: seccomp.ActionAllow, Names: names},
				// Its flags are out of sight; libc takes clone where there is none.
				{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: known([]string{"clone3"})},
				{Action: seccomp.ActionAllow, NamesWithCondtions: []seccomp.NameWithConditions{
					// No page becomes executable.
					{Name: "mmap", Conditions: []seccomp.Condition{
						{Argument: 2, Operation: seccomp.BitsNotSet, Value: unix.PROT_EXEC},
						// What is shared counts against no limit.
						{Argument: 3, Operation: seccomp.BitsNotSet, Value: unix.MAP_SHARED | unix.MAP_HUGETLB},
					}},
					{Name: "mprotect", Conditions: []seccomp.Condition{{Argument: 2, Operation: seccomp.BitsNotSet, Value: unix.PROT_EXEC}}},
					// Threads, no processes.
					{Name: "clone", Conditions: []seccomp.Condition{{Argument: 0, Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD}}},
					{Name: "tgkill", Conditions: []seccomp.Condition{{Argument: 0, Operation: seccomp.Equal, Value: self}}},
				}},
			},
		},
	}
}

// known leaves out what this architecture does not have.
func known(names []string) []string {
	info, err := arch.GetInfo("")
	if err != nil {
		return names
	}
	var have []string
	for _, name := range names {
		if _, ok := info.SyscallNames[name]; ok {
			have = append(have, name)
		}
	}
	return have
}
