package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/sandbox"
)

const oneChunk = `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o-mini","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" hello"},"logprobs":null,"finish_reason":null}],"usage":null}`

// BenchmarkChunk is what reading one token costs.
func BenchmarkChunk(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		stream := bytes.Repeat([]byte("data: "+oneChunk+"\n\n"), 1000)
		for i := 0; b.Loop(); i++ {
			if i%1000 == 0 {
				b.StopTimer()
				reader = newEvents(bytes.NewReader(stream))
				b.StartTimer()
			}
			data, err := reader.next()
			if err != nil {
				b.Fatal(err)
			}
			var c chunk
			if err := json.Unmarshal(data, &c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("openai-go", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var c sdk.ChatCompletionChunk
			if err := json.Unmarshal([]byte(oneChunk), &c); err != nil {
				b.Fatal(err)
			}
		}
	})
}

var reader *events

// BenchmarkRequestLeaves is from Answer being called to the server having the request: prompt, connection and all.
func BenchmarkRequestLeaves(b *testing.B) {
	p, o := setup(b, sandbox.OpenAIConfig{Tokens: 1}, nil)
	req := dataQuestion()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := p.Answer(context.Background(), req, &aitest.Recorder{}); err != nil {
			b.Fatal(err)
		}
		sent := o.Requests()
		took = append(took, sent[len(sent)-1].At.Sub(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
}

func TestConnectionsAreKept(t *testing.T) {
	addresses := map[string]bool{}
	var mu sync.Mutex
	o := sandbox.NewOpenAI(sandbox.OpenAIConfig{Tokens: 3})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		addresses[r.RemoteAddr] = true
		mu.Unlock()
		o.ServeHTTP(w, r)
	}))
	defer s.Close()
	p := New(Config{BaseURL: s.URL + "/v1", Model: "gpt-4o-mini"})
	defer p.Close()
	for range 5 {
		_, err := p.Answer(context.Background(), dataQuestion(), &aitest.Recorder{})
		require.NoError(t, err)
	}
	assert.Len(t, addresses, 1, "one after the other they use one connection")
}

func TestEvents(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for name, c := range map[string]struct {
		stream string
		want   []string
		end    error
	}{
		"plain":              {"data: a\n\ndata: b\n\ndata: [DONE]\n\n", []string{"a", "b"}, errDone},
		"no space, CRLF":     {"data:a\r\n\r\ndata:b\r\n\r\n", []string{"a", "b"}, io.EOF},
		"comments and types": {": ping\n\nevent: message\ndata: a\nid: 1\n\nretry: 5\n\n", []string{"a"}, io.EOF},
		"several lines":      {"data: a\ndata: b\n\n", []string{"a\nb"}, io.EOF},
		"no last empty line": {"data: a\n\ndata: b", []string{"a", "b"}, io.EOF},
		"long line":          {"data: " + long + "\n\ndata: b\n\n", []string{long, "b"}, io.EOF},
		"empty":              {"", nil, io.EOF},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEvents(strings.NewReader(c.stream))
			var got []string
			for {
				data, err := e.next()
				if err != nil {
					assert.ErrorIs(t, err, c.end)
					break
				}
				got = append(got, string(data))
			}
			assert.Equal(t, c.want, got)
		})
	}
	_, err := newEvents(strings.NewReader("data: " + strings.Repeat("x", maxEvent+10) + "\n\n")).next()
	assert.ErrorContains(t, err, "more than 4 MB")
}
