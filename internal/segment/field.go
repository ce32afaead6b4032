package segment

import (
	"slices"
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// FieldType is what values a field takes.
type FieldType string

// The types of fields.
const (
	Text    FieldType = "text"
	Number  FieldType = "number" // a whole one
	Money   FieldType = "money"  // in the workspace's currency
	Boolean FieldType = "boolean"
	Time    FieldType = "time"
	Age     FieldType = "age" // how long ago, in Unit
	Open    FieldType = "any" // whatever its source sent: text, number or boolean
)

// Field is something that rules compare: validation, SQL and the builder's vocabulary all come from here.
type Field struct {
	Node  Type // Attribute, Feature, or Event for a property of events
	Name  string
	Label string // as it reads in the rule's words
	Type  FieldType
	Ops   []Op
	Unit  string // days or hours, of an Age

	column string        // SQL over customers c, customer_features f or events e
	zero   bool          // what is not known is 0
	unit   time.Duration // of an Age
	min    float64
	max    float64
}

var (
	textOps    = []Op{Eq, Ne, In, NotIn, Contains, NotContains, StartsWith, EndsWith, Exists, NotExists}
	numberOps  = []Op{Eq, Ne, Gt, Gte, Lt, Lte, Between}
	booleanOps = []Op{Eq}
	timeOps    = []Op{Before, After, InLastDays, OlderDays}
	ageOps     = []Op{Lt, Lte, Gt, Gte, Between, Exists, NotExists}
	openOps    = []Op{Eq, Ne, In, NotIn, Gt, Gte, Lt, Lte, Between, Contains, NotContains, StartsWith, EndsWith, Exists, NotExists}
	// CountOps are how often an event may be asked for.
	CountOps = []Op{Eq, Gt, Gte, Lt, Lte}
)

const (
	most     = 1e12
	mostDays = 36_500
	// CustomPrefix comes before the name of a custom attribute, and may come before that of an event's property.
	CustomPrefix   = "attributes."
	PropertyPrefix = "properties."
)

func text(name, label string) Field {
	return Field{Node: Attribute, Name: name, Label: label, Type: Text, Ops: textOps, column: "c." + name}
}

func consent(channel, label string) Field {
	return Field{Node: Attribute, Name: "consent." + channel, Label: label, Type: Boolean, Ops: booleanOps, column: "c.consent_" + channel}
}

func count(name, label, column string) Field {
	return Field{Node: Feature, Name: name, Label: label, Type: Number, Ops: numberOps, column: "f." + column, zero: true, max: most}
}

func money(name, label string) Field {
	return Field{Node: Feature, Name: name, Label: label, Type: Money, Ops: numberOps, column: "f." + name, zero: true, min: -most, max: most}
}

func age(name, label, column string) Field {
	return Field{Node: Feature, Name: "days_since_" + name, Label: "days since " + label, Type: Age, Ops: ageOps, Unit: "days", column: "f." + column, unit: 24 * time.Hour, max: mostDays}
}

// Fields is every field with a name of its own. Custom attributes (attributes.NAME) and properties of events are Open
// fields of any other name.
var Fields = []Field{
	text("email", "email address"), text("phone", "phone number"), text("first_name", "first name"), text("last_name", "last name"),
	text("city", "city"),
	{Node: Attribute, Name: "country", Label: "country", Type: Text, Ops: textOps, column: "c.country::text"},
	text("locale", "language"), text("time_zone", "time zone"), text("external_id", "external id"),
	{Node: Attribute, Name: "created_at", Label: "profile made", Type: Time, Ops: timeOps, column: "c.created_at", max: mostDays},
	consent("email", "consent to email"), consent("sms", "consent to SMS"), consent("push", "consent to push"), consent("whatsapp", "consent to WhatsApp"),

	count("orders", "orders", "orders"),
	{Node: Feature, Name: "revenue", Label: "money spent", Type: Money, Ops: append(slices.Clone(numberOps), TopPercent), column: "f.revenue", zero: true, min: -most, max: most},
	{Node: Feature, Name: "average_order", Label: "average order", Type: Money, Ops: numberOps, column: "round(f.revenue / nullif(f.orders, 0), 2)", min: -most, max: most},
	count("refunds", "refunds", "refunds"), count("sessions", "visits", "sessions"), count("page_views", "pages viewed", "page_views"),
	count("product_views", "products viewed", "product_views"), count("product_adds", "products put into the cart", "product_adds"),
	count("checkouts", "checkouts begun", "checkouts"), count("events", "events", "events"),
	{Node: Feature, Name: "open_cart", Label: "open cart", Type: Boolean, Ops: booleanOps, column: "f.cart_touched_at IS NOT NULL"},
	money("cart_value", "value of the open cart"),
	age("cart", "the open cart was last touched", "cart_touched_at"), age("cart_opened", "the open cart was opened", "cart_since"),
	{Node: Feature, Name: "hours_since_cart", Label: "hours since the open cart was last touched", Type: Age, Ops: ageOps, Unit: "hours", column: "f.cart_touched_at", unit: time.Hour, max: mostDays * 24},
	age("first_seen", "the first visit", "first_seen_at"), age("last_seen", "last active", "last_seen_at"),
	age("first_order", "the first order", "first_order_at"), age("last_order", "the last order", "last_order_at"),
	age("last_page_view", "a page was last viewed", "last_page_viewed_at"), age("last_product_view", "a product was last viewed", "last_product_viewed_at"),
	age("last_product_add", "a product was last put into a cart", "last_product_added_at"), age("last_checkout", "the last checkout", "last_checkout_at"),
	{Node: Feature, Name: "best_hour", Label: "hour of the day they do most", Type: Number, Ops: numberOps, column: "f.best_hour", max: 23},

	{Node: Event, Name: "channel", Label: "channel", Type: Text, Ops: textOps, column: "e.channel"},
	{Node: Event, Name: "product", Label: "product", Type: Text, Ops: []Op{Eq, Ne, In, NotIn, Contains, NotContains}, column: "event_products(e.type, e.product, e.properties)"},
	{Node: Event, Name: "value", Label: "value", Type: Money, Ops: numberOps, column: "e.value", min: -most, max: most},
}

type fieldKey struct {
	node Type
	name string
}

var fieldByName = func() map[fieldKey]Field {
	all := make(map[fieldKey]Field, len(Fields))
	for _, f := range Fields {
		all[fieldKey{f.Node, f.Name}] = f
	}
	return all
}()

// field finds a field by its name. jsonName is the name that an Open field has in its JSON object.
func field(node Type, name string) (f Field, jsonName string, ok bool) {
	if f, ok = fieldByName[fieldKey{node, name}]; ok {
		return f, "", true
	}
	object := ""
	switch node {
	case Attribute:
		if jsonName, ok = strings.CutPrefix(name, CustomPrefix); !ok {
			return Field{}, "", false
		}
		object = "c.attributes"
	case Event:
		jsonName, object = strings.TrimPrefix(name, PropertyPrefix), "e.properties"
	default:
		return Field{}, "", false
	}
	if !goodText(jsonName, maxName) {
		return Field{}, "", false
	}
	return Field{Node: node, Name: name, Label: strings.TrimPrefix(jsonName, "$"), Type: Open, Ops: openOps, column: object, min: -most, max: most}, jsonName, true
}

// names lists the fields of a node, for messages.
func names(node Type) string {
	var list []string
	for _, f := range Fields {
		if f.Node == node {
			list = append(list, f.Name)
		}
	}
	return strings.Join(list, ", ")
}

// EventType is a kind of event that rules can ask for.
type EventType struct {
	Name  string
	Label string // after "who": "ordered"
	// What it is counted by without looking at events: a column of customer_features for all time, a bit of customer_days.did.
	feature string
	did     int
}

// EventTypes is the vocabulary of events.
var EventTypes = []EventType{
	{datasource.EventPageViewed, "viewed a page", "page_views", 1},
	{datasource.EventProductViewed, "viewed a product", "product_views", 2},
	{datasource.EventSearchPerformed, "searched", "", 0},
	{datasource.EventProductAdded, "put a product into the cart", "product_adds", 4},
	{datasource.EventCheckoutStarted, "began to check out", "checkouts", 8},
	{datasource.EventOrderCompleted, "ordered", "orders", 16},
	{datasource.EventOrderRefunded, "got a refund", "refunds", 0},
	{datasource.EventLeadCaptured, "left their contact details", "", 0},
	{datasource.EventSignedUp, "signed up", "", 0},
	{datasource.EventFormSubmitted, "submitted a form", "", 0},
	{datasource.EventMessageSent, "were sent a message", "", 0},
	{datasource.EventMessageDelivered, "had a message delivered", "", 0},
	{datasource.EventMessageOpened, "opened a message", "", 0},
	{datasource.EventMessageClicked, "clicked in a message", "", 0},
	{datasource.EventMessageBounced, "had a message bounce", "", 0},
	{datasource.EventMessageComplained, "complained about a message", "", 0},
	{datasource.EventMessageUnsubscribed, "unsubscribed", "", 0},
	{datasource.EventMessageFailed, "had a message fail", "", 0},
	{datasource.EventCustom, "did", "", 0},
}

func eventType(name string) (EventType, bool) {
	i := slices.IndexFunc(EventTypes, func(t EventType) bool { return t.Name == name })
	if i < 0 {
		return EventType{}, false
	}
	return EventTypes[i], true
}
