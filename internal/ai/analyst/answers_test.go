package analyst

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/segment"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/store/storetest"
)

// tables are what the questions' SQL reads: the raw events of one workspace and nothing that is computed from them.
var tables = []string{
	// e: what happened, each act once, by the day of the workspace's zone.
	`CREATE TEMP TABLE e AS SELECT type, customer_id, session_id, external_id, occurred_at AT TIME ZONE 'Europe/Berlin' AS at,
		(occurred_at AT TIME ZONE 'Europe/Berlin')::date AS day, channel, product, value, properties
	FROM events WHERE workspace_id = '$ws' AND NOT duplicate`,
	`CREATE INDEX ON e (customer_id)`,
	`CREATE INDEX ON e (day)`,
	// v: visits, by the day on which they began.
	`CREATE TEMP TABLE v AS SELECT session_id, (min(occurred_at) AT TIME ZONE 'Europe/Berlin')::date AS day, min(coalesce(channel, '') COLLATE "C") AS channel
	FROM events WHERE workspace_id = '$ws' AND session_id IS NOT NULL GROUP BY session_id`,
	// c: customers.
	`CREATE TEMP TABLE c AS SELECT * FROM customers WHERE workspace_id = '$ws'`,
	// p: predictions, which have tests of their own.
	`CREATE TEMP TABLE p AS SELECT * FROM customer_predictions WHERE workspace_id = '$ws'`,
	`ANALYZE e, c`,
}

// shop is a workspace with two years of demo data, predictions, and a segment of its own.
type shop struct {
	store    *store.Store
	figures  *analytics.Service
	analyst  *Analyst
	analysis *analytics.Analysis
	ws       uuid.UUID
	db       *pgx.Conn
	zone     *time.Location
	products []string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	ctx, url := context.Background(), storetest.URL(t)
	s, err := store.Open(ctx, url, 4)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	ws := uuid.Must(uuid.NewV7())
	_, err = s.Pool().Exec(ctx, `INSERT INTO workspaces (id, name, time_zone) VALUES ($1, 'Demo shop', 'Europe/Berlin')`, ws)
	require.NoError(t, err)
	j, err := s.CreateDummyDataJob(ctx, datasource.Job{ID: uuid.Must(uuid.NewV7()), WorkspaceID: ws, Status: datasource.JobQueued, CreatedAt: wednesday, DummyParams: datasource.DummyParams{
		Sources: []datasource.Type{datasource.GTM, datasource.FacebookPixel, datasource.Shopify}, Seed: 7, Customers: 3000, Events: 120_000, Days: 600, EndsAt: wednesday,
	}}, 1)
	require.NoError(t, err)
	j, err = s.BeginDummyData(ctx, ws, j.ID, wednesday)
	require.NoError(t, err)
	for chunk := range dummy.Chunks(j.DummyParams) {
		require.NoError(t, s.WriteDummyDataChunk(ctx, j, chunk, dummy.Generate(j.DummyParams, chunk)))
	}
	_, err = s.FinishDummyData(ctx, ws, j.ID, wednesday)
	require.NoError(t, err)
	in, err := s.PredictionInput(ctx, ws, wednesday)
	require.NoError(t, err)
	result, err := predict.Compute(ctx, in)
	require.NoError(t, err)
	require.NotNil(t, result.Model.Purchases, "the demo shop has enough to predict from: %v", result.Model.Missing)
	_, err = s.SavePredictions(ctx, ws, result, wednesday)
	require.NoError(t, err)
	rule, err := segment.Parse([]byte(`{"type":"and","rules":[{"type":"attribute","attribute":"city","op":"eq","value":"Berlin"},{"type":"feature","feature":"orders","op":"gte","value":2}]}`))
	require.NoError(t, err)
	_, err = s.SaveSegment(ctx, ws, segment.Segment{ID: uuid.Must(uuid.NewV7()), Name: "Loyal Berliners", Rule: rule, CreatedAt: wednesday, UpdatedAt: wednesday}, wednesday)
	require.NoError(t, err)

	figures := analytics.NewService(analytics.Config{Repository: s, Cache: forgetful{}, Now: func() time.Time { return wednesday }})
	analysis, err := figures.Analysis(ctx, ws)
	require.NoError(t, err)
	products, err := figures.Catalogue(ctx, ws)
	require.NoError(t, err)
	db, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	for _, v := range tables {
		_, err := db.Exec(ctx, strings.ReplaceAll(v, "$ws", ws.String()))
		require.NoError(t, err)
	}
	return &shop{
		store: s, figures: figures, analysis: analysis, ws: ws, db: db, zone: berlin(t), products: products,
		analyst: New(Config{Queries: figures, Figures: figures, Segments: s, Customers: s, Predictions: predict.NewInsights(s)}),
	}
}

