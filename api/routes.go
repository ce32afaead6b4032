package api

import (
	"context"

	"github.com/pulsehub/pulsehub/internal/auth"
)

// Authenticator checks access tokens.
type Authenticator interface {
	Authenticate(ctx context.Context, accessToken string) (auth.Principal, error)
}

// Services is what the resources are served from. Each resource's file says what it needs of its own.
type Services struct {
	Auth Authenticator
}

// routes is every route of the API on one screen: one line a resource, its operations in the file of that name.
func (s *Server) routes(svc Services) {
}
