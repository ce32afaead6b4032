// Package web is the browser app: built by `make web` into dist and carried inside the binary.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Handler serves the app that was built into the binary. It is safe for concurrent use.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // dist is embedded above: only a wrong name can fail
	}
	return handler(files)
}

// csp allows what the app's own files need and nothing from elsewhere. Styles may be inline because the dialog and menu
// primitives write their scroll lock as a style element; scripts may not.
const csp = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const (
	immutable  = "public, max-age=31536000, immutable"
	aDay       = "public, max-age=86400"
	revalidate = "no-cache"
)

type server struct {
	files map[string]file
}

type file struct {
	body     []byte
	gzip, br []byte
	mime     string
	etag     string
	cache    string
}

// handler reads files once: they do not change while the program runs.
func handler(files fs.FS) http.Handler {
	s := server{files: map[string]file{}}
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, ".") || compressed(name) {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		f := file{body: body, mime: mimeOf(name), etag: hex.EncodeToString(sum[:8]), cache: cacheOf(name)}
		f.gzip = optional(files, name+".gz")
		f.br = optional(files, name+".br")
		s.files["/"+name] = f
		return nil
	})
	return s
}

// ServeHTTP answers a file by its name, and any other page address with index.html, whose router takes over.
func (s server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This address only answers GET.", http.StatusMethodNotAllowed)
		return
	}
	name := path.Clean("/" + r.URL.Path)
	f, ok := s.files[name]
	if !ok && strings.HasPrefix(name, "/assets/") {
		w.Header().Set("Cache-Control", revalidate)
		http.Error(w, "This file is of another version of PulseHub. Reload the page.", http.StatusNotFound)
		return
	}
	if !ok {
		f, ok = s.files["/index.html"]
	}
	if !ok {
		notBuilt(w)
		return
	}
	f.write(w, r)
}

func (f file) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", f.cache)
	body, etag := f.body, f.etag
	if f.br != nil || f.gzip != nil {
		h.Add("Vary", "Accept-Encoding")
	}
	switch {
	case f.br != nil && accepts(r, "br"):
		body, etag = f.br, etag+"-br"
		h.Set("Content-Encoding", "br")
	case f.gzip != nil && accepts(r, "gzip"):
		body, etag = f.gzip, etag+"-gz"
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", `"`+etag+`"`)
	if h.Get("Content-Encoding") != "" && r.Header.Get("Range") == "" {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

// accepts reads Accept-Encoding as far as browsers use it: a listed coding counts unless its weight is zero.
func accepts(r *http.Request, coding string) bool {
	for item := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, weighted := strings.Cut(strings.TrimSpace(item), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		return !weighted || err != nil || q > 0
	}
	return false
}

func cacheOf(name string) string {
	switch {
	case strings.HasPrefix(name, "assets/"): // the build puts a hash of the content in these names
		return immutable
	case name == "index.html":
		return revalidate
	}
	return aDay
}

func mimeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js": // not left to the machine's mime table, where a wrong entry would stop the app
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

func compressed(name string) bool {
	return strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".br")
}

func optional(files fs.FS, name string) []byte {
	body, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return body
}

func notBuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(notBuiltPage))
}

const notBuiltPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>PulseHub: the web app is not built</title>
<style>
  :root { color-scheme: light dark }
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto; padding: 0 1.5rem }
  code { padding: .15em .4em; border: 1px solid; border-radius: 6px }
</style>
<h1>The web app is not built yet</h1>
<p>The API is running. To see the app here, run <code>make web</code> and start PulseHub again.</p>
<p>The API's documentation is at <a href="/docs">/docs</a>.</p>
</html>
`
