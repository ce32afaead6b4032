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
	Auth     Authenticator
	Accounts Accounts
	Visitors Visitors
	// Claimer hands a visitor's conversations over at sign-in; nil leaves them with the visitor.
	Claimer ConversationClaimer
	Cookies Cookies
	Chat    Chat
	// Recommendations and Providers are the AI resources.
	Recommendations Recommendations
	Providers       Providers
	// DataSources, DummyData, Analytics and Ingest are the data resources.
	DataSources DataSources
	DummyData   DummyData
	Ingest      Ingest
	Predictions Predictor
	Analytics   Analytics
	Segments    Segments
	Customers   Customers
	// Dependencies are what /readyz asks.
	Dependencies []Dependency
}

// routes is every route of the API on one screen: one line a resource, its operations in the file of that name.
func (s *Server) routes(svc Services) {
	s.authRoutes(svc)
	s.userRoutes(svc)
	s.conversationRoutes(svc.Chat)
	s.messageRoutes(svc.Chat)
	s.streamRoutes(svc.Chat)
	s.healthRoutes(svc.Dependencies)
	s.docsRoutes()
	s.recommendationRoutes(svc.Recommendations)
	s.aiRoutes(svc.Providers)
	s.dataSourceRoutes(svc.DataSources)
	s.receivedRoutes(svc.DataSources)
	s.dummyDataRoutes(svc.DummyData)
	s.analyticsRoutes(svc.Analytics)
	s.ingestRoutes(svc.Ingest)
	s.predictionRoutes(svc.Predictions)
	s.segmentRoutes(svc.Segments)
	s.customerRoutes(svc.Customers)
}
