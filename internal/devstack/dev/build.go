package dev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/pulsehub/pulsehub/internal/devstack"
)

// oldestNode is what the web app's tools need.
var oldestNode = [2]int{20, 19}

// buildWeb builds the web app into web/dist, unless what is there was built from the same files.
func (d *dev) buildWeb(ctx context.Context) error {
	web := filepath.Join(d.root, "web")
	var sources []string
	err := filepath.WalkDir(web, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch entry.Name() {
		case "node_modules", "dist", "test-results", "e2e":
			return fs.SkipDir
		}
		if entry.Type().IsRegular() {
			sources = append(sources, path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.unlessSame("web-built", filepath.Join(web, "dist", "index.html"), sources, func() error {
		if err := d.npmInstall(ctx, "to build", "everything"); err != nil {
			return err
		}
		return d.progress.do("Web app, built", func(*task) error { return d.loggedIn(ctx, web, "npm", "run", "build:app") })
	})
}

// npmInstall installs the web app's packages, unless they are those of its lock file: those that build it, or everything,
// with what checks and tests it, which takes three times as long. The first of what it is given is installed, any of them
// is enough.
func (d *dev) npmInstall(ctx context.Context, packages ...string) error {
	web := filepath.Join(d.root, "web")
	ci := []string{"ci", "--no-progress"}
	if packages[0] == "to build" {
		ci = append(ci, "--omit=dev")
	}
	return d.unlessSame("web-installed", filepath.Join(web, "node_modules"), []string{filepath.Join(web, "package-lock.json")}, func() error {
		if err := checkNode(); err != nil {
			return err
		}
		return d.progress.do("Web app's packages", func(*task) error { return d.loggedIn(ctx, web, "npm", ci...) })
	}, packages...)
}

// unlessSame runs do, unless its result is there and was made from the same files. Where it can be made in several ways, do
// makes it in the first, and any of them is as good.
func (d *dev) unlessSame(stamp, result string, files []string, do func() error, ways ...string) error {
	path := filepath.Join(d.root, ".pulsehub", stamp)
	made, err := devstack.Fingerprint(files)
	if err != nil {
		return err
	}
	want := made
	if len(ways) > 0 {
		want += " " + ways[0]
	}
	have, err := os.ReadFile(path)
	_, missing := os.Stat(result)
	enough := string(have) == want || slices.ContainsFunc(ways, func(way string) bool { return string(have) == made+" "+way })
	if err == nil && missing == nil && enough {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(want), 0o644)
}

var nodeVersion = regexp.MustCompile(`v(\d+)\.(\d+)`)

func checkNode() error {
	out, err := exec.Command("node", "--version").Output()
	found := nodeVersion.FindSubmatch(out)
	if err != nil || found == nil {
		return fmt.Errorf("no Node.js: %d.%d or later is needed: get it from https://nodejs.org or your system's packages", oldestNode[0], oldestNode[1])
	}
	major, _ := strconv.Atoi(string(found[1]))
	minor, _ := strconv.Atoi(string(found[2]))
	if major < oldestNode[0] || major == oldestNode[0] && minor < oldestNode[1] {
		return fmt.Errorf("too old a Node.js: %d.%d or later is needed and this is %s: get it from https://nodejs.org or your system's packages", oldestNode[0], oldestNode[1], out)
	}
	return nil
}
