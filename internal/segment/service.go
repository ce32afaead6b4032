package segment

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Repository keeps segments, and finds who belongs to them.
type Repository interface {
	// ListSegments is the standard segments and then the workspace's own, newest first.
	ListSegments(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]Segment, string, error)
	FindSegment(ctx context.Context, workspaceID, id uuid.UUID) (Segment, error)
	// SaveSegment creates or replaces a segment by its id and counts it, in one transaction. It answers *Faults for references
	// that cannot be, and Conflict for a name that is taken.
	SaveSegment(ctx context.Context, workspaceID uuid.UUID, s Segment, now time.Time) (Segment, error)
	// DeleteSegment answers Conflict, naming them, where others refer to it.
	DeleteSegment(ctx context.Context, workspaceID, id uuid.UUID) error
	SegmentMembers(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]Person, string, error)
	PreviewSegment(ctx context.Context, workspaceID uuid.UUID, rule Rule, now time.Time) (Preview, error)
	// DescribeRule is a rule in words, or *Faults for references that cannot be.
	DescribeRule(ctx context.Context, workspaceID uuid.UUID, rule Rule) (string, error)
	// FreshenSegments counts all segments if the last count is older than the data and a minute, or an hour.
	FreshenSegments(ctx context.Context, workspaceID uuid.UUID, now time.Time) error
	// Locale is the workspace's time zone and currency.
	Locale(ctx context.Context, workspaceID uuid.UUID) (*time.Location, string, error)
}

// Parsed is what plain words were understood as.
type Parsed struct {
	Rule     *Rule    // nil: nothing was understood
	Unsure   []string // the words that were not understood, or that were read in one of several ways; said, never guessed over
	Provider string   // who read it: openai or analyst
}

// Parser reads a rule out of plain words.
type Parser interface {
	ParseSegment(ctx context.Context, text string, now time.Time, zone *time.Location) (Parsed, error)
}

// ServiceConfig is what a Service is made of.
type ServiceConfig struct {
	Repository Repository
	Parser     Parser
	Now        func() time.Time
}

// Service makes, changes and shows segments.
type Service struct{ ServiceConfig }

// NewService makes a Service.
func NewService(cfg ServiceConfig) *Service { return &Service{cfg} }

// What a segment's texts may be, in characters.
const (
	MaxName        = 100
	MaxDescription = 500
	MaxWords       = 1000 // to parse
)

// List is a page of the workspace's segments: the standard ones, then its own, newest first.
func (s *Service) List(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]Segment, string, error) {
	if err := s.Repository.FreshenSegments(ctx, workspaceID, s.Now()); err != nil {
		return nil, "", err
	}
	return s.Repository.ListSegments(ctx, workspaceID, limit, cursor)
}

// Get is one segment.
func (s *Service) Get(ctx context.Context, workspaceID, id uuid.UUID) (Segment, error) {
	if err := s.Repository.FreshenSegments(ctx, workspaceID, s.Now()); err != nil {
		return Segment{}, err
	}
	return s.Repository.FindSegment(ctx, workspaceID, id)
}

// Draft is a segment as somebody writes it.
type Draft struct {
	Name, Description string
	Rule              []byte // JSON
}

// Create makes a segment and counts it.
func (s *Service) Create(ctx context.Context, workspaceID uuid.UUID, d Draft) (Segment, error) {
	rule, err := Parse(d.Rule)
	if err != nil {
		return Segment{}, problem(err)
	}
	now := s.Now().UTC()
	made := Segment{ID: uuid.Must(uuid.NewV7()), Name: strings.TrimSpace(d.Name), Description: strings.TrimSpace(d.Description), Rule: rule, CreatedAt: now, UpdatedAt: now}
	if err := made.validate(); err != nil {
		return Segment{}, err
	}
	made, err = s.Repository.SaveSegment(ctx, workspaceID, made, now)
	return made, problem(err)
}

// Change is what of a segment is to be another; nil stays.
type Change struct {
	Name, Description *string
	Rule              []byte
}

