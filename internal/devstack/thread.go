package devstack

import (
	"context"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// starts runs every start of a child on one thread that lives as long as the process. The kernel ties "your parent
// died" to the thread that forked, and Go ends threads when it likes.
var starts = sync.OnceValue(func() chan func() {
	queue := make(chan func())
	go func() {
		runtime.LockOSThread()
		for start := range queue {
			start()
		}
	}()
	return queue
})

func startOnLastingThread(cmd *exec.Cmd) error {
	done := make(chan error)
	starts() <- func() { done <- cmd.Start() }
	return <-done
}

// Command is exec.CommandContext for a program that must not outlive us: start it with StartTied. When ctx ends, its
// whole process group is asked to end, and its output is waited for a little longer.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = attributes(syscall.SIGKILL, nil)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// StartTied starts a command that was made by Command.
func StartTied(cmd *exec.Cmd) error { return startOnLastingThread(cmd) }
