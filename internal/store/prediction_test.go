package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
)

// order is an event as predictions see it.
type order struct {
	customer  uuid.UUID // nobody's where it is uuid.Nil
	typ       string
	at        time.Time
	cents     int64 // none where it is negative
	duplicate bool
}

// tell writes these events and their customers.
func (s shop) tell(workspaceID uuid.UUID, orders []order) {
	s.t.Helper()
	source := uuid.Must(uuid.NewV7())
	_, err := s.Pool().Exec(s.ctx, "INSERT INTO data_sources (id, workspace_id, type, name) VALUES ($1, $2, 'http', 'Orders')", source, workspaceID)
	require.NoError(s.t, err)
	people := map[uuid.UUID]bool{}
	var events, customers [][]any
	for i, o := range orders {
		var customer, value any
		if o.customer != uuid.Nil {
			customer = o.customer
			if !people[o.customer] {
				people[o.customer] = true
				customers = append(customers, []any{workspaceID, o.customer, "Ana", "Silva", fmt.Sprintf("%s@example.com", o.customer)})
			}
		}
		if o.cents >= 0 {
			value = decimal.New(o.cents, -2)
		}
		events = append(events, []any{workspaceID, source, fmt.Sprint(i), o.typ, customer, o.at, value, o.duplicate})
	}
	_, err = s.Pool().CopyFrom(s.ctx, pgx.Identifier{"customers"}, []string{"workspace_id", "id", "first_name", "last_name", "email"}, pgx.CopyFromRows(customers))
	require.NoError(s.t, err)
	_, err = s.Pool().CopyFrom(s.ctx, pgx.Identifier{"events"},
		[]string{"workspace_id", "data_source_id", "external_id", "type", "customer_id", "occurred_at", "value", "duplicate"}, pgx.CopyFromRows(events))
	require.NoError(s.t, err)
}

// told writes purchases, at noon.
func (s shop) told(workspaceID uuid.UUID, purchases []predicttest.Purchase) {
	s.t.Helper()
	orders := make([]order, len(purchases))
	for i, p := range purchases {
		orders[i] = order{customer: predicttest.CustomerID(p.Customer), typ: "order_completed", at: p.Day.Add(12 * time.Hour), cents: p.Cents}
	}
	s.tell(workspaceID, orders)
}

// naiveBuyers is what PredictionInput answers, one customer and one order after the other.
func naiveBuyers(orders []order, zone *time.Location, until, lastDay time.Time, holdout int) (buyers []predict.Buyer) {
	dayOf := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	between := func(from, to time.Time) int32 { return int32(to.Sub(from) / (24 * time.Hour)) }
	type day struct {
		cents  int64
		valued bool
	}
	by := map[uuid.UUID]map[time.Time]*day{}
	all, cents := map[uuid.UUID]int32{}, map[uuid.UUID]int64{}
	for _, o := range orders {
		if o.customer == uuid.Nil || o.duplicate || !o.at.Before(until) {
			continue
		}
		if o.typ == "order_refunded" {
			cents[o.customer] -= max(0, o.cents)
		}
		if o.typ != "order_completed" {
			continue
		}
		if by[o.customer] == nil {
			by[o.customer] = map[time.Time]*day{}
		}
		d := by[o.customer][dayOf(o.at)]
		if d == nil {
			d = &day{}
			by[o.customer][dayOf(o.at)] = d
		}
		all[o.customer]++
		if o.cents >= 0 {
			d.cents, d.valued = d.cents+o.cents, true
			cents[o.customer] += o.cents
		}
	}
	for customer, days := range by {
		var sorted []time.Time
		for d := range days {
			sorted = append(sorted, d)
		}
		slices.SortFunc(sorted, func(a, b time.Time) int { return a.Compare(b) })
		summary := func(end time.Time) predict.Summary {
			out, sum := predict.Summary{Age: between(sorted[0], end)}, int64(0)
			for _, d := range sorted[1:] {
				if d.After(end) {
					break
				}
				out.Repeats++
				out.Recency = between(sorted[0], d)
				if days[d].valued {
					out.Valued++
					sum += days[d].cents
				}
			}
			out.Value = float64(sum) / 100
			return out
		}
		buyers = append(buyers, predict.Buyer{
			CustomerID: customer, Orders: all[customer], Cents: cents[customer],
			Now: summary(lastDay), Calibration: summary(lastDay.AddDate(0, 0, -holdout)),
		})
	}
	slices.SortFunc(buyers, func(a, b predict.Buyer) int { return cmp.Compare(a.CustomerID.String(), b.CustomerID.String()) })
	return buyers
}

