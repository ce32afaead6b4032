package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answer is what the stand-in says to one request.
type Answer struct {
	Text         string // streamed by words
	Refusal      string
	ToolCalls    []ToolCall
	FinishReason string // empty: stop, or tool_calls
}

// ToolCall is a call the model makes.
type ToolCall struct {
	ID, Name, Arguments string
}

const plainAnswer = "I looked at the figures you gave me. Most of the money that is left on the table sits in carts that were filled and not paid for, " +
	"so a reminder soon after is the first thing I would try, by email to everyone who can be reached and by text message a day later to those who did not answer. " +
	"After that, write to the customers who have gone quiet: tell them what is new, give them one reason to come back, and stop after the second message. " +
	"Measure both against a group that gets nothing, and keep what works."

// canned is the answer when none was scripted: an object where a schema asks for one, a look-up where a tool fits the
// question, and text otherwise.
func (o *OpenAI) canned(req *chatRequest, ignoreSchema bool) Answer {
	if f := req.ResponseFormat; f != nil && !ignoreSchema {
		switch {
		case f.Type == "json_schema":
			var s schema
			_ = json.Unmarshal(f.JSONSchema.Schema, &s)
			data, _ := json.Marshal(s.example("", 0))
			return Answer{Text: string(data)}
		case f.Type == "json_object":
			return Answer{Text: `{"answer":"` + "The sandbox says hello." + `"}`}
		}
	}
	if !req.answered() {
		question := strings.ToLower(req.question())
		for word, tool := range map[string]string{"by day": "timeseries", "top product": "top_products", "compare": "compare", "funnel": "funnel"} {
			i := slices.IndexFunc(req.Tools, func(t chatTool) bool { return t.Function.Name == tool })
			if i >= 0 && strings.Contains(question, word) && string(req.ToolChoice) != `"none"` {
				var s schema
				_ = json.Unmarshal(req.Tools[i].Function.Parameters, &s)
				arguments, _ := json.Marshal(s.example("", 0))
				return Answer{ToolCalls: []ToolCall{{ID: "call_" + tool, Name: tool, Arguments: string(arguments)}}}
			}
		}
	}
	return Answer{Text: plainAnswer}
}

// samples are values by the name of their property.
var samples = map[string]string{
	"intro": "These are the people worth writing to first, and what I would say to them.", "name": "Remind them while it is fresh",
	"subject": "Still thinking it over?", "body": "Hi {{ first_name | default: \"there\" }}, what you chose is still here: {{ shop.url }}",
	"rationale": "They showed what they want and stopped just before paying.", "label": "4 hours after the cart was left",
	"delay": "4h", "from": "2026-11-01", "to": "2026-11-24", "after_event": "product_added", "at": "",
}

// example is a value that fits the schema; i varies enums from item to item.
func (s *schema) example(name string, i int) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[i%len(s.Enum)]
	case len(s.AnyOf) > 0:
		return s.AnyOf[0].example(name, i)
	case s.is("object"):
		o := orderedObject{}
		for _, key := range s.Required {
			o = append(o, member{key, s.Properties[key].example(key, i)})
		}
		return o
	case s.is("array"):
		return []any{s.Items.example(name, 0), s.Items.example(name, 1)}
	case s.is("integer"), s.is("number"):
		return 5
	case s.is("boolean"):
		return true
	}
	if v, ok := samples[name]; ok {
		return v
	}
	return "sample " + name
}

// orderedObject keeps its members in the schema's order, as strict mode does.
type orderedObject []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order.
func (o orderedObject) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(m.key)
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s:%s", key, value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

// stream is one answer on its way.
type stream struct {
	*OpenAI
	w       http.ResponseWriter
	r       *http.Request
	req     *chatRequest
	answer  Answer
	fault   Fault
	arrived time.Time
	id      string

	head, tail string // of each chunk, around its delta
	buf        []byte
	sent       int
	start      time.Time
	timer      *time.Timer
}

// run streams the answer: one write a token, and one timer for all of them.
func (s *stream) run() {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	usage := ""
	if s.usage() {
		usage = `,"usage":null`
	}
	s.head = fmt.Sprintf(`{"id":%q,"object":"chat.completion.chunk","created":%d,"model":%q,"service_tier":"default","system_fingerprint":"fp_sandbox","choices":[{"index":0,"delta":`, s.id, s.arrived.Unix(), s.req.Model)
	s.tail = `,"logprobs":null,"finish_reason":null}]` + usage + "}\n\n"
	s.start = time.Now()
	if s.rate() > 0 {
		s.timer = time.NewTimer(0)
		defer s.timer.Stop()
		<-s.timer.C
	}
	if !s.delta(`{"role":"assistant","content":"","refusal":null}`) || !s.body() {
		return
	}
	reason := s.answer.FinishReason
	if reason == "" {
		reason = "stop"
		if len(s.answer.ToolCalls) > 0 {
			reason = "tool_calls"
		}
	}
	s.raw(s.head + `{},"logprobs":null,"finish_reason":"` + reason + `"}]` + usage + "}\n\n")
	if s.usage() {
		in, out := s.counts()
		s.raw(fmt.Sprintf(`{"id":%q,"object":"chat.completion.chunk","created":%d,"model":%q,"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`+"\n\n", s.id, s.arrived.Unix(), s.req.Model, in, out, in+out))
	}
	s.raw("[DONE]\n\n")
}

// rate is tokens a second; 0 is no pace.
func (s *stream) rate() float64 { return s.cfg.TokensPerSecond }

func (s *stream) usage() bool { return s.req.StreamOptions != nil && s.req.StreamOptions.IncludeUsage }

