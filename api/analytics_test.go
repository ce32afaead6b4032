package api_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/segment"
)

var update = flag.Bool("update", false, "write the golden files anew")

var reports = []string{"overview", "timeseries", "funnel", "cohorts", "rfm", "revenue", "channels"}

// told is a workspace's data as the test tells it.
type told struct{ asked analytics.Asked }

func eur(amount string) analytics.Money { return analytics.Money{Amount: amount, Currency: "EUR"} }

var (
	toldSold    = analytics.Sold{Orders: 3, Refunds: 1, Gross: eur("120.50"), Refunded: eur("20.00"), Revenue: eur("100.50"), AverageOrder: eur("33.50")}
	toldCounted = analytics.Counted{
		From: time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC), Events: 7, Customers: 2,
		ComputedAt: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), TimeZone: "Europe/Berlin", Query: "SELECT 1",
	}
)

func (*told) Picture(context.Context, uuid.UUID) (*analytics.Analysis, error) {
	return &analytics.Analysis{Currency: "EUR", TimeZone: "Europe/Berlin"}, nil
}

func (*told) KPIs(context.Context, uuid.UUID, analytics.Asked) (*analytics.KPIs, error) {
	change := 0.25
	return &analytics.KPIs{Counted: toldCounted, Figures: []analytics.KPI{
		{Metric: "orders", Unit: "count", Value: "5", Previous: "4", Change: &change},
		{Metric: "revenue", Unit: "money", Currency: "EUR", Value: "-12.50", Previous: "0.00"},
	}}, nil
}

func (t *told) Series(_ context.Context, _ uuid.UUID, a analytics.Asked) (*analytics.Series, error) {
	t.asked = a
	return &analytics.Series{Counted: toldCounted, Metric: "revenue", Unit: "money", Steps: []analytics.SeriesPoint{{Start: "2026-03-01", Value: "10.00"}, {Start: "2026-03-08", Value: "-3.00"}},
		Previous: &analytics.SeriesBefore{Steps: []analytics.SeriesPoint{{Start: "2026-02-01", Value: "0.00"}, {Start: "2026-02-08", Value: "4.00"}, {Start: "2026-02-15", Value: "5.00"}}}}, nil
}

func (*told) FunnelReach(context.Context, uuid.UUID, analytics.Asked) (*analytics.FunnelAnswer, error) {
	return &analytics.FunnelAnswer{Counted: toldCounted, Steps: []analytics.FunnelReach{{Type: "page_viewed", Label: "Visited", Customers: 8, Did: 9, FromPrevious: 1, FromFirst: 1}, {Type: "order_completed", Label: "Ordered", Customers: 1, Did: 2, FromPrevious: 0.125, FromFirst: 0.125}}}, nil
}

func (*told) Cohorts(context.Context, uuid.UUID, analytics.Asked) (*analytics.Cohorts, error) {
	return &analytics.Cohorts{Counted: toldCounted, Cohorts: []analytics.Cohort{{Start: "2026-02-01", Customers: 4, Periods: []analytics.CohortPeriod{{Start: "2026-02-01", Customers: 4, Share: 1, Orders: 5, Revenue: eur("80.00")}, {Period: 1, Start: "2026-03-01", Customers: 1, Share: 0.25, Orders: 1, Revenue: eur("-5.00")}}}}}, nil
}

func (*told) RFM(context.Context, uuid.UUID, analytics.Asked) (*analytics.RFM, error) {
	return &analytics.RFM{Counted: toldCounted, Cells: []analytics.RFMCell{{Recency: 5, Frequency: 4, Group: "champions", Customers: 3, Orders: 12, Revenue: eur("900.00"), Monetary: 4.5}}}, nil
}

