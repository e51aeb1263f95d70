package crashtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/embedded"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector/config"
)

// The environment by which the test's own binary runs as something else.
const (
	envRole       = "CRASHTEST_ROLE"
	envURL        = "CRASHTEST_URL"
	envConnectors = "CRASHTEST_CONNECTORS"
	envPort       = "CRASHTEST_PORT"
	envStore      = "CRASHTEST_STORE"
)

func TestMain(m *testing.M) {
	var err error
	switch role := os.Getenv(envRole); role {
	case "":
		os.Exit(m.Run())
	case "executor":
		err = executorProcess()
	case "server":
		err = serverProcess()
	default:
		err = fmt.Errorf("no role %s", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func executorProcess() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	nc, err := nats.Connect(os.Getenv(envURL), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond), nats.Timeout(natstest.StartWait))
	if err != nil {
		return err
	}
	defer nc.Close()
	set, err := config.Load(os.Getenv(envConnectors), os.Getenv, config.Deps{Conn: nc})
	if err != nil {
		return err
	}
	return executor.Run(ctx, executor.Config{Conn: nc, Connectors: set, AckWait: takeover, DrainTimeout: -1, Grace: -1}, func(name string) {
		fmt.Fprintln(os.Stderr, "ready", name)
	})
}

func serverProcess() error {
	port, err := strconv.Atoi(os.Getenv(envPort))
	if err != nil {
		return err
	}
	s, err := embedded.Start(embedded.Config{Port: port, Listen: true, StoreDir: os.Getenv(envStore)})
	if err != nil {
		return err
	}
	defer s.Stop()
	fmt.Fprintln(os.Stderr, "ready", s.ClientURL())
	_, err = io.Copy(io.Discard, os.Stdin) // until the test ends
	return err
}

// child is a process that a test kills.
type child struct {
	cmd  *exec.Cmd
	gone sync.WaitGroup
}

// spawn starts a process and waits until it says that it is ready.
func spawn(t *testing.T, path string, args, env []string) *child {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), env...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	c := &child{cmd: cmd}
	t.Cleanup(c.kill)
	ready, said := make(chan bool, 1), new(logs)
	c.gone.Go(func() {
		for in := bufio.NewScanner(stderr); in.Scan(); {
			fmt.Fprintln(said, in.Text())
			if strings.Contains(in.Text(), "ready ") {
				select {
				case ready <- true:
				default:
				}
			}
		}
		_ = cmd.Wait()
		select {
		case ready <- false:
		default:
		}
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("process %d said:\n%s", cmd.Process.Pid, said)
		}
	})
	select {
	case ok := <-ready:
		if !ok {
			t.Fatalf("%s ended before it was ready: %s", path, said)
		}
	case <-time.After(natstest.StartWait):
		t.Fatalf("%s is not ready: %s", path, said)
	}
	return c
}

// spawnSelf starts the test's own binary in a role.
func spawnSelf(t *testing.T, role string, env ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return spawn(t, self, nil, append(env, envRole+"="+role))
}

// kill ends the process with SIGKILL, and returns when it is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	c.gone.Wait()
}
