package devstack

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// newRedis keeps nothing on disk: PulseHub loses no data when Redis is lost, and development shows it.
// It answers with its address over TCP, and over its Unix socket where there is one.
func newRedis(dir string, port int) (_ *Service, address, local string, _ error) {
	program, err := findRedis()
	if err != nil {
		return nil, "", "", err
	}
	password, err := secret(filepath.Join(dir, "redis.password"))
	if err != nil {
		return nil, "", "", err
	}
	// The password is in a file, because other users of the machine can read command lines.
	file := filepath.Join(dir, "redis.conf")
	text := fmt.Sprintf("bind 127.0.0.1\nport %d\nrequirepass %s\nsave \"\"\nappendonly no\ndir %q\n", port, password, dir)
	host := "127.0.0.1:" + strconv.Itoa(port)
	address = fmt.Sprintf("redis://:%s@%s/0", password, host)
	local = address
	if socket := filepath.Join(dir, "redis.sock"); len(socket) <= longestSocketPath {
		text += fmt.Sprintf("unixsocket %q\nunixsocketperm 700\n", socket)
		local = (&url.URL{Scheme: "unix", User: url.UserPassword("", password), Path: socket, RawQuery: "db=0"}).String()
	}
	if err := writeFile(file, text, 0o600); err != nil {
		return nil, "", "", err
	}
	return &Service{dir: dir, spec: spec{
		name:   "redis",
		argv:   []string{program, file},
		ready:  func(ctx context.Context) error { return pingRedis(ctx, host, password) },
		orphan: syscall.SIGKILL,
		stop:   syscall.SIGTERM,
		grace:  5 * time.Second,
	}}, address, local, nil
}

// pingRedis speaks the two lines of the protocol that are needed, so that tests of other packages do not link a client.
func pingRedis(ctx context.Context, address, password string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\nPING\r\n", password); err != nil {
		return err
	}
	answers := bufio.NewReader(conn)
	for _, want := range []string{"+OK\r\n", "+PONG\r\n"} {
		line, err := answers.ReadString('\n')
		if err != nil {
			return err
		}
		if line != want {
			return fmt.Errorf("not a ready Redis: it answers %q", line)
		}
	}
	return nil
}
