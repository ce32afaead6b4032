package devstack

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser owns every database of the private cluster.
const superuser = "pulsehub"

// postgresSettings suit a laptop with two to eight cores that also runs everything else.
var postgresSettings = []string{
	"listen_addresses=127.0.0.1",
	"max_connections=300",
	"shared_buffers=256MB",
	"effective_cache_size=2GB",
	"work_mem=32MB",
	"maintenance_work_mem=256MB",
	"random_page_cost=1.1",
	"jit=off",
	"max_wal_size=4GB",
	"checkpoint_timeout=15min",
	"wal_compression=on",
	"wal_level=minimal", // nothing replicates from here
	"max_wal_senders=0",
	"synchronous_commit=on",
	"commit_delay=300",  // microseconds in which commits that come together share one flush, when at least
	"commit_siblings=3", // so many transactions are under way
	"timezone=UTC",
	"log_timezone=UTC",
	"log_checkpoints=off",
	"log_min_messages=warning",
}

// postgres is the private cluster under dir. durable is whether it survives the machine losing power; a test's cluster
// need only survive its processes being killed, which costs no fsync.
func newPostgres(dir string, port int, durable bool) (*Service, *postgres, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, nil, err
	}
	password, err := secret(filepath.Join(dir, "postgres.password"))
	if err != nil {
		return nil, nil, err
	}
	p := &postgres{bin: bin, data: filepath.Join(dir, "postgres"), owner: owner, password: password, port: port}
	argv := []string{filepath.Join(bin, "postgres"), "-D", filepath.Join(p.data, "data"), "-p", strconv.Itoa(port), "-k", p.sockets()}
	settings := slices.Clone(postgresSettings)
	if !durable {
		settings = append(settings, "fsync=off", "full_page_writes=off", "shared_buffers=128MB")
	}
	for _, setting := range settings {
		argv = append(argv, "-c", setting)
	}
	return &Service{dir: dir, spec: spec{
		name:    "postgres",
		argv:    argv,
		env:     append(os.Environ(), "LC_ALL="+locale(), "PGDATA="),
		dir:     "/",
		user:    owner,
		prepare: p.initialise,
		ready:   p.ready,
		orphan:  syscall.SIGINT, // as stop: a crash would cost the next start several seconds of recovery
		stop:    syscall.SIGINT, // closes connections, writes everything down
		grace:   30 * time.Second,
		retry:   15 * time.Second, // the children of one that was killed may hold its memory a moment longer
	}}, p, nil
}

type postgres struct {
	bin, data, password string
	owner               *account
	port                int
}

// sockets is the folder of its Unix socket, which costs half of what TCP does; "" where the path is too long for one.
func (p *postgres) sockets() string {
	if len(p.data+"/.s.PGSQL.65535") > longestSocketPath {
		return ""
	}
	return p.data
}

// longestSocketPath is what the kernels have room for, less what some of them need for themselves.
const longestSocketPath = 100

// localURL is url over the Unix socket where there is one.
func (p *postgres) localURL(database string) string {
	if p.sockets() == "" {
		return p.url(database)
	}
	return p.url(database) + "&host=" + url.QueryEscape(p.sockets())
}

// url is the address of one of its databases.
func (p *postgres) url(database string) string {
	return (&url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, p.password),
		Host:     "127.0.0.1:" + strconv.Itoa(p.port),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}).String()
}

// initialise makes the cluster, unless it is there. One that was interrupted while it was made is made anew.
func (p *postgres) initialise() error {
	data := filepath.Join(p.data, "data")
	if exists(filepath.Join(data, "PG_VERSION")) && !exists(filepath.Join(p.data, "unfinished")) {
		return p.sameVersion(data)
	}
	if err := p.owner.home(p.data); err != nil {
		return err
	}
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	for name, text := range map[string]string{"unfinished": "", "password": p.password} {
		path := filepath.Join(p.data, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
		if p.owner != nil {
			if err := os.Chown(path, int(p.owner.uid), int(p.owner.gid)); err != nil {
				return err
			}
		}
	}
	cmd := exec.Command(filepath.Join(p.bin, "initdb"), "-D", data, "-U", superuser, "--auth=password",
		"--pwfile="+filepath.Join(p.data, "password"), "--encoding=UTF8", "--locale="+locale(), "--no-sync")
	cmd.Dir = "/"
	cmd.SysProcAttr = attributes(syscall.SIGKILL, p.owner)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := startOnLastingThread(cmd); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("making the Postgres cluster: %w\n%s", err, out.String())
	}
	return os.Remove(filepath.Join(p.data, "unfinished"))
}

// sameVersion refuses a cluster that another major version made, which Postgres cannot read.
func (p *postgres) sameVersion(data string) error {
	made, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return err
	}
	if have := postgresMajor(p.bin); strconv.Itoa(have) != strings.TrimSpace(string(made)) {
		return fmt.Errorf("the data in %s was made by PostgreSQL %s and this is %d: install that version again, or start anew with `make clean-dev`",
			p.data, strings.TrimSpace(string(made)), have)
	}
	return nil
}

func (p *postgres) ready(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// createDatabase makes the database, unless it is there.
func (p *postgres) createDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	return err
}

// locale compares by code point and knows every letter's case, on either system.
func locale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}

// secret is a random password, made once and kept in the file.
func secret(path string) (string, error) {
	if text, err := os.ReadFile(path); err == nil && len(text) > 0 {
		return string(text), nil
	}
	text := rand.Text()
	return text, writeFile(path, text, 0o600)
}
