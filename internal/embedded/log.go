package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
)

// serverLog hands the server's words to slog, and keeps the last complaint: the
// server reports why it cannot start in no other way.
type serverLog struct {
	to *slog.Logger

	mu    sync.Mutex // guards the fields below
	last  string
	fatal bool
}

func newLog(to *slog.Logger) *serverLog { return &serverLog{to: to} }

func (l *serverLog) reason() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == "" {
		return "it took too long"
	}
	return l.last
}

// gaveUp reports whether the server said that it cannot go on.
func (l *serverLog) gaveUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

func (l *serverLog) write(level slog.Level, format string, v []any) {
	text := fmt.Sprintf(format, v...)
	if level >= slog.LevelError {
		l.mu.Lock()
		l.last = text
		l.mu.Unlock()
	}
	l.to.Log(context.Background(), level, "nats server", "text", text)
}

// Noticef logs at the debug level: to our users the server is a detail.
func (l *serverLog) Noticef(format string, v ...any) { l.write(slog.LevelDebug, format, v) }

// Warnf logs a warning.
func (l *serverLog) Warnf(format string, v ...any) { l.write(slog.LevelWarn, format, v) }

// Fatalf logs an error. It ends nothing.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.write(slog.LevelError, format, v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fatal = true
}

// Errorf logs an error.
func (l *serverLog) Errorf(format string, v ...any) { l.write(slog.LevelError, format, v) }

// Debugf does nothing: the server's debug log is off.
func (l *serverLog) Debugf(string, ...any) {}

// Tracef does nothing: the server's trace is off.
func (l *serverLog) Tracef(string, ...any) {}
