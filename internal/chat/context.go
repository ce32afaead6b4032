package chat

import (
	"time"

	"github.com/google/uuid"
)

// TurnContext is all that answering a turn needs to know about it. It holds what people wrote, so it stays inside
// activities.
type TurnContext struct {
	Turn      Turn
	Question  string
	History   []Exchange // earlier questions and answers, oldest first, at most HistoryLength
	Workspace *Workspace // nil for an anonymous visitor
}

// HistoryLength is how many earlier exchanges an answer may look back on.
const HistoryLength = 8

// Exchange is one earlier question, its answer, and what the question was taken for.
type Exchange struct {
	Question string
	Answer   string
	Intent   *Intent
}

// Workspace is what an answer needs to know about the tenant.
type Workspace struct {
	ID       uuid.UUID
	Name     string
	TimeZone string
	Currency string
	// DataVersion is what the workspace's analysis is cached under.
	DataVersion int64
}

// Location is the workspace's time zone, or UTC.
func (w *Workspace) Location() *time.Location {
	if w == nil {
		return time.UTC
	}
	if loc, err := time.LoadLocation(w.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// Draft is an attempt's answer so far.
type Draft struct {
	TurnID  uuid.UUID
	Epoch   int
	Content string
	Parts   []Part
	Intent  *Intent
}

// Ending is how a turn ends. Content and Parts are taken from the draft unless Text is given.
type Ending struct {
	TurnID   uuid.UUID
	Status   Status
	Epoch    int
	Provider string
	Usage    Usage
	Intent   *Intent
	Failure  *Failure
	Text     string // used when there is no draft
	Parts    []Part // likewise
}

// AuthRequiredText is what an anonymous visitor reads when the question needs an account.
func AuthRequiredText(intent Intent) string {
	switch intent.Name {
	case IntentRecommendation:
		return "I can recommend campaigns once I can see your own customers. Sign in or create an account, and I'll answer right here."
	case IntentAccount:
		return "Sign in first, and I'll pick up from here."
	default:
		return "To answer that from your own data I need you to sign in. It takes a moment, and I'll answer this question right after."
	}
}

// AuthReason is the auth_required frame's reason, a stable code.
const AuthReason = "account_needed"

// Complete is the data of a stream's last frame.
type Complete struct {
	MessageID uuid.UUID `json:"messageId"`
	Status    Status    `json:"status"`
	Provider  string    `json:"provider"`
	Usage     Usage     `json:"usage"`
}
