package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/learn"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// ratingsSQL is one row for each message on each card that something was said of: at most one opinion and one result a card.
const ratingsSQL = `
	SELECT f.feedback, f.campaign_results, f.updated_at, coalesce(r.card->'audience'->>'segmentId', '') AS segment_id, r.segment,
		c.channel->>'type' AS channel, c.channel->'timing' AS timing, coalesce((r.card->'audience'->'reachable'->>(c.channel->>'type'))::bigint, 0) AS audience,
		1.0 / jsonb_array_length(r.card->'channels') AS share
	FROM recommendation_feedback f
	JOIN recommendations r ON r.id = f.recommendation_id AND r.workspace_id = f.workspace_id
	CROSS JOIN LATERAL jsonb_array_elements(r.card->'channels') AS c (channel)
	WHERE f.workspace_id = @workspace AND f.updated_at >= @since::timestamptz`

// trafficSQL follows each message to what came of it. A message begins with its being sent, or with its delivery where its
// source tells nothing of sending; what the same person does on the same channel from then on, until the next one and within
// three days, answers it. One that bounced, or that people still have time to answer, is none. Visits are counted beside
// them. Weights halve with every half-life.
const trafficSQL = `
	WITH told AS MATERIALIZED (
		SELECT customer_id, channel, type, occurred_at FROM events
		WHERE workspace_id = @workspace AND NOT duplicate AND customer_id IS NOT NULL
			AND type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_failed', 'order_completed')
			AND occurred_at >= @since::timestamptz AND occurred_at <= @now::timestamptz AND channel = ANY (@channels)
	), sent AS (
		SELECT *, max(occurred_at) FILTER (WHERE type = 'message_sent') OVER (PARTITION BY customer_id, channel ORDER BY occurred_at, type = 'message_sent' DESC
			ROWS UNBOUNDED PRECEDING) AS sent_at
		FROM told
	), begun AS (
		SELECT *, type = 'message_sent' OR type = 'message_delivered' AND coalesce(sent_at < occurred_at - @within::interval, true) AS begins FROM sent
	), followed AS (
		SELECT *, max(occurred_at) FILTER (WHERE begins) OVER (PARTITION BY customer_id, channel ORDER BY occurred_at, begins DESC ROWS UNBOUNDED PRECEDING) AS message_at
		FROM begun
	), messages AS (
		SELECT channel, message_at,
			bool_or(type = 'message_opened' AND occurred_at <= message_at + @within::interval) AS opened,
			bool_or(type = 'message_clicked' AND occurred_at <= message_at + @within::interval) AS clicked,
			bool_or(type = 'order_completed' AND occurred_at <= message_at + @within::interval) AS ordered,
			bool_or(type IN ('message_bounced', 'message_failed') AND occurred_at <= message_at + @within::interval) AS lost
		FROM followed WHERE message_at <= @now::timestamptz - @within::interval
		GROUP BY customer_id, channel, message_at
	), weighed AS (
		SELECT channel, extract(hour FROM message_at AT TIME ZONE @zone)::int AS hour, opened, clicked, ordered,
			power(2::float8, (-extract(epoch FROM @now::timestamptz - message_at) / @half_life)::float8) AS weight
		FROM messages WHERE NOT lost
	), visited AS (
		SELECT channel, hour::int AS hour, sum(visits) AS visits, 0 AS orders,
			sum(visits * power(2::float8, (-extract(epoch FROM greatest(@now::timestamptz - (day::timestamp AT TIME ZONE @zone), '0')) / @half_life)::float8)) AS weighted_visits, 0 AS weighted_orders
		FROM visit_hours WHERE workspace_id = @workspace AND day >= (@since::timestamptz AT TIME ZONE @zone)::date AND channel = ANY (@channels)
		GROUP BY 1, 2
		UNION ALL
		SELECT channel, extract(hour FROM occurred_at AT TIME ZONE @zone)::int, 0, count(*),
			0, sum(power(2::float8, (-extract(epoch FROM @now::timestamptz - occurred_at) / @half_life)::float8))
		FROM events WHERE workspace_id = @workspace AND type = 'order_completed' AND NOT duplicate AND channel = ANY (@channels)
			AND occurred_at >= @since::timestamptz AND occurred_at <= @now::timestamptz
		GROUP BY 1, 2
	)
	SELECT channel, hour, sum(messages)::bigint AS messages, sum(opened)::bigint AS opened, sum(clicked)::bigint AS clicked, sum(ordered)::bigint AS ordered,
		sum(visits)::bigint AS visits, sum(orders)::bigint AS orders,
		sum(weighted_messages)::float8 AS weighted_messages, sum(weighted_clicked)::float8 AS weighted_clicked, sum(weighted_ordered)::float8 AS weighted_ordered,
		sum(weighted_visits)::float8 AS weighted_visits, sum(weighted_orders)::float8 AS weighted_orders
	FROM (
		SELECT channel, hour, count(*) AS messages, count(*) FILTER (WHERE opened) AS opened, count(*) FILTER (WHERE clicked) AS clicked,
			count(*) FILTER (WHERE ordered) AS ordered, 0 AS visits, 0 AS orders, sum(weight) AS weighted_messages,
			coalesce(sum(weight) FILTER (WHERE clicked), 0) AS weighted_clicked, coalesce(sum(weight) FILTER (WHERE ordered), 0) AS weighted_ordered,
			0 AS weighted_visits, 0 AS weighted_orders
		FROM weighed GROUP BY 1, 2
		UNION ALL
		SELECT channel, hour, 0, 0, 0, 0, visits, orders, 0, 0, 0, weighted_visits, weighted_orders FROM visited
	) counted
	GROUP BY 1, 2
	ORDER BY 1, 2`

