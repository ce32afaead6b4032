package dummy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

var endsAt = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func params(events int64, customers int, sources ...datasource.Type) datasource.DummyParams {
	if len(sources) == 0 {
		sources = []datasource.Type{datasource.Shopify, datasource.GTM, datasource.FacebookPixel}
	}
	return datasource.DummyParams{Sources: sources, Seed: 7, Customers: customers, Events: events, Days: 180, EndsAt: endsAt}
}

func all(p datasource.DummyParams) (c Chunk) {
	for i := range Chunks(p) {
		one := Generate(p, i)
		c.Customers = append(c.Customers, one.Customers...)
		c.Events = append(c.Events, one.Events...)
	}
	return c
}

// row is what the generator decides of an event.
type row struct {
	Source     datasource.Type
	ExternalID string
	Type       string
	CustomerID uuid.UUID
	SessionID  uuid.UUID
	OccurredAt time.Time
	Channel    string
	Product    string
	Cents      int64
	HasValue   bool
	Properties []byte
	Duplicate  bool
}

func digest(c Chunk) string {
	h := sha256.New()
	for _, x := range c.Customers {
		fmt.Fprintf(h, "%+v\n", x)
	}
	for _, e := range c.Events {
		fmt.Fprintf(h, "%+v\n", row{e.Source, e.ExternalID, e.Type, e.CustomerID, e.SessionID, e.OccurredAt, e.Channel, e.Product, e.Cents, e.HasValue, e.Properties, e.Duplicate})
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestSameParametersGiveTheSameRowsInAnyOrder(t *testing.T) {
	p := params(30_000, 1_500)
	n := Chunks(p)
	require.Greater(t, n, 3)
	first := make([]string, n)
	for i := range n {
		first[i] = digest(Generate(p, i))
	}
	t.Run("side by side", func(t *testing.T) {
		for i := n - 1; i >= 0; i-- {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				require.Equal(t, first[i], digest(Generate(p, i)))
			})
		}
	})
	other := p
	other.Seed++
	require.NotEqual(t, first[0], digest(Generate(other, 0)))
}

// Rows of demo data that people have seen stay the same in the next version. A change here is a decision, not an accident.
func TestRowsArePinned(t *testing.T) {
	require.Equal(t, pinned, digest(Generate(params(5_000, 250), 0)))
}

func TestCountsAreExact(t *testing.T) {
	sets := [][]datasource.Type{
		nil, {datasource.GTM}, {datasource.FacebookPixel}, {datasource.Shopify},
		{datasource.Shopify, datasource.FacebookPixel}, {datasource.Shopify, datasource.GTM}, {datasource.GTM, datasource.FacebookPixel},
	}
	for _, sources := range sets {
		for _, size := range [][2]int{{1, 1}, {7, 7}, {100, 100}, {500, 3}, {2_000, 2_000}, {6_000, 1_000}, {10_001, 503}, {10_000, 10}} {
			for _, days := range []int{1, 180} {
				p := params(int64(size[0]), size[1], sources...)
				p.Days = days
				c := all(p)
				require.Len(t, c.Events, size[0], "%v %v %d", sources, size, days)
				require.Len(t, c.Customers, size[1])
				active := map[uuid.UUID]bool{}
				for _, e := range c.Events {
					active[e.CustomerID] = true
					if !e.OccurredAt.Before(p.EndsAt) || e.OccurredAt.Before(p.EndsAt.AddDate(0, 0, -days)) || !has(p.Sources, e.Source) {
						t.Fatalf("%v %v %d: out of bounds: %+v", sources, size, days, e)
					}
				}
				require.Len(t, active, size[1], "everybody did something")
			}
		}
	}
}

func TestIDsAreUniqueAndInOneRange(t *testing.T) {
	p := params(40_000, 2_000)
	c := all(p)
	from, to := CustomerRange(p)
	people := map[uuid.UUID]bool{}
	for _, x := range c.Customers {
		require.Equal(t, uuid.Version(7), x.ID.Version())
		require.Equal(t, uuid.RFC4122, x.ID.Variant())
		require.False(t, people[x.ID])
		require.True(t, bytes.Compare(from[:], x.ID[:]) <= 0 && bytes.Compare(x.ID[:], to[:]) <= 0)
		people[x.ID] = true
	}
	ids := map[string]bool{}
	for _, e := range c.Events {
		if ids[e.ExternalID] || !people[e.CustomerID] || e.SessionID != uuid.Nil && e.SessionID.Version() != 7 {
			t.Fatalf("%+v", e)
		}
		ids[e.ExternalID] = true
	}
	other := p
	other.Events++
	first, _ := CustomerRange(other)
	require.NotEqual(t, from, first)
}

// One purchase that three sources tell of is one order: exactly one of its events is not a duplicate, and it is the best
// witness's.
func TestOnePurchaseCountsOnce(t *testing.T) {
	c := all(params(60_000, 3_000))
	type order struct {
		counted   int
		by        datasource.Type
		witnesses map[datasource.Type]bool
		cents     int64
		customer  uuid.UUID
	}
	orders := map[string]*order{}
	threefold := 0
	for _, e := range c.Events {
		if e.Type != datasource.EventOrderCompleted {
			continue
		}
		var props struct {
			OrderID string `json:"orderId"`
			Items   []struct {
				Product  string
				Quantity int64
				Price    json.Number
			}
		}
		require.NoError(t, json.Unmarshal(e.Properties, &props))
		o := orders[props.OrderID]
		if o == nil {
			o = &order{witnesses: map[datasource.Type]bool{}, cents: e.Cents, customer: e.CustomerID}
			orders[props.OrderID] = o
		}
		require.Equal(t, o.cents, e.Cents)
		require.Equal(t, o.customer, e.CustomerID)
		require.False(t, o.witnesses[e.Source])
		o.witnesses[e.Source] = true
		if !e.Duplicate {
			o.counted, o.by = o.counted+1, e.Source
		}
		var sum int64
		for _, i := range props.Items {
			price, err := i.Price.Float64()
			require.NoError(t, err)
			sum += i.Quantity * int64(price*100+0.5)
		}
		require.Equal(t, e.Cents, sum, "an order is the sum of its items")
	}
	require.Greater(t, len(orders), 100)
	for number, o := range orders {
		require.Equal(t, 1, o.counted, number)
		require.Equal(t, datasource.Shopify, o.by)
		if len(o.witnesses) == 3 {
			threefold++
		}
	}
	require.Positive(t, threefold)
}

