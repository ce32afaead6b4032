package ingest

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/customer"
)

// Traits are what one profile was told of itself, by name: the newest of each counts, and of two of one moment the greater.
type Traits map[string]Told

// Told is a trait's value with when it was said, in Unix milliseconds. As JSON it is [value, milliseconds].
type Told struct {
	Value json.RawMessage
	At    int64
}

// MarshalJSON writes [value, milliseconds].
func (t Told) MarshalJSON() ([]byte, error) { return json.Marshal([2]any{t.Value, t.At}) }

// UnmarshalJSON reads [value, milliseconds].
func (t *Told) UnmarshalJSON(data []byte) error {
	parts := [2]any{&t.Value, &t.At}
	return json.Unmarshal(data, &parts)
}

// newer tells whether t is to be believed rather than old.
func (t Told) newer(old Told) bool {
	return t.At > old.At || t.At == old.At && bytes.Compare(t.Value, old.Value) > 0
}

// Tell adds what a message said at that time.
func (t Traits) Tell(traits []Trait, at time.Time) {
	for _, said := range traits {
		told := Told{Value: said.Value, At: at.UnixMilli()}
		if old, ok := t[said.Name]; !ok || told.newer(old) {
			t[said.Name] = told
		}
	}
}

// Fold is what is known of a customer: of all profiles that are part of it, the newest of each trait.
func Fold(profiles ...Traits) Traits {
	all := Traits{}
	for _, p := range profiles {
		for name, told := range p {
			if old, ok := all[name]; !ok || told.newer(old) {
				all[name] = told
			}
		}
	}
	return all
}

// Describe sets what the traits say of c, and nothing where they say nothing. Attributes are the traits that have no field,
// as a JSON object.
func (t Traits) Describe(c *customer.Customer, workspaceZone string) (attributes []byte) {
	text := func(name string) string {
		var s string
		if told, ok := t[name]; !ok || json.Unmarshal(told.Value, &s) != nil {
			return ""
		}
		return s
	}
	c.Email, c.Phone, c.FirstName, c.LastName = text(traitEmail), text(traitPhone), text(traitFirstName), text(traitLastName)
	if c.FirstName == "" && c.LastName == "" {
		c.FirstName, c.LastName, _ = strings.Cut(text(traitName), " ")
	}
	c.City, c.Country, c.Locale, c.TimeZone = text(traitCity), text(traitCountry), text(traitLocale), text(traitTimeZone)
	if c.TimeZone == "" {
		c.TimeZone = workspaceZone
	}
	consents := map[string]*bool{"email": &c.ConsentEmail, "sms": &c.ConsentSMS, "push": &c.ConsentPush, "whatsapp": &c.ConsentWhatsApp}
	for channel, consent := range consents {
		*consent = string(t[traitConsent+channel].Value) == "true"
	}
	rest := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		value := t[name].Value
		if !described[name] && !strings.HasPrefix(name, traitConsent) && string(value) != "null" {
			rest[name] = value
		}
	}
	attributes, err := json.Marshal(rest)
	if err != nil {
		return []byte("{}")
	}
	return attributes
}

// described are the traits that have a field of their own.
var described = map[string]bool{
	traitEmail: true, traitPhone: true, traitFirstName: true, traitLastName: true, traitName: true, traitCity: true, traitCountry: true,
	traitLocale: true, traitTimeZone: true,
}

// ConsentSaid is when consent was spoken of last, by channel.
func (t Traits) ConsentSaid() map[string]time.Time {
	said := map[string]time.Time{}
	for name, told := range t {
		if channel, ok := strings.CutPrefix(name, traitConsent); ok {
			said[channel] = time.UnixMilli(told.At).UTC()
		}
	}
	return said
}

// Consent is the trait that a customer says of messages over a channel.
func Consent(channel string, granted bool) Trait {
	return Trait{Name: traitConsent + channel, Value: strconv.AppendBool(nil, granted)}
}
