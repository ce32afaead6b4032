package devstack

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// BuildTemporal builds tools/temporal into .pulsehub/bin, unless what is there was built from the same sources. Any
// number of processes may call it at once: one builds. packages is told how many packages were compiled; it may be nil.
func BuildTemporal(ctx context.Context, root string, packages func(int)) (string, error) {
	program := temporalProgram(root)
	unlock, err := lockWaiting(program + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	sources, err := filepath.Glob(filepath.Join(root, "tools", "temporal", "*.go"))
	if err != nil {
		return "", err
	}
	want, err := Fingerprint(append(sources, filepath.Join(root, "tools", "goflags"), filepath.Join(root, "tools", "go.mod"), filepath.Join(root, "tools", "go.sum")))
	if err != nil {
		return "", err
	}
	if have, err := os.ReadFile(program + ".built-from"); err == nil && string(have) == want && exists(program) {
		return program, nil
	}
	if err := GoBuild(ctx, root, "tools", program, "./temporal", 0, packages); err != nil {
		return "", fmt.Errorf("building the Temporal server: %w", err)
	}
	return program, writeFile(program+".built-from", want, 0o644)
}

// GoBuild builds the package pkg of the module in the folder dir of the checkout root. All programs are built the same
// way, so that they share what they have in common: without C, and with tools/goflags, which saves a quarter of the time
// by leaving out debug information (stack traces stay whole) and a codec of gin's that nobody asks for. nice, 0 to 19, is
// how far it stands back for another that takes longer.
func GoBuild(ctx context.Context, root, dir, program, pkg string, nice int, packages func(int)) error {
	flags, err := os.ReadFile(filepath.Join(root, "tools", "goflags"))
	if err != nil {
		return err
	}
	cmd := Command(ctx, "nice", "-n", strconv.Itoa(nice), "go", "build", "-v", "-o", program, pkg)
	cmd.Dir = filepath.Join(root, dir)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS="+strings.TrimSpace(string(flags)), "GOGC=400") // the compiler's own choice costs a fifth more
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := StartTied(cmd); err != nil {
		return err
	}
	var other strings.Builder
	count := 0
	for lines := bufio.NewScanner(said); lines.Scan(); {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
		case strings.ContainsAny(line, " :"):
			fmt.Fprintln(&other, line)
		default:
			count++
			if packages != nil {
				packages(count)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, errors.Join(context.Cause(ctx), err), other.String())
	}
	return nil
}

// Fingerprint changes when any of the files, the platform or Go's version does.
func Fingerprint(files []string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, filepath.Base(file))
		_, err = io.Copy(h, f)
		_ = f.Close()
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// lockWaiting takes path, however long another process has it.
func lockWaiting(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
	}
}
