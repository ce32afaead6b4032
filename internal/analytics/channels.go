package analytics

import (
	"context"
	"math"

	"github.com/google/uuid"
)

// ChannelsAnswer is what each traffic or message channel brought in a range.
type ChannelsAnswer struct {
	Counted
	Channels []ChannelResult `json:"channels" doc:"By revenue, highest first, then by visits"`
}

// ChannelResult is one channel.
type ChannelResult struct {
	Channel string `json:"channel"`
	Visits  int64  `json:"visits" doc:"Sessions that began; one seen by several sources is one"`
	Sold
	ConversionRate float64  `json:"conversionRate" doc:"Orders per visit"`
	ConversionLow  *float64 `json:"conversionLow,omitempty" doc:"Lower end of the 95 % Wilson interval of the rate; left out where there are no visits or more orders than visits, and so no proportion"`
	ConversionHigh *float64 `json:"conversionHigh,omitempty" doc:"Upper end"`
}

// ChannelResults counts what each channel brought in a range.
func (s *Service) ChannelResults(ctx context.Context, workspaceID uuid.UUID, a Asked) (*ChannelsAnswer, error) {
	return answer(ctx, s, workspaceID, "channels", a, defaults{days: defaultRangeDays}, s.Repository.ChannelResults)
}

// wilsonZ is the normal quantile of a two-sided 95 % interval.
const wilsonZ = 1.959963984540054

// Wilson is the 95 % interval of a proportion of which successes of n were seen (E. B. Wilson, JASA 22, 1927, p. 209); ok is
// false where that is no proportion.
func Wilson(successes, n int64) (low, high float64, ok bool) {
	if n <= 0 || successes < 0 || successes > n {
		return 0, 0, false
	}
	p, m, z2 := float64(successes)/float64(n), float64(n), wilsonZ*wilsonZ
	middle := (p + z2/(2*m)) / (1 + z2/m)
	half := wilsonZ / (1 + z2/m) * math.Sqrt(p*(1-p)/m+z2/(4*m*m))
	low, high = middle-half, middle+half
	if successes == 0 {
		low = 0 // exactly, and not by a rounding error more
	}
	if successes == n {
		high = 1
	}
	return low, high, true
}

// Table has a row for each channel.
func (c *ChannelsAnswer) Table() Table {
	return Table{[]string{"channel", "visits", "orders", "refunds", "gross", "refunded", "revenue", "average_order", "currency", "conversion_rate", "conversion_low", "conversion_high"},
		Rows(c.Channels, func(r ChannelResult) []any {
			return []any{r.Channel, r.Visits, r.Orders, r.Refunds, Value(r.Gross.Amount), Value(r.Refunded.Amount), Value(r.Revenue.Amount), Value(r.AverageOrder.Amount), Value(r.Revenue.Currency), r.ConversionRate, r.ConversionLow, r.ConversionHigh}
		})}
}
