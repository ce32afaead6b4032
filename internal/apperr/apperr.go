// Package apperr is PulseHub's one error type: a kind that machines act on, a stable code, and a message a person can
// act on. Kinds become HTTP in api/errors.go and Temporal in activities/errors.go, and nowhere else.
package apperr

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure it is, and so who can do something about it.
type Kind string

const (
	// Malformed is input that cannot be read at all (broken JSON, an id that is no id).
	Malformed Kind = "malformed"
	// Unauthenticated is a missing, expired or revoked credential.
	Unauthenticated Kind = "unauthenticated"
	// Forbidden is a known caller who may not do this.
	Forbidden Kind = "forbidden"
	// NotFound is a thing that is not there, or not the caller's: the two are never told apart.
	NotFound Kind = "not_found"
	// Conflict is a request that is at odds with the present state.
	Conflict Kind = "conflict"
	// TooLarge is input over a stated size.
	TooLarge Kind = "too_large"
	// Invalid is input that can be read and is wrong; Fields says where.
	Invalid Kind = "invalid"
	// RateLimited is a caller over a limit; RetryAfter says when to come again.
	RateLimited Kind = "rate_limited"
	// Unavailable is a dependency that is down or overloaded; the same call may succeed later.
	Unavailable Kind = "unavailable"
	// Internal is our own fault. Its cause is logged and never shown.
	Internal Kind = "internal"
)

// Field is one fault in the input: where it is, what would be right, and what was sent.
type Field struct {
	Field   string `json:"field" doc:"Path of the field, e.g. body.email"`
	Message string `json:"message" doc:"What would be right"`
	Value   any    `json:"value,omitempty" doc:"What was sent, unless it is secret"`
}

// Error carries a failure through every layer.
type Error struct {
	Kind       Kind
	Code       string // stable, snake_case, part of the API contract
	Message    string // for people: what happened and what to do
	Fields     []Field
	RetryAfter time.Duration // with RateLimited and Unavailable
	Extra      map[string]any
	Cause      error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return e.Code + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind; format and args make the message a person reads.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap is New with the error that led to it.
func Wrap(cause error, kind Kind, code, format string, args ...any) *Error {
	e := New(kind, code, format, args...)
	e.Cause = cause
	return e
}

// WithField adds one fault of the input.
func (e *Error) WithField(field, message string, value any) *Error {
	e.Fields = append(e.Fields, Field{Field: field, Message: message, Value: value})
	return e
}

// WithRetryAfter says when the same call may succeed.
func (e *Error) WithRetryAfter(d time.Duration) *Error { e.RetryAfter = d; return e }

// WithExtra adds a member to the problem document, e.g. the running turn of a turn_running conflict.
func (e *Error) WithExtra(key string, value any) *Error {
	if e.Extra == nil {
		e.Extra = map[string]any{}
	}
	e.Extra[key] = value
	return e
}

// From returns the *Error in err's chain, or wraps err as Internal. From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Wrap(err, Unavailable, "timeout", "This took too long. Please try again.")
	}
	return Wrap(err, Internal, "internal", "Something went wrong on our side.")
}

// KindOf is the kind of err; Internal for an error from elsewhere, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	return From(err).Kind
}

// Is tells whether err is of that kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }

// NoSuch is the NotFound that every resource answers for what is not there or not yours.
func NoSuch(what string) *Error {
	return New(NotFound, "not_found", "There is no such %s.", what)
}
