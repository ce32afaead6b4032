package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/internal/store"
)

type benchCmd struct {
	Chat        benchChatCmd        `cmd:"" help:"Latency of chat turns, beside a model asked directly."`
	Analysis    benchAnalysisCmd    `cmd:"" help:"Analysis of a workspace, computed and cached."`
	Ingest      benchIngestCmd      `cmd:"" help:"Events from POST to stored and resolved, beside a raw COPY of the same rows."`
	DummyData   benchDummyDataCmd   `cmd:"" name:"dummydata" help:"Generation of demo data, beside a raw COPY of the same rows."`
	Predictions benchPredictionsCmd `cmd:"" help:"Fit of a workspace's predictions, from its orders to what the API answers."`
	Segments    benchSegmentsCmd    `cmd:"" help:"Previews of rules, and the count of all segments."`
	Learning    benchLearningCmd    `cmd:"" help:"What choosing by what was learned costs, in simulated workspaces."`
}

// benchStore is Postgres, and Redis if asked for, with PulseHub's schema. Call stop at the end.
func benchStore(ctx context.Context, redis bool, conns int32) (s *store.Store, stack *devstack.Stack, dir string, stop func(), err error) {
	dir, removeDir, err := systemDir()
	if err != nil {
		return nil, nil, "", nil, err
	}
	fmt.Println("Starting Postgres …")
	stack, err = devstack.Start(ctx, devstack.Config{Dir: dir, Postgres: true, Redis: redis, Durable: true})
	if err != nil {
		removeDir()
		return nil, nil, "", nil, err
	}
	stop = func() {
		if s != nil {
			s.Close()
		}
		stack.Stop()
		removeDir()
	}
	if err = migrate(ctx, stack.DatabaseURL); err == nil {
		s, err = store.Open(ctx, stack.DatabaseURL, conns)
	}
	if err != nil {
		stop()
		return nil, nil, "", nil, err
	}
	return s, stack, dir, stop, nil
}

// benchSystem is a whole PulseHub as `make dev` runs it, with more in its environment. Call stop at the end.
func benchSystem(ctx context.Context, env map[string]string) (s *system, dir string, stop func(), err error) {
	dir, removeDir, err := systemDir()
	if err != nil {
		return nil, "", nil, err
	}
	program, err := os.Executable()
	if err == nil {
		fmt.Println("Starting Postgres, Redis, Temporal and PulseHub …")
		s, err = startSystem(ctx, systemConfig{Dir: dir, Program: program, TemporalYields: true, Env: env})
	}
	if err != nil {
		removeDir()
		return nil, "", nil, err
	}
	return s, dir, func() { s.Stop(); removeDir() }, nil
}

// quantile of unsorted values; zero for none.
func quantile[T cmp.Ordered](values []T, q float64) T {
	var zero T
	if len(values) == 0 {
		return zero
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func median[T cmp.Ordered](values []T) T { return quantile(values, 0.5) }

// cpuTime is what a process and its children have used so far (Linux; zero elsewhere).
func cpuTime(pid int) time.Duration {
	total := time.Duration(0)
	for _, p := range append(children(pid), pid) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
		if err != nil {
			continue
		}
		_, after, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(after)
		if len(fields) < 13 {
			continue
		}
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		total += time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 on Linux
	}
	return total
}

// ownCPUTime is what this process alone has used so far.
func ownCPUTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func children(pid int) []int {
	tasks, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var pids []int
	for _, s := range strings.Fields(string(tasks)) {
		if p, err := strconv.Atoi(s); err == nil {
			pids = append(pids, p)
			pids = append(pids, children(p)...)
		}
	}
	return pids
}
