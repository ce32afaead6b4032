package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
)

// StartSession writes a session and its first refresh token, if the user's hash is still what was verified: a log-in
// with the old password that was under way while it was changed comes to nothing.
func (s *Store) StartSession(ctx context.Context, verified string, session auth.Session, token auth.RefreshToken) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var found bool
		err := tx.QueryRow(ctx, `
			SELECT true FROM users WHERE workspace_id = $1 AND id = $2 AND password_hash = $3 FOR SHARE`,
			session.WorkspaceID, session.UserID, verified).Scan(&found)
		if err != nil {
			return notFound(err, "account")
		}
		return insertSession(ctx, tx, session, token)
	})
}

func insertSession(ctx context.Context, tx pgx.Tx, s auth.Session, t auth.RefreshToken) error {
	_, err := tx.Exec(ctx, `
		WITH login AS (
			INSERT INTO sessions (id, workspace_id, user_id, user_agent, address, created_at, last_used_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
		)
		INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES ($8, $1, $6, $7)`,
		s.ID, s.WorkspaceID, s.UserID, s.UserAgent, s.Address, s.CreatedAt, s.ExpiresAt, t.Hash)
	return err
}

const sessionColumns = `id, workspace_id, user_id, user_agent, address, created_at, last_used_at, expires_at, revoked_at, coalesce(revoked_reason, '')`

func scanSession(row pgx.CollectableRow) (auth.Session, error) {
	var s auth.Session
	err := row.Scan(&s.ID, &s.WorkspaceID, &s.UserID, &s.UserAgent, &s.Address, &s.CreatedAt, &s.LastUsedAt, &s.ExpiresAt, &s.RevokedAt, &s.RevokedReason)
	return s, err
}

// RuleRefreshToken locks the session of a token, shows rule the session and those of its tokens that matter (the one
// presented, the live one, those dead since deadSince), and does what rule says in the same transaction. Calls for one
// session come one after the other. A token nobody knows is NotFound. It answers the family as rule saw it.
func (s *Store) RuleRefreshToken(ctx context.Context, hash []byte, deadSince time.Time, rule func(auth.Family) auth.Ruling) (auth.Family, error) {
	var family auth.Family
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `
			SELECT `+sessionColumns+` FROM sessions
			WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) FOR UPDATE`, hash)
		session, err := pgx.CollectExactlyOneRow(rows, scanSession)
		if err != nil {
			return notFound(err, "session")
		}
		// Only now, with the lock held, does a new snapshot show what the holder before did to the tokens.
		rows, _ = tx.Query(ctx, `
			SELECT token_hash, session_id, created_at, expires_at, used_at, seed FROM refresh_tokens
			WHERE session_id = $1 AND (token_hash = $2 OR used_at IS NULL OR used_at >= $3)`, session.ID, hash, deadSince)
		tokens, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t auth.RefreshToken, err error) {
			err = row.Scan(&t.Hash, &t.SessionID, &t.CreatedAt, &t.ExpiresAt, &t.UsedAt, &t.Seed)
			return t, err
		})
		if err != nil {
			return err
		}
		family = auth.Family{Session: session, Tokens: tokens}
		return apply(ctx, tx, session, rule(family))
	})
	return family, err
}

