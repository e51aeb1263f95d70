package worker

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// BenchmarkSpawn is a worker from its start to ready, and its end.
func BenchmarkSpawn(b *testing.B) {
	p := pool(b, Config{})
	for b.Loop() {
		w, err := start(b.Context(), p.cfg, p.life, p.isolated)
		if err != nil {
			b.Fatal(err)
		}
		w.kill(ErrClosed)
		<-w.exited
		w.closePipes()
	}
}

// BenchmarkPass runs one script in a worker and in this process.
func BenchmarkPass(b *testing.B) {
	for _, calls := range []int{0, 10, 1000} {
		source := "for (let i = 0; i < " + strconv.Itoa(calls) + "; i++) await items.echo({ i });"
		for name, box := range map[string]sandbox.Sandbox{
			"worker":    pool(b, Config{}),
			"inprocess": sandbox.NewInProcess(sandbox.Config{}),
		} {
			b.Run("calls="+strconv.Itoa(calls)+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := box.Run(b.Context(), script(source), &echo{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkIdleMemory reports what an idle worker needs.
func BenchmarkIdleMemory(b *testing.B) {
	p := pool(b, Config{})
	var anonymous, resident float64
	for b.Loop() {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(p.idle[0].cmd.Process.Pid) + "/status")
		if err != nil {
			b.Fatal(err)
		}
		for line := range strings.Lines(string(status)) {
			fields := strings.Fields(line)
			if len(fields) < 2 {
				continue
			}
			n, _ := strconv.ParseFloat(fields[1], 64)
			switch fields[0] {
			case "RssAnon:":
				anonymous = n / 1024
			case "VmRSS:":
				resident = n / 1024
			}
		}
	}
	b.ReportMetric(anonymous, "MB-anonymous")
	b.ReportMetric(resident, "MB-resident")
}
