package devstack

import (
	"os/exec"
	"runtime"
	"sync"
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
