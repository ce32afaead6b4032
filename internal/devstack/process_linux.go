package devstack

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// attributes put the child in a process group of its own (Ctrl-C in the terminal reaches only us), and have the kernel
// end it when we die, even by SIGKILL.
func attributes(orphan syscall.Signal, user *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: orphan}
	if user != nil {
		attr.Credential = &syscall.Credential{Uid: user.uid, Gid: user.gid}
	}
	return attr
}

// whenIdle starts a program under the policy for background work, SCHED_IDLE: it never interrupts anybody, and whoever
// wakes up interrupts it at once. Niceness divides the time, but lets a process that is running finish its slice of some
// milliseconds. A process that sleeps often, as servers do, still has its turn within some milliseconds of a busy machine.
func whenIdle() []string {
	chrt, err := exec.LookPath("chrt") // of util-linux
	if err != nil {
		return nil
	}
	return []string{chrt, "--idle", "0"}
}

// guard has nothing to do where the kernel guards.
func guard(int) (release func()) { return func() {} }

// startTime tells two processes that had the same id apart: it is the process's start in clock ticks since boot.
func startTime(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The name, in parentheses, may hold anything; the fields after it are numbers and a state letter.
	_, rest, found := cutLast(string(stat), ")")
	fields := strings.Fields(rest)
	if !found || len(fields) < 20 {
		return "", fmt.Errorf("/proc/%d/stat has an unknown form", pid)
	}
	if fields[0] == "Z" {
		return "", os.ErrProcessDone
	}
	return fields[19], nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
