package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

const mergeColumns = "m.id, m.customer_id, m.merged_id, m.reason, m.identities, m.merged_at, m.undone_at, m.undone_by, coalesce(m.tied, ARRAY[m.customer_id, m.merged_id])"

func scanMerge(row pgx.CollectableRow) (m customer.Merge, err error) {
	var identities [][2]json.RawMessage
	var tied []uuid.UUID
	if err := row.Scan(&m.ID, &m.CustomerID, &m.MergedID, &m.Reason, &identities, &m.MergedAt, &m.UndoneAt, &m.UndoneBy, &tied); err != nil {
		return m, err
	}
	copy(m.Tied[:], tied)
	for _, pair := range identities {
		var kind int16
		one := customer.Identity{ProfileID: m.MergedID}
		if err := errors.Join(json.Unmarshal(pair[0], &kind), json.Unmarshal(pair[1], &one.Value)); err != nil {
			return m, fmt.Errorf("identities of merge %s: %w", m.ID, err)
		}
		one.Kind = identityKinds[kind]
		m.Identities = append(m.Identities, one)
	}
	return m, nil
}

// partsSQL is a customer $2 with the profiles that are part of them.
const partsSQL = "ARRAY(SELECT id FROM merged_customers WHERE workspace_id = $1 AND customer_id = $2) || $2::uuid"

