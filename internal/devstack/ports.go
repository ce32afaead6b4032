package devstack

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// ports hands out free ports of the loopback address and remembers them in a file, so that addresses stay the same from
// run to run for as long as nobody else takes them.
type ports struct {
	mu    sync.Mutex
	path  string
	known map[string]int
	taken map[int]bool
	next  int
}

// The range is below the one from which Linux and macOS take the ports of outgoing connections. Each folder begins at
// its own place in it, so two checkouts that start at the same moment do not reach for the same port.
const (
	firstPort  = 20_000
	portsCount = 12_000
)

func openPorts(dir string) (*ports, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(dir))
	p := &ports{
		path:  filepath.Join(dir, "ports"),
		known: map[string]int{},
		taken: map[int]bool{},
		next:  int(h.Sum32() % portsCount),
	}
	text, err := os.ReadFile(p.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		name, number, _ := strings.Cut(strings.TrimSpace(line), "=")
		if port, err := strconv.Atoi(number); err == nil && port > 0 && port < 1<<16 {
			p.known[name] = port
		}
	}
	return p, nil
}

// take is a free port: the one remembered for name, else the preferred one (0 for none), else any.
func (p *ports) take(name string, preferred int) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, port := range []int{p.known[name], preferred} {
		if port != 0 && p.claim(name, port) {
			return port, p.save()
		}
	}
	for range portsCount {
		port := firstPort + p.next
		p.next = (p.next + 1) % portsCount
		if p.claim(name, port) {
			return port, p.save()
		}
	}
	return 0, fmt.Errorf("no port between %d and %d is free", firstPort, firstPort+portsCount)
}

func (p *ports) claim(name string, port int) bool {
	if p.taken[port] || !free(port) {
		return false
	}
	p.taken[port] = true
	p.known[name] = port
	return true
}

func (p *ports) save() error {
	var text strings.Builder
	for _, name := range sortedKeys(p.known) {
		fmt.Fprintf(&text, "%s=%d\n", name, p.known[name])
	}
	return writeFile(p.path, text.String(), 0o644)
}

// free tells whether nobody listens there, on the loopback address or on all.
func free(port int) bool {
	for _, host := range []string{"", "127.0.0.1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