func TestPredictionInputIsWhatTheRawOrdersSay(t *testing.T) {
	for seed, name := range []string{"UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"} {
		t.Run(name, func(t *testing.T) {
			s := setupShop(t)
			w := s.workspace(name)
			zone, err := time.LoadLocation(name)
			require.NoError(t, err)
			random := rand.New(rand.NewPCG(uint64(seed), 1))
			people := make([]uuid.UUID, 120)
			for i := range people {
				people[i] = uuid.New()
			}
			var orders []order
			for range 1500 {
				o := order{
					customer: people[random.IntN(len(people))], typ: "order_completed", cents: random.Int64N(20_000), duplicate: random.IntN(8) == 0,
					at: demoNow.Add(-time.Duration(random.Int64N(int64(200 * 24 * time.Hour)))).Truncate(time.Microsecond), // across a change of the clocks
				}
				switch random.IntN(8) {
				case 0:
					o.typ = "order_refunded"
				case 1:
					o.typ = "checkout_started"
				case 2:
					o.customer = uuid.Nil
				case 3:
					o.cents = -1
				case 4:
					o.cents = 0
				}
				orders = append(orders, o)
				if random.IntN(5) == 0 { // a second order on about the same day
					o.at = o.at.Add(-time.Duration(random.Int64N(int64(12 * time.Hour)))).Truncate(time.Microsecond)
					orders = append(orders, o)
				}
			}
			s.tell(w, orders)
			for _, until := range []time.Time{demoNow, demoNow.AddDate(0, 0, -20), demoNow.AddDate(0, 0, 10).Truncate(24 * time.Hour)} {
				in, err := s.PredictionInput(s.ctx, w, until)
				require.NoError(t, err)
				y, m, d := until.Add(-time.Microsecond).In(zone).Date()
				lastDay := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
				require.Equal(t, lastDay, in.LastDay.UTC())
				want := naiveBuyers(orders, zone, until, lastDay, in.HoldoutDays)
				oldest := int32(0)
				for _, b := range want {
					oldest = max(oldest, b.Now.Age)
				}
				require.EqualValues(t, oldest, in.HistoryDays)
				require.Equal(t, predict.HoldoutDays(in.HistoryDays), in.HoldoutDays)
				require.Len(t, in.Buyers, len(want))
				for i := range want {
					require.InDelta(t, want[i].Now.Value, in.Buyers[i].Now.Value, 1e-9)
					require.InDelta(t, want[i].Calibration.Value, in.Buyers[i].Calibration.Value, 1e-9)
					want[i].Now.Value, want[i].Calibration.Value = in.Buyers[i].Now.Value, in.Buyers[i].Calibration.Value
					require.Equal(t, want[i], in.Buyers[i])
				}
			}
		})
	}
}

