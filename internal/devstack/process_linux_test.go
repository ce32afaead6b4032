package devstack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStandingBack(t *testing.T) {
	const background = 5 // SCHED_IDLE
	for _, test := range []struct {
		spec         spec
		nice, policy int
	}{
		{spec{name: "equal"}, 0, 0},
		{spec{name: "nice", nice: 4}, 4, 0},
		{spec{name: "idle", nice: 4, idle: true}, 0, background},
	} {
		t.Run(test.spec.name, func(t *testing.T) {
			if test.spec.idle {
				if _, err := exec.LookPath("chrt"); err != nil {
					t.Fatal("this needs util-linux's chrt, which every Debian and Ubuntu has")
				}
			}
			test.spec.argv = []string{"sleep", "60"}
			s := &Service{dir: t.TempDir(), spec: test.spec}
			// The program it turns into is the process that was started, whose id the pid file has.
			s.spec.ready = func(context.Context) error {
				if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", s.PID())); err != nil || string(name) != "sleep\n" {
					return fmt.Errorf("it is still %q: %v", name, err)
				}
				return nil
			}
			s.spec.stop, s.spec.grace = syscall.SIGTERM, time.Second
			if err := s.Start(testContext(t)); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Stop)
			if nice, policy := priority(t, s.PID()); nice != test.nice || policy != test.policy {
				t.Errorf("nice is %d, want %d; policy is %d, want %d", nice, test.nice, policy, test.policy)
			}
		})
	}
}

// priority is fields 19 and 41 of proc_pid_stat(5).
func priority(t *testing.T, pid int) (nice, policy int) {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := cutLast(string(stat), ")")
	fields := strings.Fields(rest) // from the third on
	if _, err := fmt.Sscan(fields[19-3]+" "+fields[41-3], &nice, &policy); err != nil {
		t.Fatal(err)
	}
	return nice, policy
}
