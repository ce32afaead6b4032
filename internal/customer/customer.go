// Package customer is the unified profiles that events are resolved to.
package customer

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// Customer is one person, as far as they are known. Empty strings are unknown.
type Customer struct {
	ID              uuid.UUID
	ExternalID      string // the source's own id
	Email           string
	Phone           string // E.164
	FirstName       string
	LastName        string
	City            string
	Country         string // ISO 3166 alpha-2
	Locale          string // BCP 47
	TimeZone        string // IANA
	ConsentEmail    bool
	ConsentSMS      bool
	ConsentPush     bool
	ConsentWhatsApp bool
	Demo            bool
	CreatedAt       time.Time
}

// Refreshed is what one step of refreshing features did.
type Refreshed struct {
	Customers int
	// Last is the last customer that was refreshed; the next step goes on after it. Nil: there was none after the one given.
	Last uuid.UUID
}

// Name is their first and last name, as far as they are known.
func (c *Customer) Name() string { return strings.TrimSpace(c.FirstName + " " + c.LastName) }
