// Package openai is the provider for any server that speaks the OpenAI chat API.
package openai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// Name is the provider's name.
const Name = "openai"

// Config is where and how to ask.
type Config struct {
	APIKey  string // may be empty where BaseURL is a server that wants none
	BaseURL string // normally ends in /v1; empty is OpenAI's own
	Model   string
	// Queries, when given, looks up the asked segment in the asked time frame before campaign cards are written.
	Queries ai.Queries
	// FirstByte is how long a model may think before its first byte (0: 60 s), and Stall how long it may pause after that
	// (0: 20 s). Both make the answer fail as Unavailable.
	FirstByte, Stall time.Duration
	// Wrap, when given, goes around every request to the model.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// Provider answers with a model. It never retries: whoever calls it does.
type Provider struct {
	cfg       Config
	client    sdk.Client
	transport *http.Transport
}

var _ ai.Provider = (*Provider)(nil)

// New makes the provider. All answers share one pool of kept-alive connections.
func New(cfg Config) *Provider {
	if cfg.FirstByte == 0 {
		cfg.FirstByte = time.Minute
	}
	if cfg.Stall == 0 {
		cfg.Stall = 20 * time.Second
	}
	transport := &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext, ForceAttemptHTTP2: true,
		MaxIdleConns: 200, MaxIdleConnsPerHost: 200, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second,
		DisableCompression: true, // a compressing proxy would hold tokens back
	}
	requests := http.RoundTripper(transport)
	if cfg.Wrap != nil {
		requests = cfg.Wrap(transport)
	}
	options := []option.RequestOption{option.WithHTTPClient(&http.Client{Transport: requests}), option.WithMaxRetries(0)}
	if cfg.BaseURL != "" {
		options = append(options, option.WithBaseURL(strings.TrimRight(cfg.BaseURL, "/")+"/"))
	}
	key := cfg.APIKey
	if key == "" {
		key = "none" // a server that wants no key ignores it
	}
	return &Provider{cfg: cfg, client: sdk.NewClient(append(options, option.WithAPIKey(key))...), transport: transport}
}

// Close ends the idle connections.
func (p *Provider) Close() { p.transport.CloseIdleConnections() }

// Name is "openai".
func (*Provider) Name() string { return Name }

// Model is the configured model.
func (p *Provider) Model() string { return p.cfg.Model }

// Answer streams one round. Where the model wants to look things up, the result has its calls and the caller asks again
// with what they found. Unavailable and RateLimited may be retried; every other kind is final for this provider.
func (p *Provider) Answer(ctx context.Context, req ai.Request, sink ai.Sink) (ai.Result, error) {
	r := &round{Provider: p, ctx: ctx, req: req, sink: sink, result: ai.Result{Provider: Name, Model: p.cfg.Model}}
	var err error
	if wantsCards(req) {
		err = r.cards()
	} else {
		err = r.plain()
	}
	return r.result, err
}

// round is one call of Answer.
type round struct {
	*Provider
	ctx     context.Context
	req     ai.Request
	sink    ai.Sink
	result  ai.Result
	text    strings.Builder // streamed in this round
	segment *analytics.SegmentFigures
}

func (r *round) say(delta string) {
	if delta != "" {
		r.text.WriteString(delta)
		r.sink.Text(delta)
	}
}

// plain streams text, or collects the look-ups that the model wants.
func (r *round) plain() error {
	r.charts()
	params := r.params(messages(r.req, nil))
	if r.req.AllowTools && r.req.Analysis != nil && r.req.Intent.Name != chat.IntentGeneral {
		params.Tools = tools
	} else if len(r.req.ToolCalls) > 0 {
		// The history has calls, so the tools must be named; they may not be used any more.
		params.Tools = tools
		params.ToolChoice = sdk.ChatCompletionToolChoiceOptionUnionParam{OfAuto: param.NewOpt("none")}
	}
	separated := r.req.EarlierText == ""
	calls, reason, err := r.stream(params, func(delta string) {
		if !separated { // a new round begins a new paragraph
			separated = true
			if !strings.HasSuffix(r.req.EarlierText, "\n") {
				r.say("\n\n")
			}
			delta = strings.TrimLeft(delta, "\n")
		}
		r.say(delta)
	})
	if err != nil {
		return err
	}
	if len(calls) > 0 && r.req.AllowTools {
		r.result.ToolCalls = calls
		return nil
	}
	if r.text.Len() == 0 && r.req.EarlierText == "" {
		return apperr.New(apperr.Internal, CodeBadOutput, "The model answered with nothing.")
	}
	if reason == "length" {
		r.say("\n\n_The answer was cut off at the model's length limit._")
	}
	r.sources()
	return nil
}

// charts shows, as charts and tables, what the look-ups of the round before found.
func (r *round) charts() {
	for i, c := range r.req.ToolCalls {
		chart, ok := figureOf(c, i)
		shown := slices.ContainsFunc(r.req.EarlierParts, func(p chat.Part) bool { return p.Type == chat.PartChart && p.Key == chart.Key })
		if ok && !shown {
			r.sink.Chart(chart)
		}
		table, ok := tableOf(c, i)
		shown = slices.ContainsFunc(r.req.EarlierParts, func(p chat.Part) bool { return p.Type == chat.PartTable && p.Key == table.Key })
		if ok && !shown {
			r.sink.Table(table)
		}
	}
}

// sources ties the numbers of the whole answer, earlier rounds included, to their queries.
func (r *round) sources() {
	label := ""
	if f := r.req.Intent.Entities.Timeframe; r.segment != nil && f != nil {
		label = r.segment.Segment + ", " + f.Label
	}
	analysis := r.req.Analysis
	if r.req.Intent.Name == chat.IntentGeneral {
		analysis = nil
	}
	if s := newBook(analysis, r.req.ToolCalls, r.segment, label).sources(r.req.EarlierText + "\n" + r.text.String()); len(s) > 0 {
		r.sink.Sources(s)
	}
}