// ask has a question answered after those before it.
func (s *shop) ask(t *testing.T, question string, earlier ...string) *aitest.Recorder {
	t.Helper()
	req := ai.Request{
		TurnID: uuid.New(), WorkspaceID: s.ws, Question: question, Now: wednesday, Analysis: s.analysis,
		Intent: Classify(IntentInput{Question: question, Earlier: earlier, Now: wednesday, TimeZone: s.zone, HasData: true, Products: s.products}),
	}
	for _, q := range earlier {
		req.History = append(req.History, ai.Turn{Question: q})
	}
	r := &aitest.Recorder{}
	_, err := s.analyst.Answer(context.Background(), req, r)
	require.NoError(t, err, question)
	return r
}

// rows are what SQL answers, as numbers and names.
func (s *shop) rows(t *testing.T, sql string) (out [][]string) {
	t.Helper()
	rows, err := s.db.Query(context.Background(), sql)
	require.NoError(t, err, sql)
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		require.NoError(t, err)
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = plainNumber(v)
		}
		out = append(out, row)
	}
	require.NoError(t, rows.Err(), sql)
	return out
}

var refusal = regexp.MustCompile(`(?i)\bI cannot|I can not|there is no|there are no|there were no|I do not (split|predict)|I find no|outside what I know|no campaign has been sent|nobody`)

// TestAnswersAreWhatSQLSays asks every labelled question and compares each number of the answer with SQL that was written
// without a look at ours. A wrong number fails; a question may go unanswered only where the answer says that it cannot.
func TestAnswersAreWhatSQLSays(t *testing.T) {
	s := newShop(t)
	var numbers, unanswered, lists, refused [2]score
	traced := score{}
	for _, q := range questions(t) {
		group := 0
		if q.HeldOut {
			group = 1
		}
		r := s.ask(t, q.Question, q.Preceding...)
		text := r.Answer()
		if os.Getenv("SHOW_ANSWERS") != "" {
			t.Logf("=== %s %v %s\n%s", q.ID, q.Preceding, q.Question, text)
		}
		assert.NotEmpty(t, text, q.Question)
		assert.NotContains(t, text, "%!", q.Question)
		if q.Cannot {
			refused[group].add(refusal.MatchString(text))
			assert.Regexp(t, refusal, text, "%s %q is not in the data, and this does not say so", q.ID, q.Question)
			assert.Empty(t, r.Named, "%s %q: figures where there are none", q.ID, q.Question)
			continue
		}
		if q.SQL != "" {
			if want := s.rows(t, q.SQL)[0][0]; len(r.Named) == 0 && want == "0" && strings.HasPrefix(text, "Nobody") {
				numbers[group].add(true)
				continue
			}
			if len(r.Named) == 0 {
				unanswered[group].add(true)
				t.Logf("%s %q is not answered: %s", q.ID, q.Question, text)
				assert.Regexp(t, refusal, text, "%s %q gets no number, and this does not say why", q.ID, q.Question)
				continue
			}
			want := s.rows(t, q.SQL)[0][0]
			right := sameFigure(want, r.Named[0].Value, q.Unit)
			numbers[group].add(right)
			assert.True(t, right, "%s %q: the answer is %s (%s), and SQL says %s\n%s", q.ID, q.Question, r.Named[0].Value, r.Named[0].Label, want, text)
		}
		if q.Rows != "" {
			want := s.rows(t, q.Rows)
			right := shows(r, want)
			lists[group].add(right)
			assert.True(t, right, "%s %q: SQL says %v; charts %v tables %v", q.ID, q.Question, want, r.Charts, r.Tables)
		}
		s.trace(t, q, r, &traced)
	}
	for group, name := range []string{"written beside the rules", "held out"} {
		t.Logf("%s: main figures %s, lists %s, said to be unanswerable %s, not answered and said so %d", name, numbers[group], lists[group], refused[group], unanswered[group].all)
	}
	t.Logf("figures that their own SQL gives: %s", traced)
	assert.Greater(t, numbers[0].all+numbers[1].all, 50)
	assert.Greater(t, traced.all, 200)
}

