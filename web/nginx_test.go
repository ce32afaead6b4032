package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nginx runs the real nginx.conf, changed only in where things are, in front of that server, and returns its address.
func nginx(t *testing.T, upstream string) string {
	t.Helper()
	program := "nginx"
	if path, err := exec.LookPath(program); err == nil {
		program = path
	} else if program = "/usr/sbin/nginx"; !isFile(program) {
		t.Fatal("nginx is not installed: `make setup` installs it")
	}
	text, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"index.html": "<title>PulseHub</title>", "assets/app-1a2b.js": strings.Repeat("let a;\n", 500)} {
		path := filepath.Join(dir, "html", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mimes := filepath.Join(dir, "mime.types")
	if err := os.WriteFile(mimes, []byte("types { text/html html; text/javascript js; }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	conf := string(text)
	for _, change := range [][2]string{
		{"listen 80;", "listen " + address + ";"},
		{"server api:8080 resolve;", "server " + upstream + ";"},
		{"resolver 127.0.0.11 valid=5s;", ""}, // Docker's
		{"root /usr/share/nginx/html;", "root " + filepath.Join(dir, "html") + ";"},
		{"/etc/nginx/mime.types", mimes},
		{"/tmp/nginx.pid", filepath.Join(dir, "nginx.pid")},
		{"worker_processes auto;", "worker_processes 1; daemon off;" + asRoot()},
		{"access_log /dev/stdout brief;", "access_log " + filepath.Join(dir, "access.log") + " brief; client_body_temp_path " + dir + "/body; proxy_temp_path " + dir + "/proxy; fastcgi_temp_path " + dir + "/f; uwsgi_temp_path " + dir + "/u; scgi_temp_path " + dir + "/s;"},
	} {
		if strings.Count(conf, change[0]) != 1 {
			t.Fatalf("nginx.conf has %q %d times, want once", change[0], strings.Count(conf, change[0]))
		}
		conf = strings.Replace(conf, change[0], change[1], 1)
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "-t", "-p", dir, "-c", file).CombinedOutput(); err != nil {
		t.Fatalf("nginx does not accept its configuration: %s", out)
	}
	cmd := exec.CommandContext(t.Context(), program, "-p", dir, "-c", file)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return "http://" + address
		}
		if time.Now().After(deadline) {
			t.Fatal("nginx does not answer")
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// asRoot keeps nginx from becoming another user, who may not read a test's folder.
func asRoot() string {
	if os.Geteuid() == 0 {
		return " user root;"
	}
	return ""
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestNginx(t *testing.T) {
	next := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/api/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", n)
			w.(http.Flusher).Flush()
			<-next
		}
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"path":%q,"for":%q,"host":%q,"proto":%q,"pad":%q}`, r.URL.Path, r.Header.Get("X-Forwarded-For"), r.Host, r.Proto, strings.Repeat("x", 2000))
	})
	upstream := httptest.NewServer(mux)
	t.Cleanup(upstream.Close)
	base := nginx(t, strings.TrimPrefix(upstream.URL, "http://"))

	get := func(t *testing.T, path, accept string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		req.Header.Set("X-Forwarded-For", "203.0.113.9")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	const page, json = "text/html,application/xhtml+xml,*/*;q=0.8", "application/json"

	t.Run("each frame of a stream comes through at once", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if coding := res.Header.Get("Content-Encoding"); coding != "" {
			t.Fatalf("the stream is compressed (%s)", coding)
		}
		lines := bufio.NewReader(res.Body)
		for n := range 3 {
			line, err := lines.ReadString('\n')
			if err != nil || line != fmt.Sprintf("data: %d\n", n) {
				t.Fatalf("frame %d is %q, %v", n, line, err)
			}
			if _, err := lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			next <- struct{}{} // the next frame is sent only now
		}
	})

	for _, tc := range []struct {
		name, path, accept string
		body, cache        string
		page               bool
	}{
		{"the page", "/", page, "<title>PulseHub", "no-cache", true},
		{"a page of the app", "/campaigns", page, "<title>PulseHub", "no-cache", true},
		{"the API resource of the same name", "/campaigns", json, `"path":"/campaigns"`, "", false},
		{"the API under /api, whatever is accepted", "/api/campaigns", page, `"path":"/api/campaigns"`, "", false},
		{"its documents", "/docs", page, `"path":"/docs"`, "", false},
		{"a link from a message", "/t/c/token", page, `"path":"/t/c/token"`, "", false},
		{"an asset", "/assets/app-1a2b.js", "*/*", "let a;", "public, max-age=31536000, immutable", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res, body := get(t, tc.path, tc.accept)
			if res.StatusCode != http.StatusOK || !strings.Contains(body, tc.body) {
				t.Errorf("%s answers %d %.80q, want %q in it", tc.path, res.StatusCode, body, tc.body)
			}
			if got := res.Header.Get("Cache-Control"); got != tc.cache {
				t.Errorf("Cache-Control is %q, want %q", got, tc.cache)
			}
			want := ""
			if tc.page {
				want = csp
			}
			if got := res.Header.Get("Content-Security-Policy"); got != want {
				t.Errorf("Content-Security-Policy is %q, want %q", got, want)
			}
		})
	}

	t.Run("addresses that a client claims are dropped", func(t *testing.T) {
		_, body := get(t, "/api/x", json)
		if !strings.Contains(body, `"for":"127.0.0.1"`) || !strings.Contains(body, `"proto":"HTTP/1.1"`) {
			t.Errorf("passed on as %.120s", body)
		}
	})
	t.Run("metrics are not for the world", func(t *testing.T) {
		for _, path := range []string{"/metrics", "/api/metrics"} {
			if res, _ := get(t, path, json); res.StatusCode != http.StatusNotFound {
				t.Errorf("%s answers %d", path, res.StatusCode)
			}
		}
	})
	t.Run("an asset of another version is missing, not a page", func(t *testing.T) {
		if res, _ := get(t, "/assets/gone.js", "*/*"); res.StatusCode != http.StatusNotFound {
			t.Errorf("it answers %d", res.StatusCode)
		}
	})
}