func (*told) Revenue(context.Context, uuid.UUID, analytics.Asked) (*analytics.Revenue, error) {
	return &analytics.Revenue{
		Counted: toldCounted, Total: toldSold, Days: []analytics.RevenueDay{{Date: "2026-03-01", Sold: toldSold}},
		Products: []analytics.RevenueProduct{{Product: `=HYPERLINK("http://evil.example","Win")`, Orders: 1, Units: 2, Revenue: eur("9.00")}, {Product: "Lamp, \"Big\"\nred", Orders: 1, Units: 1, Revenue: eur("1.00")}, {Product: "Ünïcode ☕", Orders: 1, Units: 1, Revenue: eur("1.00")}},
		Channels: []analytics.RevenueChannel{{Channel: "@SUM(1)", Sold: toldSold}}, Buyers: []analytics.RevenueBuyers{{Buyers: "new", Customers: 2, Sold: toldSold}},
	}, nil
}

func (*told) ChannelResults(context.Context, uuid.UUID, analytics.Asked) (*analytics.ChannelsAnswer, error) {
	low, high := 0.01, 0.09
	return &analytics.ChannelsAnswer{Counted: toldCounted, Channels: []analytics.ChannelResult{
		{Channel: "-2+3", Visits: 100, Sold: toldSold, ConversionRate: 0.03, ConversionLow: &low, ConversionHigh: &high}, {Channel: "+cmd", Sold: toldSold}, {Channel: "\tpaid", Sold: toldSold},
	}}, nil
}

func setupTold(t *testing.T) (*told, *client) {
	t.Helper()
	data := &told{}
	a := setupAccounts(t, func(a *accounts) { a.extend = func(s *api.Services) { s.Analytics = data } })
	c := a.client()
	c.register("ada@example.com")
	return data, c
}

func TestReportsAsCSV(t *testing.T) {
	_, c := setupTold(t)
	for _, name := range reports {
		got := c.do(http.MethodGet, "/analytics/"+name+"?format=csv", nil)
		require.Equal(t, http.StatusOK, got.status)
		require.Equal(t, "text/csv; charset=utf-8; header=present", got.header.Get("Content-Type"))
		require.Equal(t, `attachment; filename="pulsehub-`+name+`-2026-03-01-to-2026-03-31.csv"`, got.header.Get("Content-Disposition"))
		file := filepath.Join("testdata", "analytics_"+name+".csv")
		if *update {
			require.NoError(t, os.WriteFile(file, got.body, 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got.body), name)
		require.Equal(t, strings.Count(string(got.body), "\r\n"), strings.Count(strings.ReplaceAll(string(got.body), "\"\"Big\"\"\nred", ""), "\n"), "every row ends as RFC 4180 has it")
		rows, err := csv.NewReader(strings.NewReader(string(got.body))).ReadAll()
		require.NoError(t, err, "every row has the header's columns")
		require.Greater(t, len(rows), 1)
		for _, row := range rows[1:] {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+@\t\r", rune(cell[0])) || len(cell) > 1 && cell[0] == '-' && !strings.ContainsRune("0123456789", rune(cell[1])) {
					t.Errorf("a spreadsheet would run %q", cell)
				}
			}
		}
		for accept, kind := range map[string]string{
			"text/csv": "text/csv", "text/csv;q=0.9, application/json;q=0.5": "text/csv", "application/json": "application/json", "*/*": "application/json", "": "application/json",
			"application/json, text/csv;q=0.5": "application/json", "text/csv, */*;q=0.1": "text/csv",
		} {
			c.headers["Accept"] = accept
			require.Contains(t, c.do(http.MethodGet, "/analytics/"+name, nil).header.Get("Content-Type"), kind, accept)
		}
		c.headers["Accept"] = "text/csv"
		require.Contains(t, c.do(http.MethodGet, "/analytics/"+name+"?format=json", nil).header.Get("Content-Type"), "application/json", "format goes before Accept")
		delete(c.headers, "Accept")
	}
}

