// Package sandbox stands in for the services outside PulseHub, as strict as the real ones, with switches for their faults.
package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// OpenAIConfig is how the stand-in for an OpenAI server behaves.
type OpenAIConfig struct {
	Key             string   // the only key that is let in; empty lets everyone in, as a local model server does
	Models          []string // served; empty is gpt-4o-mini
	TokensPerSecond float64  // 0 is as fast as they can be written
	Tokens          int      // length of plain answers; 0 is as the text is
	// Stamped makes plain answers of times, for benchmarks: "r<unix nanoseconds at which the request had arrived> " and
	// then "t<unix nanoseconds at which this token was sent> " for each further token.
	Stamped bool
}

// Fault makes requests fail in one of the ways real servers do.
type Fault struct {
	Kind FaultKind `json:"kind"`
	// After is how many tokens are streamed before the stream breaks (stall, cut, eof, invalid_json, midstream_error).
	After int `json:"after,omitempty"`
	// Times is how many requests it hits before it clears itself; 0 is all.
	Times int `json:"times,omitempty"`
	// RetryAfter goes with 429 and 503, in seconds.
	RetryAfter float64 `json:"retryAfter,omitempty"`
}

// FaultKind names a way to fail.
type FaultKind string

const (
	FaultRateLimit   FaultKind = "429"
	FaultQuota       FaultKind = "insufficient_quota"
	FaultKey         FaultKind = "invalid_api_key"
	FaultModel       FaultKind = "model_not_found"
	FaultServer      FaultKind = "500"
	FaultOverloaded  FaultKind = "503"
	FaultStall       FaultKind = "stall"           // streams, and then nothing more, with the connection open
	FaultCut         FaultKind = "cut"             // the connection breaks
	FaultEOF         FaultKind = "eof"             // a clean end without a finish reason
	FaultInvalidJSON FaultKind = "invalid_json"    // a chunk that is no JSON
	FaultMidstream   FaultKind = "midstream_error" // an error object among the chunks
	FaultNoSchema    FaultKind = "ignore_schema"   // plain text where a JSON schema was asked for
	FaultLength      FaultKind = "length"          // the answer is cut off by the token limit
	FaultRefusal     FaultKind = "refusal"
)

var faultKinds = []FaultKind{
	FaultRateLimit, FaultQuota, FaultKey, FaultModel, FaultServer, FaultOverloaded, FaultStall, FaultCut, FaultEOF,
	FaultInvalidJSON, FaultMidstream, FaultNoSchema, FaultLength, FaultRefusal,
}

// OpenAIRequest is one request that arrived.
type OpenAIRequest struct {
	At       time.Time `json:"at"`
	Question string    `json:"question"` // the last user message
	Body     []byte    `json:"-"`
}

// OpenAI is a stand-in for the OpenAI API: chat completions and models under /v1. Faults are switched with PUT and DELETE
// /sandbox/fault, and GET /sandbox/requests tells what arrived when.
type OpenAI struct {
	cfg OpenAIConfig
	mux *http.ServeMux

	mu       sync.Mutex
	fault    *Fault
	script   []Answer
	requests []OpenAIRequest
	served   int
}

const keptRequests = 20_000

// NewOpenAI makes the stand-in.
func NewOpenAI(cfg OpenAIConfig) *OpenAI {
	if len(cfg.Models) == 0 {
		cfg.Models = []string{"gpt-4o-mini"}
	}
	o := &OpenAI{cfg: cfg, mux: http.NewServeMux()}
	o.mux.HandleFunc("POST /v1/chat/completions", o.complete)
	o.mux.HandleFunc("GET /v1/models", o.models)
	o.mux.HandleFunc("PUT /sandbox/fault", o.switchFault)
	o.mux.HandleFunc("DELETE /sandbox/fault", func(http.ResponseWriter, *http.Request) { o.SetFault(nil) })
	o.mux.HandleFunc("GET /sandbox/requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, o.Requests()) })
	return o
}

// ServeHTTP serves the API.
func (o *OpenAI) ServeHTTP(w http.ResponseWriter, r *http.Request) { o.mux.ServeHTTP(w, r) }

// SetFault switches a fault on; nil switches it off.
func (o *OpenAI) SetFault(f *Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f != nil {
		c := *f
		f = &c
	}
	o.fault = f
}

// Say queues answers: each request takes the next one; after them the answers are canned again.
func (o *OpenAI) Say(answers ...Answer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.script = append(o.script, answers...)
}

// Requests is what arrived, oldest first; the last 20,000.
func (o *OpenAI) Requests() []OpenAIRequest {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]OpenAIRequest{}, o.requests...)
}

