// Package ai is the port to whoever answers a turn: an OpenAI-compatible model, or the built-in analyst.
package ai

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/learn"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// Request is everything a provider needs to answer one turn. It is built inside an activity and never leaves it.
type Request struct {
	TurnID       uuid.UUID
	WorkspaceID  uuid.UUID // Nil for an anonymous visitor
	Question     string
	History      []Turn // earlier turns, oldest first
	Intent       chat.Intent
	Analysis     *analytics.Analysis // nil when there is no workspace or it has no data
	Learned      learn.Saved         // what cards are chosen by; empty where none are asked for, or nothing was learned
	ToolCalls    []ToolCall          // calls of earlier rounds of this turn, with results, in order
	AllowTools   bool                // false on the last round: answer with what there is
	ForceAnalyst bool                // the model failed too often: the built-in analyst answers
	Now          time.Time
	CompanyName  string
	EarlierText  string // what this turn already streamed in earlier rounds
	EarlierParts []chat.Part
}

// Turn is one earlier question and its answer.
type Turn struct {
	Question string
	Answer   string
}

// ToolCall is one look-up in the workspace's data that a model asked for.
type ToolCall struct {
	ID        string
	Tool      string
	Arguments json.RawMessage
	Result    json.RawMessage // nil until it ran
	Error     string
}

// Sink takes an answer as it is made. Its methods never block on the network and never fail: a provider streams at its own pace.
type Sink interface {
	// Text appends to the answer.
	Text(delta string)
	// Status says what is being done, in words for the reader, e.g. step "reading", "Reading 182,340 events…".
	Status(step, label string)
	// Card puts the campaign card at index; the same index again replaces it.
	Card(index int, r recommend.Recommendation)
	// Chart and Table put a figure; the same key again replaces it.
	Chart(c Chart)
	Table(t Table)
	// Sources names where the numbers of the answer came from.
	Sources(s []Source)
}

// Result is how an answer ended.
type Result struct {
	Provider  string // who answered: openai or analyst
	Model     string
	Usage     chat.Usage
	ToolCalls []ToolCall // non-empty: the model waits for these, and is then called again
}

// Provider answers turns. An error is an *apperr.Error: Unavailable may be retried, RateLimited after RetryAfter, and any
// other kind is final for this provider.
type Provider interface {
	Name() string
	Model() string
	Answer(ctx context.Context, req Request, sink Sink) (Result, error)
}

// Chart is a small typed figure with its data and the query that gave them.
type Chart struct {
	Key    string   `json:"key"`
	Title  string   `json:"title"`
	Kind   string   `json:"kind" enum:"line,bar,funnel"`
	Unit   string   `json:"unit" enum:"count,money,percent"`
	X      []string `json:"x"`
	Series []Series `json:"series"`
	Query  string   `json:"query"`
}

// Series is one line or one set of bars; Values has as many entries as the chart's X.
type Series struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
}

// Table is rows under named columns, with the query that gave them.
type Table struct {
	Key     string     `json:"key"`
	Title   string     `json:"title"`
	Columns []Column   `json:"columns"`
	Rows    [][]string `json:"rows"`
	Query   string     `json:"query"`
}

// Column is a heading and how to align under it.
type Column struct {
	Label string `json:"label"`
	Align string `json:"align" enum:"left,right"`
}

// Source ties numbers in the text to the query they came from.
type Source struct {
	Label string `json:"label"` // what was counted, e.g. "Cart abandoners, last 7 days"
	Value string `json:"value"` // exactly as it stands in the text
	Query string `json:"query"` // the SQL, readable
	Demo  bool   `json:"demo"`  // demo data was among it
}
