package dev

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// progress tells a person what is being done. On a terminal, a line at the bottom shows everything under way and for how
// long; elsewhere, a line is printed when something has taken a second, and then every quarter of a minute.
type progress struct {
	out      io.Writer
	terminal bool

	mu      sync.Mutex
	running []*task
	frame   int
	stop    chan struct{}
	stopped sync.WaitGroup
}

type task struct {
	name   string
	start  time.Time
	told   time.Time
	detail atomic.Pointer[string]
}

func newProgress(out *os.File) *progress {
	info, err := out.Stat()
	p := &progress{
		out:      out,
		terminal: err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb" && os.Getenv("TERM") != "",
		stop:     make(chan struct{}),
	}
	p.stopped.Go(p.tick)
	return p
}

// close removes the line at the bottom.
func (p *progress) close() {
	close(p.stop)
	p.stopped.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

// step begins something; the returned function ends it. A step that took a moment gets a line, a shorter one none.
func (p *progress) step(name string) (t *task, done func(error)) {
	t = &task{name: name, start: time.Now()}
	p.mu.Lock()
	p.running = append(p.running, t)
	p.mu.Unlock()
	return t, func(err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		for i, r := range p.running {
			if r == t {
				p.running = append(p.running[:i:i], p.running[i+1:]...)
			}
		}
		took := time.Since(t.start)
		switch {
		case err != nil:
			p.print("✗ %s", name)
		case took >= time.Second:
			p.print("✓ %-44s %8s", name, seconds(took))
		default:
			p.print("✓ %s", name)
		}
	}
}

// do runs one step.
func (p *progress) do(name string, f func(*task) error) error {
	t, done := p.step(name)
	err := f(t)
	done(err)
	return err
}

// note says how far the step is.
func (t *task) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	t.detail.Store(&text)
}

func (t *task) String() string {
	text := t.name + " " + seconds(time.Since(t.start))
	if detail := t.detail.Load(); detail != nil {
		text += " (" + *detail + ")"
	}
	return text
}

// say prints a line of its own.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(format, args...)
}

func (p *progress) print(format string, args ...any) {
	p.clear()
	fmt.Fprintf(p.out, format+"\n", args...)
	p.draw()
}

func (p *progress) tick() {
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-every.C:
		}
		p.mu.Lock()
		if p.terminal {
			p.frame++
			p.clear()
			p.draw()
		} else {
			p.tellSlow()
		}
		p.mu.Unlock()
	}
}

func (p *progress) tellSlow() {
	for _, t := range p.running {
		due := t.start.Add(time.Second)
		if !t.told.IsZero() {
			due = t.told.Add(15 * time.Second)
		}
		if now := time.Now(); now.After(due) {
			t.told = now
			fmt.Fprintf(p.out, "… %s\n", t)
		}
	}
}

const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

// draw writes the line at the bottom without its wrapping into a second.
func (p *progress) draw() {
	if !p.terminal || len(p.running) == 0 {
		return
	}
	parts := make([]string, len(p.running))
	for i, t := range p.running {
		parts[i] = t.String()
	}
	frames := []rune(spinner)
	fmt.Fprintf(p.out, "\r\x1b[?7l%c %s\x1b[?7h", frames[p.frame%len(frames)], strings.Join(parts, "  ·  "))
}

func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// seconds is a duration as a person reads it.
func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}
