package ingest

import (
	"maps"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nyaruka/phonenumbers"
	"github.com/tidwall/gjson"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// nobody are values that programs send where they know no id. Taken for ids they would make one person of many.
var nobody = map[string]bool{
	"": true, "0": true, "-1": true, "null": true, "(null)": true, "nil": true, "none": true, "undefined": true, "nan": true, "unknown": true, "anonymous": true,
	"guest": true, "n/a": true, "na": true, "true": true, "false": true, "[object object]": true, "void": true, "00000000-0000-0000-0000-000000000000": true,
}

func someone(s string) string {
	id := strings.TrimSpace(cleanText(s))
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

// trait notes what the sender said. value is JSON.
func (n *normaliser) trait(name, value string) {
	n.item.Traits = append(n.item.Traits, Trait{Name: name, Value: []byte(value)})
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
func (n *normaliser) traits(data, field string) {
	if data == "" {
		return
	}
	var all properties
	if all.parse(data) != nil {
		n.note("invalid_traits", field, "Give an object, as in {\"email\": \"…\"}; these traits were left out.", true)
		return
	}
	if len(all.fields) > maxTraits {
		n.note("too_many_traits", field, "Give at most 100 traits at once; these were left out.", true)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all.fields)) {
		value, said := all.fields[name], all.text(name)
		switch name {
		case "email":
			n.email(said, field+".email")
		case "phone":
			n.phone(said, &all, field+".phone")
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
			if value, err := clean([]byte(value.Raw)); err == nil && len(name) <= maxName {
				n.trait(cleanText(name), string(value))
			}
		}
	}
}

// person notes a trait that is text. null takes it away, and an empty one says nothing.
func (n *normaliser) person(name, said string, value gjson.Result) {
	switch {
	case said != "":
		n.trait(name, jsonText(short(said, maxName)))
	case value.Type == gjson.Null:
		n.trait(name, "null")
	}
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
func (n *normaliser) phone(said string, all *properties, field string) {
	if said == "" {
		return
	}
	number, err := phonenumbers.Parse(said, countryOf(all))
	if err != nil || !phonenumbers.IsValidNumber(number) {
		n.note("invalid_phone", field, "Give a number with its country code, such as +49 30 901820; it was left out.", true)
		return
	}
	e164 := phonenumbers.Format(number, phonenumbers.E164)
	n.identifier(ByPhone, e164)
	n.trait(traitPhone, jsonText(e164))
}

// countryOf is the two-letter country that traits name, or "".
func countryOf(all *properties) string {
	country := text(all.fields["address"].Get("country"))
	if country == "" {
		country = all.text("country")
	}
	if len(country) != 2 {
		return ""
	}
	return strings.ToUpper(country)
}

func (n *normaliser) address(a gjson.Result) {
	if !a.IsObject() {
		return
	}
	if city := strings.TrimSpace(text(a.Get("city"))); city != "" {
		n.trait(traitCity, jsonText(short(city, maxName)))
	}
	n.country(strings.TrimSpace(text(a.Get("country"))))
	if value, err := clean([]byte(a.Raw)); err == nil {
		n.trait("address", string(value))
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
	zones.Store(strings.Clone(name), true) // and not the body that it is a part of
	return true
}

func (n *normaliser) consent(value gjson.Result, field string) {
	if !value.IsObject() {
		n.note("invalid_consent", field, "Give true or false by channel, as in {\"email\": true, \"sms\": false}; it was left out.", true)
		return
	}
	value.ForEach(func(channel, said gjson.Result) bool {
		switch {
		case !slices.Contains([]string{"email", "sms", "push", "whatsapp"}, channel.Str):
			n.note("invalid_consent", field+"."+short(channel.Str, 40), "Consent is for email, sms, push and whatsapp.", true)
		case !said.IsBool():
			n.note("invalid_consent", field+"."+channel.Str, "Give true or false; it was left out.", true)
		default:
			n.trait(traitConsent+channel.Str, said.Raw)
		}
		return true
	})
}

// group notes the group that the sender belongs to.
func (n *normaliser) group() {
	id := someone(n.m.GroupID)
	if id == "" {
		n.note("missing_group_id", "groupId", "Give the id of the group.", true)
		return
	}
	n.trait("group_id", jsonText(short(id, maxName)))
	if name := text(gjson.Get(n.m.Traits, "name")); name != "" {
		n.trait("group_name", jsonText(short(name, maxName)))
	}
}

// contextTraits reads who it is from where else it is said: the context, and what forms and orders hold.
func (n *normaliser) contextTraits() {
	if Types[n.m.Type] != "identify" {
		n.traits(n.ctx.traits, "context.traits")
	} else {
		if n.ctx.locale != "" {
			n.trait(traitLocale, jsonText(short(n.ctx.locale, 35)))
		}
		n.zone(n.ctx.timeZone)
	}
	switch n.item.Event.Type {
	case datasource.EventOrderCompleted, datasource.EventLeadCaptured, datasource.EventSignedUp, datasource.EventFormSubmitted, datasource.EventCheckoutStarted:
		if said := n.props.text("email"); said != "" {
			n.email(said, "properties.email")
		}
	}
}
