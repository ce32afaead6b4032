package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t testing.TB, cfg OpenAIConfig) (*OpenAI, *httptest.Server) {
	t.Helper()
	o := NewOpenAI(cfg)
	s := httptest.NewServer(o)
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		s.CloseClientConnections()
		s.Close()
	})
	return o, s
}

func post(t testing.TB, url, body string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/v1/chat/completions", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func read(t testing.TB, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(data)
}

const hello = `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hello"}]`

func TestRefusesWhatTheRealOneRefuses(t *testing.T) {
	_, s := serve(t, OpenAIConfig{Key: "sk-1"})
	tool := func(parameters string) string {
		return hello + `,"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":` + parameters + `}}]}`
	}
	format := func(name, schema string) string {
		return hello + `,"response_format":{"type":"json_schema","json_schema":{"name":"` + name + `","strict":true,"schema":` + schema + `}}}`
	}
	for name, c := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"not JSON":                      {`{`, 400, "parse the JSON"},
		"unknown field":                 {hello + `,"streem":true}`, 400, "Unrecognized request argument supplied: streem"},
		"no model":                      {`{"messages":[{"role":"user","content":"x"}]}`, 400, "model parameter"},
		"unknown model":                 {`{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}`, 404, "model_not_found"},
		"no messages":                   {`{"model":"gpt-4o-mini","messages":[]}`, 400, "empty array"},
		"unknown role":                  {`{"model":"gpt-4o-mini","messages":[{"role":"robot","content":"x"}]}`, 400, "Supported values"},
		"user without content":          {`{"model":"gpt-4o-mini","messages":[{"role":"user"}]}`, 400, "expected a string, got null"},
		"tool result without its call":  {`{"model":"gpt-4o-mini","messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"c","content":"1"}]}`, 400, "preceding message"},
		"call without its result":       {`{"model":"gpt-4o-mini","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"}]}`, 400, "must be followed by tool messages"},
		"call at the end":               {`{"model":"gpt-4o-mini","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]}`, 400, "must be followed by tool messages"},
		"stream options without stream": {hello + `,"stream_options":{"include_usage":true}}`, 400, "only allowed when 'stream'"},
		"both token limits":             {hello + `,"max_tokens":5,"max_completion_tokens":5}`, 400, "at the same time"},
		"temperature":                   {hello + `,"temperature":3}`, 400, "between 0 and 2"},
		"choice without tools":          {hello + `,"tool_choice":"none"}`, 400, "only allowed when 'tools'"},
		"tool name":                     {hello + `,"tools":[{"type":"function","function":{"name":"a b"}}]}`, 400, "does not match pattern"},
		"open object":                   {tool(`{"type":"object","properties":{},"required":[]}`), 400, "additionalProperties"},
		"optional property":             {tool(`{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}`), 400, "Missing 'a'"},
		"array of nothing":              {tool(`{"type":"object","properties":{"a":{"type":"array"}},"required":["a"],"additionalProperties":false}`), 400, "missing items"},
		"open object inside an array":   {tool(`{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{}}}},"required":["a"],"additionalProperties":false}`), 400, "additionalProperties"},
		"schema that is no object":      {format("x", `{"type":"array","items":{"type":"string"}}`), 400, "must be of type 'object'"},
		"keyword strict does not know":  {format("x", `{"type":"object","properties":{},"required":[],"additionalProperties":false,"if":{}}`), 400, "not supported in strict mode"},
		"format name":                   {format("a b", `{"type":"object","properties":{},"required":[],"additionalProperties":false}`), 400, "does not match pattern"},
		"json_object without the word":  {hello + `,"response_format":{"type":"json_object"}}`, 400, "must contain the word 'json'"},
	} {
		t.Run(name, func(t *testing.T) {
			res := post(t, s.URL, c.body, "Authorization", "Bearer sk-1")
			body := read(t, res)
			assert.Equal(t, c.status, res.StatusCode, body)
			assert.Contains(t, body, c.says)
			var e struct {
				Error struct{ Message, Type string } `json:"error"`
			}
			require.NoError(t, json.Unmarshal([]byte(body), &e))
			assert.Equal(t, "invalid_request_error", e.Error.Type)
		})
	}
	assert.Equal(t, 401, post(t, s.URL, hello+`}`).StatusCode)
	assert.Equal(t, 401, post(t, s.URL, hello+`}`, "Authorization", "Bearer sk-2").StatusCode)
	assert.Equal(t, 415, post(t, s.URL, hello+`}`, "Authorization", "Bearer sk-1", "Content-Type", "text/plain").StatusCode)
}

