// Package segment is rules over customers. The eight standard segments are in every workspace.
package segment

import (
	"github.com/google/uuid"
)

// Standard is a segment that always exists.
type Standard struct {
	Key      string
	Name     string
	Criteria string // the rule in words
	Rule     Rule
	// InFrame is who belongs to it by what happened in [@from, @to), which no rule says: SQL over customer_features f, with the
	// named parameters @now, @from and @to (timestamptz) and bar.revenue, what the top tenth of all who bought have spent at
	// least. FrameCriteria is that in words.
	InFrame       string
	FrameCriteria string
}

// Standards are the eight, in the order in which they are shown.
var Standards = []Standard{
	{
		Key: "cart_abandoners", Name: "Cart abandoners",
		Criteria:      "Put something into the cart or began to check out in the last 7 days, left it for an hour or more, and have not ordered since",
		Rule:          All(Has("days_since_cart", Lte, 7), Has("hours_since_cart", Gte, 1)),
		InFrame:       "f.cart_touched_at >= @from AND f.cart_touched_at < @to AND f.cart_touched_at <= @now - interval '1 hour'",
		FrameCriteria: "Put something into the cart or began to check out in this time for the last time, left it for an hour or more, and have not ordered since",
	},
	{
		Key: "high_value_customers", Name: "High-value customers",
		Criteria:      "Have spent as much as the top tenth of all who bought",
		Rule:          Has("revenue", TopPercent, 10),
		InFrame:       "f.orders > 0 AND f.revenue > 0 AND f.revenue >= bar.revenue AND f.last_order_at >= @from AND f.last_order_at < @to",
		FrameCriteria: "Have spent as much as the top tenth of all who bought, with the last order in this time",
	},
	{
		Key: "new_visitors", Name: "New visitors",
		Criteria:      "Came for the first time in the last 30 days and have not bought",
		Rule:          All(Has("days_since_first_seen", Lte, 30), Has("orders", Eq, 0)),
		InFrame:       "f.first_seen_at >= @from AND f.first_seen_at < @to AND f.orders = 0",
		FrameCriteria: "Came for the first time in this time and have not bought",
	},
	{
		Key: "engaged_users", Name: "Engaged users",
		Criteria:      "Active in the last 14 days, with 3 or more visits and 5 or more products looked at in all",
		Rule:          All(Has("days_since_last_seen", Lte, 14), Has("sessions", Gte, 3), Has("product_views", Gte, 5)),
		InFrame:       "f.last_seen_at >= @from AND f.last_seen_at < @to AND f.sessions >= 3 AND f.product_views >= 5",
		FrameCriteria: "Last active in this time, with 3 or more visits and 5 or more products looked at in all",
	},
	{
		Key: "potential_customers", Name: "Potential customers",
		Criteria:      "Looked at 3 or more products, the last one in the last 30 days, and have not bought",
		Rule:          All(Has("orders", Eq, 0), Has("product_views", Gte, 3), Has("days_since_last_product_view", Lte, 30)),
		InFrame:       "f.orders = 0 AND f.product_views >= 3 AND f.last_product_viewed_at >= @from AND f.last_product_viewed_at < @to",
		FrameCriteria: "Looked at 3 or more products, the last one in this time, and have not bought",
	},
	{
		Key: "repeat_customers", Name: "Repeat customers",
		Criteria:      "Have ordered twice or more",
		Rule:          Has("orders", Gte, 2),
		InFrame:       "f.orders >= 2 AND f.last_order_at >= @from AND f.last_order_at < @to",
		FrameCriteria: "Have ordered twice or more, with the last order in this time",
	},
	{
		Key: "lapsed_customers", Name: "Lapsed customers",
		Criteria:      "Have ordered, but not in the last 90 days",
		Rule:          All(Has("orders", Gt, 0), Has("days_since_last_order", Gt, 90)),
		InFrame:       "f.orders > 0 AND f.last_order_at < @now - interval '90 days' AND f.last_order_at >= @from - interval '90 days' AND f.last_order_at < @to - interval '90 days'",
		FrameCriteria: "Lapsed in this time: their last order turned 90 days old",
	},
	{
		Key: "at_risk_vips", Name: "At-risk VIPs",
		Criteria:      "Have spent as much as the top tenth of all who bought, but have not ordered in the last 60 days",
		Rule:          All(Has("revenue", TopPercent, 10), Has("days_since_last_order", Gt, 60)),
		InFrame:       "f.orders > 0 AND f.revenue > 0 AND f.revenue >= bar.revenue AND f.last_order_at < @now - interval '60 days' AND f.last_order_at >= @from - interval '60 days' AND f.last_order_at < @to - interval '60 days'",
		FrameCriteria: "Have spent as much as the top tenth of all who bought, and became at risk in this time: their last order turned 60 days old",
	},
}

// StandardByID finds a workspace's standard segment by its id.
func StandardByID(workspaceID, id uuid.UUID) (Standard, bool) {
	for _, s := range Standards {
		if ID(workspaceID, s.Key) == id {
			return s, true
		}
	}
	return Standard{}, false
}

// ByKey finds a standard segment.
func ByKey(key string) (Standard, bool) {
	for _, s := range Standards {
		if s.Key == key {
			return s, true
		}
	}
	return Standard{}, false
}

var namespace = uuid.MustParse("0b8f6c52-6a39-5f0e-9d1e-5b6f1d5a9c02")

// ID is the id of a standard segment in a workspace: the same on every machine and at any time.
func ID(workspaceID uuid.UUID, key string) uuid.UUID {
	return uuid.NewSHA1(namespace, []byte(workspaceID.String()+":"+key))
}
