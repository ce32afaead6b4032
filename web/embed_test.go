package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func get(t *testing.T, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func built() http.Handler {
	return handler(fstest.MapFS{
		"index.html":           {Data: []byte("<!doctype html>app")},
		"favicon.svg":          {Data: []byte("<svg/>")},
		"assets/app-abc.js":    {Data: []byte("let a = 1")},
		"assets/app-abc.js.gz": {Data: []byte("gzipped")},
		"assets/app-abc.js.br": {Data: []byte("brotli")},
		".gitkeep":             {Data: nil},
	})
}

func TestHandler(t *testing.T) {
	h := built()
	for name, c := range map[string]struct {
		path, encoding               string
		status                       int
		body, cache, mime, gotCoding string
	}{
		"index":                  {"/", "", 200, "<!doctype html>app", revalidate, "text/html; charset=utf-8", ""},
		"page address":           {"/c/0199", "", 200, "<!doctype html>app", revalidate, "text/html; charset=utf-8", ""},
		"asset plain":            {"/assets/app-abc.js", "", 200, "let a = 1", immutable, "text/javascript; charset=utf-8", ""},
		"asset gzip":             {"/assets/app-abc.js", "gzip", 200, "gzipped", immutable, "text/javascript; charset=utf-8", "gzip"},
		"asset brotli":           {"/assets/app-abc.js", "gzip, deflate, br", 200, "brotli", immutable, "text/javascript; charset=utf-8", "br"},
		"brotli refused":         {"/assets/app-abc.js", "br;q=0, gzip;q=0.5", 200, "gzipped", immutable, "text/javascript; charset=utf-8", "gzip"},
		"asset of another build": {"/assets/app-old.js", "", 404, "Reload the page", revalidate, "text/plain; charset=utf-8", ""},
		"icon":                   {"/favicon.svg", "", 200, "<svg/>", aDay, "image/svg+xml", ""},
		"outside of dist":        {"/../embed.go", "", 200, "<!doctype html>app", revalidate, "text/html; charset=utf-8", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := get(t, h, c.path, "Accept-Encoding", c.encoding)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, c.status, c.body)
			}
			for header, want := range map[string]string{"Cache-Control": c.cache, "Content-Type": c.mime, "Content-Encoding": c.gotCoding} {
				if got := w.Header().Get(header); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
			if w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Error("security headers are missing")
			}
		})
	}
}

func TestHandlerRevalidates(t *testing.T) {
	h := built()
	first := get(t, h, "/")
	again := get(t, h, "/settings", "If-None-Match", first.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("unchanged index answered %d with %d bytes, want 304 with none", again.Code, again.Body.Len())
	}
	if gz, plain := get(t, h, "/assets/app-abc.js", "Accept-Encoding", "gzip"), get(t, h, "/assets/app-abc.js"); gz.Header().Get("ETag") == plain.Header().Get("ETag") {
		t.Error("two encodings of a file share an ETag")
	}
}

func TestHandlerRefusesWrites(t *testing.T) {
	w := httptest.NewRecorder()
	built().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST answered %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestHandlerWithoutBuild(t *testing.T) {
	w := get(t, handler(fstest.MapFS{".gitkeep": {}}), "/")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "make web") {
		t.Errorf("an unbuilt app answered %d %q", w.Code, w.Body)
	}
	if Handler() == nil {
		t.Error("the embedded app has no handler")
	}
}
