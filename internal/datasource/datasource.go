// Package datasource is where a workspace's events come from, and the demo data that stands in until a real source is
// connected.
package datasource

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Type is the kind of account that is connected.
type Type string

// The kinds, best witness first: where several tell of one act, the first of them counts (Event.Duplicate).
const (
	Shopify       Type = "shopify"
	HTTP          Type = "http"
	GTM           Type = "gtm"
	FacebookPixel Type = "facebook_pixel"
)

// Demoable are the types that demo data stands in for.
var Demoable = []Type{GTM, FacebookPixel, Shopify}

// Name is the type as people write it.
func (t Type) Name() string {
	switch t {
	case Shopify:
		return "Shopify"
	case GTM:
		return "Google Tag Manager"
	case FacebookPixel:
		return "Facebook Pixel"
	}
	return "HTTP"
}

// Status is what state the connection is in.
type Status string

// The states of a data source.
const (
	StatusPending     Status = "pending"
	StatusConnected   Status = "connected"
	StatusPaused      Status = "paused"
	StatusNeedsReauth Status = "needs_reauth"
	StatusFailed      Status = "failed"
)

// DataSource is one connected account. Its secrets never leave the store.
type DataSource struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	Type        Type
	Name        string
	Status      Status
	Demo        bool
	WriteKey    string     // with which events are sent to it; empty where it takes none. It may be public: it lets nobody read.
	Events      int64      // as of the workspace's last refresh
	LastEventAt *time.Time // as of the workspace's last refresh
	Rejected    int64      // messages of the last seven days that were not stored, or not wholly; 1000 at the most
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Change is what PATCH may change; nil leaves as it is.
type Change struct {
	Name   *string
	Status *Status
}

// Repository keeps data sources. Every method answers only for its workspace.
type Repository interface {
	ListDataSources(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]DataSource, string, error)
	DataSource(ctx context.Context, workspaceID, id uuid.UUID) (DataSource, error)
	CreateDataSource(ctx context.Context, d DataSource) error
	// ChangeDataSource fails with NotFound for a source that is not the workspace's.
	ChangeDataSource(ctx context.Context, workspaceID, id uuid.UUID, c Change) (DataSource, error)
	// ReplaceWriteKey gives a source that has a write key another one, in place of it. NotFound: no such source has one.
	ReplaceWriteKey(ctx context.Context, workspaceID, id uuid.UUID, writeKey string) (DataSource, error)
	// DeleteDataSource removes the source with its events in one transaction, and refreshes what was computed from them.
	DeleteDataSource(ctx context.Context, workspaceID, id uuid.UUID) error
}

// Service is the rules of data sources.
type Service struct{ ServiceConfig }

// ServiceConfig is what a Service is made of.
type ServiceConfig struct {
	Repository Repository
	Inbox      Inbox
	Now        func() time.Time
}

// NewService makes a Service.
func NewService(cfg ServiceConfig) *Service { return &Service{cfg} }

// MaxName is the longest name of a data source, in characters.
const MaxName = 100

// List answers a page, newest first.
func (s *Service) List(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]DataSource, string, error) {
	return s.Repository.ListDataSources(ctx, workspaceID, limit, cursor)
}

// Get answers one.
func (s *Service) Get(ctx context.Context, workspaceID, id uuid.UUID) (DataSource, error) {
	return s.Repository.DataSource(ctx, workspaceID, id)
}

// Create adds a data source. One that is sent to by write key is connected with that; the others are to be connected.
func (s *Service) Create(ctx context.Context, workspaceID uuid.UUID, t Type, name string) (DataSource, error) {
	name, err := checkName(name)
	if err != nil {
		return DataSource{}, err
	}
	if name == "" {
		name = t.Name()
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	d := DataSource{ID: uuid.Must(uuid.NewV7()), WorkspaceID: workspaceID, Type: t, Name: name, Status: StatusPending, CreatedAt: now, UpdatedAt: now}
	if t == HTTP || t == GTM {
		d.WriteKey, d.Status = newWriteKey(), StatusConnected // there is nothing else to connect
	}
	return d, s.Repository.CreateDataSource(ctx, d)
}

// newWriteKey is 160 random bits.
func newWriteKey() string { return "wk_" + strings.ToLower(rand.Text()+rand.Text()[:6]) }

// RenewWriteKey gives the source another write key. The one before stops to work at once, as far as processes that remember it
// for a few seconds hear of it. Conflict: it takes no events by write key.
func (s *Service) RenewWriteKey(ctx context.Context, workspaceID, id uuid.UUID) (DataSource, error) {
	d, err := s.Repository.DataSource(ctx, workspaceID, id)
	if err != nil {
		return DataSource{}, err
	}
	if d.WriteKey == "" {
		return DataSource{}, apperr.New(apperr.Conflict, "no_write_key", "%s takes no events by write key, so there is none to replace.", d.Name)
	}
	return s.Repository.ReplaceWriteKey(ctx, workspaceID, id, newWriteKey())
}

// Change renames, pauses or resumes.
func (s *Service) Change(ctx context.Context, workspaceID, id uuid.UUID, c Change) (DataSource, error) {
	if c.Name != nil {
		name, err := checkName(*c.Name)
		if err != nil {
			return DataSource{}, err
		}
		if name == "" {
			return DataSource{}, apperr.New(apperr.Invalid, "invalid", "A data source needs a name.").WithField("body.name", "give at least one letter", *c.Name)
		}
		c.Name = &name
	}
	if c.Status != nil {
		if !slices.Contains([]Status{StatusPaused, StatusConnected}, *c.Status) {
			return DataSource{}, apperr.New(apperr.Invalid, "invalid", "A data source can be paused or connected.").
				WithField("body.status", "use paused or connected", *c.Status)
		}
		now, err := s.Repository.DataSource(ctx, workspaceID, id)
		if err != nil {
			return DataSource{}, err
		}
		if now.Status != StatusPaused && now.Status != StatusConnected {
			return DataSource{}, apperr.New(apperr.Conflict, "not_connected", "This data source is not connected yet. Connect it first.")
		}
	}
	return s.Repository.ChangeDataSource(ctx, workspaceID, id, c)
}

// Delete removes a data source and its events.
func (s *Service) Delete(ctx context.Context, workspaceID, id uuid.UUID) error {
	return s.Repository.DeleteDataSource(ctx, workspaceID, id)
}

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > MaxName {
		return "", apperr.New(apperr.Invalid, "invalid", "This name is too long.").WithField("body.name", "give at most 100 characters", nil)
	}
	return name, nil
}