// trace runs the SQL that each figure of an answer names, and looks for the figure in what it gives. Figures that are worked
// out from others, and those of several statements, are not looked for.
func (s *shop) trace(t *testing.T, q question, r *aitest.Recorder, traced *score) {
	t.Helper()
	for _, source := range r.Named {
		assert.NotEmpty(t, source.Query, "%s %q: no query for %s", q.ID, q.Question, source.Label)
		assert.Contains(t, r.Answer(), source.Value, "%s %q", q.ID, q.Question)
		if source.Query == s.analysis.Queries["segments"] || // its rows are summed
			derived.MatchString(source.Label) || strings.Contains(source.Query, ";\n") || strings.HasSuffix(source.Value, "%") || strings.Contains(source.Value, ":") {
			continue
		}
		rows := s.rows(t, source.Query)
		found := len(rows) == 0 && source.Value == "0" // a rule that nobody matches gives no row
		for _, row := range rows {
			for _, v := range row {
				found = found || sameFigure(v, source.Value, "rounded")
			}
		}
		traced.add(found)
		assert.True(t, found, "%s %q: %s is %s, and its SQL does not give that:\n%s", q.ID, q.Question, source.Label, source.Value, source.Query)
	}
}

// derived are labels of figures that are sums, quotients or differences over the rows that the SQL gives, or bounds.
var derived = regexp.MustCompile(` against |^People in |^Revenue of .*s$|average|Average|Ordered again|First ordered|Cart abandonment|Added to cart, |Added to cart and|its part of|end$|Customers who bought once|Hour|hour|Expected|upper|change|Spent|Open carts$|Reachable|Orders in that`)

// sameFigure compares a figure as it is written with a number: counts exactly, money to the cent, percents to what is shown.
func sameFigure(want, shown, unit string) bool {
	w, err := decimal.NewFromString(want)
	if err != nil {
		return want == shown
	}
	clean := strings.NewReplacer("€", "", ",", "", "%", "", "+", "").Replace(strings.TrimPrefix(strings.TrimPrefix(shown, "up "), "down "))
	g, err := decimal.NewFromString(clean)
	if err != nil {
		return false
	}
	switch unit {
	case "percent":
		return w.Round(1).Equal(g)
	case "money":
		return w.Round(2).Equal(g)
	case "rounded":
		return w.Round(2).Equal(g) || w.Round(0).Equal(g)
	}
	return w.Equal(g)
}

// shows tells whether a chart or a table has these names and values, from the first on.
func shows(r *aitest.Recorder, want [][]string) bool {
	for _, c := range r.Charts {
		ok := len(c.X) >= len(want) && len(c.Series) > 0
		for i, row := range want {
			ok = ok && sameName(row[0], c.X[i]) && sameFigure(row[1], decimal.NewFromFloat(c.Series[0].Values[i]).String(), "money")
		}
		if ok {
			return true
		}
	}
	for _, tb := range r.Tables {
		ok := len(tb.Rows) >= len(want)
		for i, row := range want {
			ok = ok && sameName(row[0], tb.Rows[i][0]) && sameFigure(row[1], tb.Rows[i][1], "money")
		}
		if ok {
			return true
		}
	}
	return false
}

func sameName(want, shown string) bool {
	return strings.EqualFold(want, shown) || countryName(want) == shown || want == "" && shown == notKnown
}

