package devstack_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/pulsehub/pulsehub/internal/config"
	"github.com/pulsehub/pulsehub/internal/devstack"
)

type composeFile struct {
	Services map[string]composeService `yaml:"services"`
	Volumes  map[string]any            `yaml:"volumes"`
}

type composeService struct {
	Image       string            `yaml:"image"`
	Build       any               `yaml:"build"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Volumes     []string          `yaml:"volumes"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := devstack.Root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func compose(t *testing.T) composeFile {
	t.Helper()
	var c composeFile
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root(t), "docker-compose.yml"))), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// pulsehubServices are those that run the pulsehub binary.
var pulsehubServices = []string{"api", "worker", "migrate"}

func TestComposeHasEveryPart(t *testing.T) {
	c := compose(t)
	for _, name := range []string{"postgres", "redis", "temporal", "temporal-schema", "temporal-setup", "temporal-ui", "migrate", "api", "worker", "web"} {
		if _, ok := c.Services[name]; !ok {
			t.Errorf("there is no service %s", name)
		}
	}
	for name, service := range c.Services {
		if service.Image == "" {
			t.Errorf("%s has no image", name)
		}
		for other, on := range service.DependsOn {
			if _, ok := c.Services[other]; !ok {
				t.Errorf("%s waits for %s, which is no service", name, other)
			}
			if on.Condition == "" {
				t.Errorf("%s does not say what it waits for in %s", name, other)
			}
		}
	}
}

// What compose sets for PulseHub is what PulseHub reads, and nothing that it needs is left out.
func TestComposeKnowsTheConfiguration(t *testing.T) {
	known := map[string]config.Variable{}
	for _, v := range config.Variables() {
		known[v.Name] = v
	}
	c := compose(t)
	for _, service := range pulsehubServices {
		environment := c.Services[service].Environment
		for name := range environment {
			if _, ok := known[name]; !ok {
				t.Errorf("%s sets %s, which PulseHub does not read", service, name)
			}
		}
		for _, v := range known {
			if _, set := environment[v.Name]; v.Required && !set {
				t.Errorf("%s does not set %s, without which PulseHub does not start", service, v.Name)
			}
		}
		for _, name := range []string{"AUTH_SIGNING_KEYS", "SEALING_KEYS"} { // needed in production alone
			if !strings.Contains(environment[name], ":?") {
				t.Errorf("%s does not insist on %s", service, name)
			}
		}
	}
}

// With the values that compose sets, the configuration is valid.
func TestComposeConfigurationIsValid(t *testing.T) {
	for _, service := range pulsehubServices {
		t.Run(service, func(t *testing.T) {
			for _, v := range config.Variables() {
				t.Setenv(v.Name, "") // restored when the test ends
				if err := os.Unsetenv(v.Name); err != nil {
					t.Fatal(err)
				}
			}
			for name, value := range compose(t).Services[service].Environment {
				t.Setenv(name, substitute(value))
			}
			if _, err := config.Load(); err != nil {
				t.Error(err)
			}
		})
	}
}

var variable = regexp.MustCompile(`\$\{(\w+)(?::([-?])([^}]*))?\}`)

// substitute is compose's: defaults are taken, and what .env must hold is some text.
func substitute(value string) string {
	return variable.ReplaceAllStringFunc(value, func(s string) string {
		if part := variable.FindStringSubmatch(s); part[2] == "-" {
			return part[3]
		}
		return "secret"
	})
}

// The settings that compose gives Temporal are read by its configuration files or by its binary.
func TestComposeTemporalVariablesAreRead(t *testing.T) {
	dir := root(t)
	var readers strings.Builder
	for _, pattern := range []string{"temporal-config/*.yaml", "tools/temporal/*.go"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			readers.WriteString(read(t, file))
		}
	}
	for name, service := range compose(t).Services {
		for v := range service.Environment {
			if strings.HasPrefix(name, "temporal") && !strings.Contains(readers.String(), `"`+v+`"`) {
				t.Errorf("%s sets %s, which nothing reads", name, v)
			}
		}
	}
}

func TestComposeMountsExist(t *testing.T) {
	c := compose(t)
	for name, service := range c.Services {
		for _, volume := range service.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			if _, named := c.Volumes[from]; named {
				continue
			}
			if _, err := os.Stat(filepath.Join(root(t), from)); err != nil {
				t.Errorf("%s mounts %s: %v", name, from, err)
			}
		}
	}
}

