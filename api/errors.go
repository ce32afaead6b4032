package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gin-gonic/gin"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/telemetry"
)

// Problem is an RFC 9457 problem document: what every error of this API looks like.
type Problem struct {
	Type     string         `json:"type" doc:"URI of the kind of problem"`
	Title    string         `json:"title" doc:"The kind of problem, in words"`
	Status   int            `json:"status" doc:"HTTP status"`
	Detail   string         `json:"detail" doc:"What happened and what to do"`
	Instance string         `json:"instance" doc:"Request id, to quote to support"`
	Code     string         `json:"code" doc:"Stable code for programs, e.g. email_taken"`
	Errors   []apperr.Field `json:"errors,omitempty" doc:"Each fault of the input"`
	Extra    map[string]any `json:"-"`

	retryAfter time.Duration
}

// MarshalJSON puts Extra's members beside the standard ones (RFC 9457 §3.2).
func (p *Problem) MarshalJSON() ([]byte, error) {
	type plain Problem
	if len(p.Extra) == 0 {
		return json.Marshal((*plain)(p))
	}
	data, err := json.Marshal((*plain)(p))
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for k, v := range p.Extra {
		all[k] = v
	}
	return json.Marshal(all)
}

func (p *Problem) Error() string  { return p.Code + ": " + p.Detail }
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders tells the client when to come again.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	return h
}

// ContentType names the media type of problem documents.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[apperr.Kind]int{
	apperr.Malformed:       http.StatusBadRequest,
	apperr.Unauthenticated: http.StatusUnauthorized,
	apperr.Forbidden:       http.StatusForbidden,
	apperr.NotFound:        http.StatusNotFound,
	apperr.Conflict:        http.StatusConflict,
	apperr.TooLarge:        http.StatusRequestEntityTooLarge,
	apperr.Invalid:         http.StatusUnprocessableEntity,
	apperr.RateLimited:     http.StatusTooManyRequests,
	apperr.Unavailable:     http.StatusServiceUnavailable,
	apperr.Internal:        http.StatusInternalServerError,
}

// problemOf turns any error into a problem document; what is internal is logged and not shown.
func problemOf(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		if p.Instance == "" {
			p.Instance = telemetry.RequestID(ctx)
		}
		return p
	}
	e := apperr.From(err)
	p = newProblem(statusOf[e.Kind], e.Code, e.Message)
	p.Errors, p.Extra, p.retryAfter, p.Instance = e.Fields, e.Extra, e.RetryAfter, telemetry.RequestID(ctx)
	if p.retryAfter == 0 && (e.Kind == apperr.RateLimited || e.Kind == apperr.Unavailable) {
		p.retryAfter = time.Second
	}
	switch {
	case ctx.Err() != nil && e.Kind == apperr.Internal: // the client went away
	case e.Kind == apperr.Internal:
		slog.ErrorContext(ctx, "request failed", "error", err)
	case e.Kind == apperr.Unavailable:
		slog.WarnContext(ctx, "request failed", "error", err)
	}
	return p
}

func newProblem(status int, code, detail string) *Problem {
	return &Problem{
		Type:   problemType(code),
		Title:  http.StatusText(status),
		Status: status,
		Code:   code,
		Detail: detail,
	}
}

func problemType(code string) string {
	return "https://pulsehub.dev/problems/" + strings.ReplaceAll(code, "_", "-")
}

// writeProblem answers a plain gin handler's error.
func writeProblem(c *gin.Context, err error) {
	p := problemOf(c.Request.Context(), err)
	for k, v := range p.GetHeaders() {
		c.Writer.Header()[k] = v
	}
	c.Writer.Header().Set("Content-Type", p.ContentType(""))
	body, _ := json.Marshal(p)
	c.Writer.WriteHeader(p.Status)
	_, _ = c.Writer.Write(body)
	c.Abort()
}

// Huma builds its own errors (validation, bad JSON, sizes) and wraps those of handlers through these two; all become
// problem documents.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return validationProblem("", status, msg, errs)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, msg string, errs ...error) huma.StatusError {
		if status != http.StatusInternalServerError || len(errs) != 1 {
			return validationProblem(telemetry.RequestID(c.Context()), status, msg, errs)
		}
		p := problemOf(c.Context(), errs[0])
		for name, values := range p.GetHeaders() {
			c.SetHeader(name, values[0])
		}
		return p
	}
}

func validationProblem(instance string, status int, msg string, errs []error) *Problem {
	p := newProblem(status, codeOf(status), msg)
	p.Instance = instance
	for _, err := range errs {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			p.Errors = append(p.Errors, apperr.Field{Field: "body", Message: err.Error()})
			continue
		}
		fault := apperr.Field{Field: d.Location, Message: d.Message, Value: d.Value}
		if secretField(d.Location) || tooLong(d.Value) {
			fault.Value = nil
		}
		if d.Message == validation.MsgUnexpectedProperty {
			p.Code, p.Type = "unknown_field", problemType("unknown_field")
		}
		p.Errors = append(p.Errors, fault)
	}
	if len(p.Errors) > 0 {
		p.Detail = p.Errors[0].Field + ": " + p.Errors[0].Message
	}
	return p
}

func secretField(path string) bool {
	path = strings.ToLower(path)
	return strings.Contains(path, "password") || strings.Contains(path, "token") || strings.Contains(path, "secret")
}

func tooLong(v any) bool {
	switch v := v.(type) {
	case string:
		return len(v) > 200
	case map[string]any, []any: // could hold a secret further down
		return true
	}
	return false
}

func codeOf(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed"
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusMethodNotAllowed:
		return "method_not_allowed"
	case http.StatusUnsupportedMediaType:
		return "unsupported_media_type"
	case http.StatusUnauthorized:
		return "unauthenticated"
	case http.StatusTooManyRequests:
		return "rate_limited"
	case http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return "unavailable"
	}
	return "internal"
}
