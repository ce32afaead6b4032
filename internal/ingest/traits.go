package ingest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// nobody are values that programs send where they know no id. Taken for ids they would make one person of many.
var nobody = map[string]bool{
	"": true, "0": true, "-1": true, "null": true, "(null)": true, "nil": true, "none": true, "undefined": true, "nan": true, "unknown": true, "anonymous": true,
	"guest": true, "n/a": true, "na": true, "true": true, "false": true, "[object object]": true, "void": true, "00000000-0000-0000-0000-000000000000": true,
}

func someone(s text) string {
	id := strings.TrimSpace(cleanText(string(s)))
	if nobody[strings.ToLower(id)] {
		return ""
	}
	return id
}

// identify reads who sent it. A message needs a user id or an anonymous id.
func (n *normaliser) identify() bool {
	user, anonymous := someone(n.m.UserID), someone(n.m.AnonymousID)
	for _, id := range []struct{ name, value string }{{"userId", user}, {"anonymousId", anonymous}} {
		if len(id.value) > maxIdentifier {
			n.reject("identifier_too_long", id.name, "Give at most 512 bytes.")
			return false
		}
	}
	if user == "" && anonymous == "" {
		n.reject("no_identity", "userId", "Give a userId or an anonymousId: without one nobody can be told apart.")
		return false
	}
	n.item.AnonymousID = anonymous
	if user != "" {
		n.identifier(ByUserID, user)
	}
	if Types[n.m.Type] == "alias" {
		previous := someone(n.m.PreviousID)
		if previous == "" || user == "" || len(previous) > maxIdentifier {
			n.reject("missing_previous_id", "previousId", "Give the previousId and the userId that are one person.")
			return false
		}
		// It may have been either kind of id.
		n.identifier(ByUserID, previous)
		if anonymous == "" {
			n.item.AnonymousID = previous
		}
	}
	return true
}

func (n *normaliser) identifier(kind uint8, value string) {
	id := Identifier{Kind: kind, Value: value}
	if !slices.Contains(n.item.Identifiers, id) {
		n.item.Identifiers = append(n.item.Identifiers, id)
	}
}

func (n *normaliser) trait(name string, value json.RawMessage) {
	n.item.Traits = append(n.item.Traits, Trait{Name: name, Value: value})
}

// Traits that have a meaning of their own. All others are attributes.
const (
	traitEmail     = "email"
	traitPhone     = "phone"
	traitFirstName = "firstName"
	traitLastName  = "lastName"
	traitName      = "name"
	traitCity      = "city"
	traitCountry   = "country"
	traitLocale    = "locale"
	traitTimeZone  = "timezone"
	traitConsent   = "consent." // and the channel
)

// maxTraits is how many attributes one message may set.
const maxTraits = 100

// traits reads what is said of the sender: Segment's reserved traits, consent, and attributes of the sender's own making.
// Consent is traits.consent {email, sms, push, whatsapp}.
func (n *normaliser) traits(data json.RawMessage, field string) {
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		return
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		n.note("invalid_traits", field, "Give an object, as in {\"email\": \"…\"}; these traits were left out.", true)
		return
	}
	if len(all) > maxTraits {
		n.note("too_many_traits", field, "Give at most 100 traits at once; these were left out.", true)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		value := all[name]
		var t text
		_ = t.UnmarshalJSON(value)
		said := strings.TrimSpace(string(t))
		switch name {
		case "email":
			n.email(said, field+".email")
		case "phone":
			n.phone(said, all, field+".phone")
		case "firstName", "first_name":
			n.person(traitFirstName, said, value)
		case "lastName", "last_name":
			n.person(traitLastName, said, value)
		case "name":
			n.person(traitName, said, value)
		case "address":
			n.address(value)
		case "country":
			n.country(said)
		case "city":
			n.person(traitCity, said, value)
		case "locale":
			n.person(traitLocale, said, value)
		case "timezone", "timeZone":
			n.zone(said)
		case "consent":
			n.consent(value, field+".consent")
		default:
			if value, err := clean(value); err == nil && len(name) <= maxName {
				n.trait(cleanText(name), value)
			}
		}
	}
}

func (n *normaliser) person(name, said string, value json.RawMessage) {
	if said == "" && !bytes.Equal(value, []byte("null")) {
		return
	}
	if said == "" {
		n.trait(name, json.RawMessage("null"))
		return
	}
	n.trait(name, jsonText(short(said, maxName)))
}

func (n *normaliser) email(said, field string) {
	if said == "" {
		return
	}
	address := strings.ToLower(cleanText(said))
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > 254 || !strings.Contains(address[strings.LastIndexByte(address, '@'):], ".") {
		n.note("invalid_email", field, "Give an address such as ada@example.com; it was left out.", true)
		return
	}
	n.identifier(ByEmail, address)
	n.trait(traitEmail, jsonText(address))
}