func apply(ctx context.Context, tx pgx.Tx, session auth.Session, r auth.Ruling) error {
	if r.Revoke != "" {
		_, err := revokeSessions(ctx, tx, auth.RevokeInput{
			WorkspaceID: session.WorkspaceID, UserID: session.UserID, Sessions: []uuid.UUID{session.ID},
			Reason: r.Revoke, At: time.Now(), BlacklistUntil: r.BlacklistUntil,
		})
		return err
	}
	var batch pgx.Batch
	if r.Dead != nil {
		batch.Queue(`UPDATE refresh_tokens SET used_at = $2, seed = $3 WHERE token_hash = $1`, r.Dead.Hash, r.Dead.UsedAt, r.Dead.Seed)
		batch.Queue(`INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			r.Next.Hash, r.Next.SessionID, r.Next.CreatedAt, r.Next.ExpiresAt)
	}
	if n := r.Session; n != nil {
		batch.Queue(`UPDATE sessions SET user_agent = $3, address = $4, last_used_at = $5, expires_at = $6 WHERE workspace_id = $1 AND id = $2`,
			session.WorkspaceID, session.ID, n.UserAgent, n.Address, n.LastUsedAt, n.ExpiresAt)
	}
	if batch.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, &batch).Close()
}

// ListSessions is a user's live sessions, last used first.
func (s *Store) ListSessions(ctx context.Context, workspaceID, userID uuid.UUID, now time.Time, limit int, after string) ([]auth.Session, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	rows, _ := s.pool.Query(ctx, `
		SELECT `+sessionColumns+` FROM sessions
		WHERE workspace_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3
		  AND (last_used_at, id) < ($4, $5)
		ORDER BY last_used_at DESC, id DESC LIMIT $6`, workspaceID, userID, now, from.at, from.id, limit+1)
	sessions, err := pgx.CollectRows(rows, scanSession)
	if err != nil {
		return nil, "", err
	}
	sessions, next := page(sessions, limit, func(s auth.Session) (time.Time, uuid.UUID) { return s.LastUsedAt, s.ID })
	return sessions, next, nil
}

// RevokeSessions ends sessions of a user and blacklists them, in one transaction. It answers those that were live;
// revoking again changes nothing. When it returns, no refresh token of theirs is good for anything.
func (s *Store) RevokeSessions(ctx context.Context, in auth.RevokeInput) (ended []uuid.UUID, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		ended, err = revokeSessions(ctx, tx, in)
		return err
	})
	return ended, err
}

func revokeSessions(ctx context.Context, tx pgx.Tx, in auth.RevokeInput) ([]uuid.UUID, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE sessions SET revoked_at = $5, revoked_reason = $6
		WHERE workspace_id = $1 AND user_id = $2 AND revoked_at IS NULL
		  AND ($3::uuid[] IS NULL OR id = ANY ($3)) AND id <> $4
		RETURNING id`,
		in.WorkspaceID, in.UserID, in.Sessions, in.Except, in.At, in.Reason)
	ended, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, err
	}
	var batch pgx.Batch
	for _, id := range ended {
		queueRevocation(&batch, in, auth.Revocation{ID: id, Until: in.BlacklistUntil})
	}
	for _, r := range in.Tokens {
		queueRevocation(&batch, in, r)
	}
	if batch.Len() == 0 {
		return ended, nil
	}
	return ended, tx.SendBatch(ctx, &batch).Close()
}

func queueRevocation(batch *pgx.Batch, in auth.RevokeInput, r auth.Revocation) {
	batch.Queue(`
		INSERT INTO token_blacklist (id, user_id, expires_at)
		SELECT $1, id, $2 FROM users WHERE workspace_id = $3 AND id = $4
		ON CONFLICT (id) DO NOTHING`, r.ID, r.Until, in.WorkspaceID, in.UserID)
}

// SessionOfRefreshToken is the session a token of this user belongs to, live or not.
func (s *Store) SessionOfRefreshToken(ctx context.Context, workspaceID, userID uuid.UUID, hash []byte) (id uuid.UUID, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT s.id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
		WHERE t.token_hash = $1 AND s.workspace_id = $2 AND s.user_id = $3`, hash, workspaceID, userID).Scan(&id)
	return id, notFound(err, "session")
}

// RevocationsSince is every revocation, of any workspace, that was committed after the call that gave mark, and maybe
// some again; "" is the beginning. The mark is the oldest transaction that was still under way: what is older was seen.
func (s *Store) RevocationsSince(ctx context.Context, mark string, now time.Time) ([]auth.Revocation, string, error) {
	if mark == "" {
		mark = "0"
	}
	rows, err := s.pool.Query(ctx, `
		SELECT pg_snapshot_xmin(pg_current_snapshot())::text, b.id, b.expires_at
		FROM (VALUES (1)) AS always LEFT JOIN token_blacklist b ON b.xid >= $1::text::xid8 AND b.expires_at > $2`, mark, now)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	var found []auth.Revocation
	for rows.Next() {
		var id uuid.NullUUID
		var until *time.Time
		if err := rows.Scan(&mark, &id, &until); err != nil {
			return nil, "", err
		}
		if id.Valid {
			found = append(found, auth.Revocation{ID: id.UUID, Until: *until})
		}
	}
	return found, mark, rows.Err()
}

// DeleteExpired removes, for every workspace, what was over before then: revocations of tokens that expired, refresh
// tokens, and sessions that expired or were ended. It works in small steps, so that it locks nothing for long; it may
// be stopped and called again.
func (s *Store) DeleteExpired(ctx context.Context, before time.Time) (int64, error) {
	var total int64
	for _, statement := range []string{
		`DELETE FROM token_blacklist WHERE id IN (SELECT id FROM token_blacklist WHERE expires_at < $1 LIMIT $2)`,
		`DELETE FROM refresh_tokens WHERE token_hash IN (SELECT token_hash FROM refresh_tokens WHERE expires_at < $1 LIMIT $2)`,
		`DELETE FROM rejected_events WHERE id IN (SELECT id FROM rejected_events WHERE received_at < $1::timestamptz - interval '30 days' LIMIT $2)`,
		`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2)`,
	} {
		for {
			const step = 500
			tag, err := s.pool.Exec(ctx, statement, before, step)
			if err != nil {
				return total, apperr.From(err)
			}
			total += tag.RowsAffected()
			if tag.RowsAffected() < step {
				break
			}
		}
	}
	return total, nil
}
