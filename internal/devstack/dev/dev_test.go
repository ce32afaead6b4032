package dev

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulsehub/pulsehub/internal/config"
	"github.com/pulsehub/pulsehub/internal/devstack"
)

// helperVariable makes this test binary `pulsehub dev --services-only` in the folder that it names. Its arguments are the
// command to run.
const helperVariable = "PULSEHUB_DEV_HELPER"

func TestMain(m *testing.M) {
	state := os.Getenv(helperVariable)
	if state == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := Run(ctx, Config{State: state, ServicesOnly: true, Command: os.Args[1:]}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is `pulsehub dev` as a process of its own, with what it prints line by line.
type run struct {
	*exec.Cmd
	t     *testing.T
	state string
	lines chan string
}

func start(t *testing.T, state string, command ...string) *run {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], command...)
	cmd.Env = append(os.Environ(), helperVariable+"="+state)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &run{Cmd: cmd, t: t, state: state, lines: make(chan string, 1000)}
	go func() {
		defer close(r.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			r.lines <- s.Text()
		}
	}()
	return r
}

// await returns the first line that has the text.
func (r *run) await(text string) string {
	r.t.Helper()
	var seen []string
	for line := range r.lines {
		seen = append(seen, line)
		if strings.Contains(line, text) {
			return line
		}
	}
	r.t.Fatalf("it ended without printing %q:\n%s", text, strings.Join(seen, "\n"))
	return ""
}

// end waits for the process and returns its exit code. Nothing of its folder may then be running.
func (r *run) end() int {
	r.t.Helper()
	for range r.lines {
	}
	_ = r.Wait()
	out, err := exec.Command("ps", "-Awwo", "pid=,args=").Output()
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, r.state) {
			r.t.Errorf("left running: %s", strings.TrimSpace(line))
		}
	}
	return r.ProcessState.ExitCode()
}

func stateDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pulsehub-dev-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestInterruptLeavesNothingBehind(t *testing.T) {
	r := start(t, stateDir(t))
	r.await("Ctrl-C stops everything")
	if err := r.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := r.end(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestWhatDiesIsStartedAgain(t *testing.T) {
	r := start(t, stateDir(t))
	r.await("Ctrl-C stops everything")
	for _, name := range []string{"redis", "temporal", "postgres"} {
		text, err := os.ReadFile(filepath.Join(r.state, "pids", name))
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		pid, err := strconv.Atoi(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		r.await("✗ " + name + " ended")
		r.await("✓ " + name + " is back")
	}
	if err := r.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := r.end(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestKilledAndStartedAgain(t *testing.T) {
	state := stateDir(t)
	killed := start(t, state)
	killed.await("Ctrl-C stops everything")
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()

	again := start(t, state, "true")
	if code := again.end(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestCommandRunsInTheStack(t *testing.T) {
	r := start(t, stateDir(t), "sh", "-c", "echo database=$"+devstack.TestDatabaseVariable+" temporal=$"+devstack.TestTemporalVariable+"; exit 7")
	if line := r.await("database="); !strings.Contains(line, "database=postgres://") || strings.HasSuffix(line, "temporal=") {
		t.Errorf("the command's environment is %q", line)
	}
	if code := r.end(); code != 1 {
		t.Errorf("exit code %d after a command that failed, want 1", code)
	}
}

func TestEnvironmentFile(t *testing.T) {
	for _, v := range config.Variables() {
		t.Setenv(v.Name, "") // restored when the test ends
		if err := os.Unsetenv(v.Name); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("OPENAI_API_KEY", "it's a $key")
	t.Setenv("DATABASE_URL", "postgres://another-checkout")
	t.Setenv("LIMIT_MESSAGES_PER_USER", "7")
	file := filepath.Join(stateDir(t), "env")
	stack := &devstack.Stack{LocalDatabaseURL: "postgres://ours?a=1&host=/b", LocalRedisURL: "redis://ours", TemporalAddress: "127.0.0.1:1"}
	first, err := newEnvironment(stack, 8080, file)
	if err != nil {
		t.Fatal(err)
	}

	out, err := exec.Command("sh", "-c", "set -a; . "+file+"; exec env").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"OPENAI_API_KEY=it's a $key", "DATABASE_URL=postgres://ours?a=1&host=/b", "LIMIT_MESSAGES_PER_USER=7",
		"PULSEHUB_ENV=development", "HTTP_ADDR=127.0.0.1:8080", "AUTH_SIGNING_KEYS=" + first["AUTH_SIGNING_KEYS"],
	} {
		if !strings.Contains("\n"+string(out), "\n"+want+"\n") {
			t.Errorf("a shell that reads the file has no %s", want)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file with the keys can be read by others: %v %v", info.Mode(), err)
	}

	second, err := newEnvironment(stack, 8080, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AUTH_SIGNING_KEYS", "SEALING_KEYS"} {
		if second[name] != first[name] || first[name] == "" {
			t.Errorf("%s was %q and is %q", name, first[name], second[name])
		}
	}
	t.Setenv("TEMPORAL_API_KEY", "a cloud's")
	for _, line := range second.process() {
		if strings.HasPrefix(line, "TEMPORAL_API_KEY=") {
			t.Error("the caller's key for another Temporal server reaches ours")
		}
		if line == "DATABASE_URL=postgres://another-checkout" {
			t.Error("another checkout's database reaches ours")
		}
	}
	for _, line := range second.process() {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	if _, err := config.Load(); err != nil {
		t.Errorf("PulseHub does not start with it: %v", err)
	}
}

func TestProgressWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out}
	_, done := p.step("quick")
	done(nil)
	slow, slowDone := p.step("slow")
	slow.start = slow.start.Add(-3 * time.Second)
	slow.note("%d packages", 5)
	p.tellSlow()
	p.tellSlow() // not again so soon
	slowDone(fmt.Errorf("broken"))
	if want := "✓ quick\n… slow 3.0 s (5 packages)\n✗ slow\n"; out.String() != want {
		t.Errorf("printed\n%swant\n%s", out.String(), want)
	}
}