// CustomerMerges answers a page of the merges that a customer, or a part of them, had a part in, newest first; those that were
// undone among them.
func (s *Store) CustomerMerges(ctx context.Context, workspaceID, id uuid.UUID, limit int, after string) ([]customer.Merge, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	if err := s.requireCustomer(ctx, workspaceID, id); err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, "SELECT "+mergeColumns+` FROM customer_merges m
		WHERE m.workspace_id = $1 AND (m.customer_id = ANY (`+partsSQL+`) OR m.merged_id = ANY (`+partsSQL+`)) AND (m.merged_at, m.id) < ($3, $4)
		ORDER BY m.merged_at DESC, m.id DESC LIMIT $5`, workspaceID, id, from.at, from.id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("listing merges: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanMerge)
	if err != nil {
		return nil, "", fmt.Errorf("listing merges: %w", err)
	}
	list, next := page(list, limit, func(m customer.Merge) (time.Time, uuid.UUID) { return m.MergedAt, m.ID })
	return list, next, nil
}

// UndoMerge takes a customer apart where that merge tied them, in one transaction: identifiers, devices, events, traits and
// features of both are what they would be had the message that tied them not come, and what comes later does not tie them
// again. It answers Conflict where that was done before, and NotFound for a merge that is not this customer's.
func (s *Store) UndoMerge(ctx context.Context, workspaceID, id uuid.UUID, undo customer.Undo) (m customer.Merge, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		u := undoing{identityWriter: identityWriter{tx: tx, workspaceID: workspaceID, now: undo.At}, id: id}
		if err := u.read(ctx, undo.MergeID); err != nil {
			return err
		}
		if err := u.undo(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE customer_merges SET undone_at = $3, undone_by = $4 WHERE workspace_id = $1 AND id = $2", workspaceID, undo.MergeID, undo.At, undo.UserID); err != nil {
			return err
		}
		if err := u.settle(ctx); err != nil {
			return err
		}
		m = u.merge
		m.UndoneAt, m.UndoneBy = &undo.At, &undo.UserID
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	return m, failed(err, "undoing a merge")
}

// undoing is the work of one undo.
type undoing struct {
	identityWriter
	id      uuid.UUID // of the customer who is taken apart
	merge   customer.Merge
	members []uuid.UUID // the customer and all profiles that are part of them
	leaves  []uuid.UUID // of these who go, the new customer first
}

func (u *undoing) read(ctx context.Context, mergeID uuid.UUID) error {
	err := u.tx.QueryRow(ctx, "SELECT w.time_zone, "+partsSQL+" FROM workspaces w JOIN customers c ON c.workspace_id = w.id WHERE w.id = $1 AND c.id = $2", u.workspaceID, u.id).
		Scan(&u.zone, &u.members)
	if errors.Is(err, pgx.ErrNoRows) {
		return noCustomer(ctx, u.tx, u.workspaceID, u.id)
	}
	if err != nil {
		return err
	}
	rows, err := u.tx.Query(ctx, "SELECT "+mergeColumns+" FROM customer_merges m WHERE m.workspace_id = $1 AND m.id = $2 AND (m.customer_id = ANY ($3) OR m.merged_id = ANY ($3))",
		u.workspaceID, mergeID, u.members)
	if err != nil {
		return err
	}
	if u.merge, err = pgx.CollectExactlyOneRow(rows, scanMerge); err != nil {
		return notFound(err, "merge")
	}
	if u.merge.UndoneAt == nil && u.merge.Reason == ingest.ReasonSamePerson && !(slices.Contains(u.members, u.merge.Tied[0]) && slices.Contains(u.members, u.merge.Tied[1])) {
		return apperr.NoSuch("merge") // it is another customer's by now
	}
	if u.merge.UndoneAt != nil {
		return apperr.New(apperr.Conflict, "already_undone", "This merge was undone before.")
	}
	// Fresh partitions have no statistics; one customer's rows are always few.
	_, err = u.tx.Exec(ctx, "SELECT set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)")
	return err
}

func (u *undoing) undo(ctx context.Context) error {
	if u.merge.Reason == ingest.ReasonIdentified {
		return u.undoDevice(ctx)
	}
	return u.undoSamePerson(ctx)
}

// undoDevice gives what nobody known sent from a device back to its own profile, for good.
func (u *undoing) undoDevice(ctx context.Context) error {
	devices, err := u.devices(ctx)
	if err != nil {
		return err
	}
	for name, d := range devices {
		if d.Profile != u.merge.MergedID {
			delete(devices, name)
			continue
		}
		apart := d.Apart()
		devices[name] = apart
		if err := u.split(ctx, ingest.Split{AnonymousID: name, From: u.id, To: apart.Profile}); err != nil {
			return err
		}
	}
	return u.storeDevices(ctx, devices)
}

func (u *undoing) undoSamePerson(ctx context.Context) error {
	rows, err := u.tx.Query(ctx, "SELECT "+mergeColumns+` FROM customer_merges m WHERE m.workspace_id = $1 AND m.reason = 'same_person' AND m.undone_at IS NULL
		AND m.id <> $2 AND (m.customer_id = ANY ($3) OR m.merged_id = ANY ($3))`, u.workspaceID, u.merge.ID, u.members)
	if err != nil {
		return err
	}
	others, err := pgx.CollectRows(rows, scanMerge)
	if err != nil {
		return err
	}
	var ties [][2]uuid.UUID
	for _, m := range others {
		ties = append(ties, m.Tied)
	}
	if u.leaves = customer.Apart(u.id, u.merge.Tied, ties); len(u.leaves) == 0 {
		return apperr.New(apperr.Conflict, "tied_otherwise", "These profiles are one by other merges too. Undo those first.")
	}
	root := u.leaves[0]
	b := &pgx.Batch{}
	b.Queue(`WITH back AS (DELETE FROM merged_customers WHERE workspace_id = $1 AND id = $2 RETURNING traits, created_at)
		INSERT INTO customers (workspace_id, id, traits, time_zone, created_at) SELECT $1, $2, traits, $3, created_at FROM back`, u.workspaceID, root, u.zone)
	b.Queue("UPDATE merged_customers SET customer_id = $3 WHERE workspace_id = $1 AND customer_id = $2 AND id = ANY ($4)", u.workspaceID, u.id, root, u.leaves)
	b.Queue("UPDATE identities SET customer_id = $3, profile_id = nullif(profile_id, $3) WHERE workspace_id = $1 AND customer_id = $2 AND profile_id = ANY ($4)", u.workspaceID, u.id, root, u.leaves)
	b.Queue(`UPDATE events SET customer_id = $3, profile_id = nullif(profile_id, $3)
		WHERE workspace_id = $1 AND customer_id = $2 AND profile_id = ANY ($4) AND resolved_by IS DISTINCT FROM $5`, u.workspaceID, u.id, root, u.leaves, ingest.ByAnonymous)
	b.Queue("DELETE FROM customer_predictions WHERE workspace_id = $1 AND customer_id = $2", u.workspaceID, u.id)
	if err := u.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("taking customers apart: %w", err)
	}
	u.stale = append(u.stale, root)
	if err := u.retell(ctx, others); err != nil {
		return err
	}
	return u.splitDevices(ctx, root)
}

