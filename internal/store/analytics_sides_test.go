package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/customer"
)

// TestSidesOfOneWorkspace counts countries, products and customers of a workspace beside one whose people look alike.
func TestSidesOfOneWorkspace(t *testing.T) {
	s := setupShop(t)
	ours, theirs := s.workspace("Europe/Berlin"), s.workspace("Europe/Berlin")
	s.seed(ours, 1, 20_000)
	s.seed(theirs, 2, 20_000)
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	r := analytics.Range{From: time.Date(2026, 10, 1, 0, 0, 0, 0, zone), To: time.Date(2026, 11, 25, 0, 0, 0, 0, zone)}

	totals, err := s.Totals(s.ctx, ours, r)
	require.NoError(t, err)
	require.Positive(t, totals.Orders)
	countries, err := s.Countries(s.ctx, ours, r)
	require.NoError(t, err)
	revenue, orders := decimal.Zero, int64(0)
	for _, c := range countries.Countries {
		revenue, orders = revenue.Add(c.Revenue), orders+c.Orders
	}
	assert.Equal(t, totals.Revenue.String(), revenue.String(), "countries are all of the revenue")
	assert.Equal(t, totals.Orders, orders)

	products, err := s.TopProducts(s.ctx, ours, r, 3)
	require.NoError(t, err)
	require.NotEmpty(t, products.Products)
	one, err := s.Product(s.ctx, ours, products.Products[0].Name, r)
	require.NoError(t, err)
	assert.Equal(t, products.Products[:1], one.Products)
	none, err := s.Product(s.ctx, ours, "x'; DROP TABLE customers; --", r)
	require.NoError(t, err)
	assert.Empty(t, none.Products)
	catalogue, err := s.Catalogue(s.ctx, ours, r.From, 1000)
	require.NoError(t, err)
	assert.Contains(t, catalogue, products.Products[0].Name)

	best, err := s.BestCustomers(s.ctx, ours, r, 5)
	require.NoError(t, err)
	require.Len(t, best.Customers, 5)
	assert.True(t, slices.IsSortedFunc(best.Customers, func(a, b analytics.Buyer) int { return b.Revenue.Cmp(a.Revenue) }))
	for _, b := range best.Customers {
		var workspace uuid.UUID
		require.NoError(t, s.Pool().QueryRow(s.ctx, "SELECT workspace_id FROM customers WHERE id = $1", b.ID).Scan(&workspace))
		assert.Equal(t, ours, workspace)
	}
}

// TestACustomerIsFoundByWhatIsKnownOfThem looks for one by address, number and name, in their workspace and in another.
func TestACustomerIsFoundByWhatIsKnownOfThem(t *testing.T) {
	s := setupShop(t)
	ours, theirs := s.workspace("UTC"), s.workspace("UTC")
	id := uuid.Must(uuid.NewV7())
	_, err := s.Pool().Exec(s.ctx, `INSERT INTO customers (workspace_id, id, email, phone, first_name, last_name, city, country)
		VALUES ($1, $2, 'Jana.Novak@example.com', '+420123456789', 'Jana', 'Nováková', 'Brno', 'CZ')`, ours, id)
	require.NoError(t, err)
	for name, whom := range map[string]customer.Lookup{
		"email in any case":     {Email: "JANA.novak@example.com"},
		"phone without a plus":  {Phone: "420123456789"},
		"phone":                 {Phone: "+420123456789"},
		"first name":            {Name: "jana"},
		"last name":             {Name: "nováková"},
		"both":                  {Name: "Jana Nováková"},
		"the other way about":   {Name: "nováková jana"},
		"spaces":                {Name: "  Jana   Nováková "},
		"the address wins over": {Email: "jana.novak@example.com", Name: "Somebody Else"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := s.FindCustomers(s.ctx, ours, whom, 10)
			require.NoError(t, err)
			require.Len(t, found.Matches, 1)
			assert.EqualValues(t, 1, found.Total)
			assert.Equal(t, id, found.Matches[0].ID)
			assert.Equal(t, "Brno", found.Matches[0].City)
			assert.Contains(t, found.Query, ours.String())
			elsewhere, err := s.FindCustomers(s.ctx, theirs, whom, 10)
			require.NoError(t, err)
			assert.Empty(t, elsewhere.Matches, "nobody is found in another workspace")
		})
	}
	for name, whom := range map[string]customer.Lookup{
		"nobody":            {},
		"part of a name":    {Name: "Jan"},
		"part of an email":  {Email: "jana.novak@example"},
		"a wildcard":        {Name: "%"},
		"an attempt at SQL": {Name: "' OR true --"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := s.FindCustomers(s.ctx, ours, whom, 10)
			require.NoError(t, err)
			assert.Empty(t, found.Matches)
		})
	}
}