// From rows in Postgres to the papers' parameters.
func TestThePapersParametersFromEvents(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.told(w, predicttest.CDNOW(t))
	in, err := s.PredictionInput(s.ctx, w, predicttest.CDNOWEnd.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, predicttest.CDNOWEnd, in.LastDay.UTC())
	r, err := predict.Compute(s.ctx, in)
	require.NoError(t, err)
	kept, err := s.SavePredictions(s.ctx, w, r, demoNow)
	require.NoError(t, err)
	require.True(t, kept)
	saved, err := s.PredictionModel(s.ctx, w)
	require.NoError(t, err)
	require.Equal(t, 2357, saved.Purchases.Customers)
	p := saved.Purchases.Parameters
	require.InEpsilon(t, 0.2426, p.R, 0.01)
	require.InEpsilon(t, 4.4136, p.Alpha, 0.01)
	require.InEpsilon(t, 0.7929, p.A, 0.01)
	require.InEpsilon(t, 2.4259, p.B, 0.01)
	require.InDelta(t, -9582.4, saved.Purchases.LogLikelihood, 0.1)
	require.Equal(t, 946, saved.Value.Customers)
	v := saved.Value.Parameters
	require.InEpsilon(t, 6.25, v.P, 0.02)
	require.InEpsilon(t, 3.74, v.Q, 0.02)
	require.InEpsilon(t, 15.44, v.Gamma, 0.02)
	require.EqualValues(t, 2357, s.count("SELECT count(*) FROM customer_predictions WHERE workspace_id = $1 AND p_alive BETWEEN 0 AND 1", w))
	require.EqualValues(t, 946, s.count("SELECT count(*) FROM customer_predictions WHERE workspace_id = $1 AND churn_risk = 1 - p_alive", w))
}

// predicted fits and saves what the workspace's orders say.
func (s shop) predicted(w uuid.UUID, until, at time.Time) predict.Result {
	s.t.Helper()
	in, err := s.PredictionInput(s.ctx, w, until)
	require.NoError(s.t, err)
	r, err := predict.Compute(s.ctx, in)
	require.NoError(s.t, err)
	kept, err := s.SavePredictions(s.ctx, w, r, at)
	require.NoError(s.t, err)
	require.True(s.t, kept)
	return r
}

func TestSavedPredictionsAreReadAgain(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	none, err := s.PredictionModel(s.ctx, w)
	require.NoError(t, err)
	require.Nil(t, none)

	lastDay := demoNow.Truncate(24 * time.Hour)
	s.told(w, predicttest.Typical(1, 700, 240, lastDay).Make())
	r := s.predicted(w, lastDay.AddDate(0, 0, 1), demoNow)
	require.Empty(t, r.Model.Missing)
	saved, err := s.PredictionModel(s.ctx, w)
	require.NoError(t, err)
	require.Equal(t, asJSON(t, r.Model), asJSON(t, saved.Model))
	require.Equal(t, demoNow, saved.FittedAt)
	require.True(t, saved.UpToDate)

	service := predict.NewService(s)
	i := 0
	for p, err := range service.All(s.ctx, w) {
		require.NoError(t, err)
		b, want := r.Buyers[i], r.Predictions[i]
		require.Equal(t, b.CustomerID, p.CustomerID)
		require.Equal(t, want.RFM, p.RFM)
		require.Equal(t, want.PAlive, *p.PAlive)
		require.Equal(t, want.ExpectedShort, *p.ExpectedOrders30)
		require.Equal(t, want.Expected, *p.ExpectedOrders90)
		require.Equal(t, want.ValuePerOrder, *p.ValuePerOrder)
		require.Equal(t, want.ExpectedRevenue, *p.ExpectedValue90)
		require.Equal(t, b.Now.Repeats > 0, p.ChurnRisk != nil)
		require.EqualValues(t, b.Now.Repeats+1, p.OrderDays)
		require.Equal(t, lastDay.AddDate(0, 0, -int(b.SinceLastOrder())), p.LastOrderOn)
		require.Equal(t, decimal.New(b.Cents, -2).String(), p.Revenue.String())
		require.Equal(t, "Ana", p.FirstName)
		i++
	}
	require.Equal(t, len(r.Buyers), i)

	_, top, err := service.Report(s.ctx, w, 10)
	require.NoError(t, err)
	require.Len(t, top, 10)
	best := slices.Clone(r.Predictions)
	slices.SortFunc(best, func(a, b predict.Prediction) int { return cmp.Compare(b.ExpectedRevenue, a.ExpectedRevenue) })
	for i, p := range top {
		require.Equal(t, best[i].ExpectedRevenue, *p.ExpectedValue90)
	}

	_, err = s.Pool().Exec(s.ctx, "DELETE FROM customers WHERE workspace_id = $1 AND id = $2", w, top[0].CustomerID)
	require.NoError(t, err)
	_, top2, err := service.Report(s.ctx, w, 10)
	require.NoError(t, err)
	require.Equal(t, top[1].CustomerID, top2[0].CustomerID, "who is gone is shown no more")
}

