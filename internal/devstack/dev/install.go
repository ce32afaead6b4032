package dev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/pulsehub/pulsehub/internal/devstack"
)

// requirement is a program that PulseHub needs on the machine, and where to get it.
type requirement struct {
	find func() error // nil, or *devstack.Missing
	apt  string
	brew string
	// oldest is the first major version that will do, checked before a package is installed.
	oldest int
}

var (
	needPostgres = requirement{devstack.FindPostgres, "postgresql", "postgresql@17", devstack.OldestPostgres}
	needRedis    = requirement{devstack.FindRedis, "redis-server", "redis", devstack.OldestRedis}
	needChromium = requirement{devstack.FindChromium, "chromium", "--cask chromium", 0}
	needNginx    = requirement{devstack.FindNginx, "nginx-light", "nginx", 0}
)

// install gets what is missing from the system's packages, and asks for the password where that needs one.
func (d *dev) install(ctx context.Context, needs ...requirement) error {
	var missing []requirement
	var names []string
	for _, need := range needs {
		err := need.find()
		var m *devstack.Missing
		if err == nil {
			continue
		}
		if !errors.As(err, &m) {
			return err
		}
		missing, names = append(missing, need), append(names, m.Program)
	}
	if len(missing) == 0 {
		return nil
	}
	pick := func(name func(requirement) string) []string {
		var packages []string
		for _, need := range missing {
			packages = append(packages, strings.Fields(name(need))...)
		}
		return packages
	}
	what := strings.Join(names, " and ")
	var err error
	switch {
	case has("apt-get"):
		err = d.installWithApt(ctx, what, missing, pick(func(r requirement) string { return r.apt }))
	case has("brew"):
		err = d.progress.do("Installing "+what, func(*task) error {
			return d.logged(ctx, "brew", append([]string{"install"}, pick(func(r requirement) string { return r.brew })...)...)
		})
	default:
		return fmt.Errorf("%s must be installed, and this machine has neither apt-get nor brew: install it with your system's packages and run this again", what)
	}
	if err != nil {
		return err
	}
	for _, need := range missing {
		if err := need.find(); err != nil {
			return fmt.Errorf("after installing %s: %w", what, err)
		}
	}
	return nil
}

func (d *dev) installWithApt(ctx context.Context, what string, missing []requirement, packages []string) error {
	root, err := d.asRoot(what, packages)
	if err != nil {
		return err
	}
	apt := func(args ...string) error {
		command := append(root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120")
		command = append(command, args...)
		return d.logged(ctx, command[0], command[1:]...)
	}
	return d.progress.do("Installing "+what, func(t *task) error {
		t.note("package lists")
		if err := apt("update"); err != nil {
			return err
		}
		for _, need := range missing {
			if offered := aptOffers(need.apt); offered < need.oldest {
				return fmt.Errorf("%s is needed in version %d or later, and this system's package has %d: install a newer one (for PostgreSQL, https://wiki.postgresql.org/wiki/Apt) and run this again",
					need.apt, need.oldest, offered)
			}
		}
		t.note("%s", strings.Join(packages, ", "))
		return apt(append([]string{"install", "-y", "--no-install-recommends"}, packages...)...)
	})
}

// asRoot is what to put before a command that only root may run.
func (d *dev) asRoot(what string, packages []string) ([]string, error) {
	if os.Geteuid() == 0 {
		return nil, nil
	}
	byHand := "sudo apt-get install " + strings.Join(packages, " ")
	if !has("sudo") {
		return nil, fmt.Errorf("%s must be installed and there is no sudo here: have root run `%s`", what, strings.TrimPrefix(byHand, "sudo "))
	}
	if exec.Command("sudo", "-n", "true").Run() == nil {
		return []string{"sudo", "-n"}, nil
	}
	if info, err := os.Stdin.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, fmt.Errorf("%s must be installed, which needs your password: run `%s` first", what, byHand)
	}
	d.progress.say("%s will be installed (%s).", what, byHand)
	ask := exec.Command("sudo", "-v")
	ask.Stdin, ask.Stdout, ask.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := ask.Run(); err != nil {
		return nil, fmt.Errorf("%s was not installed: run `%s` and try again", what, byHand)
	}
	return []string{"sudo", "-n"}, nil
}

var candidate = regexp.MustCompile(`Candidate: (?:\d+:)?(\d+)`)

// aptOffers is the major version that apt would install, or 0.
func aptOffers(name string) int {
	out, err := exec.Command("apt-cache", "policy", name).Output()
	if err != nil {
		return 0
	}
	found := candidate.FindSubmatch(out)
	if found == nil {
		return 0
	}
	version, _ := strconv.Atoi(string(found[1]))
	return version
}

// logged runs a command whose output goes to a log, and ends with the log's end if it fails.
func (d *dev) logged(ctx context.Context, name string, args ...string) error {
	return d.loggedIn(ctx, "", name, args...)
}

func (d *dev) loggedIn(ctx context.Context, dir, name string, args ...string) error {
	path := filepath.Join(d.state, "log", filepath.Base(name)+".log")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	log, err := os.Create(path)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := devstack.Command(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if err := devstack.StartTied(cmd); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), errors.Join(context.Cause(ctx), err), devstack.Tail(path, 25))
	}
	return nil
}

func has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
