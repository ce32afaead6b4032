package datasource

import (
	"time"

	"github.com/google/uuid"
)

// The normalised vocabulary. An unknown name is kept as EventCustom with its name.
const (
	EventPageViewed      = "page_viewed"
	EventProductViewed   = "product_viewed"
	EventSearchPerformed = "search_performed"
	EventProductAdded    = "product_added"
	EventCheckoutStarted = "checkout_started"
	EventOrderCompleted  = "order_completed"
	EventOrderRefunded   = "order_refunded"
	EventLeadCaptured    = "lead_captured"
	EventSignedUp        = "signed_up"
	EventFormSubmitted   = "form_submitted"

	EventMessageSent         = "message_sent"
	EventMessageDelivered    = "message_delivered"
	EventMessageOpened       = "message_opened"
	EventMessageClicked      = "message_clicked"
	EventMessageBounced      = "message_bounced"
	EventMessageComplained   = "message_complained"
	EventMessageUnsubscribed = "message_unsubscribed"
	EventMessageFailed       = "message_failed"

	EventCustom = "custom"
)

// Vocabulary is every name but EventCustom.
var Vocabulary = []string{
	EventPageViewed, EventProductViewed, EventSearchPerformed, EventProductAdded, EventCheckoutStarted, EventOrderCompleted,
	EventOrderRefunded, EventLeadCaptured, EventSignedUp, EventFormSubmitted, EventMessageSent, EventMessageDelivered,
	EventMessageOpened, EventMessageClicked, EventMessageBounced, EventMessageComplained, EventMessageUnsubscribed, EventMessageFailed,
}

// Event is something a customer did, in the normalised vocabulary.
type Event struct {
	Source     Type
	SourceID   uuid.UUID // Nil: the workspace's source of that type for demo data
	ExternalID string    // the source's own id: with the source and the time it is unique
	Type       string
	Name       string // the source's name for it, where Type is EventCustom
	CustomerID uuid.UUID
	// AnonymousID and ResolvedBy tell how the customer was found; empty and 0 where the source knew.
	AnonymousID string
	ProfileID   uuid.UUID // the customer that it would be without merges; Nil: CustomerID
	ResolvedBy  uint8     // ingest.ByUserID …
	SessionID   uuid.UUID // Nil outside of a visit
	OccurredAt  time.Time
	ReceivedAt  time.Time // zero is OccurredAt
	Channel     string
	Product     string
	Cents       int64  // money, in hundredths of the workspace's currency
	HasValue    bool   // whether Cents says something
	Properties  []byte // JSON; of an order its "items" are [{product, quantity, price}]
	Context     []byte // JSON, as it was sent
	// Duplicate tells that a better source told of the same act: the event is kept and counted as an event, and as
	// nothing else. One purchase that Shopify, Tag Manager and the pixel all report is one order.
	Duplicate bool
}
