package analytics

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Money is an amount in a currency.
type Money struct {
	Amount   string `json:"amount" doc:"Decimal, e.g. 12.50"`
	Currency string `json:"currency" doc:"ISO 4217"`
}

// MoneyFrom is d in a currency, in whole cents.
func MoneyFrom(d decimal.Decimal, currency string) Money {
	return Money{Amount: d.StringFixed(2), Currency: currency}
}

// Counted says what an answer was counted from.
type Counted struct {
	From       time.Time   `json:"from" doc:"Beginning of the first day that was counted, in the workspace's zone"`
	To         time.Time   `json:"to" doc:"End of the last day that was counted, exclusive"`
	Events     int64       `json:"events" doc:"How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each"`
	Customers  int64       `json:"customers" doc:"People whom the answer is about"`
	ComputedAt time.Time   `json:"computedAt"`
	TimeZone   string      `json:"timeZone" doc:"Days, weeks (from Monday) and months are of this zone"`
	Segment    *SegmentRef `json:"segment,omitempty" doc:"Whose members were counted, as they are at computedAt"`
	Query      string      `json:"query" doc:"The SQL behind it"`
}

// Says is what the answer that embeds it was counted from.
func (c Counted) Says() Counted { return c }

// SegmentRef names a segment.
type SegmentRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// Place is where and when a workspace's figures are from.
type Place struct {
	Zone        *time.Location
	Currency    string
	DataVersion int64
}

// Table is an answer as rows, for spreadsheets. A cell is text that came with the data (string), or a value of ours: Value,
// int64, float64, *float64 or time.Time.
type Table struct {
	Columns []string
	Rows    func(yield func([]any) bool)
}

// Value is a decimal number or a name of ours in a Table, which needs no care.
type Value string

// Rows is what these rows yield, one after the other.
func Rows[T any](of []T, row func(T) []any) func(func([]any) bool) {
	return func(yield func([]any) bool) {
		for _, v := range of {
			if !yield(row(v)) {
				return
			}
		}
	}
}

// Share is part of whole; 0 of nothing.
func Share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// keptAnswer is an answer in the cache, with what it answers.
type keptAnswer struct {
	Question string          `json:"q"`
	At       time.Time       `json:"at"`
	Answer   json.RawMessage `json:"a"`
}

const (
	// answerSlots is how many answers of one workspace the shared cache keeps: whatever is asked, there are no more keys.
	answerSlots = 128
	// recentAnswers is how many a process keeps unpacked, of all workspaces, of about 20 kB each.
	recentAnswers = 1000
)

// answer asks compute at most once at a time and CacheLife, as Picture does, for one data version.
func answer[T any](ctx context.Context, s *Service, workspaceID uuid.UUID, kind string, asked Asked, d defaults,
	compute func(ctx context.Context, workspaceID uuid.UUID, q Question) (*T, error),
) (*T, error) {
	place, err := s.Repository.Place(ctx, workspaceID)
	if err != nil {
		return nil, err
	}
	q, err := question(asked, d, place, s.Now())
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%s:%d:%s", workspaceID, place.DataVersion, q.key(kind))
	if kept, ok := s.answers.Get(key); ok && s.Now().Sub(kept.at) < CacheLife {
		if v, ok := kept.value.(*T); ok {
			return v, nil
		}
	}
	slot := answerSlot(workspaceID, q.key(kind))
	if v, at, ok := cachedAnswer[T](ctx, s, slot, key); ok {
		s.answers.Add(key, recentAnswer{at, v})
		return v, nil
	}

	s.mu.Lock()
	c, joined := s.asking[key]
	if !joined {
		c = &asking{done: make(chan struct{})}
		s.asking[key] = c
	}
	s.mu.Unlock()
	if !joined {
		// The first one's going away must not take the answer from those who wait for it.
		go func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, computeWithin)
			defer cancel()
			defer func() {
				s.mu.Lock()
				delete(s.asking, key)
				s.mu.Unlock()
				close(c.done)
			}()
			v, err := compute(ctx, workspaceID, q)
			if err != nil {
				c.err = err
				return
			}
			c.value = v
			// Data that moved on meanwhile is in it already; under the old version nobody asks again.
			s.answers.Add(key, recentAnswer{q.Now, v})
			keepAnswer(ctx, s, slot, key, q.Now, v)
		}(context.WithoutCancel(ctx))
	}
	select {
	case <-c.done:
		v, _ := c.value.(*T)
		return v, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// asking is a question that is being answered; others may wait for it.
type asking struct {
	done  chan struct{}
	value any
	err   error
}

type recentAnswer struct {
	at    time.Time
	value any
}

// answerSlot is where the shared cache keeps a question's answer, in place of what was there.
func answerSlot(workspaceID uuid.UUID, question string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(question))
	return fmt.Sprintf("answer1:%s:%d", workspaceID, h.Sum32()%answerSlots)
}

func cachedAnswer[T any](ctx context.Context, s *Service, slot, key string) (*T, time.Time, bool) {
	data, err := s.Cache.Get(ctx, slot)
	if err != nil {
		slog.WarnContext(ctx, "the analysis cache does not answer", "error", err)
	}
	if err != nil || data == nil {
		return nil, time.Time{}, false
	}
	var kept keptAnswer
	var v T
	if err := unpackInto(data, &kept); err != nil || kept.Question != key || s.Now().Sub(kept.At) >= CacheLife {
		return nil, time.Time{}, false
	}
	if err := json.Unmarshal(kept.Answer, &v); err != nil {
		return nil, time.Time{}, false
	}
	return &v, kept.At, true
}

func keepAnswer(ctx context.Context, s *Service, slot, key string, at time.Time, v any) {
	plain, err := json.Marshal(v)
	if err == nil {
		var packed []byte
		if packed, err = pack(keptAnswer{Question: key, At: at, Answer: plain}); err == nil {
			err = s.Cache.Set(ctx, slot, packed, CacheLife)
		}
	}
	if err != nil {
		slog.WarnContext(ctx, "an answer was not cached", "error", err)
	}
}
