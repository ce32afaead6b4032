package devstack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// writePidFile notes a process by id and start time, so that a later run never takes a stranger for it.
func writePidFile(path string, pid int) error {
	started, err := startTime(pid)
	if err != nil {
		return fmt.Errorf("noting process %d: %w", pid, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, fmt.Appendf(nil, "%d\n%s\n", pid, started), 0o644)
}

// readPidFile is the process that the file names, or 0 if that very process is no longer there.
func readPidFile(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	first, started, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || pid <= 1 {
		return 0
	}
	if now, err := startTime(pid); err != nil || now != strings.TrimSpace(started) {
		return 0
	}
	return pid
}

// endLeftovers ends what an earlier run under dir left running, and nothing else.
func endLeftovers(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "pids", "*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if pid := readPidFile(file); pid != 0 {
			// SIGINT is Postgres's fast shutdown, which may have much to write, and asks the others to end as well.
			if !signalUntilGone(file, pid, syscall.SIGINT, 30*time.Second) && !signalUntilGone(file, -pid, syscall.SIGKILL, 5*time.Second) {
				return fmt.Errorf("process %d (%s) of an earlier run does not end; end it and try again", pid, filepath.Base(file))
			}
		}
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func signalUntilGone(file string, target int, signal syscall.Signal, patience time.Duration) bool {
	_ = syscall.Kill(target, signal)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if readPidFile(file) == 0 {
			return true
		}
	}
	return false
}

// lock takes path for as long as the process lives, or returns errLocked. The kernel frees it however the process ends.
func lock(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errLocked
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return f, nil
}

var errLocked = errors.New("another process holds the lock")
