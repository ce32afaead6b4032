package customer

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// Act is one event of a customer's timeline.
type Act struct {
	ID         string // the source's own
	Type       string
	Name       string // the source's, of a custom one
	OccurredAt time.Time
	SourceID   uuid.UUID
	Source     datasource.Type // empty where the data source is gone
	SourceName string
	Channel    string
	Product    string
	Value      *decimal.Decimal
	Duplicate  bool
	Properties json.RawMessage
	// ProfileID is the profile that it was first known as; the customer's own id where that never was another.
	ProfileID uuid.UUID
}

// acts are the words for events without a product.
var acts = map[string]string{
	datasource.EventPageViewed: "Viewed a page", datasource.EventProductViewed: "Viewed a product", datasource.EventSearchPerformed: "Searched",
	datasource.EventProductAdded: "Put a product into the cart", datasource.EventCheckoutStarted: "Began to check out",
	datasource.EventOrderCompleted: "Ordered", datasource.EventOrderRefunded: "Got a refund", datasource.EventLeadCaptured: "Left their contact details",
	datasource.EventSignedUp: "Signed up", datasource.EventFormSubmitted: "Submitted a form",
}

// messages are the words for events of messages, after the channel's name.
var messages = map[string]string{
	datasource.EventMessageSent: "was sent", datasource.EventMessageDelivered: "was delivered", datasource.EventMessageOpened: "was opened",
	datasource.EventMessageClicked: "was clicked", datasource.EventMessageBounced: "bounced", datasource.EventMessageComplained: "was reported as spam",
	datasource.EventMessageUnsubscribed: "led to unsubscribing", datasource.EventMessageFailed: "failed",
}

var channelNames = map[string]string{"email": "An email", "sms": "An SMS", "push": "A push message", "whatsapp": "A WhatsApp message"}

// Text says in a few words what happened, for a timeline. Amounts stand beside it.
func (a *Act) Text() string {
	if a.Type == datasource.EventCustom {
		return a.Name
	}
	if words, ok := messages[a.Type]; ok {
		what, named := channelNames[a.Channel]
		if !named {
			what = "A message"
		}
		return what + " " + words
	}
	text, known := acts[a.Type]
	if !known {
		return a.Type
	}
	switch a.Type {
	case datasource.EventPageViewed:
		if page := a.property("name", "title", "path", "url"); page != "" {
			return "Viewed the page " + page
		}
	case datasource.EventProductViewed:
		if a.Product != "" {
			return "Viewed " + a.Product
		}
	case datasource.EventProductAdded:
		if a.Product != "" {
			return "Put " + a.Product + " into the cart"
		}
	case datasource.EventSearchPerformed:
		if query := a.property("query", "search_term"); query != "" {
			return "Searched for “" + query + "”"
		}
	case datasource.EventOrderCompleted:
		if items := a.items(); items != "" {
			return "Ordered " + items
		}
		if a.Product != "" {
			return "Ordered " + a.Product
		}
	case datasource.EventFormSubmitted:
		if form := a.property("form_name", "name"); form != "" {
			return "Submitted the form " + form
		}
	}
	return text
}

// property is the first of these properties that is text.
func (a *Act) property(names ...string) string {
	var all map[string]any
	if json.Unmarshal(a.Properties, &all) != nil {
		return ""
	}
	for _, name := range names {
		if s, ok := all[name].(string); ok && strings.TrimSpace(s) != "" {
			return shortened(strings.TrimSpace(s))
		}
	}
	return ""
}

// shownItems is how many products of an order are named.
const shownItems = 3

func (a *Act) items() string {
	var order struct {
		Items []struct {
			Product  string `json:"product"`
			Quantity int64  `json:"quantity"`
		} `json:"items"`
	}
	if json.Unmarshal(a.Properties, &order) != nil {
		return ""
	}
	var parts []string
	for i, item := range order.Items {
		if i == shownItems {
			parts = append(parts, fmt.Sprintf("%d more", len(order.Items)-shownItems))
			break
		}
		if item.Quantity > 1 {
			parts = append(parts, fmt.Sprintf("%d × %s", item.Quantity, item.Product))
		} else {
			parts = append(parts, item.Product)
		}
	}
	return strings.Join(parts, ", ")
}

func shortened(s string) string {
	const most = 120
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
