package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/pulsehub/pulsehub/internal/sandbox"
)

// collector is an OTLP/HTTP collector that keeps what it is sent.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*tracepb.Span
	raw   strings.Builder // all of it, with every attribute in plain text
}

func newCollector(t *testing.T) *collector {
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var sent collectorpb.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &sent) != nil {
			http.Error(w, "no traces", http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, resource := range sent.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
		c.raw.WriteString(sent.String())
	}))
	t.Cleanup(c.Close)
	return c
}

// traceOf is the names of all spans in the trace that has a span of that name.
func (c *collector) traceOf(name string) (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.spans, func(s *tracepb.Span) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	for _, s := range c.spans {
		if bytes.Equal(s.TraceId, c.spans[i].TraceId) {
			names = append(names, s.Name)
		}
	}
	return names
}

// A turn is one trace, from the request through its workflow to the model, and tells nothing personal.
func TestTrace(t *testing.T) {
	model := httptest.NewServer(sandbox.NewOpenAI(sandbox.OpenAIConfig{TokensPerSecond: 500, Tokens: 50, Stamped: true}))
	t.Cleanup(model.Close)
	traces := newCollector(t)
	s := startTestSystem(t, map[string]string{"OPENAI_BASE_URL": model.URL + "/v1", "OTEL_EXPORTER_OTLP_ENDPOINT": traces.URL}, false)
	p := s.signUp(t)
	p.read(p.ask(smallTalk)).rest(t, newView())

	const asked = "POST /conversations/:id/messages"
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		trace := traces.traceOf(asked)
		for _, part := range []string{"StartWorkflow:ChatTurn", "RunWorkflow:ChatTurn", "RunActivity:Answer", "HTTP POST", "WITH"} { // WITH: the statement that stores the question
			assert.Contains(c, trace, part)
		}
	}, 20*time.Second, 200*time.Millisecond)

	traces.mu.Lock()
	defer traces.mu.Unlock()
	for _, personal := range []string{p.email, smallTalk, "Go-http-client", `"client.address"`} {
		require.NotContains(t, traces.raw.String(), personal)
	}
	for _, s := range traces.spans {
		require.False(t, len(s.ParentSpanId) == 0 && s.Kind == tracepb.Span_SPAN_KIND_CLIENT, "%s is nobody's", s.Name)
	}
}
