package devstack

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
)

// What the Temporal server and PulseHub both use is compiled once, on a first start, only where the version is the same.
func TestServerAndPulseHubShareTheirModules(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	ours, tools := modules(t, root), modules(t, filepath.Join(root, "tools"))
	shared := 0
	for path, version := range tools {
		if own, ok := ours[path]; ok {
			shared++
			if own != version {
				t.Errorf("%s is %s in go.mod and %s in tools/go.mod", path, own, version)
			}
		}
	}
	if shared < 20 {
		t.Errorf("only %d modules are shared; is this the right folder?", shared)
	}
}

// modules are the required versions by module path.
func modules(t *testing.T, dir string) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "mod", "edit", "-json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, r := range file.Require {
		versions[r.Path] = r.Version
	}
	return versions
}