func TestNewPredictionsReplaceOldOnesAndNeverTheOtherWay(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	lastDay := demoNow.Truncate(24 * time.Hour)
	s.told(w, predicttest.Typical(1, 300, 240, lastDay).Make())
	until := lastDay.AddDate(0, 0, 1)
	before := s.predicted(w, lastDay.AddDate(0, 0, -119), demoNow)
	now := s.predicted(w, until, demoNow.Add(time.Minute))
	require.Less(t, len(before.Buyers), len(now.Buyers))
	again := s.predicted(w, until, demoNow.Add(time.Minute))
	require.Equal(t, now, again)
	require.EqualValues(t, len(now.Buyers), s.count("SELECT count(*) FROM customer_predictions WHERE workspace_id = $1", w))

	_, err := s.Pool().Exec(s.ctx, "UPDATE workspaces SET data_version = data_version + 5 WHERE id = $1", w)
	require.NoError(t, err)
	saved, err := s.PredictionModel(s.ctx, w)
	require.NoError(t, err)
	require.False(t, saved.UpToDate)
	newer := s.predicted(w, until, demoNow.Add(time.Hour))
	kept, err := s.SavePredictions(s.ctx, w, before, demoNow.Add(2*time.Hour))
	require.NoError(t, err)
	require.False(t, kept, "an attempt that was given up ends after the next one")
	saved, err = s.PredictionModel(s.ctx, w)
	require.NoError(t, err)
	require.Equal(t, demoNow.Add(time.Hour), saved.FittedAt)
	require.True(t, saved.UpToDate)
	require.EqualValues(t, len(newer.Buyers), s.count("SELECT count(*) FROM customer_predictions WHERE workspace_id = $1", w))

	// Replaced while somebody reads.
	_, err = s.Pool().Exec(s.ctx, `INSERT INTO customers (workspace_id, id) SELECT $1, ('ffffffff-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid FROM generate_series(1, 3000) n`, w)
	require.NoError(t, err)
	_, err = s.Pool().Exec(s.ctx, `INSERT INTO customer_predictions (workspace_id, customer_id, recency_score, frequency_score, monetary_score, order_days, last_order_on, revenue, predicted_at)
		SELECT $1, id, 1, 1, 1, 1, '2026-01-01', 0, $2 FROM customers WHERE workspace_id = $1 AND id > 'ffffffff-0000-0000-0000-000000000000'`, w, saved.FittedAt)
	require.NoError(t, err)
	read, failed := 0, error(nil)
	for _, err := range predict.NewService(s).All(s.ctx, w) {
		if read++; read == 1 {
			_, err := s.Pool().Exec(s.ctx, "UPDATE customer_predictions SET predicted_at = $2 WHERE workspace_id = $1", w, demoNow.Add(3*time.Hour))
			require.NoError(t, err)
		}
		failed = err
	}
	require.Equal(t, "predictions_replaced", apperr.From(failed).Code)
}