// learningArgs are the parameters of both, as of a moment.
func learningArgs(f frame, asOf time.Time) pgx.NamedArgs {
	return pgx.NamedArgs{
		"workspace": f.workspaceID, "zone": f.timeZone, "now": asOf, "since": asOf.Add(-learn.Memory), "channels": learn.Channels,
		"within": fmt.Sprintf("%d hours", int(learn.AnswerWithin.Hours())), "half_life": int(learn.HalfLife.Seconds()),
	}
}

// LearningFacts is all evidence of the workspace as of a moment, of one snapshot, with the data version of its events and the
// last request to learn that it answers (0: none).
func (s *Store) LearningFacts(ctx context.Context, workspaceID uuid.UUID, asOf time.Time) (facts learn.Facts, version, request int64, err error) {
	asOf = asOf.UTC().Truncate(time.Microsecond)
	if _, err := s.frameOf(ctx, workspaceID); err != nil { // rollups of another zone are made anew first
		return facts, 0, 0, err
	}
	facts.AsOf = asOf
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		f, _, err := readFrame(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		version = f.version
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(request), 0) FROM learning_due WHERE workspace_id = $1", workspaceID).Scan(&request); err != nil {
			return err
		}
		for _, q := range []string{"SET LOCAL jit = off", "SET LOCAL work_mem = '64MB'"} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		args := learningArgs(f, asOf)
		if err := readRatings(ctx, tx, f, args, &facts); err != nil {
			return err
		}
		return readTraffic(ctx, tx, args, &facts)
	})
	return facts, version, request, failed(err, "reading what to learn from")
}

