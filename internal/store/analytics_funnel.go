package store

import (
	"context"
	"math/bits"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// reachStepsSQL is the funnel as SQL: what FunnelReach counts from the same rows packed.
const reachStepsSQL = `
	SELECT count(*) AS active, count(*) FILTER (WHERE did & 1 = 1) AS page_viewed, count(*) FILTER (WHERE did & 3 = 3) AS product_viewed,
		count(*) FILTER (WHERE did & 7 = 7) AS product_added, count(*) FILTER (WHERE did & 15 = 15) AS checkout_started,
		count(*) FILTER (WHERE did & 31 = 31) AS order_completed
	FROM (
		SELECT customer_id, bit_or(did) AS did
		FROM customer_days d WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date AND %s GROUP BY customer_id
	) people`

// FunnelReach counts how far people came in a range.
func (s *Store) FunnelReach(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.FunnelAnswer, err error) {
	if err := s.packed(ctx, workspaceID, q.Range); err != nil {
		return nil, err
	}
	err = s.within(ctx, workspaceID, q, "counting the funnel", func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		days, limit, err := sc.crowd(ctx, tx, q.Range)
		if err != nil {
			return err
		}
		did := make([]byte, limit)
		var marks int64
		for _, d := range days {
			for _, p := range d.people {
				did[p.number] |= p.did
				marks += int64(bits.OnesCount8(p.did & (didAnything - 1)))
			}
		}
		var active int64
		reached, done := make([]int64, len(analytics.FunnelSteps)), make([]int64, len(analytics.FunnelSteps))
		for _, what := range did {
			if what == 0 {
				continue
			}
			active++
			// As many steps as lowest bits are set in a row.
			for i := range bits.TrailingZeros8(^(what & (didAnything - 1))) {
				reached[i]++
			}
			for i := range done {
				done[i] += int64(what >> i & 1)
			}
		}
		sc.peopleBehind(reachStepsSQL, q.Range)
		out = &analytics.FunnelAnswer{Counted: sc.counted(marks, active)}
		before := reached[0]
		for i, step := range analytics.FunnelSteps {
			out.Steps = append(out.Steps, analytics.FunnelReach{
				Type: step[0], Label: step[1], Customers: reached[i], Did: done[i],
				FromPrevious: analytics.Share(reached[i], before), FromFirst: analytics.Share(reached[i], reached[0]),
			})
			before = reached[i]
		}
		out.Conversion = out.Steps[len(out.Steps)-1].FromFirst
		return nil
	})
	return out, err
}
