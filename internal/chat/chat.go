// Package chat is conversations, messages and turns: what a person asked, and the durable work of answering it.
package chat

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Owner is who a conversation belongs to: a user of a workspace, or an anonymous visitor. Exactly one is set.
type Owner struct {
	WorkspaceID uuid.UUID
	UserID      uuid.UUID
	VisitorID   uuid.UUID
}

// Anonymous tells whether the owner has no account yet.
func (o Owner) Anonymous() bool { return o.UserID == uuid.Nil }

// Conversation is a thread of turns.
type Conversation struct {
	ID        uuid.UUID
	Owner     Owner
	Title     string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Role is who wrote a message.
type Role string

const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Status is where a turn stands; a message carries its turn's final status.
type Status string

const (
	StatusQueued    Status = "queued"
	StatusRunning   Status = "running"
	StatusCompleted Status = "completed"
	StatusStopped   Status = "stopped"
	StatusFailed    Status = "failed"
)

// Terminal tells whether a turn with this status will never change again.
func (s Status) Terminal() bool {
	return s == StatusCompleted || s == StatusStopped || s == StatusFailed
}

// Message is one thing said. An assistant message's Content is exactly its streamed chunks joined.
type Message struct {
	ID             uuid.UUID
	ConversationID uuid.UUID
	TurnID         uuid.UUID
	Role           Role
	Content        string
	Parts          []Part
	Status         Status
	Provider       string
	Rating         string // up, down or empty
	CreatedAt      time.Time
}

// PartType is the kind of a part; it is also the event type that carries the part in a stream.
type PartType string

const (
	PartCard    PartType = "campaign_recommendation"
	PartChart   PartType = "chart"
	PartTable   PartType = "table"
	PartSources PartType = "sources"
	// PartAuthRequired marks an answer that waits for the visitor to sign in.
	PartAuthRequired PartType = "auth_required"
)

// Part is what an assistant message holds beside its text, in order of arrival. Key identifies it within the message:
// a part with the same type and key replaces the earlier one.
type Part struct {
	Type PartType        `json:"type"`
	Key  string          `json:"key"`
	Data json.RawMessage `json:"data"`
}

// Turn is one user message and the durable work of answering it.
type Turn struct {
	ID                 uuid.UUID
	ConversationID     uuid.UUID
	Owner              Owner
	UserMessageID      uuid.UUID
	AssistantMessageID uuid.UUID
	ClientMessageID    string
	Status             Status
	Epoch              int // highest attempt that wrote
	Intent             *Intent
	DraftContent       string
	DraftParts         []Part
	Provider           string
	Usage              *Usage
	Error              *Failure
	StopRequested      bool
	CreatedAt          time.Time
	FinishedAt         *time.Time
}

// Usage is what the model charged for, in tokens. Zero for the built-in analyst.
type Usage struct {
	InputTokens  int `json:"inputTokens"`
	OutputTokens int `json:"outputTokens"`
}

// Failure is why a turn failed for good, in words for the marketer.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}
