package devstack

import (
	"fmt"
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

const (
	oldestPostgres = 15
	oldestRedis    = 7
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
	missing := &Missing{Program: fmt.Sprintf("PostgreSQL %d or later", oldestPostgres)}
	switch {
	case version >= oldestPostgres:
		return best, nil
	case version > 0:
		missing.Found = fmt.Sprintf("PostgreSQL %d", version)
	}
	return "", missing
}

func postgresMajor(bin string) int { return major(filepath.Join(bin, "postgres"), "--version") }

// findRedis is the Redis server (or Valkey, which speaks the same), or *Missing.
func findRedis() (string, error) {
	missing := &Missing{Program: fmt.Sprintf("Redis %d or later", oldestRedis)}
	for _, name := range []string{"redis-server", "valkey-server"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version := major(path, "--version")
		if version >= oldestRedis {
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