func TestReportsPassOnWhatIsAsked(t *testing.T) {
	data, c := setupTold(t)
	id := uuid.NewString()
	c.do(http.MethodGet, "/analytics/timeseries?from=2026-03-01&to=2026-03-31T10:00:00%2B01:00&granularity=week&metric=visits&compare=previous&segmentId="+id, nil)
	require.Equal(t, analytics.Asked{From: "2026-03-01", To: "2026-03-31T10:00:00+01:00", Granularity: "week", Metric: "visits", Compare: "previous", SegmentID: id}, data.asked)
}

func TestReportsOfRealData(t *testing.T) {
	s := setupShops(t)
	ada, bob := s.client(), s.client()
	ada.register("ada@example.com")
	bob.register("bob@example.com")
	j := decode[api.DummyDataJob](ada.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 4000}), http.StatusAccepted)
	s.make(j.ID)
	for _, name := range reports {
		var mine, theirs struct {
			Events, Customers int64
			ComputedAt        time.Time
			Query             string
			Period            struct {
				Events, Customers int64
				ComputedAt        time.Time
				Query             string
			}
		}
		require.NoError(t, json.Unmarshal(ada.do(http.MethodGet, "/analytics/"+name, nil).body, &mine), name)
		require.NoError(t, json.Unmarshal(bob.do(http.MethodGet, "/analytics/"+name, nil).body, &theirs), name)
		require.Positive(t, mine.Events, name)
		require.Positive(t, mine.Customers, name)
		require.NotZero(t, mine.ComputedAt, name)
		require.Contains(t, mine.Query+mine.Period.Query, "SELECT", name)
		require.Zero(t, theirs.Events+theirs.Customers+theirs.Period.Events+theirs.Period.Customers, "%s of somebody else", name)

		for query, field := range map[string]string{
			"from=yesterday": "query.from", "to=2026-13-01": "query.to", "from=2026-03-02&to=2026-03-01": "query.from", "from=2001-01-01&to=2026-01-01": "query.from",
			"segmentId=vips": "query.segmentId", "format=xml": "query.format",
		} {
			p := ada.do(http.MethodGet, "/analytics/"+name+"?"+query, nil).problem(http.StatusUnprocessableEntity, "invalid")
			require.Equal(t, field, p.Errors[0].Field, "%s?%s", name, query)
			require.NotEmpty(t, p.Errors[0].Message)
		}
		ada.headers["Accept"] = "text/csv"
		ada.do(http.MethodGet, "/analytics/"+name+"?from=yesterday", nil).problem(http.StatusUnprocessableEntity, "invalid") // an error is never CSV
		delete(ada.headers, "Accept")
		ada.do(http.MethodGet, "/analytics/"+name+"?segmentId="+uuid.NewString(), nil).problem(http.StatusNotFound, "not_found")
		var workspace uuid.UUID
		require.NoError(t, s.store.Pool().QueryRow(context.Background(), "SELECT workspace_id FROM dummy_data_jobs WHERE id = $1", j.ID).Scan(&workspace))
		id := segment.ID(workspace, "repeat_customers").String()
		require.Equal(t, http.StatusOK, ada.do(http.MethodGet, "/analytics/"+name+"?segmentId="+id, nil).status, name)
		bob.do(http.MethodGet, "/analytics/"+name+"?segmentId="+id, nil).problem(http.StatusNotFound, "not_found")
		s.client().do(http.MethodGet, "/analytics/"+name, nil).problem(http.StatusUnauthorized, "unauthenticated")
	}
	for _, query := range []string{"granularity=hour", "granularity=second", "metric=luck", "compare=next"} {
		ada.do(http.MethodGet, "/analytics/timeseries?from=2026-01-01&to=2026-06-01&"+query, nil).problem(http.StatusUnprocessableEntity, "invalid")
	}
	for _, query := range []string{"granularity=day", "by=shoe_size"} {
		ada.do(http.MethodGet, "/analytics/cohorts?"+query, nil).problem(http.StatusUnprocessableEntity, "invalid")
	}
}