// retell has the merges that stay in force say who would have stayed and who would have become part without the one that is
// undone: either may have been on its other side.
func (u *undoing) retell(ctx context.Context, others []customer.Merge) error {
	b := &pgx.Batch{}
	for _, m := range others {
		leaves := slices.Contains(u.leaves, m.Tied[0])
		root := u.id
		if leaves {
			root = u.leaves[0]
		}
		customerID, mergedID := m.CustomerID, m.MergedID
		if slices.Contains(u.leaves, customerID) != leaves {
			customerID = root
		}
		if slices.Contains(u.leaves, mergedID) != leaves || mergedID == customerID {
			if mergedID = m.Tied[1]; mergedID == customerID {
				mergedID = m.Tied[0]
			}
		}
		if customerID != m.CustomerID || mergedID != m.MergedID {
			b.Queue("UPDATE customer_merges SET customer_id = $3, merged_id = $4 WHERE workspace_id = $1 AND id = $2", u.workspaceID, m.ID, customerID, mergedID)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	if err := u.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("telling merges anew: %w", err)
	}
	return nil
}

func (u *undoing) devices(ctx context.Context) (map[string]ingest.Device, error) {
	known := ingest.Identities{Devices: map[string]ingest.Device{}}
	rows, err := u.tx.Query(ctx, devicesSQL, u.workspaceID, []uuid.UUID{u.id})
	if err != nil {
		return nil, err
	}
	return known.Devices, readDevices(rows, &known)
}

// splitDevices decides anew whose each device is that was seen with the customer.
func (u *undoing) splitDevices(ctx context.Context, root uuid.UUID) error {
	devices, err := u.devices(ctx)
	if err != nil {
		return err
	}
	var profiles []uuid.UUID
	for _, d := range devices {
		profiles = append(profiles, d.SeenProfiles...)
	}
	now, err := u.customersOf(ctx, profiles)
	if err != nil {
		return err
	}
	for name, d := range devices {
		after := d.Split(now)
		devices[name] = after
		switch {
		case after.Customer == d.Customer:
		case after.Customer == d.Profile:
			err = u.split(ctx, ingest.Split{AnonymousID: name, From: d.Customer, To: d.Profile})
		default:
			err = u.moveDevice(ctx, name, d.Profile, root)
		}
		if err != nil {
			return err
		}
	}
	return u.storeDevices(ctx, devices)
}

// customersOf is whom profiles are part of by now; one that is a customer is not among them.
func (u *undoing) customersOf(ctx context.Context, profiles []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	rows, err := u.tx.Query(ctx, "SELECT id, customer_id FROM merged_customers WHERE workspace_id = $1 AND id = ANY ($2)", u.workspaceID, profiles)
	if err != nil {
		return nil, err
	}
	now := map[uuid.UUID]uuid.UUID{}
	var id, of uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&id, &of}, func() error { now[id] = of; return nil })
	return now, err
}

// moveDevice gives a device with what nobody known sent from it to the customer who leaves.
func (u *undoing) moveDevice(ctx context.Context, name string, profile, root uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue("UPDATE events SET customer_id = $3, profile_id = nullif(profile_id, $3) WHERE workspace_id = $1 AND customer_id = $2 AND anonymous_id = $4 AND resolved_by = $5",
		u.workspaceID, u.id, root, name, ingest.ByAnonymous)
	b.Queue("UPDATE merged_customers SET customer_id = $3 WHERE workspace_id = $1 AND customer_id = $2 AND id = $4", u.workspaceID, u.id, root, profile)
	b.Queue("UPDATE customer_merges SET customer_id = $3 WHERE workspace_id = $1 AND customer_id = $2 AND merged_id = $4 AND undone_at IS NULL", u.workspaceID, u.id, root, profile)
	if err := u.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("giving a device back: %w", err)
	}
	return nil
}

func (u *undoing) storeDevices(ctx context.Context, devices map[string]ingest.Device) error {
	if len(devices) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	queueDevices(b, u.workspaceID, devices)
	if err := u.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("storing devices: %w", err)
	}
	return nil
}

// settle describes all customers that changed from what their profiles were told, and computes their features.
func (u *undoing) settle(ctx context.Context) error {
	ids := append(u.stale, u.id)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	profiles, of, err := u.profiles(ctx, ids)
	if err != nil {
		return err
	}
	if err := u.write(ctx, profiles, of, nil); err != nil {
		return err
	}
	if len(u.leaves) > 0 {
		if err := u.keepRevocations(ctx); err != nil {
			return err
		}
	}
	if err := lockFeatures(ctx, u.tx, u.workspaceID); err != nil {
		return err
	}
	_, err = u.tx.Exec(ctx, "SELECT refresh_features($1, $2, true)", u.workspaceID, ids)
	return err
}

// keepRevocations has what was revoked while both were one hold for both: who of them said no is not known.
func (u *undoing) keepRevocations(ctx context.Context) error {
	rows, err := u.tx.Query(ctx, `SELECT * FROM (SELECT DISTINCT ON (channel) `+consentColumns+` FROM consent_changes
		WHERE workspace_id = $1 AND customer_id = $2 AND at >= $3 ORDER BY channel, at DESC, id DESC) last WHERE status = 'revoked'`, u.workspaceID, u.id, u.merge.MergedAt)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanConsentChange)
	if err != nil {
		return err
	}
	for _, c := range list {
		c.ID, c.CustomerID, c.UserID = uuid.Must(uuid.NewV7()), u.leaves[0], nil
		if err := tellConsent(ctx, u.tx, u.workspaceID, c); err != nil {
			return err
		}
	}
	return nil
}