func (r *round) params(list []sdk.ChatCompletionMessageParamUnion) sdk.ChatCompletionNewParams {
	return sdk.ChatCompletionNewParams{
		Model: r.cfg.Model, Messages: list,
		StreamOptions: sdk.ChatCompletionStreamOptionsParam{IncludeUsage: param.NewOpt(true)},
	}
}

// drainFor is how long the end of an answer's body may take after its [DONE].
const drainFor = 200 * time.Millisecond

// stream sends the request and reads the answer, giving text away as it comes. calls is what the model wants looked up,
// whole. It is an error when the stream ends without a finish reason, however clean its end looks.
func (r *round) stream(params sdk.ChatCompletionNewParams, text func(delta string)) (calls []ai.ToolCall, reason string, err error) {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	w := &watched{limit: r.cfg.Stall}
	w.timer = time.AfterFunc(r.cfg.FirstByte, func() {
		w.fired.Store(true)
		cancel()
	})
	defer w.timer.Stop()

	var res *http.Response
	if err := r.client.Post(ctx, "chat/completions", params, &res, option.WithJSONSet("stream", true)); err != nil {
		if r.ctx.Err() != nil || w.fired.Load() {
			return nil, "", r.streamError(r.ctx, err, w.fired.Load())
		}
		return nil, "", requestError(err, res)
	}
	w.ReadCloser = res.Body
	defer func() { _ = res.Body.Close() }()

	b := builder{}
	stream := newEvents(w)
	for {
		data, err := stream.next()
		if errors.Is(err, errDone) {
			// The end of the body must be read for the connection to be used again; it is there already, or not worth a wait.
			w.timer.Reset(drainFor)
			_, _ = io.CopyN(io.Discard, res.Body, 4096)
			break
		}
		if err != nil {
			if b.reason != "" && r.ctx.Err() == nil && !w.fired.Load() {
				break // all of the answer is here; some servers send no [DONE]
			}
			return nil, "", r.streamError(r.ctx, err, w.fired.Load())
		}
		delta, err := b.take(data)
		if err != nil {
			return nil, "", r.streamError(r.ctx, err, false)
		}
		if delta != "" {
			text(delta)
		}
	}
	r.result.Usage.InputTokens += b.usage.InputTokens
	r.result.Usage.OutputTokens += b.usage.OutputTokens
	if r.ctx.Err() != nil {
		return nil, "", r.ctx.Err()
	}
	return b.finish(r.req.ToolCalls)
}

// builder gathers an answer from its chunks.
type builder struct {
	calls   []ai.ToolCall
	args    []strings.Builder
	reason  string
	refused bool
	usage   chat.Usage
}

const maxCalls = 16

// take adds a chunk and answers the text in it.
func (b *builder) take(data []byte) (delta string, err error) {
	var c chunk
	if err := unmarshal(data, &c); err != nil {
		return "", apperr.Wrap(errors.New("a chunk that is no JSON"), apperr.Unavailable, codeCut, "The model's answer broke off.")
	}
	if len(c.Error) > 0 && string(c.Error) != "null" {
		return "", midstreamError(c.Error)
	}
	if c.Usage != nil {
		b.usage = chat.Usage{InputTokens: c.Usage.PromptTokens, OutputTokens: c.Usage.CompletionTokens}
	}
	if len(c.Choices) == 0 {
		return "", nil
	}
	choice := c.Choices[0]
	if choice.FinishReason != "" {
		b.reason = choice.FinishReason
	}
	b.refused = b.refused || choice.Delta.Refusal != ""
	for _, t := range choice.Delta.ToolCalls {
		if t.Index < 0 || t.Index >= maxCalls {
			continue
		}
		for len(b.calls) <= t.Index {
			b.calls, b.args = append(b.calls, ai.ToolCall{}), append(b.args, strings.Builder{})
		}
		if t.ID != "" {
			b.calls[t.Index].ID = t.ID
		}
		if t.Function.Name != "" {
			b.calls[t.Index].Tool = t.Function.Name
		}
		b.args[t.Index].WriteString(t.Function.Arguments)
	}
	return choice.Delta.Content, nil
}

// finish judges the end of the stream. Ids of calls are made unique within the turn: some servers count them anew in every
// answer.
func (b *builder) finish(earlier []ai.ToolCall) ([]ai.ToolCall, string, error) {
	switch {
	case b.reason == "":
		return nil, "", apperr.Wrap(errors.New("the stream ended without a finish reason"), apperr.Unavailable, codeCut, "The model's answer broke off.")
	case b.refused || b.reason == "content_filter":
		return nil, "", apperr.New(apperr.Invalid, CodeRefusal, "The model declined to answer.")
	}
	var calls []ai.ToolCall
	taken := func(id string) bool {
		same := func(c ai.ToolCall) bool { return c.ID == id }
		return slices.ContainsFunc(earlier, same) || slices.ContainsFunc(calls, same)
	}
	for i, c := range b.calls {
		if c.Tool == "" {
			continue
		}
		c.Arguments = []byte(b.args[i].String())
		if !valid(c.Arguments) {
			c.Arguments = []byte("{}") // the look-up will say what it needs
		}
		if c.ID == "" || taken(c.ID) {
			c.ID = fmt.Sprintf("call_%d", len(earlier)+len(calls)+1)
		}
		calls = append(calls, c)
	}
	return calls, b.reason, nil
}
