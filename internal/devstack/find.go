package devstack

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// Missing is a program that has to be installed first.
type Missing struct {
	Program string // e.g. PostgreSQL 15 or later
	Found   string // what is there instead, if anything
}

func (m *Missing) Error() string {
	text := m.Program + " is not installed"
	if m.Found != "" {
		text = fmt.Sprintf("%s is needed and %s is installed", m.Program, m.Found)
	}
	return text + ": `make setup` installs it"
}

// The first major versions that will do.
const (
	OldestPostgres = 15
	OldestRedis    = 7
)

// postgresFolders are where packages put Postgres, which Debian keeps off the PATH.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/usr/pgsql-*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// findPostgres is the folder of the newest PostgreSQL that will do, or *Missing.
func findPostgres() (string, error) {
	best, version := "", 0
	consider := func(bin string) {
		if !exists(filepath.Join(bin, "initdb")) || !exists(filepath.Join(bin, "postgres")) {
			return
		}
		if v := postgresMajor(bin); v > version {
			best, version = bin, v
		}
	}
	for _, pattern := range postgresFolders {
		folders, _ := filepath.Glob(pattern)
		for _, folder := range folders {
			consider(folder)
		}
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			consider(filepath.Dir(path))
		}
	}
	missing := &Missing{Program: fmt.Sprintf("PostgreSQL %d or later", OldestPostgres)}
	switch {
	case version >= OldestPostgres:
		return best, nil
	case version > 0:
		missing.Found = fmt.Sprintf("PostgreSQL %d", version)
	}
	return "", missing
}

func postgresMajor(bin string) int { return major(filepath.Join(bin, "postgres"), "--version") }

// findRedis is the Redis server (or Valkey, which speaks the same), or *Missing.
func findRedis() (string, error) {
	missing := &Missing{Program: fmt.Sprintf("Redis %d or later", OldestRedis)}
	for _, name := range []string{"redis-server", "valkey-server"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version := major(path, "--version")
		if version >= OldestRedis {
			return path, nil
		}
		missing.Found = fmt.Sprintf("%s %d", name, version)
	}
	return "", missing
}

var number = regexp.MustCompile(`\d+`)

// major is the first number that the program says of itself, or 0.
func major(program string, args ...string) int {
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(number.FindString(string(out)))
	return n
}

// FindPostgres tells whether this machine has a PostgreSQL that will do; if not, the error is a *Missing.
func FindPostgres() error {
	_, err := findPostgres()
	return err
}

// FindRedis tells whether this machine has a Redis that will do; if not, the error is a *Missing.
func FindRedis() error {
	_, err := findRedis()
	return err
}

// chromiums are what browser tests can drive. CHROMIUM names another.
var chromiums = []string{
	"chromium", "chromium-browser", "google-chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// Chromium is the browser that tests drive, or *Missing.
func Chromium() (string, error) {
	for _, name := range append([]string{os.Getenv("CHROMIUM")}, chromiums...) {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path, nil
		}
	}
	return "", &Missing{Program: "Chromium"}
}

// FindChromium tells whether this machine has a browser for tests; if not, the error is a *Missing.
func FindChromium() error {
	_, err := Chromium()
	return err
}

// FindNginx tells whether this machine has nginx, which Debian keeps off the PATH; if not, the error is a *Missing.
func FindNginx() error {
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if _, err := exec.LookPath(name); err == nil {
			return nil
		}
	}
	return &Missing{Program: "nginx"}
}
