package customer

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// Export is what is held of a customer, but their events.
type Export struct {
	Profile
	Traits   []ToldProfile
	Consents []ConsentChange // newest first
	Merges   []Merge         // newest first
	Joined   []SegmentChange // newest first
}

// ToldProfile is what one of the customer's profiles was told, as {"name": [value, Unix milliseconds]}.
type ToldProfile struct {
	ProfileID uuid.UUID
	Traits    json.RawMessage
}

// SegmentChange is the customer's joining or leaving a segment.
type SegmentChange struct {
	SegmentID uuid.UUID
	At        time.Time
	Joined    bool
}

// ExportedEvent is an event with all that is stored of it.
type ExportedEvent struct {
	Act
	ReceivedAt  time.Time
	AnonymousID string
	Context     json.RawMessage
}

// ExportTo is who takes an export.
type ExportTo struct {
	Head     func(Export) error
	Event    func(ExportedEvent) error
	Rejected func(datasource.Rejected) error
}
