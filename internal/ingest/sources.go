package ingest

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// SourceRepository finds data sources by their write keys.
type SourceRepository interface {
	// SourceByWriteKey fails with NotFound for a key that is nobody's.
	SourceByWriteKey(ctx context.Context, writeKey string) (Source, error)
}

// Sources remembers for a few seconds whose write keys are: a data source that is paused or removed is heard of that late.
type Sources struct {
	repository SourceRepository
	now        func() time.Time

	mu    sync.Mutex
	known map[string]remembered
}

type remembered struct {
	source Source
	err    error
	until  time.Time
}

const (
	rememberFor   = 3 * time.Second
	maxRemembered = 10_000
)

// NewSources makes a Sources.
func NewSources(repository SourceRepository, now func() time.Time) *Sources {
	return &Sources{repository: repository, now: now, known: map[string]remembered{}}
}

// ByWriteKey answers the data source of a key. Unauthenticated: it is nobody's. Forbidden: its data source is paused.
func (s *Sources) ByWriteKey(ctx context.Context, writeKey string) (Source, error) {
	if writeKey == "" {
		return Source{}, apperr.New(apperr.Unauthenticated, "no_write_key", "Give the data source's write key: as the user of HTTP Basic, or as writeKey in the body.")
	}
	s.mu.Lock()
	found, ok := s.known[writeKey]
	s.mu.Unlock()
	if !ok || !s.now().Before(found.until) {
		source, err := s.repository.SourceByWriteKey(ctx, writeKey)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return Source{}, apperr.Wrap(err, apperr.Unavailable, "not_stored", "This could not be stored. Please send it again in a moment.")
		}
		found = remembered{source: source, err: err, until: s.now().Add(rememberFor)}
		s.mu.Lock()
		if len(s.known) >= maxRemembered {
			clear(s.known)
		}
		s.known[strings.Clone(writeKey)] = found // and not the body that it is a part of
		s.mu.Unlock()
	}
	switch {
	case found.err != nil:
		return Source{}, apperr.New(apperr.Unauthenticated, "invalid_write_key", "This write key is not known.")
	case found.source.Paused:
		return Source{}, apperr.New(apperr.Forbidden, "source_paused", "This data source is paused; what is sent to it is not kept. Resume it on the Data page.")
	}
	return found.source, nil
}
