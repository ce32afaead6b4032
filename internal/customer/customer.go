// Package customer is the unified profiles that events are resolved to.
package customer

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
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

// Lookup is whom somebody asks for. The first of these that is set counts.
type Lookup struct {
	Email string // in full, in any case
	Phone string // digits, with or without the leading +
	Name  string // first and last name, or one of them, in any case
}

// Found is who was asked for, the latest seen first, with how many there are in all.
type Found struct {
	Matches []Match
	Total   int64
	Query   string // the SQL, readable
}

// Match is a customer who was found, with the main of what is known of them.
type Match struct {
	Customer
	Orders      int64
	Revenue     decimal.Decimal // orders less refunds
	CartValue   decimal.Decimal // of an open cart
	FirstSeenAt *time.Time      // nil: nothing was seen of them
	LastSeenAt  *time.Time
	LastOrderAt *time.Time
}
