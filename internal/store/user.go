package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
)

var errEmailTaken = apperr.New(apperr.Conflict, "email_taken", "There is an account with this e-mail address already. Sign in instead.").
	WithField("body.email", "use another address, or sign in", nil)

// CreateAccount writes a workspace, its first user, and their session with its refresh token: all or nothing, in one
// round trip.
func (s *Store) CreateAccount(ctx context.Context, c auth.Credentials, session auth.Session, token auth.RefreshToken) error {
	u := c.User
	_, err := s.pool.Exec(ctx, `
		WITH workspace AS (
			INSERT INTO workspaces (id, name, time_zone, currency, created_at) VALUES ($1, $2, $3, $4, $5)
		), person AS (
			INSERT INTO users (id, workspace_id, email, password_hash, first_name, last_name, company_name, created_at, updated_at)
			VALUES ($6, $1, $7, $8, $9, $10, nullif($11, ''), $5, $5)
		), login AS (
			INSERT INTO sessions (id, workspace_id, user_id, user_agent, address, created_at, last_used_at, expires_at)
			VALUES ($12, $1, $6, $13, $14, $5, $5, $15)
		)
		INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES ($16, $12, $5, $15)`,
		u.Workspace.ID, u.Workspace.Name, u.Workspace.TimeZone, u.Workspace.Currency, u.CreatedAt,
		u.ID, u.Email, c.PasswordHash, u.FirstName, u.LastName, u.CompanyName,
		session.ID, session.UserAgent, session.Address, session.ExpiresAt, token.Hash)
	if violates(err, "users_email_key") {
		return errEmailTaken
	}
	return err
}

const selectCredentials = `
	SELECT u.id, u.email, u.first_name, u.last_name, coalesce(u.company_name, ''), u.created_at, u.password_hash,
	       w.id, w.name, w.time_zone, w.currency
	FROM users u JOIN workspaces w ON w.id = u.workspace_id `

func scanCredentials(row pgx.Row) (auth.Credentials, error) {
	var c auth.Credentials
	u, w := &c.User, &c.User.Workspace
	err := row.Scan(&u.ID, &u.Email, &u.FirstName, &u.LastName, &u.CompanyName, &u.CreatedAt, &c.PasswordHash,
		&w.ID, &w.Name, &w.TimeZone, &w.Currency)
	return c, notFound(err, "account")
}

// CredentialsByEmail finds an account of any workspace: who logs in does not say which. email is normalised.
func (s *Store) CredentialsByEmail(ctx context.Context, email string) (auth.Credentials, error) {
	return scanCredentials(s.pool.QueryRow(ctx, selectCredentials+`WHERE lower(u.email) = $1`, email))
}

// Credentials is a user of a workspace.
func (s *Store) Credentials(ctx context.Context, workspaceID, userID uuid.UUID) (auth.Credentials, error) {
	return scanCredentials(s.pool.QueryRow(ctx, selectCredentials+`WHERE u.workspace_id = $1 AND u.id = $2`, workspaceID, userID))
}

// UpdateProfile changes what is not nil. A new time zone or currency makes cached analyses of the workspace void.
func (s *Store) UpdateProfile(ctx context.Context, workspaceID, userID uuid.UUID, c auth.ProfileChange) (auth.User, error) {
	var changed auth.User
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE users SET
				first_name   = coalesce($3, first_name),
				last_name    = coalesce($4, last_name),
				company_name = nullif(coalesce($5, company_name), ''),
				email        = coalesce($6, email),
				updated_at   = now()
			WHERE workspace_id = $1 AND id = $2`,
			workspaceID, userID, c.FirstName, c.LastName, c.CompanyName, c.Email)
		if violates(err, "users_email_key") {
			return errEmailTaken
		}
		if err != nil {
			return err
		}
		if c.TimeZone != nil || c.Currency != nil {
			_, err := tx.Exec(ctx, `
				UPDATE workspaces w SET
					time_zone    = coalesce($3, time_zone),
					currency     = coalesce($4, currency),
					data_version = data_version + 1
				WHERE id = $1 AND EXISTS (SELECT FROM users WHERE workspace_id = $1 AND id = $2)`,
				workspaceID, userID, c.TimeZone, c.Currency)
			if err != nil {
				return err
			}
		}
		found, err := scanCredentials(tx.QueryRow(ctx, selectCredentials+`WHERE u.workspace_id = $1 AND u.id = $2`, workspaceID, userID))
		changed = found.User
		return err
	})
	return changed, err
}

// ReplacePassword stores a new hash if the old one is still what was verified, revokes every session of the user, and
// starts the given one in their stead: all or nothing. It answers the sessions it blacklisted.
func (s *Store) ReplacePassword(ctx context.Context, verified string, c auth.Credentials, session auth.Session, token auth.RefreshToken, blacklistUntil time.Time) ([]uuid.UUID, error) {
	var ended []uuid.UUID
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE users SET password_hash = $4, updated_at = $5
			WHERE workspace_id = $1 AND id = $2 AND password_hash = $3`,
			session.WorkspaceID, session.UserID, verified, c.PasswordHash, session.CreatedAt)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return apperr.New(apperr.Conflict, "password_changed", "The password was changed meanwhile. Please try again with the new one.")
		}
		ended, err = revokeSessions(ctx, tx, auth.RevokeInput{
			WorkspaceID: session.WorkspaceID, UserID: session.UserID, Reason: "password_changed",
			At: session.CreatedAt, BlacklistUntil: blacklistUntil,
		})
		if err != nil {
			return err
		}
		return insertSession(ctx, tx, session, token)
	})
	return ended, err
}
