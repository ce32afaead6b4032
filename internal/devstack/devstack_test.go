package devstack

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// helperVariable makes this test binary a process that runs a stack in the folder it names, until it is ended.
const helperVariable = "PULSEHUB_DEVSTACK_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperVariable); dir != "" {
		helper(dir)
		return
	}
	os.Exit(m.Run())
}

func helper(dir string) {
	_, err := Start(context.Background(), Config{Dir: dir, Postgres: true, Redis: true})
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "up"), nil, 0o644); err != nil {
		panic(err)
	}
	select {}
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// stackDir is removed as the stack's own folders are, since Postgres may run as somebody else.
func stackDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "devstack-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(removeAll(filepath.Join(dir, "postgres")), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func start(t *testing.T, cfg Config) *Stack {
	t.Helper()
	s, err := Start(testContext(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func TestStopLeavesNothingBehind(t *testing.T) {
	dir := stackDir(t)
	s := start(t, Config{Dir: dir, Postgres: true, Redis: true})
	pids := []int{s.Postgres.PID(), s.Redis.PID()}
	for _, pid := range pids {
		if !alive(pid) {
			t.Fatalf("process %d is not there", pid)
		}
	}
	s.Stop()
	for _, pid := range pids {
		if alive(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
	if left := processesOf(t, dir); len(left) > 0 {
		t.Errorf("left running: %v", left)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "pids", "*")); len(files) > 0 {
		t.Errorf("pid files left: %v", files)
	}
}

func TestSecondStartOnTheSameFolderIsRefused(t *testing.T) {
	dir := stackDir(t)
	start(t, Config{Dir: dir, Redis: true})
	if _, err := Start(testContext(t), Config{Dir: dir, Redis: true}); !errors.Is(err, ErrRunning) {
		t.Errorf("error is %v, want ErrRunning", err)
	}
}

func TestAddressesStayTheSame(t *testing.T) {
	dir := stackDir(t)
	first := start(t, Config{Dir: dir, Redis: true})
	address := first.RedisURL
	first.Stop()
	second := start(t, Config{Dir: dir, Redis: true})
	if second.RedisURL != address {
		t.Errorf("the address was %s and is %s", address, second.RedisURL)
	}
	second.Stop()

	taken := listen(t, second.ports.known["redis"])
	defer taken.Close()
	third := start(t, Config{Dir: dir, Redis: true})
	if third.RedisURL == address {
		t.Errorf("the port of %s was given out though another process has it", address)
	}
}

func TestDataSurvivesEveryKill(t *testing.T) {
	ctx := testContext(t)
	s := start(t, Config{Dir: stackDir(t), Postgres: true})
	exec1(t, s.DatabaseURL, "CREATE TABLE kept (n int)")
	for n := range 3 {
		exec1(t, s.DatabaseURL, "INSERT INTO kept VALUES ("+strconv.Itoa(n)+")")
		before := s.Postgres.PID()
		s.Postgres.Kill()
		if s.Postgres.PID() != 0 || alive(before) {
			t.Fatal("Postgres lives after Kill")
		}
		if err := s.Postgres.Start(ctx); err != nil {
			t.Fatal(err)
		}
		if s.Postgres.PID() == before {
			t.Fatal("it is the same process")
		}
	}
	if got := count(t, s.DatabaseURL, "kept"); got != 3 {
		t.Errorf("%d rows were kept, want 3", got)
	}
}

func TestADeathThatNobodyAskedForIsTold(t *testing.T) {
	ctx := testContext(t)
	died := make(chan string, 1)
	s := start(t, Config{Dir: stackDir(t), Redis: true, OnDeath: func(_ *Service, cause string) { died <- cause }})
	if err := syscall.Kill(s.Redis.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case cause := <-died:
		if !strings.Contains(cause, "killed") {
			t.Errorf("the cause is %q", cause)
		}
	case <-ctx.Done():
		t.Fatal("nobody was told")
	}
	if err := s.Redis.Revive(ctx); err != nil {
		t.Fatal(err)
	}
	s.Redis.Stop()
	if err := s.Redis.Revive(ctx); !errors.Is(err, ErrStopped) {
		t.Errorf("a service that was stopped was revived: %v", err)
	}
}

// The supervisor is killed with no chance to clean up; everything it started ends, and the next start finds its data.
func TestKilledSupervisor(t *testing.T) {
	ctx := testContext(t)
	dir := stackDir(t)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), helperVariable+"="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the supervisor to be up", func() bool { return exists(filepath.Join(dir, "up")) })
	pids := []int{readPidFile(filepath.Join(dir, "pids", "postgres")), readPidFile(filepath.Join(dir, "pids", "redis"))}
	for _, pid := range pids {
		if !alive(pid) {
			t.Fatalf("process %d is not there", pid)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	s := start(t, Config{Dir: dir, Postgres: true, Redis: true})
	for _, pid := range pids {
		if alive(pid) {
			t.Errorf("process %d of the killed supervisor is still there", pid)
		}
	}
	if got := count(t, s.DatabaseURL, "pg_database"); got == 0 {
		t.Error("Postgres does not answer")
	}
}

// A pid file may outlive its process, and the id may since be another's: that one is left alone.
func TestStrangersAreLeftAlone(t *testing.T) {
	ctx := testContext(t)
	dir := stackDir(t)
	stranger := exec.CommandContext(ctx, "sleep", "60")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stranger.Process.Kill(); _ = stranger.Wait() })
	file := filepath.Join(dir, "pids", "redis")
	if err := writeFile(file, strconv.Itoa(stranger.Process.Pid)+"\nanother time\n", 0o644); err != nil {
		t.Fatal(err)
	}
	start(t, Config{Dir: dir, Redis: true})
	if !alive(stranger.Process.Pid) {
		t.Error("a process that was not ours was ended")
	}
}

func TestTemporalSurvivesItsDeathAndPostgres(t *testing.T) {
	ctx := testContext(t)
	s := start(t, Config{Dir: stackDir(t), Temporal: true})
	if err := s.NewNamespace(ctx, "another"); err != nil {
		t.Fatal(err)
	}
	// Search attributes that a run lacks are in no index, and one that it has is found by its own.
	visibility := strings.Replace(s.DatabaseURL, "/pulsehub?", "/temporal_visibility?", 1)
	if n := count(t, visibility, `pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[1]
		WHERE x.indrelid = 'executions_visibility'::regclass AND a.attgenerated = 's' AND x.indpred IS NULL`); n > 0 {
		t.Errorf("%d indexes hold rows without their attribute", n)
	}
	if plan := explain(t, visibility, `SELECT * FROM executions_visibility WHERE namespace_id = 'x' AND Keyword01 = 'y'
		ORDER BY COALESCE(close_time, '9999-12-31 23:59:59') DESC, start_time DESC, run_id LIMIT 10`); !strings.Contains(plan, "by_keyword_01") {
		t.Errorf("an attribute's index is not used:\n%s", plan)
	}
	for _, service := range []*Service{s.Temporal, s.Postgres} {
		service.Kill()
		if err := service.Start(ctx); err != nil {
			t.Fatal(err)
		}
		// Set-up finds what it made, and can make more.
		for _, name := range []string{Namespace, "another", "after-" + service.Name()} {
			if err := s.NewNamespace(ctx, name); err != nil {
				t.Errorf("after %s was killed: %v", service.Name(), err)
			}
		}
	}
}

func alive(pid int) bool {
	_, err := startTime(pid)
	return pid > 0 && err == nil
}

// processesOf are those that have the folder in their command line.
func processesOf(t *testing.T, dir string) []string {
	t.Helper()
	out, err := exec.Command("ps", "-Awwo", "pid=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, dir) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

func listen(t *testing.T, port int) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func until(t *testing.T, ctx context.Context, what string, done func() bool) {
	t.Helper()
	for every := time.Tick(20 * time.Millisecond); !done(); {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		case <-every:
		}
	}
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, url, table string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func explain(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), "EXPLAIN "+sql)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