// counts are tokens as far as anyone can tell without the model's tokenizer: four letters each, or a word.
func (s *stream) counts() (in, out int) {
	for _, m := range s.req.Messages {
		in += len(m.Content)/4 + 3
	}
	return in, max(s.sent, 1)
}

// body streams what the answer says; false: the stream is broken or the client has gone.
func (s *stream) body() bool {
	for i, c := range s.answer.ToolCalls {
		name, _ := json.Marshal(c.Name)
		id, _ := json.Marshal(c.ID)
		if !s.token(fmt.Sprintf(`{"tool_calls":[{"index":%d,"id":%s,"type":"function","function":{"name":%s,"arguments":""}}]}`, i, id, name)) {
			return false
		}
		for _, part := range parts(c.Arguments) {
			quoted, _ := json.Marshal(part)
			if !s.token(fmt.Sprintf(`{"tool_calls":[{"index":%d,"function":{"arguments":%s}}]}`, i, quoted)) {
				return false
			}
		}
	}
	if s.answer.Refusal != "" {
		for _, part := range parts(s.answer.Refusal) {
			quoted, _ := json.Marshal(part)
			if !s.token(`{"refusal":` + string(quoted) + `}`) {
				return false
			}
		}
		return true
	}
	if s.cfg.Stamped && s.req.ResponseFormat == nil && len(s.answer.ToolCalls) == 0 {
		return s.stamps()
	}
	tokens := parts(s.answer.Text)
	if n := s.cfg.Tokens; n > 0 && s.req.ResponseFormat == nil {
		for len(tokens) > 0 && len(tokens) < n {
			tokens = append(tokens, tokens...)
		}
		tokens = tokens[:min(n, len(tokens))]
	}
	for _, t := range tokens {
		quoted, _ := json.Marshal(t)
		if !s.token(`{"content":` + string(quoted) + `}`) {
			return false
		}
	}
	return true
}

func (s *stream) stamps() bool {
	for i := range max(s.cfg.Tokens, 1) {
		if !s.pace() {
			return false
		}
		stamp, letter := time.Now().UnixNano(), "t"
		if i == 0 {
			stamp, letter = s.arrived.UnixNano(), "r"
		}
		if !s.delta(`{"content":"` + letter + strconv.FormatInt(stamp, 10) + ` "}`) {
			return false
		}
		s.sent++
	}
	return true
}

// parts cuts text as tokens are cut: at spaces, and long words in the middle.
func parts(text string) []string {
	var out []string
	for _, word := range strings.SplitAfter(text, " ") {
		runes := []rune(word)
		for len(runes) > 12 {
			out, runes = append(out, string(runes[:7])), runes[7:]
		}
		if len(runes) > 0 {
			out = append(out, string(runes))
		}
	}
	return out
}

// token waits for its time, or breaks the stream where the fault says so.
func (s *stream) token(delta string) bool {
	if s.sent >= s.fault.After && s.broken() {
		return false
	}
	if !s.pace() || !s.delta(delta) {
		return false
	}
	s.sent++
	return true
}

// pace waits until the next token is due: token i at i / rate after the first, without drift.
func (s *stream) pace() bool {
	if s.timer == nil || s.sent == 0 {
		return s.r.Context().Err() == nil
	}
	due := s.start.Add(time.Duration(float64(s.sent) / s.rate() * float64(time.Second)))
	wait := time.Until(due)
	if wait <= 0 {
		return s.r.Context().Err() == nil
	}
	s.timer.Reset(wait)
	select {
	case <-s.timer.C:
		return true
	case <-s.r.Context().Done():
		return false
	}
}

// broken does what a fault in mid-stream does.
func (s *stream) broken() bool {
	switch s.fault.Kind {
	case FaultStall:
		<-s.r.Context().Done()
	case FaultCut:
		panic(http.ErrAbortHandler)
	case FaultEOF:
	case FaultInvalidJSON:
		s.raw("{\"id\":\"broken\n\n")
	case FaultMidstream:
		s.raw(`{"error":{"message":"The server had an error processing your request.","type":"server_error","param":null,"code":null}}` + "\n\n")
	default:
		return false
	}
	return true
}

func (s *stream) delta(delta string) bool { return s.raw(s.head + delta + s.tail) }

func (s *stream) raw(data string) bool {
	s.buf = append(append(s.buf[:0], "data: "...), data...)
	if _, err := s.w.Write(s.buf); err != nil {
		return false
	}
	return http.NewResponseController(s.w).Flush() == nil
}

// whole answers without streaming.
func (s *stream) whole() {
	if s.fault.Kind == FaultCut || s.fault.Kind == FaultStall {
		s.broken()
		return
	}
	message := map[string]any{"role": "assistant", "content": s.answer.Text, "refusal": nil}
	reason := "stop"
	if s.answer.Refusal != "" {
		message["content"], message["refusal"] = nil, s.answer.Refusal
	}
	if len(s.answer.ToolCalls) > 0 {
		var calls []map[string]any
		for _, c := range s.answer.ToolCalls {
			calls = append(calls, map[string]any{"id": c.ID, "type": "function", "function": map[string]any{"name": c.Name, "arguments": c.Arguments}})
		}
		message["content"], message["tool_calls"], reason = nil, calls, "tool_calls"
	}
	if s.answer.FinishReason != "" {
		reason = s.answer.FinishReason
	}
	s.sent = len(parts(s.answer.Text))
	in, out := s.counts()
	writeJSON(s.w, http.StatusOK, map[string]any{
		"id": s.id, "object": "chat.completion", "created": s.arrived.Unix(), "model": s.req.Model, "service_tier": "default", "system_fingerprint": "fp_sandbox",
		"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": reason, "logprobs": nil}},
		"usage":   map[string]any{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out},
	})
}