func TestStreamIsShapedAsTheRealOnes(t *testing.T) {
	o, s := serve(t, OpenAIConfig{})
	o.Say(Answer{Text: "Hello, wonderful world."})
	res := post(t, s.URL, hello+`,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}`)
	assert.Equal(t, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	assert.NotEmpty(t, res.Header.Get("x-request-id"))
	lines := strings.Split(strings.TrimSuffix(read(t, res), "\n\n"), "\n\n")
	require.Equal(t, "data: [DONE]", lines[len(lines)-1])
	var text strings.Builder
	for i, line := range lines[:len(lines)-1] {
		var c struct {
			Object  string
			Choices []struct {
				Delta        struct{ Role, Content string }
				FinishReason *string `json:"finish_reason"`
			}
			Usage *struct {
				Total int `json:"total_tokens"`
			}
		}
		require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &c), line)
		assert.Equal(t, "chat.completion.chunk", c.Object)
		switch i {
		case 0:
			assert.Equal(t, "assistant", c.Choices[0].Delta.Role)
		case len(lines) - 3:
			require.NotNil(t, c.Choices[0].FinishReason)
			assert.Equal(t, "stop", *c.Choices[0].FinishReason)
		case len(lines) - 2:
			assert.Empty(t, c.Choices, "the usage chunk has no choices")
			require.NotNil(t, c.Usage)
			assert.Positive(t, c.Usage.Total)
		default:
			assert.Nil(t, c.Usage)
			text.WriteString(c.Choices[0].Delta.Content)
		}
	}
	assert.Equal(t, "Hello, wonderful world.", text.String())
	assert.NotContains(t, read(t, post(t, s.URL, hello+`,"stream":true}`)), "usage", "usage only when it was asked for")
}

func TestWholeAnswersAndModels(t *testing.T) {
	_, s := serve(t, OpenAIConfig{})
	assert.Contains(t, read(t, post(t, s.URL, hello+`}`)), `"object":"chat.completion"`)
	res, err := http.Get(s.URL + "/v1/models")
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	assert.Contains(t, read(t, res), `"gpt-4o-mini"`)
}

func TestFaultsAreSwitchedFromOutside(t *testing.T) {
	o, s := serve(t, OpenAIConfig{})
	put := func(body string) int {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, s.URL+"/sandbox/fault", strings.NewReader(body))
		require.NoError(t, err)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode
	}
	assert.Equal(t, 400, put(`{"kind":"earthquake"}`))
	assert.Equal(t, 204, put(`{"kind":"429","retryAfter":2,"times":1}`))
	res := post(t, s.URL, hello+`}`)
	assert.Equal(t, 429, res.StatusCode)
	assert.Equal(t, "2", res.Header.Get("Retry-After"))
	assert.Equal(t, 200, post(t, s.URL, hello+`}`).StatusCode, "it clears itself")
	require.Len(t, o.Requests(), 2)
	assert.Equal(t, "hello", o.Requests()[1].Question)
}

func TestStampsAndPace(t *testing.T) {
	_, s := serve(t, OpenAIConfig{Stamped: true, Tokens: 20, TokensPerSecond: 200})
	before := time.Now()
	body := read(t, post(t, s.URL, hello+`,"stream":true}`))
	var stamps []int64
	for _, line := range strings.Split(body, "\n") {
		_, rest, ok := strings.Cut(line, `"delta":{"content":"`)
		if !ok {
			continue
		}
		token, _, _ := strings.Cut(rest, ` "`)
		letter := "t"
		if len(stamps) == 0 {
			letter = "r"
		}
		require.True(t, strings.HasPrefix(token, letter), token)
		n, err := strconv.ParseInt(token[1:], 10, 64)
		require.NoError(t, err)
		stamps = append(stamps, n)
	}
	require.Len(t, stamps, 20)
	assert.GreaterOrEqual(t, stamps[0], before.UnixNano())
	assert.GreaterOrEqual(t, time.Duration(stamps[19]-stamps[0]), 90*time.Millisecond, "19 steps of 5 ms")
}

// BenchmarkStreams is a hundred streams at 50 tokens a second: what the stand-in (and the reading of it) costs.
func BenchmarkStreams(b *testing.B) {
	_, s := serve(b, OpenAIConfig{Stamped: true, Tokens: 100, TokensPerSecond: 50})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}
	defer client.CloseIdleConnections()
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	begin := time.Now()
	for b.Loop() {
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, s.URL+"/v1/chat/completions", strings.NewReader(hello+`,"stream":true}`))
				req.Header.Set("Content-Type", "application/json")
				res, err := client.Do(req)
				if err != nil {
					b.Error(err)
					return
				}
				defer func() { _ = res.Body.Close() }()
				for lines := bufio.NewScanner(res.Body); lines.Scan(); {
				}
			})
		}
		all.Wait()
	}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	cpu := func(r syscall.Rusage) float64 {
		return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
	}
	b.ReportMetric((cpu(after)-cpu(before))/time.Since(begin).Seconds(), "cores")
}
