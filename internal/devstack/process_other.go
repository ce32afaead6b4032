//go:build !linux

package devstack

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// attributes put the child in a process group of its own, so that Ctrl-C in the terminal reaches only us.
func attributes(_ syscall.Signal, user *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if user != nil {
		attr.Credential = &syscall.Credential{Uid: user.uid, Gid: user.gid}
	}
	return attr
}

// whenIdle has no counterpart here.
func whenIdle() []string { return nil }

// guard ends the child's process group when we die, even by SIGKILL: a shell waits on a pipe whose other end only we
// hold. It asks first, because Postgres must end its own children. release calls the guard off once the child is gone.
func guard(pid int) (release func()) {
	read, write, err := os.Pipe()
	if err != nil {
		return func() {} // the pid file still lets the next start end the child
	}
	id := strconv.Itoa(pid)
	cmd := exec.Command("/bin/sh", "-c",
		`trap "" INT TERM HUP; cat >/dev/null; kill -INT `+id+` 2>/dev/null; sleep 3; kill -KILL -`+id+` 2>/dev/null`)
	cmd.Stdin = read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = cmd.Start()
	_ = read.Close()
	if err != nil {
		_ = write.Close()
		return func() {}
	}
	return func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = write.Close()
	}
}

// startTime tells two processes that had the same id apart.
func startTime(pid int) (string, error) {
	out, err := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", os.ErrProcessDone
	}
	return strings.TrimSpace(string(out)), nil
}
