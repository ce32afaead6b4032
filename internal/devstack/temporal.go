package devstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Namespace is PulseHub's, in every stack.
const Namespace = "pulsehub"

// temporal runs the binary of tools/temporal on temporal-config.
type temporal struct {
	program string // tools/temporal, built
	config  string // temporal-config
	address string // host:port of the frontend
	web     string // http://host:port of the frontend's HTTP API
	env     []string
}

// newTemporal is the server on that Postgres. Its schema and namespace are brought up to date around its start.
// With yields it stands back for everything else.
func newTemporal(dir, program, config string, yields bool, db *postgres, take func(name string, known int) (int, error)) (*Service, *temporal, error) {
	env := append(os.Environ(),
		"TEMPORAL_SQL_ADDRESS=127.0.0.1:"+strconv.Itoa(db.port),
		"TEMPORAL_SQL_USER="+superuser,
		"TEMPORAL_SQL_PASSWORD="+db.password,
		"TEMPORAL_SQL_SOCKETS="+db.sockets(),
		"TEMPORAL_SQL_MAX_CONNS="+strconv.Itoa(2*runtime.NumCPU()),
		"TEMPORAL_BIND_IP=127.0.0.1",
	)
	frontend, web := 0, 0
	for _, p := range []struct {
		name, variable string
		known          int
		port           *int
	}{
		{"temporal", "TEMPORAL_FRONTEND_PORT", 7233, &frontend},
		{"temporal-http", "TEMPORAL_FRONTEND_HTTP_PORT", 0, &web},
		{"temporal-frontend-membership", "TEMPORAL_FRONTEND_MEMBERSHIP_PORT", 0, new(int)},
		{"temporal-history", "TEMPORAL_HISTORY_PORT", 0, new(int)},
		{"temporal-history-membership", "TEMPORAL_HISTORY_MEMBERSHIP_PORT", 0, new(int)},
		{"temporal-matching", "TEMPORAL_MATCHING_PORT", 0, new(int)},
		{"temporal-matching-membership", "TEMPORAL_MATCHING_MEMBERSHIP_PORT", 0, new(int)},
		{"temporal-worker", "TEMPORAL_WORKER_PORT", 0, new(int)},
		{"temporal-worker-membership", "TEMPORAL_WORKER_MEMBERSHIP_PORT", 0, new(int)},
	} {
		port, err := take(p.name, p.known)
		if err != nil {
			return nil, nil, err
		}
		*p.port = port
		env = append(env, fmt.Sprintf("%s=%d", p.variable, port))
	}
	t := &temporal{
		program: program,
		config:  config,
		address: "127.0.0.1:" + strconv.Itoa(frontend),
		web:     "http://127.0.0.1:" + strconv.Itoa(web),
	}
	t.env = append(env, "TEMPORAL_ADDRESS="+t.address)
	return &Service{dir: dir, spec: spec{
		name:   "temporal",
		argv:   []string{program, "server", config},
		env:    t.env,
		nice:   4, // what it writes is as durable a moment later; a reader waits for the others with every token
		idle:   yields,
		ready:  t.ready,
		orphan: syscall.SIGKILL, // everything that matters is in Postgres
		stop:   syscall.SIGTERM,
		grace:  5 * time.Second,
	}}, t, nil
}

// newTemporalUI is the Web UI of that server.
func newTemporalUI(dir string, t *temporal, port int) (*Service, string) {
	address := "127.0.0.1:" + strconv.Itoa(port)
	return &Service{dir: dir, spec: spec{
		name:   "temporal-ui",
		argv:   []string{t.program, "ui", t.config},
		env:    append(t.env, "TEMPORAL_UI_PORT="+strconv.Itoa(port), "TEMPORAL_NAMESPACE="+Namespace),
		ready:  dials(address),
		orphan: syscall.SIGKILL,
		stop:   syscall.SIGTERM,
		grace:  2 * time.Second,
	}}, "http://" + address
}

// schema makes and upgrades the server's databases.
func (t *temporal) schema(ctx context.Context) error { return t.run(ctx, "schema") }

// setUp makes that namespace with its search attributes, and waits until it can be used.
func (t *temporal) setUp(ctx context.Context, namespace string) error {
	return t.run(ctx, "setup", t.config, namespace)
}

func (t *temporal) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, t.program, args...)
	cmd.Env = t.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("temporal %s: %w\n%s", args[0], err, out)
	}
	return nil
}

// ready asks the frontend for the system's own namespace, which it answers once it can read its database.
func (t *temporal) ready(ctx context.Context) error {
	return t.get(ctx, "/api/v1/namespaces/temporal-system", nil)
}

// polled tells whether a worker has asked for tasks of that queue since a moment.
func (t *temporal) polled(ctx context.Context, namespace, queue string, since time.Time) error {
	var queueState struct {
		Pollers []struct {
			LastAccessTime time.Time `json:"lastAccessTime"`
		} `json:"pollers"`
	}
	if err := t.get(ctx, "/api/v1/namespaces/"+namespace+"/task-queues/"+queue, &queueState); err != nil {
		return err
	}
	for _, p := range queueState.Pollers {
		if p.LastAccessTime.After(since) {
			return nil
		}
	}
	return errors.New("no worker has asked for work yet")
}

// get asks the frontend's HTTP API, and reads its answer into out unless that is nil.
func (t *temporal) get(ctx context.Context, path string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.web+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New("Temporal answers " + resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// dials tells whether somebody listens there.
func dials(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	}
}

// temporalProgram is where the binary of tools/temporal is built to.
func temporalProgram(root string) string { return filepath.Join(root, ".pulsehub", "bin", "temporal") }
