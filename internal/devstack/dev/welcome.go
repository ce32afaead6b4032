package dev

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The demo account is the same on every developer's machine, and is made in development alone.
const (
	demoEmail    = "demo@pulsehub.example"
	demoPassword = "pulsehub-demo"
)

// demoAccount registers it as anyone registers. One that is there is left as it is.
func (d *dev) demoAccount(ctx context.Context) error {
	return d.progress.do("Demo account", func(*task) error {
		ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
		defer cancel()
		body, err := json.Marshal(map[string]string{
			"email": demoEmail, "password": demoPassword,
			"firstName": "Demo", "lastName": "Marketer", "companyName": "Demo shop",
		})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+d.env["HTTP_ADDR"]+"/auth/register", bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusCreated && resp.StatusCode != http.StatusConflict {
			problem, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
			return fmt.Errorf("registering the demo account: %s\n%s", resp.Status, problem)
		}
		return nil
	})
}

// welcome says where everything is.
func (d *dev) welcome() {
	var b strings.Builder
	row := func(name, value string) { fmt.Fprintf(&b, "  %-14s %s\n", name, value) }
	if d.cfg.ServicesOnly {
		fmt.Fprintf(&b, "\nThe services are running, after %s.\n\n", seconds(time.Since(d.cfg.Begun)))
	} else {
		fmt.Fprintf(&b, "\nPulseHub is running, after %s.\n\n", seconds(time.Since(d.cfg.Begun)))
		row("Web app", d.address)
		row("", fmt.Sprintf("sign in as %s with %s", demoEmail, demoPassword))
		row("API", d.address+"/docs")
		row("Temporal UI", d.stack.TemporalUIURL)
	}
	row("Temporal", d.stack.TemporalAddress)
	row("Postgres", d.stack.DatabaseURL)
	row("Redis", d.stack.RedisURL)
	b.WriteString("\n")
	if !d.cfg.ServicesOnly {
		row("To join it", "set -a; . "+d.relative("env"))
	}
	row("Logs", d.relative("log"))
	b.WriteString("\nCtrl-C stops everything.")
	d.progress.say("%s", b.String())
}

// alreadyRunning points to the run that has this checkout.
func (d *dev) alreadyRunning() error {
	env, err := readEnvironment(filepath.Join(d.state, "env"))
	if err != nil {
		return err
	}
	if len(d.cfg.Command) > 0 || env["PUBLIC_URL"] == "" {
		return fmt.Errorf("another run uses %s: stop it first, or wait for its end", d.relative(""))
	}
	fmt.Fprintf(os.Stdout, "PulseHub is already running from this folder: %s\nStop it with Ctrl-C where it was started.\n", env["PUBLIC_URL"])
	return nil
}

// relative is a path under the state folder as seen from where the person is.
func (d *dev) relative(name string) string {
	path := filepath.Join(d.state, name)
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil {
			return rel
		}
	}
	return path
}
