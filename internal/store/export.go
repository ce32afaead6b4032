package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

const exportedEventsSQL = `SELECT e.external_id, e.type, coalesce(e.name, ''), e.occurred_at, e.data_source_id, coalesce(d.type, ''), coalesce(d.name, ''), coalesce(e.channel, ''),
		coalesce(e.product, ''), e.value, e.duplicate, e.properties, coalesce(e.profile_id, e.customer_id), e.received_at, coalesce(e.anonymous_id, ''), e.context
	FROM events e LEFT JOIN data_sources d ON d.workspace_id = $1 AND d.id = e.data_source_id
	WHERE e.workspace_id = $1 AND e.customer_id = $2 ORDER BY e.occurred_at DESC, e.external_id DESC, e.data_source_id DESC`

// ExportCustomer hands over everything that is held of a customer, of one moment. Events and rejections are read as they are
// taken, so that their number costs no memory.
func (s *Store) ExportCustomer(ctx context.Context, workspaceID, id uuid.UUID, to customer.ExportTo) error {
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		// Fresh partitions have no statistics; one customer's rows are always few.
		if _, err := tx.Exec(ctx, "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"); err != nil {
			return err
		}
		head, err := readExport(ctx, tx, workspaceID, id)
		if err != nil {
			return err
		}
		if err := to.Head(head); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, exportedEventsSQL, workspaceID, id)
		if err != nil {
			return err
		}
		for rows.Next() {
			var e customer.ExportedEvent
			if err := rows.Scan(&e.ID, &e.Type, &e.Name, &e.OccurredAt, &e.SourceID, &e.Source, &e.SourceName, &e.Channel, &e.Product, &e.Value, &e.Duplicate, &e.Properties,
				&e.ProfileID, &e.ReceivedAt, &e.AnonymousID, &e.Context); err != nil {
				rows.Close()
				return err
			}
			if err := to.Event(e); err != nil {
				rows.Close()
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return exportRejected(ctx, tx, workspaceID, id, to.Rejected)
	})
	return failed(err, "exporting a customer")
}

func readExport(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID) (x customer.Export, err error) {
	if x.Profile, err = readProfile(ctx, tx, workspaceID, id); err != nil {
		return x, err
	}
	rows, err := tx.Query(ctx, `SELECT id, traits FROM customers WHERE workspace_id = $1 AND id = $2 AND traits IS NOT NULL
		UNION ALL SELECT id, traits FROM merged_customers WHERE workspace_id = $1 AND customer_id = $2 AND traits IS NOT NULL ORDER BY 1`, workspaceID, id)
	if err != nil {
		return x, err
	}
	if x.Traits, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t customer.ToldProfile, err error) {
		err = row.Scan(&t.ProfileID, &t.Traits)
		return t, err
	}); err != nil {
		return x, err
	}
	if rows, err = tx.Query(ctx, "SELECT "+consentColumns+" FROM consent_changes WHERE workspace_id = $1 AND customer_id = ANY ("+partsSQL+") ORDER BY at DESC, id DESC", workspaceID, id); err != nil {
		return x, err
	}
	if x.Consents, err = pgx.CollectRows(rows, scanConsentChange); err != nil {
		return x, err
	}
	if rows, err = tx.Query(ctx, "SELECT "+mergeColumns+" FROM customer_merges m WHERE m.workspace_id = $1 AND (m.customer_id = ANY ("+partsSQL+") OR m.merged_id = ANY ("+partsSQL+")) ORDER BY m.merged_at DESC, m.id DESC",
		workspaceID, id); err != nil {
		return x, err
	}
	if x.Merges, err = pgx.CollectRows(rows, scanMerge); err != nil {
		return x, err
	}
	if rows, err = tx.Query(ctx, "SELECT segment_id, at, joined FROM segment_changes WHERE workspace_id = $1 AND customer_id = $2 ORDER BY at DESC, segment_id", workspaceID, id); err != nil {
		return x, err
	}
	x.Joined, err = pgx.CollectRows(rows, pgx.RowToStructByPos[customer.SegmentChange])
	return x, err
}

// exportRejected hands over what was rejected and names the customer.
func exportRejected(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID, take func(datasource.Rejected) error) error {
	n, err := namesOf(ctx, tx, workspaceID, id)
	if err != nil {
		return err
	}
	patterns := n.patterns()
	if len(patterns) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT id, message_id, name, code, field, reason, kept, raw, received_at FROM rejected_events
		WHERE workspace_id = $1 AND raw ~* ANY ($2) ORDER BY received_at DESC, id DESC`, workspaceID, patterns)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r datasource.Rejected
		if err := rows.Scan(&r.ID, &r.MessageID, &r.Name, &r.Code, &r.Field, &r.Reason, &r.Kept, &r.Raw, &r.ReceivedAt); err != nil {
			return fmt.Errorf("rejected: %w", err)
		}
		if err := take(r); err != nil {
			return err
		}
	}
	return rows.Err()
}
