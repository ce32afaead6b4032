package devstack

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is a user of this machine that a process is run as.
type account struct {
	uid, gid uint32
}

// unprivileged is who runs Postgres, which refuses root. It is nil for everyone else: then the caller runs it.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &account{uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("no user to run Postgres as: it does not run as root, and this machine has no user postgres or nobody: add one, or run this as another user")
}

// home makes dir a folder that belongs to a. Where a may not pass the folders above it (a checkout in root's home), the
// folder is made under /var/tmp and dir is a link to it.
func (a *account) home(dir string) error {
	if exists(dir) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if a == nil {
		return os.Mkdir(dir, 0o700)
	}
	real := dir
	if !a.reaches(filepath.Dir(dir)) {
		made, err := os.MkdirTemp("/var/tmp", "pulsehub-")
		if err != nil {
			return err
		}
		if err := os.Remove(dir); err != nil && !os.IsNotExist(err) { // a link to nowhere
			return err
		}
		if err := os.Symlink(made, dir); err != nil {
			return err
		}
		real = made
	} else if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return os.Chown(real, int(a.uid), int(a.gid))
}

// reaches tells whether a may pass every folder on the way to dir.
func (a *account) reaches(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		mode, owner := info.Mode().Perm(), info.Sys().(*syscall.Stat_t)
		switch {
		case owner.Uid == a.uid:
			mode >>= 6
		case owner.Gid == a.gid:
			mode >>= 3
		}
		if mode&1 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// removeAll removes dir and, if it is a link made by home, what it leads to.
func removeAll(dir string) error {
	if target, err := os.Readlink(dir); err == nil && filepath.Dir(target) == "/var/tmp" {
		if err := os.RemoveAll(target); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}
