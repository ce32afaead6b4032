// Package auth is accounts: who someone is, how they prove it, and for how long.
package auth

import (
	"time"

	"github.com/google/uuid"
)

// Principal is who makes a call, as the access token says.
type Principal struct {
	UserID      uuid.UUID
	WorkspaceID uuid.UUID
	SessionID   uuid.UUID
	TokenID     uuid.UUID // jti
	ExpiresAt   time.Time
}
