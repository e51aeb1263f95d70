package worker

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// self is this program, even when its file was replaced meanwhile.
func self() (string, error) { return "/proc/self/exe", nil }

// namespaces are those that a worker gets of its own where the system permits it.
const namespaces = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID |
	syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS | syscall.CLONE_NEWNS

// namespaceNames is what people read of them.
const namespaceNames = "namespaces (user, net, pid, ipc, uts, mount)"

// nobody is who a worker is in its own namespace.
const nobody = 65534

// attributes says how a worker is started.
func attributes(isolated bool) *syscall.SysProcAttr {
	if !isolated {
		return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	}
	return &syscall.SysProcAttr{
		Setpgid:     true, // a Ctrl-C is for the parent
		Pdeathsig:   syscall.SIGKILL,
		Cloneflags:  namespaces,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getgid(), Size: 1}},
	}
}

// canIsolate says that trying namespaces makes sense.
const canIsolate = true

// canBound says that memory and CPU time of a worker can be watched.
const canBound = true

// memoryOf returns the memory of a process that nobody shares with it, in bytes.
func memoryOf(pid int) (int64, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(text))
	if len(fields) < 3 {
		return 0, false
	}
	resident, err1 := strconv.ParseInt(fields[1], 10, 64)
	shared, err2 := strconv.ParseInt(fields[2], 10, 64)
	return (resident - shared) * int64(os.Getpagesize()), err1 == nil && err2 == nil
}

// cpuTime returns how long the process has computed.
func cpuTime(pid int) (time.Duration, bool) {
	var t unix.Timespec
	// The clock of another process, as clock_getcpuclockid(3) makes it: the process's
	// number inverted, and the kind CPUCLOCK_SCHED.
	if err := unix.ClockGettime(int32(^pid<<3|2), &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
