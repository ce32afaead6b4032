// Package ingest takes in what customers did, from wherever it is told: it validates, normalises to PulseHub's vocabulary,
// finds whose it is, and hands it to be written once. Messages have the form of Segment's HTTP API
// (https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/), which client libraries speak already.
package ingest

import (
	"crypto/sha256"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// What one request may hold, as Segment has it.
const (
	MaxCall       = 32 << 10  // bytes of one message
	MaxBatch      = 500 << 10 // bytes of a batch, unpacked
	MaxBatchSize  = 2500      // messages in a batch
	MaxMessageID  = 100       // characters
	maxIdentifier = 512       // bytes of a user id or an anonymous id
)

// Source is a data source that sends by a write key.
type Source struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	Type        datasource.Type
	Currency    string // the workspace's: values in others are not summed
	Paused      bool
}

// Kinds of identifiers, the strongest first. They are stored.
const (
	ByUserID    = 1
	ByEmail     = 2
	ByPhone     = 3
	ByAnonymous = 4
)

// Identifier names a customer for good: a user id, an email address or a phone number.
type Identifier struct {
	Kind  uint8
	Value string
}

// Trait is one thing that a message says about its sender. Value is JSON; "null" takes the trait away.
type Trait struct {
	Name  string
	Value []byte
}

// Item is a message that was accepted.
type Item struct {
	Key         uuid.UUID // of data source and message id: the same message has the same key
	Identifiers []Identifier
	AnonymousID string
	Traits      []Trait
	At          time.Time // when it happened
	// Event is what to store; its Type is empty where the message tells of no event (identify, group, alias). Its customer is
	// found when it is written.
	Event   datasource.Event
	OrderID string // of order_completed and order_refunded: the same order counts once, and is what a refund gives back
}

// Rejection is a message that was not accepted, or, where Kept, one that was accepted without what is wrong in it.
type Rejection struct {
	Key       uuid.UUID
	MessageID string
	Name      string // what the message calls itself: an event's name, or its type
	Code      string // stable, for programs
	Field     string
	Reason    string // in words, with what would be right
	Kept      bool
	Raw       string
}

// Written counts what became of messages.
type Written struct {
	Events     int
	Duplicates int // sent before
	Rejected   int
}

// Batch is what one request brought.
type Batch struct {
	Source     Source
	ReceivedAt time.Time
	Items      []Item
	Rejections []Rejection
}

// key is the same for the same parts, and for no others.
func key(parts ...string) uuid.UUID {
	h := sha256.New()
	for _, p := range parts {
		var length [4]byte
		n := len(p)
		length[0], length[1], length[2], length[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
		h.Write(length[:])
		h.Write([]byte(p))
	}
	return uuid.UUID(h.Sum(nil)[:16])
}