// TestToolsGiveTheSameNumbers has the model's tools look into the same shop.
func TestToolsGiveTheSameNumbers(t *testing.T) {
	s := newShop(t)
	tools := ai.NewTools(ai.ToolsConfig{Data: s.analyst.look, Analyses: s.figures, Parser: s.analyst})
	run := func(tool, args string, into any) error {
		data, err := tools.Run(context.Background(), s.ws, tool, json.RawMessage(args), wednesday)
		if err == nil {
			require.NoError(t, json.Unmarshal(data, into))
		}
		return err
	}
	one := func(sql string) string { return s.rows(t, sql)[0][0] }
	const february = `"from":"2026-02-01","to":"2026-02-28"`
	const net = "coalesce(sum(CASE type WHEN 'order_completed' THEN value WHEN 'order_refunded' THEN -value END), 0)"

	t.Run("people by a rule", func(t *testing.T) {
		var got ai.PeopleFound
		require.NoError(t, run(ai.ToolCountPeople, `{"who":"live in Germany and ordered at least twice"}`, &got))
		assert.Equal(t, one("SELECT count(*) FROM c WHERE country = 'DE' AND (SELECT count(*) FROM e WHERE e.customer_id = c.id AND type = 'order_completed') >= 2"), strconv.FormatInt(got.Count, 10))
		require.NoError(t, run(ai.ToolCountPeople, `{"who":"loyal berliners"}`, &got))
		assert.Equal(t, one("SELECT count(*) FROM c WHERE city = 'Berlin' AND (SELECT count(*) FROM e WHERE e.customer_id = c.id AND type = 'order_completed') >= 2"), strconv.FormatInt(got.Count, 10))
		assert.ErrorContains(t, run(ai.ToolCountPeople, `{"who":"flurbs"}`, &got), "other words")
	})
	t.Run("why", func(t *testing.T) {
		var got ai.Explained
		require.NoError(t, run(ai.ToolExplainChange, `{`+february+`,"other_from":"2026-01-01","other_to":"2026-01-31"}`, &got))
		change := decimal.RequireFromString(one("SELECT " + net + " FROM e WHERE day BETWEEN '2026-02-01' AND '2026-02-28'")).Sub(decimal.RequireFromString(one("SELECT " + net + " FROM e WHERE day BETWEEN '2026-01-01' AND '2026-01-31'")))
		assert.True(t, change.Equal(got.Change))
		adds := func(parts []analytics.Contribution) {
			total := decimal.Zero
			for _, p := range parts {
				total = total.Add(p.Change)
			}
			assert.True(t, change.Equal(total), "%v is not %s", parts, change)
		}
		adds(got.Factors)
		require.Len(t, got.Sides, 4)
		for _, side := range got.Sides {
			adds(side.Parts)
		}
	})
	t.Run("segments", func(t *testing.T) {
		var got analytics.KPIs
		require.NoError(t, run(ai.ToolSegmentResults, `{"segment":"repeat_customers",`+february+`}`, &got))
		assert.Equal(t, one("SELECT count(*) FROM e WHERE type = 'order_completed' AND day BETWEEN '2026-02-01' AND '2026-02-28' AND customer_id IN (SELECT customer_id FROM e WHERE type = 'order_completed' GROUP BY 1 HAVING count(*) >= 2)"), kpi(&got, "orders").String())
		assert.ErrorContains(t, run(ai.ToolSegmentResults, `{"segment":"nobody",`+february+`}`, &got), "repeat_customers")
	})
	t.Run("sides", func(t *testing.T) {
		var countries analytics.CountryFigures
		require.NoError(t, run(ai.ToolCountries, `{`+february+`}`, &countries))
		want := s.rows(t, "SELECT country, "+net+" FROM e JOIN c ON c.id = e.customer_id WHERE day BETWEEN '2026-02-01' AND '2026-02-28' GROUP BY 1 ORDER BY 2 DESC LIMIT 1")
		assert.Equal(t, want[0], []string{countries.Countries[0].Country, countries.Countries[0].Revenue.String()})
		var best ai.BestFound
		require.NoError(t, run(ai.ToolBestCustomers, `{`+february+`,"limit":1}`, &best))
		assert.Equal(t, one("SELECT "+net+" FROM e WHERE day BETWEEN '2026-02-01' AND '2026-02-28' GROUP BY customer_id ORDER BY 1 DESC LIMIT 1"), best.Revenue.String())
		var product analytics.ProductFigures
		require.NoError(t, run(ai.ToolProduct, `{`+february+`,"product":"Two-Person Tent"}`, &product))
		require.Len(t, product.Products, 1)
		var cohorts analytics.Cohorts
		require.NoError(t, run(ai.ToolCohorts, `{"granularity":"month","from":"2026-01-01","to":"2026-03-18"}`, &cohorts))
		require.Len(t, cohorts.Cohorts, 3)
		assert.Equal(t, one("SELECT count(*) FROM (SELECT min(day) AS first FROM e WHERE type = 'order_completed' GROUP BY customer_id) f WHERE first BETWEEN '2026-01-01' AND '2026-01-31'"), strconv.FormatInt(cohorts.Cohorts[0].Customers, 10))
	})
	t.Run("a customer", func(t *testing.T) {
		row := s.rows(t, "SELECT email, (SELECT count(*) FROM e WHERE e.customer_id = c.id AND type = 'order_completed') FROM c WHERE email IS NOT NULL AND EXISTS (SELECT FROM e WHERE e.customer_id = c.id AND type = 'order_completed') ORDER BY id LIMIT 1")[0]
		var got ai.CustomersFound
		require.NoError(t, run(ai.ToolFindCustomer, `{"email":"`+strings.ToUpper(row[0])+`","phone":"","name":""}`, &got))
		require.EqualValues(t, 1, got.Found)
		assert.Equal(t, row[1], strconv.FormatInt(*got.Orders, 10))
		assert.ErrorContains(t, run(ai.ToolFindCustomer, `{"email":"","phone":"","name":""}`, &got), "Give")

		r := s.ask(t, "find the customer "+row[0])
		assert.NotContains(t, r.Answer(), row[0], "who it is stays out of the text, which a model may be sent later")
		require.Len(t, r.Tables, 1)
		assert.Equal(t, row[0], r.Tables[0].Rows[0][1])
		r = s.ask(t, "when did she last order?", "find the customer "+row[0])
		assert.Contains(t, r.Answer(), "The last order was on")
	})
	t.Run("what is to come", func(t *testing.T) {
		var got predict.Outlook
		require.NoError(t, run(ai.ToolOutlook, `{"days":30}`, &got))
		assert.Equal(t, one("SELECT round(sum(expected_orders_30)::numeric, 6) FROM p"), decimal.NewFromFloat(got.Orders.Mean).Round(6).String())
		require.NotNil(t, got.Orders.Low)
		assert.Less(t, *got.Orders.Low, got.Orders.Mean)
		assert.Greater(t, *got.Orders.High, got.Orders.Mean)
		var longer predict.Outlook
		require.NoError(t, run(ai.ToolOutlook, `{"days":45}`, &longer))
		assert.Greater(t, longer.Orders.Mean, got.Orders.Mean)
		assert.Error(t, run(ai.ToolOutlook, `{"days":4000}`, &got))
		var risk ai.RiskFound
		require.NoError(t, run(ai.ToolAtRisk, `{}`, &risk))
		assert.Equal(t, one("SELECT count(*) FROM p WHERE churn_risk >= 0.5"), strconv.FormatInt(risk.AtRisk, 10))
	})
}

