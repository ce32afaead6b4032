package auth

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
	_ "time/tzdata" // which time zones exist must not depend on the machine
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/currency"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// User is a person with an account, and their workspace.
type User struct {
	ID          uuid.UUID
	Email       string // as NormalizeEmail makes it
	FirstName   string
	LastName    string
	CompanyName string
	Workspace   Workspace
	CreatedAt   time.Time
}

// Workspace is the tenant. Registering makes one.
type Workspace struct {
	ID       uuid.UUID
	Name     string
	TimeZone string // IANA
	Currency string // ISO 4217
}

// Credentials are a user and the hash their password is checked against.
type Credentials struct {
	User         User
	PasswordHash string
}

// RegisterInput is what someone gives to get an account.
type RegisterInput struct {
	Email       string
	Password    string
	FirstName   string
	LastName    string
	CompanyName string
}

const (
	minPassword = 10
	maxPassword = 128
	maxEmail    = 254 // RFC 5321
	maxName     = 100
	maxCompany  = 200
)

// Normalize trims and lowers what was typed. The password is left alone.
func (in RegisterInput) Normalize() RegisterInput {
	in.Email = NormalizeEmail(in.Email)
	in.FirstName = strings.TrimSpace(in.FirstName)
	in.LastName = strings.TrimSpace(in.LastName)
	in.CompanyName = strings.TrimSpace(in.CompanyName)
	return in
}

// Validate joins every fault of a normalised input.
func (in RegisterInput) Validate() error {
	var f faults
	f.email("body.email", in.Email)
	f.password("body.password", in.Password, in.Email)
	f.name("body.firstName", in.FirstName)
	f.name("body.lastName", in.LastName)
	f.text("body.companyName", in.CompanyName, maxCompany)
	return f.err()
}

// WorkspaceName is what a new workspace is called.
func (in RegisterInput) WorkspaceName() string {
	if in.CompanyName != "" {
		return in.CompanyName
	}
	return in.FirstName + "’s workspace"
}

// ProfileChange is what to change of a profile; nil leaves a field as it is. A new e-mail address needs the current
// password, as whoever holds the address can be sent whatever is sent to the account.
type ProfileChange struct {
	FirstName   *string
	LastName    *string
	CompanyName *string // "" removes it
	Email       *string
	Password    string
	TimeZone    *string
	Currency    *string
}

// Normalize trims what was typed; addresses are lowered and currencies raised.
func (c ProfileChange) Normalize() ProfileChange {
	each := func(s *string, f func(string) string) *string {
		if s == nil {
			return nil
		}
		v := f(*s)
		return &v
	}
	c.FirstName = each(c.FirstName, strings.TrimSpace)
	c.LastName = each(c.LastName, strings.TrimSpace)
	c.CompanyName = each(c.CompanyName, strings.TrimSpace)
	c.Email = each(c.Email, NormalizeEmail)
	c.TimeZone = each(c.TimeZone, strings.TrimSpace)
	c.Currency = each(c.Currency, func(s string) string { return strings.ToUpper(strings.TrimSpace(s)) })
	return c
}

// Validate joins every fault of a normalised change.
func (c ProfileChange) Validate() error {
	var f faults
	if c.FirstName != nil {
		f.name("body.firstName", *c.FirstName)
	}
	if c.LastName != nil {
		f.name("body.lastName", *c.LastName)
	}
	if c.CompanyName != nil {
		f.text("body.companyName", *c.CompanyName, maxCompany)
	}
	if c.Email != nil {
		f.email("body.email", *c.Email)
		if c.Password == "" {
			f.add("body.password", "give your current password to change the e-mail address", nil)
		}
	}
	if c.TimeZone != nil && !knownTimeZone(*c.TimeZone) {
		f.add("body.timeZone", "give an IANA time zone such as Europe/Berlin", *c.TimeZone)
	}
	if c.Currency != nil {
		if _, err := currency.ParseISO(*c.Currency); err != nil || len(*c.Currency) != 3 {
			f.add("body.currency", "give an ISO 4217 code such as EUR", *c.Currency)
		}
	}
	return f.err()
}

// ValidatePassword checks a new password on its own; field is where it was given.
func ValidatePassword(field, password, email string) error {
	var f faults
	f.password(field, password, email)
	return f.err()
}

// NormalizeEmail is the one form in which an address is kept and looked up.
func NormalizeEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func knownTimeZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// faults gathers what is wrong with an input, so that one answer names all of it.
type faults struct{ fields []apperr.Field }

func (f *faults) add(field, message string, value any) {
	if s, ok := value.(string); ok && utf8.RuneCountInString(s) > 200 {
		value = nil
	}
	f.fields = append(f.fields, apperr.Field{Field: field, Message: message, Value: value})
}

func (f *faults) err() error {
	if len(f.fields) == 0 {
		return nil
	}
	e := apperr.New(apperr.Invalid, "invalid", "%s: %s.", f.fields[0].Field, f.fields[0].Message)
	e.Fields = f.fields
	return e
}

func (f *faults) email(field, email string) {
	parsed, err := mail.ParseAddress(email)
	switch {
	case email == "":
		f.add(field, "give an e-mail address", nil)
	case len(email) > maxEmail:
		f.add(field, "an e-mail address has at most 254 characters", nil)
	case err != nil || parsed.Address != email || hasControl(email) || !hasDomain(email):
		f.add(field, "give an e-mail address such as ada@example.com", email)
	}
}

func hasDomain(email string) bool {
	domain := email[strings.LastIndexByte(email, '@')+1:]
	return strings.Contains(strings.Trim(domain, "."), ".") && !strings.HasPrefix(domain, "[")
}

func (f *faults) password(field, password, email string) {
	length := utf8.RuneCountInString(password)
	switch {
	case length < minPassword:
		f.add(field, "a password has at least 10 characters", nil)
	case length > maxPassword:
		f.add(field, "a password has at most 128 characters", nil)
	case email != "" && NormalizeEmail(password) == email:
		f.add(field, "a password must not be the e-mail address", nil)
	case strings.Trim(password, password[:1]) == "":
		f.add(field, "a password must not be one character repeated", nil)
	}
}

func (f *faults) name(field, name string) {
	if name == "" {
		f.add(field, "give a name", nil)
		return
	}
	f.text(field, name, maxName)
}

func (f *faults) text(field, s string, limit int) {
	switch {
	case utf8.RuneCountInString(s) > limit:
		f.add(field, fmt.Sprintf("at most %d characters", limit), nil)
	case hasControl(s):
		f.add(field, "leave out line breaks and control characters", nil)
	}
}

func hasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }
