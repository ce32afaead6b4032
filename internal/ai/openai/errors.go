package openai

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	sdk "github.com/openai/openai-go/v3"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Codes of failures that asking again does not mend: the built-in analyst answers instead.
const (
	CodeQuota       = "model_quota_exhausted"
	CodeKey         = "model_key_rejected"
	CodeModel       = "model_not_found"
	CodeRequest     = "model_request_refused"
	CodeTooLong     = "model_context_too_long"
	CodeRefusal     = "model_refused"
	CodeBadOutput   = "model_output_invalid"
	CodeCutShort    = "model_answer_cut_short"
	codeUnavailable = "model_unavailable"
	codeRateLimit   = "model_rate_limited"
	codeStalled     = "model_stalled"
	codeCut         = "model_stream_cut"
)

// requestError turns what came of sending a request into our kinds. Its cause is the server's status and code, never its
// message: that may quote the prompt.
func requestError(err error, res *http.Response) *apperr.Error {
	if res == nil || res.StatusCode < 400 {
		return apperr.Wrap(err, apperr.Unavailable, codeUnavailable, "The model server cannot be reached.")
	}
	code, kind := "", ""
	var e *sdk.Error
	if errors.As(err, &e) {
		code, kind = e.Code, e.Type
	}
	out := statusError(res.StatusCode, code, kind)
	if out.Kind == apperr.RateLimited || out.Kind == apperr.Unavailable {
		out.RetryAfter = retryAfter(res.Header)
	}
	out.Cause = errors.New("status " + strconv.Itoa(res.StatusCode) + " " + code + " (request " + res.Header.Get("x-request-id") + ")")
	return out
}

func statusError(status int, code, kind string) *apperr.Error {
	switch {
	case code == "insufficient_quota" || kind == "insufficient_quota" || status == http.StatusPaymentRequired:
		return apperr.New(apperr.Forbidden, CodeQuota, "The model provider's quota is used up.")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return apperr.New(apperr.Forbidden, CodeKey, "The model provider refuses the key.")
	case status == http.StatusNotFound:
		return apperr.New(apperr.NotFound, CodeModel, "The model provider does not have this model.")
	case status == http.StatusTooManyRequests:
		return apperr.New(apperr.RateLimited, codeRateLimit, "The model provider asks us to slow down.")
	case status == http.StatusRequestTimeout || status == http.StatusConflict || status >= 500:
		return apperr.New(apperr.Unavailable, codeUnavailable, "The model provider has trouble answering.")
	case code == "context_length_exceeded":
		return apperr.New(apperr.Invalid, CodeTooLong, "The conversation is too long for the model.")
	}
	return apperr.New(apperr.Invalid, CodeRequest, "The model provider did not accept the request.")
}

// midstreamError is an error object that came among the chunks.
func midstreamError(raw json.RawMessage) *apperr.Error {
	var e struct {
		Code any    `json:"code"`
		Type string `json:"type"`
	}
	_ = json.Unmarshal(raw, &e)
	code, _ := e.Code.(string)
	switch {
	case code == "insufficient_quota" || e.Type == "insufficient_quota":
		return statusError(http.StatusTooManyRequests, code, e.Type)
	case strings.Contains(code, "rate_limit"):
		return statusError(http.StatusTooManyRequests, code, e.Type)
	}
	return apperr.Wrap(errors.New("error in mid-stream: "+e.Type+" "+code), apperr.Unavailable, codeCut, "The model provider broke off its answer.")
}

// retryAfter reads when to come again: retry-after-ms, then Retry-After in seconds or as a date. 0 when it is not said;
// never more than ten minutes.
func retryAfter(h http.Header) time.Duration {
	clip := func(d time.Duration) time.Duration { return min(max(d, 0), 10*time.Minute) }
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 {
		return clip(time.Duration(ms * float64(time.Millisecond)))
	}
	value := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 {
		return clip(time.Duration(s * float64(time.Second)))
	}
	if at, err := http.ParseTime(value); err == nil {
		return clip(time.Until(at))
	}
	return 0
}

var errStalled = errors.New("nothing came from the model for too long")

// streamError is a failure while the answer was read. A caller who went away gets its context's error.
func (p *Provider) streamError(ctx context.Context, err error, stalled bool) error {
	var e *apperr.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case stalled:
		return apperr.Wrap(errStalled, apperr.Unavailable, codeStalled, "The model stopped answering.")
	case errors.As(err, &e):
		return e
	}
	return apperr.Wrap(err, apperr.Unavailable, codeCut, "The model's answer broke off.")
}
