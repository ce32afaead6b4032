package openai

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai"
)

// withPeople is what look-ups find that have people in them, as it is kept.
func withPeople(t *testing.T) []ai.ToolCall {
	t.Helper()
	table := ai.Table{Key: "x", Title: "People", Rows: [][]string{{"Jana Nováková", "jana@example.com"}}, Columns: []ai.Column{{Label: "Customer"}, {Label: "Email"}}}
	orders, revenue := int64(12), decimal.RequireFromString("340.50")
	var calls []ai.ToolCall
	for tool, found := range map[string]any{
		ai.ToolFindCustomer:  ai.CustomersFound{Found: 1, Orders: &orders, Revenue: &revenue, Members: &table, Query: "SELECT 1 FROM customers WHERE email = 'jana@example.com'"},
		ai.ToolCountPeople:   ai.PeopleFound{Count: 12, Criteria: "Ordered", Members: &table, Query: "SELECT 2"},
		ai.ToolBestCustomers: ai.BestFound{Customers: 1, Orders: 12, Revenue: revenue, Members: table, Query: "SELECT 3"},
		ai.ToolAtRisk:        ai.RiskFound{AtRisk: 12, Of: 20, Revenue: revenue, Members: table, Query: "SELECT 4"},
	} {
		data, err := json.Marshal(found)
		require.NoError(t, err)
		calls = append(calls, ai.ToolCall{ID: tool, Tool: tool, Arguments: json.RawMessage(`{}`), Result: data})
	}
	return calls
}

func TestAModelIsShownNobody(t *testing.T) {
	for _, c := range withPeople(t) {
		shown := found(c)
		assert.NotContains(t, shown, "Jana", c.Tool)
		assert.NotContains(t, shown, "example.com", c.Tool)
		assert.Contains(t, shown, "12", "%s: what they did is shown", c.Tool)
	}
}

func TestTheReaderIsShownThem(t *testing.T) {
	keys := map[string]bool{}
	for i, c := range withPeople(t) {
		table, ok := tableOf(c, i)
		require.True(t, ok, c.Tool)
		assert.Equal(t, "Jana Nováková", table.Rows[0][0])
		keys[table.Key] = true
		b := &book{}
		b.call(c)
		sources := b.sources("It is 12 in all.")
		require.Len(t, sources, 1, c.Tool)
		assert.NotEmpty(t, sources[0].Query)
	}
	assert.Len(t, keys, 4, "two look-ups do not replace each other's table")
}
