package analytics

import (
	"context"

	"github.com/google/uuid"
)

// Revenue is what was sold in a range, seen from four sides. Refunds count on the day on which they were made.
type Revenue struct {
	Counted
	Total    Sold             `json:"total"`
	Days     []RevenueDay     `json:"days" doc:"Oldest first, every day present"`
	Products []RevenueProduct `json:"products" doc:"The 50 of most revenue, as sold: refunds name no product"`
	Channels []RevenueChannel `json:"channels" doc:"By revenue, highest first"`
	Buyers   []RevenueBuyers  `json:"buyers" doc:"By customer: new ones, whose first order ever is in the range, returning ones, who had ordered before it, and unknown: orders that name no customer, and refunds of someone who is not known to have ordered"`
}

// Sold is orders and what they made.
type Sold struct {
	Orders       int64 `json:"orders"`
	Refunds      int64 `json:"refunds"`
	Gross        Money `json:"gross" doc:"Value of orders"`
	Refunded     Money `json:"refunded" doc:"Value of refunds"`
	Revenue      Money `json:"revenue" doc:"Gross less refunded"`
	AverageOrder Money `json:"averageOrder" doc:"Revenue by orders"`
}

// RevenueDay is a day of the workspace's zone.
type RevenueDay struct {
	Date string `json:"date" doc:"YYYY-MM-DD"`
	Sold
}

// RevenueProduct is one product. An order counts for each product in it.
type RevenueProduct struct {
	Product string `json:"product"`
	Orders  int64  `json:"orders"`
	Units   int64  `json:"units"`
	Revenue Money  `json:"revenue"`
}

// RevenueChannel is what the visits from one channel bought.
type RevenueChannel struct {
	Channel string `json:"channel" doc:"Empty: orders that no visit is known of"`
	Sold
}

// RevenueBuyers is what new or returning customers bought.
type RevenueBuyers struct {
	Buyers    string `json:"buyers" enum:"new,returning,unknown"`
	Customers int64  `json:"customers" doc:"Who ordered in the range"`
	Sold
}

// RevenueProducts is how many products a Revenue names.
const RevenueProducts = 50

// Revenue counts what was sold in a range.
func (s *Service) Revenue(ctx context.Context, workspaceID uuid.UUID, a Asked) (*Revenue, error) {
	return answer(ctx, s, workspaceID, "revenue", a, defaults{days: defaultRangeDays}, s.Repository.Revenue)
}

// Table has a row for each day, product, channel and kind of buyers, and one for the total; by says which.
func (r *Revenue) Table() Table {
	sold := func(by Value, name any, s Sold) []any {
		return []any{by, name, s.Orders, s.Refunds, Value(s.Gross.Amount), Value(s.Refunded.Amount), Value(s.Revenue.Amount), Value(s.AverageOrder.Amount), Value(s.Revenue.Currency)}
	}
	return Table{[]string{"by", "name", "orders", "refunds", "gross", "refunded", "revenue", "average_order", "currency"}, func(yield func([]any) bool) {
		if !yield(sold("total", Value(""), r.Total)) {
			return
		}
		for _, d := range r.Days {
			if !yield(sold("day", Value(d.Date), d.Sold)) {
				return
			}
		}
		for _, p := range r.Products {
			if !yield([]any{Value("product"), p.Product, p.Orders, Value(""), Value(p.Revenue.Amount), Value(""), Value(p.Revenue.Amount), Value(""), Value(p.Revenue.Currency)}) {
				return
			}
		}
		for _, c := range r.Channels {
			if !yield(sold("channel", c.Channel, c.Sold)) {
				return
			}
		}
		for _, b := range r.Buyers {
			if !yield(sold("buyers", Value(b.Buyers), b.Sold)) {
				return
			}
		}
	}}
}