func readRatings(ctx context.Context, tx pgx.Tx, f frame, args pgx.NamedArgs, facts *learn.Facts) error {
	rows, err := tx.Query(ctx, ratingsSQL, args)
	if err != nil {
		return err
	}
	keys := map[string]string{}
	for _, std := range segment.Standards {
		keys[segment.ID(f.workspaceID, std.Key).String()], keys[std.Name] = std.Key, std.Key
	}
	var verdict, segmentID, name, channel string
	var results, timing []byte
	var at time.Time
	var audience int64
	var share float64
	_, err = pgx.ForEachRow(rows, []any{&verdict, &results, &at, &segmentID, &name, &channel, &timing, &audience, &share}, func() error {
		var t recommend.Timing
		if err := json.Unmarshal(timing, &t); err != nil {
			return fmt.Errorf("the timing of a card: %w", err)
		}
		key := learn.Key{Segment: segmentID, Channel: channel, Band: t.Band(f.zone)}
		if k, ok := keys[segmentID]; ok {
			key.Segment = k
		} else if k, ok := keys[name]; ok { // cards of before segments had ids
			key.Segment = k
		}
		facts.Ratings = append(facts.Ratings, learn.Rating{Key: key, Opinion: learn.Opinion(verdict), Share: share, At: at})
		if results == nil {
			return nil
		}
		var r recommend.Results
		if err := json.Unmarshal(results, &r); err != nil {
			return fmt.Errorf("the results of a card: %w", err)
		}
		facts.Outcomes = append(facts.Outcomes, learn.Outcome{
			Key: key, OpenRate: r.OpenRate, ClickRate: r.ClickRate, ConversionRate: r.ConversionRate, Revenue: r.Revenue, Audience: audience, Share: share, At: at,
		})
		return nil
	})
	return err
}

func readTraffic(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs, facts *learn.Facts) error {
	rows, err := tx.Query(ctx, trafficSQL, args)
	if err != nil {
		return err
	}
	var t learn.Traffic
	var hour int
	bands := map[learn.Key]learn.Traffic{}
	if _, err := pgx.ForEachRow(rows, []any{
		&t.Channel, &hour, &t.Messages, &t.Opened, &t.Clicked, &t.Ordered, &t.Visits, &t.VisitOrders,
		&t.WeightedMessages, &t.WeightedClicked, &t.WeightedOrdered, &t.WeightedVisits, &t.WeightedVisitOrders,
	}, func() error {
		t.Band = learn.BandOf(hour)
		key := learn.Key{Channel: t.Channel, Band: t.Band}
		bands[key] = bands[key].Plus(t)
		return nil
	}); err != nil {
		return err
	}
	for _, b := range bands {
		facts.Traffic = append(facts.Traffic, b)
	}
	return nil
}

// SaveLearning replaces what the workspace had learned by this model, in one transaction. That of a later moment stays, and
// kept is false; saving the same twice changes nothing, since what changed is told by comparing counts. pending tells that
// something was said that the model does not know.
func (s *Store) SaveLearning(ctx context.Context, workspaceID uuid.UUID, m *learn.Model, version, request int64) (kept, pending bool, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// The row is locked to the end, so that two of one workspace wait for each other here.
		tag, err := tx.Exec(ctx, `INSERT INTO learning_models AS l (workspace_id, as_of, data_version, spread, changes) VALUES ($1, $2, $3, $4, '[]')
			ON CONFLICT (workspace_id) DO UPDATE SET as_of = excluded.as_of, data_version = excluded.data_version, spread = excluded.spread
			WHERE l.as_of <= excluded.as_of`, workspaceID, m.AsOf, version, m.Spread)
		if err != nil {
			return err
		}
		if kept = tag.RowsAffected() > 0; kept {
			if err := replacePosteriors(ctx, tx, workspaceID, m); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "DELETE FROM learning_due WHERE workspace_id = $1 AND request <= $2", workspaceID, request); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM learning_due WHERE workspace_id = $1)", workspaceID).Scan(&pending)
	})
	return kept, pending, failed(err, "writing what was learned")
}

var posteriorColumns = []string{
	"workspace_id", "segment", "channel", "band", "evidence", "trials", "successes", "alpha", "beta", "prior_mean", "prior_messages", "changed_at",
}

func replacePosteriors(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, m *learn.Model) error {
	evidence, changedAt, err := readPosteriors(ctx, tx, workspaceID)
	if err != nil {
		return err
	}
	if changes := m.ChangesSince(learn.New(m.AsOf, evidence, m.Spread)); len(changes) > 0 {
		text, err := json.Marshal(changes)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE learning_models SET changes = $2 WHERE workspace_id = $1", workspaceID, string(text)); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM learning_posteriors WHERE workspace_id = $1", workspaceID); err != nil {
		return err
	}
	keys := m.Keys()
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"learning_posteriors"}, posteriorColumns, pgx.CopyFromSlice(len(keys), func(i int) ([]any, error) {
		key, e := keys[i], m.Evidence(keys[i])
		text, err := json.Marshal(e)
		at, known := changedAt[key]
		if !known || !e.SameCounts(evidence[key]) {
			at = m.AsOf
		}
		p := m.Posterior(key)
		return []any{pgUUID(workspaceID), key.Segment, key.Channel, string(key.Band), text, e.Trials, e.Successes, p.Alpha, p.Beta, p.PriorMean, p.PriorMessages, at}, err
	}))
	return err
}

