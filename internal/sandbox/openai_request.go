package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// chatRequest is every field of a chat completion request that the real API knows.
type chatRequest struct {
	Model               string          `json:"model"`
	Messages            []chatMessage   `json:"messages"`
	Stream              bool            `json:"stream"`
	StreamOptions       *streamOptions  `json:"stream_options"`
	Tools               []chatTool      `json:"tools"`
	ToolChoice          json.RawMessage `json:"tool_choice"`
	ParallelToolCalls   *bool           `json:"parallel_tool_calls"`
	ResponseFormat      *responseFormat `json:"response_format"`
	MaxTokens           *int            `json:"max_tokens"`
	MaxCompletionTokens *int            `json:"max_completion_tokens"`
	Temperature         *float64        `json:"temperature"`
	TopP                *float64        `json:"top_p"`
	N                   *int            `json:"n"`
	Stop                json.RawMessage `json:"stop"`
	ReasoningEffort     string          `json:"reasoning_effort"`
	Verbosity           string          `json:"verbosity"`
	SafetyIdentifier    string          `json:"safety_identifier"`
	PromptCacheKey      string          `json:"prompt_cache_key"`
	PresencePenalty     *float64        `json:"presence_penalty"`
	FrequencyPenalty    *float64        `json:"frequency_penalty"`
	LogitBias           json.RawMessage `json:"logit_bias"`
	Logprobs            *bool           `json:"logprobs"`
	TopLogprobs         *int            `json:"top_logprobs"`
	Seed                *int            `json:"seed"`
	User                string          `json:"user"`
	Metadata            json.RawMessage `json:"metadata"`
	Store               *bool           `json:"store"`
	ServiceTier         string          `json:"service_tier"`
}

type streamOptions struct {
	IncludeUsage       bool  `json:"include_usage"`
	IncludeObfuscation *bool `json:"include_obfuscation"`
}

type chatMessage struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	Name       string          `json:"name"`
	ToolCalls  []chatToolCall  `json:"tool_calls"`
	ToolCallID string          `json:"tool_call_id"`
	Refusal    json.RawMessage `json:"refusal"`
}

type chatToolCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

type chatTool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
		Strict      *bool           `json:"strict"`
	} `json:"function"`
}

type responseFormat struct {
	Type       string `json:"type"`
	JSONSchema *struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Strict      *bool           `json:"strict"`
		Schema      json.RawMessage `json:"schema"`
	} `json:"json_schema"`
}

// question is the last user message.
func (r *chatRequest) question() string {
	for _, m := range slices.Backward(r.Messages) {
		if m.Role == "user" {
			return m.text()
		}
	}
	return ""
}

func (m chatMessage) text() string {
	var s string
	if json.Unmarshal(m.Content, &s) == nil {
		return s
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	_ = json.Unmarshal(m.Content, &parts)
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// answered tells whether tool results have come in since the last user message.
func (r *chatRequest) answered() bool {
	return len(r.Messages) > 0 && r.Messages[len(r.Messages)-1].Role == "tool"
}

func bad(param, format string, args ...any) *apiError {
	return (&apiError{status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...), Type: "invalid_request_error"}).at(param)
}

// read decodes and checks a request as the real API does.
func (o *OpenAI) read(w http.ResponseWriter, r *http.Request) (*chatRequest, []byte, *apiError) {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		return nil, nil, &apiError{status: http.StatusUnsupportedMediaType, Message: "Unsupported content type; use application/json.", Type: "invalid_request_error"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<20))
	if err != nil {
		return nil, nil, &apiError{status: http.StatusBadRequest, Message: "We could not read your request: " + err.Error(), Type: "invalid_request_error"}
	}
	var req chatRequest
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		if _, field, unknown := strings.Cut(err.Error(), "unknown field "); unknown {
			field = strings.Trim(field, `"`)
			return nil, nil, bad(field, "Unrecognized request argument supplied: %s", field)
		}
		return nil, nil, &apiError{status: http.StatusBadRequest, Message: "We could not parse the JSON body of your request: " + err.Error(), Type: "invalid_request_error"}
	}
	if e := req.check(); e != nil {
		return nil, nil, e
	}
	if !slices.Contains(o.cfg.Models, req.Model) {
		return nil, nil, Fault{Kind: FaultModel}.refuse(w, req.Model)
	}
	return &req, body, nil
}