// The steps that build each image are run here, in a folder with the files that the image's context would have.
func TestImagesBuild(t *testing.T) {
	dir := root(t)
	for _, image := range []struct {
		context string
		results []string // in the image's own paths
	}{
		{".", []string{"/out/pulsehub", "/out/temporal"}},
		{"web", []string{"/src/web/dist/index.html"}},
	} {
		t.Run(image.context, func(t *testing.T) {
			context := filepath.Join(dir, image.context)
			base := t.TempDir()
			for _, stage := range stages(read(t, filepath.Join(context, "Dockerfile"))) {
				stage.run(t, context, base)
			}
			for _, result := range image.results {
				if _, err := os.Stat(filepath.Join(base, result)); err != nil {
					t.Errorf("the image is not built: %v", err)
				}
			}
		})
	}
}

// stage is one FROM of a Dockerfile with its instructions, a line each.
type stage []string

func stages(dockerfile string) []stage {
	var all []stage
	for line := range strings.Lines(strings.ReplaceAll(dockerfile, "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "FROM ") {
			all = append(all, nil)
		}
		if line != "" && !strings.HasPrefix(line, "#") && len(all) > 0 {
			all[len(all)-1] = append(all[len(all)-1], line)
		}
	}
	return all
}

// run does what the stage does to its file system, with base for its root. Stages that only gather what others built
// are checked for what they copy.
func (s stage) run(t *testing.T, context, base string) {
	t.Helper()
	work := "/"
	for _, line := range s {
		instruction, rest, _ := strings.Cut(line, " ")
		switch words := strings.Fields(rest); instruction {
		case "WORKDIR":
			work = rest
			if err := os.MkdirAll(filepath.Join(base, work), 0o755); err != nil {
				t.Fatal(err)
			}
		case "COPY":
			if from, ok := strings.CutPrefix(words[0], "--from="); ok {
				if _, err := os.Stat(filepath.Join(base, words[1])); err != nil {
					t.Errorf("%s is copied from stage %s, which did not make it", words[1], from)
				}
				continue
			}
			to := words[len(words)-1]
			if strings.HasPrefix(to, "/etc/") {
				to = base + "/etc/"
			} else {
				to = filepath.Join(base, work, to)
			}
			for _, from := range words[:len(words)-1] {
				copyContext(t, context, from, to)
			}
		case "RUN":
			cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(rest, "/out/", base+"/out/"))
			cmd.Dir = filepath.Join(base, work)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", rest, err, out)
			}
		}
	}
}

// copyContext copies what git knows of the context, less what .dockerignore names, as COPY does.
func copyContext(t *testing.T, context, from, to string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard", "-z", "--", from)
	list.Dir = context
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	if names[0] == "" {
		t.Fatalf("COPY %s: no such file", from)
	}
	ignored := strings.Fields(read(t, filepath.Join(context, ".dockerignore")))
	for _, name := range names {
		if slices.ContainsFunc(ignored, func(i string) bool { return name == i || strings.HasPrefix(name, i+"/") }) && !slices.Contains(ignored, "!"+name) {
			continue
		}
		target := filepath.Join(to, name)
		if rest, inside := strings.CutPrefix(name, from+"/"); inside {
			target = filepath.Join(to, rest)
		}
		if err := copyFile(filepath.Join(context, name), target); err != nil && !os.IsNotExist(err) { // removed and not yet committed
			t.Fatal(err)
		}
	}
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, info.Mode().Perm()|fs.FileMode(0o200))
}

// The images are built with the Go and Node that the code asks for.
func TestImagesAreOfTheRightVersions(t *testing.T) {
	dir := root(t)
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, filepath.Join(dir, "go.mod")))[1]
	for _, from := range regexp.MustCompile(`FROM golang:([\d.]+)`).FindAllStringSubmatch(read(t, filepath.Join(dir, "Dockerfile")), -1) {
		if from[1] != goVersion {
			t.Errorf("an image is built with Go %s, and go.mod says %s", from[1], goVersion)
		}
	}
	if want := fmt.Sprintf("postgres:%d", devstack.OldestPostgres); compose(t).Services["postgres"].Image != want {
		t.Errorf("compose runs %s, want %s: the oldest that is promised to work", compose(t).Services["postgres"].Image, want)
	}
}