func TestBehaviourIsThatOfAShop(t *testing.T) {
	p := params(200_000, 10_000)
	c := all(p)
	count := map[string]int{}
	sessions, hours, weekdays := map[uuid.UUID]bool{}, [24]int{}, [7]int{}
	zones, orders, spent := map[uuid.UUID]*time.Location{}, map[uuid.UUID]int{}, map[uuid.UUID]int64{}
	sale := 0
	for _, x := range c.Customers {
		zones[x.ID] = location(x.TimeZone)
	}
	for _, e := range c.Events {
		if e.Duplicate {
			continue
		}
		count[e.Type]++
		if e.SessionID != uuid.Nil {
			sessions[e.SessionID] = true
			local := e.OccurredAt.In(zones[e.CustomerID])
			hours[local.Hour()]++
			weekdays[local.Weekday()]++
			if !local.Before(time.Date(2026, 11, 23, 0, 0, 0, 0, local.Location())) {
				sale++
			}
		}
		if e.Type == datasource.EventOrderCompleted {
			orders[e.CustomerID]++
			spent[e.CustomerID] += e.Cents
		}
	}
	conversion := float64(count[datasource.EventOrderCompleted]) / float64(len(sessions))
	t.Logf("%d visits, conversion %.4f, %v", len(sessions), conversion, count)
	require.InDelta(t, 0.025, conversion, 0.006, "orders per visit")
	require.Greater(t, count[datasource.EventProductAdded], count[datasource.EventCheckoutStarted])
	require.Greater(t, count[datasource.EventCheckoutStarted], count[datasource.EventOrderCompleted])
	require.Positive(t, count[datasource.EventOrderRefunded])
	require.Less(t, count[datasource.EventOrderRefunded], count[datasource.EventOrderCompleted]/8)
	require.Greater(t, hours[20], 4*hours[3], "evenings are busy and nights are not")
	require.Greater(t, weekdays[time.Sunday], weekdays[time.Friday])
	for _, typ := range []string{"message_sent", "message_delivered", "message_opened", "message_clicked", "signed_up", "lead_captured", "search_performed", "form_submitted"} {
		require.Positive(t, count[typ], typ)
	}
	require.Greater(t, count["message_delivered"], count["message_opened"])
	require.Greater(t, count["message_opened"], count["message_clicked"])

	repeat, total := 0, int64(0)
	var top []int64
	for id, n := range orders {
		if n > 1 {
			repeat++
		}
		total += spent[id]
		top = append(top, spent[id])
	}
	require.Greater(t, repeat, len(orders)/10, "some come again")
	require.Greater(t, sumOfTop(top, len(top)/10)*100/total, int64(25), "a tenth of the buyers spends much of it all")
}

func TestPeopleCannotBeReached(t *testing.T) {
	fiction := regexp.MustCompile(`^\+(4917604069\d{3}|447700900\d{3}|1\d{3}55501\d\d|3363998\d{4}|46701740(60[5-9]|6[1-9]\d)|3532091\d{5})$`)
	reserved := regexp.MustCompile(`^[a-z0-9.\-]+@(example\.(com|org|net)|[a-z]+\.example)$`)
	p := params(100_000, 20_000)
	emails := map[string]bool{}
	for _, x := range all(p).Customers {
		if x.Phone != "" {
			require.Regexp(t, fiction, x.Phone)
		}
		if x.Email != "" {
			require.Regexp(t, reserved, x.Email)
			require.False(t, emails[x.Email], x.Email)
			emails[x.Email] = true
			require.NotEmpty(t, x.FirstName)
		}
		require.False(t, x.ConsentEmail && x.Email == "")
		require.False(t, (x.ConsentSMS || x.ConsentWhatsApp) && x.Phone == "")
		require.True(t, x.Demo)
		require.NotNil(t, location(x.TimeZone))
		require.Len(t, x.Country, 2)
		require.True(t, strings.HasSuffix(x.Locale, x.Country))
	}
	require.Greater(t, len(emails), 5_000)
}

func TestSaleIsTheWeekToCyberMonday(t *testing.T) {
	require.True(t, onSale(2026, time.November, 23))
	require.True(t, onSale(2026, time.November, 30))
	require.False(t, onSale(2026, time.December, 1))
	require.False(t, onSale(2026, time.November, 22))
	require.True(t, onSale(2024, time.December, 2), "Cyber Monday of 2024 was in December")
	require.False(t, onSale(2024, time.December, 3))
}

func sumOfTop(v []int64, n int) (sum int64) {
	for range n {
		best := 0
		for i := range v {
			if v[i] > v[best] {
				best = i
			}
		}
		sum += v[best]
		v[best] = 0
	}
	return sum
}

func BenchmarkGenerate(b *testing.B) {
	p := params(1_000_000, 50_000)
	n := Chunks(p)
	events := 0
	for i := 0; b.Loop(); i++ {
		events += len(Generate(p, i%n).Events)
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
