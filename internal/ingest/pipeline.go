package ingest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Writer writes what requests brought to one workspace, all of it or nothing, each message once however often it comes. It
// fails with Invalid where a message cannot be stored, and otherwise with what may succeed later.
type Writer interface {
	WriteIngest(ctx context.Context, workspaceID uuid.UUID, batches []Batch) (Written, error)
}

// PipelineConfig is what a Pipeline is made of.
type PipelineConfig struct {
	Writer Writer
	// Refresh is told of workspaces whose features became stale. It must not block for long, and may fail: what is stale is
	// found again later.
	Refresh func(ctx context.Context, workspaceID uuid.UUID)
	// Writers is how many transactions run at once. 0 is 4.
	Writers int
	// MaxWaiting is how many messages may wait to be written; more are refused. 0 is 20,000.
	MaxWaiting int
	// Observe is told of each transaction. nil tells nobody.
	Observe func(w Written, took time.Duration)
}

// Pipeline writes what requests bring: whatever has gathered for a workspace while its last transaction ran goes into the
// next one. Nobody waits for a timer, and many small requests cost little more than one large.
type Pipeline struct {
	cfg   PipelineConfig
	slots chan struct{}

	mu      sync.Mutex
	waiting int // messages
	lanes   map[uuid.UUID]*lane
}

// lane is one workspace's queue; while it is there, one goroutine writes from it.
type lane struct{ jobs []*job }

type job struct {
	batch Batch
	done  chan error
}

func (b *Batch) size() int { return len(b.Items) + len(b.Rejections) }

// NewPipeline makes a Pipeline.
func NewPipeline(cfg PipelineConfig) *Pipeline {
	if cfg.Writers <= 0 {
		cfg.Writers = 4
	}
	if cfg.MaxWaiting <= 0 {
		cfg.MaxWaiting = 20_000
	}
	return &Pipeline{cfg: cfg, slots: make(chan struct{}, cfg.Writers), lanes: map[uuid.UUID]*lane{}}
}

const (
	maxGroup     = 5_000 // messages in one transaction
	writeTimeout = 30 * time.Second
	// Where many are sent, those whose last messages were just written send again within moments: what comes first waits so
	// long for the others rather than have a transaction of its own.
	flood  = 200
	gather = 8 * time.Millisecond
)

// Accept returns once the batch is stored for good; Unavailable where it is not, with when to send it again. A caller that
// gives up does not undo it.
func (p *Pipeline) Accept(ctx context.Context, b Batch) error {
	n := b.size()
	if n == 0 {
		return nil
	}
	j := &job{batch: b, done: make(chan error, 1)}
	p.mu.Lock()
	if p.waiting+n > p.cfg.MaxWaiting && p.waiting > 0 {
		p.mu.Unlock()
		return apperr.New(apperr.Unavailable, "overloaded", "More arrives than can be written. Please send this again in a moment.").WithRetryAfter(time.Second)
	}
	p.waiting += n
	l, running := p.lanes[b.Source.WorkspaceID]
	if !running {
		l = &lane{}
		p.lanes[b.Source.WorkspaceID] = l
	}
	l.jobs = append(l.jobs, j)
	p.mu.Unlock()
	if !running {
		go p.run(context.WithoutCancel(ctx), b.Source.WorkspaceID, l)
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run writes a lane until it is empty.
func (p *Pipeline) run(ctx context.Context, workspaceID uuid.UUID, l *lane) {
	for last := 0; ; {
		if last >= flood {
			time.Sleep(gather)
		}
		p.slots <- struct{}{}
		p.mu.Lock()
		group := l.take()
		if len(group) == 0 {
			delete(p.lanes, workspaceID)
		}
		p.mu.Unlock()
		last = 0
		for _, j := range group {
			last += j.batch.size()
		}
		if len(group) > 0 {
			p.writeGroup(ctx, workspaceID, group)
		}
		<-p.slots
		if len(group) == 0 {
			return
		}
	}
}

// take is what goes into one transaction.
func (l *lane) take() (group []*job) {
	n := 0
	for len(l.jobs) > 0 && (n == 0 || n+l.jobs[0].batch.size() <= maxGroup) {
		n += l.jobs[0].batch.size()
		group, l.jobs = append(group, l.jobs[0]), l.jobs[1:]
	}
	return group
}

func (p *Pipeline) writeGroup(ctx context.Context, workspaceID uuid.UUID, group []*job) {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	batches, n := make([]Batch, len(group)), 0
	for i, j := range group {
		batches[i] = j.batch
		n += j.batch.size()
	}
	err := p.write(ctx, workspaceID, batches)
	if apperr.Is(err, apperr.Invalid) {
		for _, j := range group { // whose messages cannot be stored is found, so that all others' are
			j.done <- p.writeParts(ctx, workspaceID, j.batch)
		}
	} else {
		if err != nil && apperr.KindOf(err) != apperr.Unavailable {
			err = apperr.Wrap(err, apperr.Unavailable, "not_stored", "This could not be stored. Please send it again in a moment.").WithRetryAfter(2 * time.Second)
		}
		for _, j := range group {
			j.done <- err
		}
	}
	p.mu.Lock()
	p.waiting -= n
	p.mu.Unlock()
	if err == nil && p.cfg.Refresh != nil {
		p.cfg.Refresh(ctx, workspaceID)
	}
}

func (p *Pipeline) write(ctx context.Context, workspaceID uuid.UUID, batches []Batch) error {
	began := time.Now()
	w, err := p.cfg.Writer.WriteIngest(ctx, workspaceID, batches)
	switch {
	case apperr.Is(err, apperr.Invalid): // the cause may quote what somebody sent
		slog.WarnContext(ctx, "a message cannot be stored", "workspace_id", workspaceID)
		return err
	case err != nil:
		slog.WarnContext(ctx, "events were not written", "workspace_id", workspaceID, "error", err)
		return err
	}
	if p.cfg.Observe != nil {
		p.cfg.Observe(w, time.Since(began))
	}
	return nil
}

// writeParts writes ever smaller parts of a batch, until those messages are left that cannot be stored; they are rejected.
func (p *Pipeline) writeParts(ctx context.Context, workspaceID uuid.UUID, b Batch) error {
	err := p.write(ctx, workspaceID, []Batch{b})
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	if n := len(b.Items); n > 1 {
		one, other := b, b
		one.Items, other.Items, other.Rejections = b.Items[:n/2], b.Items[n/2:], nil
		if err := p.writeParts(ctx, workspaceID, one); err != nil {
			return err
		}
		return p.writeParts(ctx, workspaceID, other)
	}
	if len(b.Items) == 0 {
		return apperr.Wrap(err, apperr.Internal, "not_stored", "Why this was rejected could not be stored.")
	}
	it := b.Items[0]
	b.Items = nil
	b.Rejections = append(b.Rejections[:len(b.Rejections):len(b.Rejections)], Rejection{
		Key: key(it.Key.String(), "unstorable"), MessageID: it.Event.ExternalID, Name: it.Event.Type, Code: "unstorable",
		Reason: "This message holds something that cannot be stored: " + apperr.From(err).Message, Raw: string(it.Event.Properties),
	})
	return p.write(ctx, workspaceID, []Batch{b})
}