// TestTheCachedAnalysisCostsNoLookUp: what it answers is answered without a question to the database.
func TestTheCachedAnalysisCostsNoLookUp(t *testing.T) {
	queries := &aitest.Queries{}
	a := New(Config{Queries: queries})
	for _, q := range []string{
		"How many customers do we have?", "How many lapsed customers do we have?", "How many customers can I reach by SMS?", "Which channel brings the most revenue?", "Show the funnel",
		"When are my customers most active?", "What is our customer lifetime value?", "Give me an overview of my business", "Who are my best customers?", "What campaign should I run next?",
		"show my segments", "how many people left their cart?", "how many customers can I reach?",
	} {
		a.look = ai.Data{Queries: queries, Figures: untouched{}, Segments: untouched{}, Customers: untouched{}, Predictions: untouched{}}
		assert.NotEmpty(t, ask(t, a, nil, q).Answer(), q)
		assert.Empty(t, queries.Asked, q)
		assert.False(t, Classifier{}.MayNameProduct(q, nil), "%s: the catalogue is read for it", q)
	}
	assert.True(t, Classifier{}.MayNameProduct("how often was the Down Jacket 800 bought?", nil))
}

// untouched panics when it is asked anything.
type untouched struct {
	ai.Figures
	ai.Segments
	ai.Customers
	predictions
}

type predictions interface {
	Model(ctx context.Context, workspaceID uuid.UUID) (*predict.Saved, error)
	Outlook(ctx context.Context, workspaceID uuid.UUID, days int) (predict.Outlook, error)
	AtRisk(ctx context.Context, workspaceID uuid.UUID, limit int) (predict.AtRisk, error)
	Likely(ctx context.Context, workspaceID uuid.UUID, limit int) ([]predict.CustomerPrediction, error)
}
