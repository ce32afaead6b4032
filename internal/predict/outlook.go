package predict

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// MaxOutlookDays is how far ahead an Outlook goes: four times the span that the models are tested on says nothing any more.
const MaxOutlookDays = 365

// Outlook is what all customers together are expected to do from the end of the data on. It counts those who have ordered
// before; whoever will order for the first time is not in it.
type Outlook struct {
	Days      int      `json:"days"`
	Orders    Estimate `json:"orders"` // days with an order
	Value     Estimate `json:"value"`  // in the workspace's currency, before refunds
	Customers int      `json:"customers"`
	LastDay   string   `json:"lastDay"`
	// Missing is what there is too little of to predict; nothing else is there then.
	Missing []Requirement `json:"missing,omitempty"`
	Query   string        `json:"query"` // the SQL that gives the means, or the model that they come from
}

// AtRisk is customers who bought again and have probably left.
type AtRisk struct {
	Count   int64           `json:"count"`   // with a churn risk of at least ChurnLine
	Of      int64           `json:"of"`      // customers whose churn risk is known
	Revenue decimal.Decimal `json:"revenue"` // what those have spent so far
	// Customers are those who spent most. They are for the reader alone: models are shown nothing under this name.
	Customers []CustomerPrediction `json:"members"`
	Query     string               `json:"query"`
}

// ChurnLine is the churn risk from which somebody counts as likely to have left.
const ChurnLine = 0.5

// Insights answers questions about predictions as they were saved last. Every method answers only for the named workspace.
type Insights struct{ repository InsightsRepository }

// InsightsRepository reads predictions and what they are made of.
type InsightsRepository interface {
	Repository
	AtRisk(ctx context.Context, workspaceID uuid.UUID, limit int) (AtRisk, error)
	// ExpectedSums are the sums over all customers for a horizon of ShortHorizon or Horizon days, with their SQL.
	ExpectedSums(ctx context.Context, workspaceID uuid.UUID, days int) (orders, value float64, query string, err error)
	// PredictionInput is what the model was fitted on.
	PredictionInput(ctx context.Context, workspaceID uuid.UUID, until time.Time) (Input, error)
}

// NewInsights makes Insights.
func NewInsights(r InsightsRepository) *Insights { return &Insights{r} }

// Model is the workspace's model, nil before the first fit.
func (s *Insights) Model(ctx context.Context, workspaceID uuid.UUID) (*Saved, error) {
	return s.repository.PredictionModel(ctx, workspaceID)
}

// AtRisk is who has probably left, with at most limit of them.
func (s *Insights) AtRisk(ctx context.Context, workspaceID uuid.UUID, limit int) (AtRisk, error) {
	return s.repository.AtRisk(ctx, workspaceID, limit)
}

// Likely are the customers who are expected to bring most in the next Horizon days.
func (s *Insights) Likely(ctx context.Context, workspaceID uuid.UUID, limit int) ([]CustomerPrediction, error) {
	return s.repository.TopPredictions(ctx, workspaceID, limit)
}

// ErrNotFitted is the answer where no model was fitted yet.
var ErrNotFitted = errors.New("no predictions were made yet")

// Outlook is what to expect in the next days. It is ErrNotFitted before the first fit, and Invalid for less than one day or
// more than MaxOutlookDays. The next 90 days are as they were saved; any other time takes about as long as reading the
// orders, and up to a second for the interval.
func (s *Insights) Outlook(ctx context.Context, workspaceID uuid.UUID, days int) (Outlook, error) {
	if days < 1 || days > MaxOutlookDays {
		return Outlook{}, apperr.New(apperr.Invalid, "bad_horizon", "I predict at least one day and at most %d days ahead.", MaxOutlookDays)
	}
	saved, err := s.repository.PredictionModel(ctx, workspaceID)
	if err != nil {
		return Outlook{}, err
	}
	if saved == nil {
		return Outlook{}, ErrNotFitted
	}
	out := Outlook{Days: days, Customers: saved.Customers, LastDay: saved.LastDay, Missing: saved.Missing}
	if saved.Purchases == nil {
		return out, nil
	}
	if days == Horizon {
		out.Orders, out.Value = saved.ExpectedOrders, saved.ExpectedValue
		_, _, out.Query, err = s.repository.ExpectedSums(ctx, workspaceID, days)
		return out, err
	}
	in, err := s.repository.PredictionInput(ctx, workspaceID, saved.Until)
	if err != nil {
		return Outlook{}, err
	}
	out.Orders, out.Value = saved.outlook(in, days)
	_, _, out.Query, err = s.repository.ExpectedSums(ctx, workspaceID, days)
	return out, err
}

// outlookCustomers are enough for an interval while somebody waits.
const outlookCustomers = 20_000

// outlook is what the model expects of all buyers within so many days. The error that the backtest showed for its own span
// is taken for any other: it is the best that is known.
func (m Model) outlook(in Input, days int) (orders, value Estimate) {
	f := fitted{purchases: *m.Purchases, value: m.Value, average: m.AverageOrder, correlation: m.Correlation}
	predictor := f.predictor(days)
	now := make([]Summary, len(in.Buyers))
	for i, b := range in.Buyers {
		now[i] = b.Now
		p := predictor.predict(b.Now)
		orders.Mean, value.Mean = orders.Mean+p.Expected, value.Mean+p.ExpectedRevenue
	}
	if b := m.Backtest; b != nil && len(now) > 0 {
		// Of a random sample, and scaled: the variance of the futures and that of the parameters both grow with how many there are.
		sample := sampled(now, outlookCustomers)
		v, scale := uncertainty(f, sample, days), float64(len(now))/float64(len(sample))
		v.orders, v.value = v.orders*scale, v.value*scale
		orders.bound(v.orders + square(b.orderError()*orders.Mean))
		if f.value != nil {
			value.bound(v.value + square(b.valueError()*value.Mean))
		}
	}
	return orders, value
}
