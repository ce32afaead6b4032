package customer

import (
	"context"
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
	Now func() time.Time
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
