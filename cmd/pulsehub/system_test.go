package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// theProgram is the pulsehub binary under test, built once.
var theProgram string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "pulsehub-test-")
	if err != nil {
		panic(err)
	}
	theProgram = filepath.Join(dir, "pulsehub")
	build := exec.Command("go", "build", "-o", theProgram, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building pulsehub:", err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// person is someone with an account, at a running system.
type person struct {
	t            *testing.T
	s            *system
	email        string
	token        string
	conversation string
	cookies      map[string]string // nil: none are kept
}

func startTestSystem(t *testing.T, env map[string]string, split bool) *system {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	dir, removeDir, err := systemDir()
	require.NoError(t, err)
	t.Cleanup(removeDir)
	s, err := startSystem(ctx, systemConfig{Dir: dir, Program: theProgram, Env: env, Split: split})
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			for _, service := range []string{"api", "worker", "chat"} {
				log, _ := os.ReadFile(filepath.Join(s.Dir(), "log", service+".log"))
				t.Logf("%s printed:\n%s", service, log[max(0, len(log)-8000):])
			}
		}
	})
	return s
}

func (s *system) signUp(t *testing.T) *person {
	t.Helper()
	p := &person{t: t, s: s}
	p.register()
	p.converse()
	return p
}

func (p *person) register() {
	p.t.Helper()
	p.email = uuid.NewString() + "@example.com"
	var in struct {
		Tokens struct{ AccessToken string }
	}
	p.call(http.MethodPost, "/auth/register", map[string]any{
		"email": p.email, "password": "a long enough password", "firstName": "Ana", "lastName": "Test",
	}, &in)
	p.token = in.Tokens.AccessToken
}

func (p *person) converse() {
	p.t.Helper()
	var conversation struct{ ID string }
	p.call(http.MethodPost, "/conversations", map[string]any{}, &conversation)
	p.conversation = conversation.ID
}

func (p *person) do(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		require.NoError(p.t, err)
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.s.URL+path, reader)
	require.NoError(p.t, err)
	req.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for name, value := range p.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultClient.Do(req)
	if err == nil && p.cookies != nil {
		for _, c := range res.Cookies() {
			p.cookies[c.Name] = c.Value
		}
	}
	return res, err
}

// call expects success.
func (p *person) call(method, path string, body, into any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	res, err := p.do(ctx, method, path, body)
	require.NoError(p.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	require.Less(p.t, res.StatusCode, 300, "%s %s: %s", method, path, text)
	if into != nil {
		require.NoError(p.t, json.Unmarshal(text, into), "%s", text)
	}
}

// ask sends a question and gives its turn.
func (p *person) ask(question string) string {
	p.t.Helper()
	var sent struct{ Turn struct{ ID string } }
	p.call(http.MethodPost, "/conversations/"+p.conversation+"/messages", map[string]any{"content": question, "clientMessageId": uuid.NewString()}, &sent)
	return sent.Turn.ID
}

// frame is one server-sent event.
type frame struct {
	id, event string
	data      map[string]any
}

// reading is a client that reads one turn, reconnecting as a browser would, until it is complete.
type reading struct {
	frames     chan frame // all of them, in order; closed after complete
	reconnects int
}

// read starts reading. It gives up after a minute.
func (p *person) read(turn string) *reading {
	r := &reading{frames: make(chan frame, 10_000)}
	go func() {
		defer close(r.frames)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		last := ""
		for ctx.Err() == nil {
			if p.readOnce(ctx, turn, &last, r.frames) {
				return
			}
			r.reconnects++
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
	return r
}

func (p *person) readOnce(ctx context.Context, turn string, last *string, frames chan<- frame) (complete bool) {
	path := "/conversations/" + p.conversation + "/stream?turnId=" + turn
	if *last != "" {
		path += "&after=" + *last
	}
	res, err := p.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return res.StatusCode == http.StatusNoContent
	}
	var f frame
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
		case "id":
			f.id = value
		case "event":
			f.event = value
		case "data":
			f.data = map[string]any{}
			_ = json.Unmarshal([]byte(value), &f.data)
		case "":
			if f.event == "" {
				continue // a ping
			}
			frames <- f
			*last = f.id
			if f.event == "complete" {
				return true
			}
			f = frame{}
		}
	}
	return false
}

// until reads on until the shown text has at least that many characters.
func (r *reading) until(t *testing.T, v *view, characters int) {
	t.Helper()
	for v.text.Len() < characters {
		f, ok := <-r.frames
		require.True(t, ok, "the stream ended after %d characters", v.text.Len())
		v.take(t, f)
	}
}

// rest reads to the end.
func (r *reading) rest(t *testing.T, v *view) {
	t.Helper()
	for f := range r.frames {
		v.take(t, f)
	}
	require.Equal(t, "complete", v.last, "the answer arrives, whatever died; read so far: %s", v.text.String())
}

// view is what a client shows, made from frames as the web app does.
type view struct {
	text         strings.Builder
	cards        map[int]string
	last         string
	status       string
	seen         map[string]bool
	resets       int
	authRequired bool
}

func newView() *view { return &view{cards: map[int]string{}, seen: map[string]bool{}} }

func (v *view) take(t *testing.T, f frame) {
	t.Helper()
	require.False(t, v.seen[f.id], "frame %s came twice", f.id)
	v.seen[f.id] = true
	v.last = f.event
	switch f.event {
	case "reset":
		v.resets++
		v.text.Reset()
		clear(v.cards)
	case "chunk":
		v.text.WriteString(f.data["content"].(string))
	case "campaign_recommendation":
		card, err := json.Marshal(f.data["recommendation"])
		require.NoError(t, err)
		v.cards[int(f.data["index"].(float64))] = string(card)
	case "auth_required":
		v.authRequired = true
	case "complete":
		v.status = f.data["status"].(string)
	}
}

// stored is the last assistant message of the conversation.
func (p *person) stored() (text, status string, cards []string) {
	p.t.Helper()
	var thread struct {
		Messages []struct {
			Role, Content, Status string
			Parts                 []struct {
				Type string
				Data struct {
					Recommendation json.RawMessage
				}
			}
		}
	}
	p.call(http.MethodGet, "/conversations/"+p.conversation, nil, &thread)
	m := thread.Messages[len(thread.Messages)-1]
	require.Equal(p.t, "assistant", m.Role)
	for _, part := range m.Parts {
		if part.Type == "campaign_recommendation" {
			var card any
			require.NoError(p.t, json.Unmarshal(part.Data.Recommendation, &card))
			text, err := json.Marshal(card)
			require.NoError(p.t, err)
			cards = append(cards, string(text))
		}
	}
	return m.Content, m.Status, cards
}
