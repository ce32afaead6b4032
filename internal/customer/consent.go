package customer

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Channels are what messages go over.
var Channels = []string{"email", "sms", "push", "whatsapp"}

// ConsentStatus is what a customer said of messages over one channel.
type ConsentStatus string

// The statuses. Unknown is where nothing was said, and allows nothing.
const (
	ConsentGranted ConsentStatus = "granted"
	ConsentRevoked ConsentStatus = "revoked"
	ConsentUnknown ConsentStatus = "unknown"
)

// Consent is what is in force for one channel, and whether the customer can be reached over it.
type Consent struct {
	Channel string
	Status  ConsentStatus
	// At is when that was said; nil where it is not known.
	At *time.Time
	// Change is the note behind it, where it was said through the API and nothing later was ingested.
	Change *ConsentChange
	// Reachable needs consent and an address; Lacks names what there is not: consent or address.
	Reachable bool
	Lacks     []string
}

// ConsentChange is what was said of a customer's consent through the API.
type ConsentChange struct {
	ID         uuid.UUID
	CustomerID uuid.UUID // as it was then
	Channel    string
	Status     ConsentStatus
	Source     string // where the customer said it
	Note       string
	UserID     *uuid.UUID // who wrote it down; nil where it was carried over when profiles were taken apart
	At         time.Time
}

// What a consent change's texts may be, in characters.
const (
	MaxConsentSource = 100
	MaxConsentNote   = 1000
)

// Validate joins all faults of a change that somebody wrote.
func (c ConsentChange) Validate() error {
	e := apperr.New(apperr.Invalid, "invalid", "This consent cannot be recorded as it is.")
	if !slices.Contains(Channels, c.Channel) {
		e.WithField("body.channel", "use email, sms, push or whatsapp", c.Channel)
	}
	if c.Status != ConsentGranted && c.Status != ConsentRevoked {
		e.WithField("body.status", "use granted or revoked", c.Status)
	}
	if utf8.RuneCountInString(c.Source) > MaxConsentSource || strings.ContainsRune(c.Source, 0) || !utf8.ValidString(c.Source) {
		e.WithField("body.source", "give at most 100 characters", nil)
	}
	if utf8.RuneCountInString(c.Note) > MaxConsentNote || strings.ContainsRune(c.Note, 0) || !utf8.ValidString(c.Note) {
		e.WithField("body.note", "give at most 1000 characters", nil)
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// ConsentTo is whether the customer allows messages over the channel.
func (c *Customer) ConsentTo(channel string) bool {
	switch channel {
	case "email":
		return c.ConsentEmail
	case "sms":
		return c.ConsentSMS
	case "push":
		return c.ConsentPush
	case "whatsapp":
		return c.ConsentWhatsApp
	}
	return false
}

// lacks is what a message over the channel would need and there is not. A push message needs no address of its own here.
func (c *Customer) lacks(channel string) (lacks []string) {
	if !c.ConsentTo(channel) {
		lacks = append(lacks, "consent")
	}
	if channel == "email" && c.Email == "" || (channel == "sms" || channel == "whatsapp") && c.Phone == "" {
		lacks = append(lacks, "address")
	}
	return lacks
}

// ConsentsOf is what is in force for each channel. said is when the sources spoke last of a channel, and changes the last
// words through the API.
func ConsentsOf(c *Customer, said map[string]time.Time, changes map[string]ConsentChange) []Consent {
	out := make([]Consent, len(Channels))
	for i, channel := range Channels {
		consent := Consent{Channel: channel, Status: ConsentUnknown, Lacks: c.lacks(channel)}
		consent.Reachable = len(consent.Lacks) == 0
		at, spoken := said[channel]
		switch {
		case c.ConsentTo(channel):
			consent.Status = ConsentGranted
		case spoken:
			consent.Status = ConsentRevoked
		}
		if spoken {
			consent.At = &at
		}
		if change, ok := changes[channel]; ok && !change.At.Before(at) && change.Status == consent.Status {
			consent.At, consent.Change = &change.At, &change
		}
		out[i] = consent
	}
	return out
}
