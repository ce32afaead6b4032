package dev

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulsehub/pulsehub/internal/config"
	"github.com/pulsehub/pulsehub/internal/devstack"
)

// environment is what PulseHub's processes and everyone who joins the stack read.
type environment map[string]string

// defaults are development's. Anyone may sign up as often as a load test does, and chat as a hundred people do from one
// address; wrong passwords for one account are still counted.
var defaults = environment{
	"PULSEHUB_ENV":                    "development",
	"COOKIE_SECURE":                   "false",
	"LIMIT_SIGNUPS_PER_ADDRESS":       "1000",
	"LIMIT_LOGINS_PER_ADDRESS":        "1000",
	"LIMIT_FAILED_LOGINS_PER_ACCOUNT": "10",
	"LIMIT_MESSAGES_PER_USER":         "1000",
	"LIMIT_CONVERSATIONS_PER_ADDRESS": "5000",
}

// newEnvironment is for that stack and web port. What the caller set stays, but for the addresses of what the stack runs
// itself: those in the caller's environment may be another checkout's. Keys are made once and read back from the file.
func newEnvironment(s *devstack.Stack, port int, file string) (environment, error) {
	kept, err := readEnvironment(file)
	if err != nil {
		return nil, err
	}
	e := environment{}
	for _, v := range config.Variables() {
		value := v.Default
		if d, ok := defaults[v.Name]; ok {
			value = d
		}
		if set, ok := os.LookupEnv(v.Name); ok {
			value = set
		}
		if value != "" {
			e[v.Name] = value
		}
	}
	for _, name := range []string{"AUTH_SIGNING_KEYS", "SEALING_KEYS"} {
		switch {
		case os.Getenv(name) != "":
		case kept[name] != "":
			e[name] = kept[name]
		default:
			e[name] = newKey()
		}
	}
	e["HTTP_ADDR"] = fmt.Sprintf("127.0.0.1:%d", port)
	e["PUBLIC_URL"] = fmt.Sprintf("http://localhost:%d", port)
	e["DATABASE_URL"] = s.LocalDatabaseURL
	e["REDIS_URL"] = s.LocalRedisURL
	e["TEMPORAL_ADDRESS"] = s.TemporalAddress
	e["TEMPORAL_NAMESPACE"] = devstack.Namespace
	return e, e.write(file)
}

// newKey is 32 random bytes under the key id dev, in the form of AUTH_SIGNING_KEYS and SEALING_KEYS.
func newKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "dev:" + base64.StdEncoding.EncodeToString(key)
}

// process is the environment of a process that joins the stack: the caller's, with ours over it. The caller's settings
// for another Temporal server (Temporal Cloud's key, say) are left out.
func (e environment) process() []string {
	all := environment{}
	for _, line := range os.Environ() {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, "TEMPORAL_") {
			all[name] = value
		}
	}
	maps.Copy(all, e)
	lines := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, name+"="+all[name])
	}
	return lines
}

// write makes a file that a shell can read: `set -a; . FILE`. Only its owner can, as it has keys.
func (e environment) write(file string) error {
	var b strings.Builder
	b.WriteString("# Written by `make dev` at each start. To join the running stack: set -a; . .pulsehub/env\n")
	for _, name := range slices.Sorted(maps.Keys(e)) {
		fmt.Fprintf(&b, "%s='%s'\n", name, strings.ReplaceAll(e[name], "'", `'\''`))
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	tmp := file + ".new"
	if err := os.WriteFile(tmp, []byte(b.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}

func readEnvironment(file string) (environment, error) {
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e := environment{}
	for line := range strings.Lines(string(text)) {
		name, quoted, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "='")
		if ok {
			e[name] = strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), `'\''`, "'")
		}
	}
	return e, nil
}