func TestWithoutEnoughOrdersThereAreScoresOnly(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	r := s.predicted(w, demoNow, demoNow)
	require.Empty(t, r.Buyers)
	require.NotEmpty(t, r.Model.Missing, "an empty workspace has an answer too")

	lastDay := demoNow.Truncate(24 * time.Hour)
	s.told(w, predicttest.Typical(1, 50, 240, lastDay).Make())
	s.predicted(w, lastDay.AddDate(0, 0, 1), demoNow)
	saved, top, err := predict.NewService(s).Report(s.ctx, w, 10)
	require.NoError(t, err)
	require.Empty(t, top)
	require.Nil(t, saved.Purchases)
	require.Equal(t, "customers", saved.Missing[0].What)
	require.Equal(t, 50, saved.Missing[0].Have)
	for p, err := range predict.NewService(s).All(s.ctx, w) {
		require.NoError(t, err)
		require.Nil(t, p.PAlive)
		require.Nil(t, p.ExpectedValue90)
		require.Positive(t, p.RFM.Recency)
	}
}

func TestPredictionsStayInTheirWorkspace(t *testing.T) {
	s := setupShop(t)
	mine, theirs := s.workspace("UTC"), s.workspace("UTC")
	lastDay := demoNow.Truncate(24 * time.Hour)
	until := lastDay.AddDate(0, 0, 1)
	s.told(mine, predicttest.Typical(1, 300, 240, lastDay).Make())
	alone := s.predicted(mine, until, demoNow)
	everything := func(w uuid.UUID) string {
		in, err := s.PredictionInput(s.ctx, w, until)
		require.NoError(t, err)
		service := predict.NewService(s)
		saved, top, err := service.Report(s.ctx, w, 100)
		require.NoError(t, err)
		all := []any{in, saved, top}
		for p, err := range service.All(s.ctx, w) {
			require.NoError(t, err)
			all = append(all, p)
		}
		return asJSON(t, all)
	}
	before, nothing := everything(mine), everything(theirs)
	require.Contains(t, nothing, `"Buyers": null`)

	// The same people, by id, in another workspace.
	s.told(theirs, predicttest.Typical(2, 300, 240, lastDay).Make())
	other := s.predicted(theirs, until, demoNow)
	require.NotEqual(t, alone.Model.Orders, other.Model.Orders)
	require.Equal(t, before, everything(mine))
	_, err := s.Pool().Exec(s.ctx, "DELETE FROM workspaces WHERE id = $1", theirs)
	require.NoError(t, err)
	require.Equal(t, before, everything(mine))
	_, err = s.PredictionInput(s.ctx, uuid.New(), until)
	require.Equal(t, apperr.NotFound, apperr.KindOf(err))
}

func TestRemovedDemoDataLeavesNoPredictions(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("Europe/Berlin")
	s.seed(w, 1, 20_000)
	r := s.predicted(w, demoNow, demoNow)
	require.NotEmpty(t, r.Buyers)
	_, err := s.RemoveDummyData(s.ctx, w, demoNow)
	require.NoError(t, err)
	require.Zero(t, s.count("SELECT count(*) FROM customer_predictions"))
	require.Zero(t, s.count("SELECT count(*) FROM prediction_models"))
}

// What a fit reads costs what its orders cost, however many other events there are.
func TestOrdersAreReadFromTheirIndex(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.seed(w, 1, 20_000)
	_, err := s.Pool().Exec(s.ctx, "VACUUM ANALYZE events")
	require.NoError(t, err)
	rows, err := s.Pool().Query(s.ctx, `EXPLAIN SELECT customer_id, value FROM events WHERE workspace_id = $1 AND customer_id IS NOT NULL
		AND NOT duplicate AND type IN ('order_completed', 'order_refunded') AND occurred_at < $2`, pgx.QueryExecModeSimpleProtocol, w.String(), demoNow)
	require.NoError(t, err)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(plan), "Index Only Scan using events_2026_11_workspace_id_occurred_at_customer_id_type_va_idx")
}