func readPosteriors(ctx context.Context, q querier, workspaceID uuid.UUID) (map[learn.Key]learn.Evidence, map[learn.Key]time.Time, error) {
	rows, err := q.Query(ctx, "SELECT segment, channel, band, evidence, changed_at FROM learning_posteriors WHERE workspace_id = $1", workspaceID)
	if err != nil {
		return nil, nil, err
	}
	evidence, changedAt := map[learn.Key]learn.Evidence{}, map[learn.Key]time.Time{}
	var key learn.Key
	var text []byte
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&key.Segment, &key.Channel, &key.Band, &text, &at}, func() error {
		var e learn.Evidence
		if err := json.Unmarshal(text, &e); err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		evidence[key], changedAt[key] = e, at.UTC()
		return nil
	})
	return evidence, changedAt, err
}

// Learned is what the workspace has learned, of one snapshot; its Model is nil where nothing was yet.
func (s *Store) Learned(ctx context.Context, workspaceID uuid.UUID) (out learn.Saved, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM learning_due WHERE workspace_id = $1)", workspaceID).Scan(&out.Pending); err != nil {
			return err
		}
		var changes []byte
		var spread float64
		f := frame{workspaceID: workspaceID}
		err := tx.QueryRow(ctx, `SELECT l.as_of, l.spread, l.changes, w.time_zone FROM learning_models l JOIN workspaces w ON w.id = l.workspace_id
			WHERE l.workspace_id = $1`, workspaceID).Scan(&out.LearnedAt, &spread, &changes, &f.timeZone)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		out.LearnedAt = out.LearnedAt.UTC()
		args := learningArgs(f, out.LearnedAt)
		out.Queries = learn.Queries{Ratings: readable(ratingsSQL, args), Traffic: readable(trafficSQL, args)}
		if err := json.Unmarshal(changes, &out.Changes); err != nil {
			return fmt.Errorf("changes: %w", err)
		}
		evidence, changedAt, err := readPosteriors(ctx, tx, workspaceID)
		out.Model, out.ChangedAt = learn.New(out.LearnedAt, evidence, spread), changedAt
		return err
	})
	if err != nil {
		return learn.Saved{}, fmt.Errorf("reading what was learned: %w", err)
	}
	return out, nil
}

// How often a workspace learns from its events alone: soon after they changed, and each day, as old evidence fades.
const (
	learnAfterChange = "1 hour"
	learnAnyway      = "1 day"
)

// LearningDue are workspaces that have not learned what was said before that time, or not yet what their events say.
func (s *Store) LearningDue(ctx context.Context, before, now time.Time, limit int) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, `
		(SELECT workspace_id FROM learning_due WHERE since < @before ORDER BY since LIMIT @limit)
		UNION
		(SELECT l.workspace_id FROM learning_models l JOIN workspaces w ON w.id = l.workspace_id
			WHERE l.as_of < @now::timestamptz - @change::interval AND (l.data_version <> w.data_version OR l.as_of < @now::timestamptz - @anyway::interval)
			ORDER BY l.as_of LIMIT @limit)
		UNION
		(SELECT z.workspace_id FROM rollup_zones z WHERE NOT EXISTS (SELECT FROM learning_models l WHERE l.workspace_id = z.workspace_id) LIMIT @limit)
		LIMIT @limit`, pgx.NamedArgs{"before": before, "now": now, "limit": limit, "change": learnAfterChange, "anyway": learnAnyway})
	if err != nil {
		return nil, fmt.Errorf("looking for what is to be learned: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}
