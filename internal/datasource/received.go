package datasource

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Received is an event as it is stored, for whoever looks at what a data source sent.
type Received struct {
	ID          string // the source's own
	Type        string
	Name        string // the source's, where Type is EventCustom
	CustomerID  *uuid.UUID
	AnonymousID string
	OccurredAt  time.Time
	ReceivedAt  time.Time
	Channel     string
	Product     string
	Value       *decimal.Decimal // in the workspace's currency
	Duplicate   bool
	Properties  json.RawMessage
	Context     json.RawMessage
}

// Rejected is a message that was not stored, or not wholly.
type Rejected struct {
	ID         uuid.UUID
	MessageID  string
	Name       string
	Code       string
	Field      string
	Reason     string
	Kept       bool // the event is stored, without what was wrong in it
	Raw        string
	ReceivedAt time.Time
}

// Inbox reads what a data source sent. Every method answers only for its workspace.
type Inbox interface {
	// ReceivedEvents answers a page, newest first.
	ReceivedEvents(ctx context.Context, workspaceID, sourceID uuid.UUID, limit int, cursor string) ([]Received, string, error)
	// RejectedEvents answers a page, newest first. They are kept for 30 days.
	RejectedEvents(ctx context.Context, workspaceID, sourceID uuid.UUID, limit int, cursor string) ([]Rejected, string, error)
}

// Events answers what the data source sent, newest first.
func (s *Service) Events(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]Received, string, error) {
	if _, err := s.Repository.DataSource(ctx, workspaceID, id); err != nil {
		return nil, "", err
	}
	return s.Inbox.ReceivedEvents(ctx, workspaceID, id, limit, cursor)
}

// Rejected answers what was not stored, or not wholly, with the reasons, newest first.
func (s *Service) Rejected(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]Rejected, string, error) {
	if _, err := s.Repository.DataSource(ctx, workspaceID, id); err != nil {
		return nil, "", err
	}
	return s.Inbox.RejectedEvents(ctx, workspaceID, id, limit, cursor)
}