// phone reads a number in E.164, or of the country that the same traits name.
func (n *normaliser) phone(said string, all map[string]json.RawMessage, field string) {
	if said == "" {
		return
	}
	region := countryOf(all)
	number, err := phonenumbers.Parse(said, region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		n.note("invalid_phone", field, "Give a number with its country code, such as +49 30 901820; it was left out.", true)
		return
	}
	e164 := phonenumbers.Format(number, phonenumbers.E164)
	n.identifier(ByPhone, e164)
	n.trait(traitPhone, jsonText(e164))
}

// countryOf is the two-letter country that traits name, or "".
func countryOf(all map[string]json.RawMessage) string {
	var address struct {
		Country text `json:"country"`
	}
	_ = json.Unmarshal(all["address"], &address)
	country := string(address.Country)
	if country == "" {
		var t text
		if data, ok := all["country"]; ok {
			_ = t.UnmarshalJSON(data)
		}
		country = string(t)
	}
	if len(country) != 2 {
		return ""
	}
	return strings.ToUpper(country)
}

func (n *normaliser) address(value json.RawMessage) {
	var a struct {
		City    text `json:"city"`
		Country text `json:"country"`
	}
	if json.Unmarshal(value, &a) != nil {
		return
	}
	if a.City != "" {
		n.trait(traitCity, jsonText(short(string(a.City), maxName)))
	}
	n.country(strings.TrimSpace(string(a.Country)))
	if value, err := clean(value); err == nil {
		n.trait("address", value)
	}
}

// country takes ISO 3166 alpha-2 codes; a name in words is kept as an attribute.
func (n *normaliser) country(said string) {
	if said == "" {
		return
	}
	if len(said) == 2 {
		n.trait(traitCountry, jsonText(strings.ToUpper(said)))
		return
	}
	n.trait("country_name", jsonText(short(said, maxName)))
}

func (n *normaliser) zone(said string) {
	if said == "" || strings.EqualFold(said, "local") {
		return
	}
	if knownZone(said) {
		n.trait(traitTimeZone, jsonText(said))
	}
}

// zones are the names that were found to be time zones: finding one reads a file.
var zones sync.Map

func knownZone(name string) bool {
	if _, ok := zones.Load(name); ok {
		return true
	}
	if _, err := time.LoadLocation(name); err != nil || len(name) > 64 {
		return false
	}
	zones.Store(name, true)
	return true
}

func (n *normaliser) consent(value json.RawMessage, field string) {
	var channels map[string]bool
	if err := json.Unmarshal(value, &channels); err != nil {
		n.note("invalid_consent", field, "Give true or false by channel, as in {\"email\": true, \"sms\": false}; it was left out.", true)
		return
	}
	for _, channel := range slices.Sorted(maps.Keys(channels)) {
		if !slices.Contains([]string{"email", "sms", "push", "whatsapp"}, channel) {
			n.note("invalid_consent", field+"."+cleanText(channel), "Consent is for email, sms, push and whatsapp.", true)
			continue
		}
		said := json.RawMessage("false")
		if channels[channel] {
			said = json.RawMessage("true")
		}
		n.trait(traitConsent+channel, said)
	}
}

// group notes the group that the sender belongs to.
func (n *normaliser) group() {
	id := someone(n.m.GroupID)
	if id == "" {
		n.note("missing_group_id", "groupId", "Give the id of the group.", true)
		return
	}
	n.trait("group_id", jsonText(short(id, maxName)))
	var group struct {
		Name text `json:"name"`
	}
	if json.Unmarshal(n.m.Traits, &group) == nil && group.Name != "" {
		n.trait("group_name", jsonText(short(string(group.Name), maxName)))
	}
}

// contextTraits reads who it is from where else it is said: the context, and what forms and orders hold.
func (n *normaliser) contextTraits() {
	if Types[n.m.Type] != "identify" {
		n.traits(n.ctx.Traits, "context.traits")
	} else {
		if n.ctx.Locale != "" {
			n.trait(traitLocale, jsonText(short(string(n.ctx.Locale), 35)))
		}
		n.zone(string(n.ctx.TimeZone))
	}
	switch n.item.Event.Type {
	case datasource.EventOrderCompleted, datasource.EventLeadCaptured, datasource.EventSignedUp, datasource.EventFormSubmitted, datasource.EventCheckoutStarted:
		if said := n.props.text("email"); said != "" {
			n.email(said, "properties.email")
		}
	}
}