func (o *OpenAI) switchFault(w http.ResponseWriter, r *http.Request) {
	var f Fault
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		writeError(w, &apiError{status: http.StatusBadRequest, Message: err.Error(), Type: "invalid_request_error"})
		return
	}
	for _, k := range faultKinds {
		if k == f.Kind {
			o.SetFault(&f)
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	writeError(w, &apiError{status: http.StatusBadRequest, Message: fmt.Sprintf("unknown fault %q; known: %v", f.Kind, faultKinds), Type: "invalid_request_error"})
}

// take is the fault and the scripted answer for the next request, and its number.
func (o *OpenAI) take(req OpenAIRequest) (fault Fault, answer *Answer, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.served++
	if len(o.requests) == keptRequests {
		o.requests = append(o.requests[:0], o.requests[keptRequests/2:]...)
	}
	o.requests = append(o.requests, req)
	if o.fault != nil {
		fault = *o.fault
		if o.fault.Times > 0 {
			if o.fault.Times--; o.fault.Times == 0 {
				o.fault = nil
			}
		}
	}
	if len(o.script) > 0 && !fault.early() {
		a := o.script[0]
		answer, o.script = &a, o.script[1:]
	}
	return fault, answer, o.served
}

func (o *OpenAI) models(w http.ResponseWriter, r *http.Request) {
	if err := o.authorize(r); err != nil {
		writeError(w, err)
		return
	}
	data := make([]map[string]any, 0, len(o.cfg.Models))
	for _, m := range o.cfg.Models {
		data = append(data, map[string]any{"id": m, "object": "model", "created": 1_700_000_000, "owned_by": "sandbox"})
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": data})
}

func (o *OpenAI) authorize(r *http.Request) *apiError {
	if o.cfg.Key == "" {
		return nil
	}
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || key == "" {
		return &apiError{status: http.StatusUnauthorized, Message: "You didn't provide an API key.", Type: "invalid_request_error"}
	}
	if key != o.cfg.Key {
		return &apiError{status: http.StatusUnauthorized, Message: "Incorrect API key provided.", Type: "invalid_request_error", Code: "invalid_api_key"}
	}
	return nil
}

func (o *OpenAI) complete(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	if err := o.authorize(r); err != nil {
		writeError(w, err)
		return
	}
	req, body, fault := o.read(w, r)
	if fault != nil {
		writeError(w, fault)
		return
	}
	f, scripted, n := o.take(OpenAIRequest{At: arrived, Question: req.question(), Body: body})
	w.Header().Set("x-request-id", "req_sandbox_"+strconv.Itoa(n))
	if err := f.refuse(w, req.Model); err != nil {
		writeError(w, err)
		return
	}
	var a Answer
	switch {
	case scripted != nil:
		a = *scripted
	case f.Kind == FaultRefusal:
		a = Answer{Refusal: "I'm sorry, I can't help with that."}
	default:
		a = o.canned(req, f.Kind == FaultNoSchema)
	}
	if f.Kind == FaultLength {
		a.FinishReason = "length"
	}
	out := &stream{OpenAI: o, w: w, r: r, req: req, answer: a, fault: f, arrived: arrived, id: "chatcmpl-sandbox-" + strconv.Itoa(n)}
	if req.Stream {
		out.run()
		return
	}
	out.whole()
}

// early tells faults that come before any answer.
func (f Fault) early() bool {
	switch f.Kind {
	case FaultRateLimit, FaultQuota, FaultKey, FaultModel, FaultServer, FaultOverloaded:
		return true
	}
	return false
}

func (f Fault) refuse(w http.ResponseWriter, model string) *apiError {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.FormatFloat(f.RetryAfter, 'f', -1, 64))
		w.Header().Set("Retry-After-Ms", strconv.FormatFloat(f.RetryAfter*1000, 'f', -1, 64))
	}
	switch f.Kind {
	case FaultRateLimit:
		return &apiError{status: http.StatusTooManyRequests, Message: "Rate limit reached for requests", Type: "requests", Code: "rate_limit_exceeded"}
	case FaultQuota:
		return &apiError{status: http.StatusTooManyRequests, Message: "You exceeded your current quota, please check your plan and billing details.", Type: "insufficient_quota", Code: "insufficient_quota"}
	case FaultKey:
		return &apiError{status: http.StatusUnauthorized, Message: "Incorrect API key provided.", Type: "invalid_request_error", Code: "invalid_api_key"}
	case FaultModel:
		return &apiError{status: http.StatusNotFound, Message: "The model `" + model + "` does not exist or you do not have access to it.", Type: "invalid_request_error", Code: "model_not_found"}
	case FaultServer:
		return &apiError{status: http.StatusInternalServerError, Message: "The server had an error while processing your request. Sorry about that!", Type: "server_error"}
	case FaultOverloaded:
		return &apiError{status: http.StatusServiceUnavailable, Message: "The engine is currently overloaded, please try again later.", Type: "server_error"}
	}
	return nil
}

// apiError is an error as the API words it.
type apiError struct {
	status  int
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    any     `json:"code"` // a string, or null
}

func (e *apiError) at(param string) *apiError { e.Param = &param; return e }

func writeError(w http.ResponseWriter, e *apiError) {
	writeJSON(w, e.status, map[string]any{"error": e})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