// Change changes a segment that is not standard, and counts it anew.
func (s *Service) Change(ctx context.Context, workspaceID, id uuid.UUID, c Change) (Segment, error) {
	found, err := s.Repository.FindSegment(ctx, workspaceID, id)
	if err != nil {
		return Segment{}, err
	}
	if found.Standard {
		return Segment{}, standardStays("changed")
	}
	if c.Rule != nil {
		if found.Rule, err = Parse(c.Rule); err != nil {
			return Segment{}, problem(err)
		}
	}
	if c.Name != nil {
		found.Name = strings.TrimSpace(*c.Name)
	}
	if c.Description != nil {
		found.Description = strings.TrimSpace(*c.Description)
	}
	if err := found.validate(); err != nil {
		return Segment{}, err
	}
	found.UpdatedAt = s.Now().UTC()
	found, err = s.Repository.SaveSegment(ctx, workspaceID, found, found.UpdatedAt)
	return found, problem(err)
}

// Delete removes a segment that is not standard and that no other one refers to.
func (s *Service) Delete(ctx context.Context, workspaceID, id uuid.UUID) error {
	if _, standard := StandardByID(workspaceID, id); standard {
		return standardStays("deleted")
	}
	return s.Repository.DeleteSegment(ctx, workspaceID, id)
}

func standardStays(what string) error {
	return apperr.New(apperr.Forbidden, "standard_segment", "This is a standard segment: it cannot be %s. Create a new one with its rule, and change that.", what)
}

func (s Segment) validate() error {
	e := apperr.New(apperr.Invalid, "invalid", "This segment cannot be kept as it is.")
	if n := utf8.RuneCountInString(s.Name); n == 0 || n > MaxName || !goodText(s.Name, MaxName) {
		e.WithField("body.name", "give a name of 1 to 100 characters, on one line", nil)
	}
	if utf8.RuneCountInString(s.Description) > MaxDescription || strings.ContainsRune(s.Description, 0) {
		e.WithField("body.description", "give a description of at most 500 characters", nil)
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// Members is who belonged at the last count, those who joined last first, and the currency of what they spent.
func (s *Service) Members(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) (people []Person, next, currency string, err error) {
	if err := s.Repository.FreshenSegments(ctx, workspaceID, s.Now()); err != nil {
		return nil, "", "", err
	}
	if _, currency, err = s.Repository.Locale(ctx, workspaceID); err != nil {
		return nil, "", "", err
	}
	people, next, err = s.Repository.SegmentMembers(ctx, workspaceID, id, limit, cursor)
	return people, next, currency, err
}

// Preview is who a rule would have now.
func (s *Service) Preview(ctx context.Context, workspaceID uuid.UUID, raw []byte) (Preview, error) {
	rule, err := Parse(raw)
	if err != nil {
		return Preview{}, problem(err)
	}
	p, err := s.Repository.PreviewSegment(ctx, workspaceID, rule, s.Now())
	return p, problem(err)
}

// Parse reads a rule out of plain words. What was not understood is said; where nothing was, that is Invalid. A rule is
// always valid.
func (s *Service) Parse(ctx context.Context, workspaceID uuid.UUID, text string) (p Parsed, criteria string, err error) {
	zone, _, err := s.Repository.Locale(ctx, workspaceID)
	if err != nil {
		return Parsed{}, "", err
	}
	p, err = s.Parser.ParseSegment(ctx, text, s.Now(), zone)
	if err != nil {
		return Parsed{}, "", err
	}
	if p.Rule == nil {
		return Parsed{}, "", apperr.New(apperr.Invalid, "not_understood", "I could not make a rule of this. Say what these people have in common, for example: ordered twice in the last 90 days, live in Germany.").
			WithField("body.text", "say who is meant in other words", nil).WithExtra("unsure", p.Unsure)
	}
	criteria, err = s.Repository.DescribeRule(ctx, workspaceID, *p.Rule)
	return p, criteria, problem(err)
}

// problem has faults point into the body's rule.
func problem(err error) error {
	var f *Faults
	if errors.As(err, &f) {
		return f.Problem("body.rule")
	}
	return err
}
