package customer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// Query is which customers a list shows.
type Query struct {
	SegmentID *uuid.UUID // members of this one, as of the last count
	Text      string     // what their email address, phone number, name or user id begins with, or their id
}

// Repository keeps customers in Postgres. Every method answers only for the named workspace, and NotFound for a customer who
// is not there.
type Repository interface {
	// ListCustomers is who was seen last first; of a segment alone, who joined last.
	ListCustomers(ctx context.Context, workspaceID uuid.UUID, q Query, limit int, cursor string) ([]segment.Person, string, error)
	FindCustomer(ctx context.Context, workspaceID, id uuid.UUID) (Profile, error)
	// CustomerTimeline is a page of what a customer did, newest first.
	CustomerTimeline(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]Act, string, error)
	// SetConsent records a change and puts it in force, in one transaction. The newest word of a channel wins, wherever it was said.
	SetConsent(ctx context.Context, workspaceID uuid.UUID, c ConsentChange) error
	// ConsentChanges is a page of the history, newest first.
	ConsentChanges(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]ConsentChange, string, error)
	// CustomerMerges is a page of the merges that a customer, or a part of them, had a part in, newest first.
	CustomerMerges(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]Merge, string, error)
	// UndoMerge takes a customer apart where that merge tied them, in one transaction. Conflict where that was done before.
	UndoMerge(ctx context.Context, workspaceID, id uuid.UUID, u Undo) (Merge, error)
	// ExportCustomer hands over everything that is held of a customer, of one moment: first the head, once, and then what they
	// did and what was rejected of them, one by one. An error of theirs ends it.
	ExportCustomer(ctx context.Context, workspaceID, id uuid.UUID, to ExportTo) error
	// Locale is the workspace's time zone and currency.
	Locale(ctx context.Context, workspaceID uuid.UUID) (*time.Location, string, error)
}

// ServiceConfig is what a Service is made of.
type ServiceConfig struct {
	Repository Repository
	// Segments makes sure that the last count of segments is not of old data.
	Segments interface {
		FreshenSegments(ctx context.Context, workspaceID uuid.UUID, now time.Time) error
	}
	// Eraser has a customer erased, for good and whatever happens; while that runs, asking again changes nothing.
	Eraser interface {
		EraseCustomer(ctx context.Context, workspaceID, customerID uuid.UUID) error
	}
	// Refresh has segments and predictions follow a change. It must not block for long, and may fail; nil does nothing.
	Refresh func(ctx context.Context, workspaceID uuid.UUID)
	Now     func() time.Time
}

// Service answers who single customers are, and changes what is known of them.
type Service struct{ ServiceConfig }

// NewService makes a Service.
func NewService(cfg ServiceConfig) *Service { return &Service{cfg} }

// List is a page of the workspace's customers, and the currency of what they spent.
func (s *Service) List(ctx context.Context, workspaceID uuid.UUID, q Query, limit int, cursor string) (people []segment.Person, next, currency string, err error) {
	q.Text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(q.Text, ""), "\x00", ""))
	if q.SegmentID != nil {
		if err := s.Segments.FreshenSegments(ctx, workspaceID, s.Now()); err != nil {
			return nil, "", "", err
		}
	}
	if _, currency, err = s.Repository.Locale(ctx, workspaceID); err != nil {
		return nil, "", "", err
	}
	people, next, err = s.Repository.ListCustomers(ctx, workspaceID, q, limit, cursor)
	return people, next, currency, err
}

// Get is everything that is known of one customer.
func (s *Service) Get(ctx context.Context, workspaceID, id uuid.UUID) (Profile, error) {
	return s.Repository.FindCustomer(ctx, workspaceID, id)
}

// Timeline is a page of what a customer did, newest first, and the currency of amounts.
func (s *Service) Timeline(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) (acts []Act, next, currency string, err error) {
	if _, currency, err = s.Repository.Locale(ctx, workspaceID); err != nil {
		return nil, "", "", err
	}
	acts, next, err = s.Repository.CustomerTimeline(ctx, workspaceID, id, limit, cursor)
	return acts, next, currency, err
}

// Consents is the history of what was said of a customer's consent through the API, newest first.
func (s *Service) Consents(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]ConsentChange, string, error) {
	return s.Repository.ConsentChanges(ctx, workspaceID, id, limit, cursor)
}

// SetConsent records what a customer said of messages over a channel, which is in force at once. It answers what is in force
// for the channel then.
func (s *Service) SetConsent(ctx context.Context, workspaceID, userID, id uuid.UUID, c ConsentChange) (Consent, error) {
	c.Source, c.Note = strings.TrimSpace(c.Source), strings.TrimSpace(c.Note)
	if err := c.Validate(); err != nil {
		return Consent{}, err
	}
	c.ID, c.CustomerID, c.UserID, c.At = uuid.Must(uuid.NewV7()), id, &userID, s.Now().UTC().Truncate(time.Millisecond)
	if err := s.Repository.SetConsent(ctx, workspaceID, c); err != nil {
		return Consent{}, err
	}
	s.refresh(ctx, workspaceID)
	p, err := s.Repository.FindCustomer(ctx, workspaceID, id)
	if err != nil {
		return Consent{}, err
	}
	return p.Consents[slices.Index(Channels, c.Channel)], nil
}

// refresh has segments and predictions follow. Where it fails they follow with what comes next.
func (s *Service) refresh(ctx context.Context, workspaceID uuid.UUID) {
	if s.Refresh != nil {
		s.Refresh(ctx, workspaceID)
	}
}

// Merges is a page of the merges that a customer, or a part of them, had a part in, newest first.
func (s *Service) Merges(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]Merge, string, error) {
	return s.Repository.CustomerMerges(ctx, workspaceID, id, limit, cursor)
}

// UndoMerge takes a customer apart into the two whom a merge made one. They are not merged again by what comes.
func (s *Service) UndoMerge(ctx context.Context, workspaceID, userID, id, mergeID uuid.UUID) (Merge, error) {
	m, err := s.Repository.UndoMerge(ctx, workspaceID, id, Undo{MergeID: mergeID, UserID: userID, At: s.Now().UTC().Truncate(time.Microsecond)})
	if err == nil {
		s.refresh(ctx, workspaceID)
	}
	return m, err
}

// Erase has everything that is held of a customer removed. It goes on by itself.
func (s *Service) Erase(ctx context.Context, workspaceID, id uuid.UUID) error {
	if _, err := s.Repository.FindCustomer(ctx, workspaceID, id); err != nil {
		return err
	}
	return s.Eraser.EraseCustomer(ctx, workspaceID, id)
}

// Export hands over everything that is held of a customer.
func (s *Service) Export(ctx context.Context, workspaceID, id uuid.UUID, to ExportTo) error {
	return s.Repository.ExportCustomer(ctx, workspaceID, id, to)
}
