package ai

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// ChangeSide is one way to split a change of revenue. Its parts add up to the change exactly.
type ChangeSide struct {
	Key   string                   `json:"by"` // channel, buyers, country or product
	Title string                   `json:"-"`
	Rest  string                   `json:"-"`     // what the part is called that the side does not know of
	Parts []analytics.Contribution `json:"parts"` // those that moved it most in its own direction first
	Query string                   `json:"query"`
}

// manyProducts is how many products a change is split into; the others are in the rest.
const manyProducts = 100

// AskedFor is a range as the analytics pages' questions are asked.
func AskedFor(r analytics.Range) analytics.Asked {
	return analytics.Asked{From: r.From.Format(time.RFC3339), To: r.To.Format(time.RFC3339)}
}

type revenueBy map[string]decimal.Decimal

// ChangeSides splits the change of revenue from one range to another by channel, by new and returning buyers, by country (code)
// and by product, as far as there is data for it. before and after are the totals of the ranges.
func ChangeSides(ctx context.Context, d Data, ws uuid.UUID, from, to analytics.Range, before, after analytics.TotalFigures) (out []ChangeSide, err error) {
	for _, side := range []struct {
		ChangeSide
		revenue func(r analytics.Range) (revenueBy, string, error)
	}{
		{ChangeSide{Key: "channel", Title: "Channel"}, func(r analytics.Range) (revenueBy, string, error) {
			f, err := d.Queries.Channels(ctx, ws, r)
			by := revenueBy{}
			for _, c := range f.Channels {
				by[c.Channel] = by[c.Channel].Add(c.Revenue)
			}
			return by, f.Query, err
		}},
		{ChangeSide{Key: "buyers", Title: "Buyers", Rest: "unknown"}, func(r analytics.Range) (revenueBy, string, error) {
			if d.Figures == nil {
				return nil, "", nil
			}
			f, err := d.Figures.Revenue(ctx, ws, AskedFor(r))
			if err != nil {
				return nil, "", err
			}
			by := revenueBy{}
			for _, b := range f.Buyers {
				if by[b.Buyers], err = decimal.NewFromString(b.Revenue.Amount); err != nil {
					return nil, "", err
				}
			}
			return by, f.Query, nil
		}},
		{ChangeSide{Key: "country", Title: "Country"}, func(r analytics.Range) (revenueBy, string, error) {
			if d.Figures == nil {
				return nil, "", nil
			}
			f, err := d.Figures.Countries(ctx, ws, r)
			by := revenueBy{}
			for _, c := range f.Countries {
				by[c.Country] = by[c.Country].Add(c.Revenue)
			}
			return by, f.Query, err
		}},
		{ChangeSide{Key: "product", Title: "Product", Rest: "Other products, refunds and delivery"}, func(r analytics.Range) (revenueBy, string, error) {
			f, err := d.Queries.TopProducts(ctx, ws, r, manyProducts)
			by := revenueBy{}
			for _, p := range f.Products {
				by[p.Name] = p.Revenue
			}
			return by, f.Query, err
		}},
	} {
		was, wasQuery, err := side.revenue(from)
		if err != nil {
			return nil, err
		}
		is, isQuery, err := side.revenue(to)
		if err != nil {
			return nil, err
		}
		if was == nil || is == nil {
			continue
		}
		side.Parts = analytics.Parts(was, is, before.Revenue, after.Revenue, side.Rest)
		side.Query = wasQuery + ";\n" + isQuery
		out = append(out, side.ChangeSide)
	}
	return out, nil
}