func (r *chatRequest) check() *apiError {
	switch {
	case r.Model == "":
		return bad("model", "you must provide a model parameter")
	case len(r.Messages) == 0:
		return bad("messages", "Invalid 'messages': empty array. Expected an array with minimum length 1.")
	case r.StreamOptions != nil && !r.Stream:
		return bad("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	case r.MaxTokens != nil && r.MaxCompletionTokens != nil:
		return bad("max_tokens", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
	case r.Temperature != nil && (*r.Temperature < 0 || *r.Temperature > 2):
		return bad("temperature", "Invalid 'temperature': expected a value between 0 and 2.")
	case len(r.ToolChoice) > 0 && len(r.Tools) == 0:
		return bad("tool_choice", "'tool_choice' is only allowed when 'tools' are specified.")
	case r.ParallelToolCalls != nil && len(r.Tools) == 0:
		return bad("parallel_tool_calls", "'parallel_tool_calls' is only allowed when 'tools' are specified.")
	}
	if e := r.checkMessages(); e != nil {
		return e
	}
	for i, t := range r.Tools {
		at := fmt.Sprintf("tools[%d].function", i)
		if t.Type != "function" {
			return bad(fmt.Sprintf("tools[%d].type", i), "Invalid value: %q. Supported values are: 'function'.", t.Type)
		}
		if !functionName.MatchString(t.Function.Name) {
			return bad(at+".name", "Invalid '%s.name': string does not match pattern '^[a-zA-Z0-9_-]{1,64}$'.", at)
		}
		if t.Function.Strict != nil && *t.Function.Strict {
			if why := strict(t.Function.Parameters); why != "" {
				return bad(at+".parameters", "Invalid schema for function '%s': %s", t.Function.Name, why)
			}
		}
	}
	return r.checkFormat()
}

var functionName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// checkMessages wants every tool result after the call it answers, and every call answered.
func (r *chatRequest) checkMessages() *apiError {
	open := map[string]bool{}
	for i, m := range r.Messages {
		at := fmt.Sprintf("messages.[%d]", i)
		if m.Role != "tool" && len(open) > 0 {
			return bad(at+".role", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. (missing: %s)", slices.Sorted(maps.Keys(open))[0])
		}
		empty := len(m.Content) == 0 || string(m.Content) == "null"
		switch m.Role {
		case "system", "developer", "user":
			if empty {
				return bad(at+".content", "Invalid value for 'content': expected a string, got null.")
			}
		case "assistant":
			if empty && len(m.ToolCalls) == 0 {
				return bad(at+".content", "Invalid value for 'content': expected a string, got null.")
			}
			for _, c := range m.ToolCalls {
				if c.ID == "" || c.Type != "function" || !json.Valid([]byte(c.Function.Arguments)) {
					return bad(at+".tool_calls", "Invalid 'tool_calls': each needs an id, the type 'function' and its arguments as JSON.")
				}
				open[c.ID] = true
			}
		case "tool":
			if !open[m.ToolCallID] {
				return bad(at+".role", "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.")
			}
			delete(open, m.ToolCallID)
		default:
			return bad(at+".role", "Invalid value: %q. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", m.Role)
		}
	}
	if len(open) > 0 {
		return bad("messages", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.")
	}
	return nil
}

func (r *chatRequest) checkFormat() *apiError {
	f := r.ResponseFormat
	if f == nil {
		return nil
	}
	switch f.Type {
	case "text":
	case "json_object":
		for _, m := range r.Messages {
			if strings.Contains(strings.ToLower(m.text()), "json") {
				return nil
			}
		}
		return bad("messages", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
	case "json_schema":
		if f.JSONSchema == nil {
			return bad("response_format.json_schema", "Missing required parameter: 'response_format.json_schema'.")
		}
		if !functionName.MatchString(f.JSONSchema.Name) {
			return bad("response_format.json_schema.name", "Invalid 'response_format.json_schema.name': string does not match pattern '^[a-zA-Z0-9_-]{1,64}$'.")
		}
		if f.JSONSchema.Strict != nil && *f.JSONSchema.Strict {
			if why := strict(f.JSONSchema.Schema); why != "" {
				return bad("response_format", "Invalid schema for response_format '%s': %s", f.JSONSchema.Name, why)
			}
		}
	default:
		return bad("response_format.type", "Invalid value: %q. Supported values are: 'json_object', 'json_schema', and 'text'.", f.Type)
	}
	return nil
}

// schema is the part of JSON Schema that strict mode speaks.
type schema struct {
	Type                 json.RawMessage    `json:"type"`
	Properties           map[string]*schema `json:"properties"`
	Required             []string           `json:"required"`
	AdditionalProperties *json.RawMessage   `json:"additionalProperties"`
	Items                *schema            `json:"items"`
	Enum                 []any              `json:"enum"`
	AnyOf                []*schema          `json:"anyOf"`
	Description          string             `json:"description"`
	MinLength            *int               `json:"minLength"`
	MaxItems             *int               `json:"maxItems"`
}

// is tells whether the schema allows that type.
func (s *schema) is(t string) bool {
	var one string
	if json.Unmarshal(s.Type, &one) == nil {
		return one == t
	}
	var many []string
	_ = json.Unmarshal(s.Type, &many)
	return slices.Contains(many, t)
}

// strict says what is wrong with a schema in strict mode, or "".
func strict(raw json.RawMessage) string {
	var s schema
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return "schema is not supported in strict mode: " + err.Error()
	}
	if !s.is("object") {
		return "schema must be of type 'object'."
	}
	return s.strict("()")
}

func (s *schema) strict(at string) string {
	if s.is("object") {
		if s.AdditionalProperties == nil || string(*s.AdditionalProperties) != "false" {
			return "In context=" + at + ", 'additionalProperties' is required to be supplied and to be false."
		}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			if !slices.Contains(s.Required, name) {
				return "In context=" + at + ", 'required' is required to be supplied and to be an array including every key in properties. Missing '" + name + "'."
			}
			if why := s.Properties[name].strict("('properties', '" + name + "')"); why != "" {
				return why
			}
		}
		for _, name := range s.Required {
			if s.Properties[name] == nil {
				return "In context=" + at + ", 'required' names '" + name + "', which is no property."
			}
		}
	}
	if s.is("array") {
		if s.Items == nil {
			return "In context=" + at + ", array schema missing items."
		}
		return s.Items.strict("('items')")
	}
	for _, a := range s.AnyOf {
		if why := a.strict(at); why != "" {
			return why
		}
	}
	if len(s.Type) == 0 && len(s.AnyOf) == 0 && len(s.Enum) == 0 {
		return "In context=" + at + ", schema must have a 'type' key."
	}
	return ""
}
