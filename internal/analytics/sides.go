package analytics

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// CountryFigures is what customers of each country ordered in a range, by revenue, highest first.
type CountryFigures struct {
	Countries []CountryFigure `json:"countries"`
	Query     string          `json:"query"`
}

// CountryFigure is one country. Together they are all orders and refunds of the range.
type CountryFigure struct {
	Country   string          `json:"country"`   // ISO 3166 alpha-2; empty: orders of nobody known, or of somebody whose country is not known
	Customers int64           `json:"customers"` // who ordered
	Orders    int64           `json:"orders"`
	Revenue   decimal.Decimal `json:"revenue"` // orders less refunds
}

// CustomerFigures is customers by what they spent, highest first.
type CustomerFigures struct {
	// Customers are for the reader alone: models are shown nothing under this name.
	Customers []Buyer `json:"members"`
	Query     string  `json:"query"`
}

// Buyer is one customer and what they bought.
type Buyer struct {
	ID          uuid.UUID       `json:"id"`
	Name        string          `json:"name"` // empty: not known
	Orders      int64           `json:"orders"`
	Revenue     decimal.Decimal `json:"revenue"`
	LastOrderAt time.Time       `json:"lastOrderAt"`
}

// Sides are further views of a workspace's data, computed from Postgres.
type Sides interface {
	Countries(ctx context.Context, workspaceID uuid.UUID, r Range) (CountryFigures, error)
	// Product is one product by its exact name; none where it did nothing in the range.
	Product(ctx context.Context, workspaceID uuid.UUID, name string, r Range) (ProductFigures, error)
	// BestCustomers are those who spent most in the range; of those who spent the same, the lower id comes first.
	BestCustomers(ctx context.Context, workspaceID uuid.UUID, r Range, limit int) (CustomerFigures, error)
	// Catalogue is the names of products since that moment, most looked at first.
	Catalogue(ctx context.Context, workspaceID uuid.UUID, since time.Time, limit int) ([]string, error)
}

// Countries is what customers of each country ordered in r.
func (s *Service) Countries(ctx context.Context, workspaceID uuid.UUID, r Range) (CountryFigures, error) {
	if err := r.check(); err != nil {
		return CountryFigures{}, err
	}
	return s.Repository.Countries(ctx, workspaceID, r)
}

// Product is what one product did in r, by its exact name.
func (s *Service) Product(ctx context.Context, workspaceID uuid.UUID, name string, r Range) (ProductFigures, error) {
	if err := r.check(); err != nil {
		return ProductFigures{}, err
	}
	if name == "" {
		return ProductFigures{}, apperr.New(apperr.Invalid, "unknown_product", "Name the product.")
	}
	return s.Repository.Product(ctx, workspaceID, name, r)
}

// BestCustomers are the customers who spent most in r; at most 100.
func (s *Service) BestCustomers(ctx context.Context, workspaceID uuid.UUID, r Range, limit int) (CustomerFigures, error) {
	if err := r.check(); err != nil {
		return CustomerFigures{}, err
	}
	return s.Repository.BestCustomers(ctx, workspaceID, r, min(max(limit, 1), 100))
}

const (
	catalogueDays = 400
	maxCatalogue  = 2000
	catalogueLife = 10 * time.Minute
)

// recentCatalogue is the names of a workspace's products as they were found at a moment.
type recentCatalogue struct {
	names []string
	at    time.Time
}

// Catalogue is the names of the products that a workspace's customers dealt with in the last 400 days, the 2000 most looked at.
// It is at most ten minutes old; within these it costs no round trip.
func (s *Service) Catalogue(ctx context.Context, workspaceID uuid.UUID) ([]string, error) {
	if c, ok := s.catalogues.Get(workspaceID); ok && s.Now().Sub(c.at) < catalogueLife {
		return c.names, nil
	}
	names, err := s.Repository.Catalogue(ctx, workspaceID, s.Now().AddDate(0, 0, -catalogueDays), maxCatalogue)
	if err == nil {
		s.catalogues.Add(workspaceID, recentCatalogue{names, s.Now()})
	}
	return names, err
}
