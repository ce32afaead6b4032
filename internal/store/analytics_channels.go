package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// ChannelResults counts what each channel brought in a range. Orders that no channel is known of are in none.
func (s *Store) ChannelResults(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.ChannelsAnswer, err error) {
	if err := s.packed(ctx, workspaceID, q.Range); err != nil {
		return nil, err
	}
	err = s.within(ctx, workspaceID, q, "counting channels", func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		if err := sc.bounded(ctx, tx, q.Range); err != nil {
			return err
		}
		rows, err := sc.query(ctx, tx, `
	`+sc.theirsSQL()+` acts AS MATERIALIZED (`+sc.actsSQL()+`
	), sold AS (
		SELECT channel, `+soldSQL+`
		FROM acts WHERE type IN ('order_completed', 'order_refunded') GROUP BY channel
	), visited AS (
		SELECT channel, sum(visits)::bigint AS visits FROM (`+sc.visitsSQL()+`
		) v GROUP BY channel
	)
	SELECT coalesce(channel, '') AS channel, coalesce(visits, 0) AS visits, coalesce(orders, 0) AS orders, coalesce(refunds, 0) AS refunds,
		coalesce(gross, 0) AS gross, coalesce(refunded, 0) AS refunded, events
	FROM (SELECT coalesce(sum(events), 0)::bigint AS events FROM acts) counted LEFT JOIN (sold FULL JOIN visited USING (channel)) ON channel <> ''
	ORDER BY coalesce(gross, 0) - coalesce(refunded, 0) DESC, 2 DESC, channel COLLATE "C"`, sc.args(q.Range))
		if err != nil {
			return err
		}
		out = &analytics.ChannelsAnswer{Channels: []analytics.ChannelResult{}}
		var one sold
		var r analytics.ChannelResult
		var events int64
		if _, err := pgx.ForEachRow(rows, append(append([]any{&r.Channel, &r.Visits}, one.into()...), &events), func() error {
			r := r
			if r.Channel == "" { // nothing came by any channel
				return nil
			}
			r.Sold, r.ConversionRate = sc.sold(one), analytics.Share(one.orders, r.Visits)
			if low, high, ok := analytics.Wilson(one.orders, r.Visits); ok {
				r.ConversionLow, r.ConversionHigh = &low, &high
			}
			out.Channels = append(out.Channels, r)
			return nil
		}); err != nil {
			return err
		}
		sc.peopleBehind(activeInSQL, q.Range)
		days, limit, err := sc.crowd(ctx, tx, q.Range)
		out.Counted = sc.counted(events, distinct(days, limit))
		return err
	})
	return out, err
}
