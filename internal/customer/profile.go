package customer

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/predict"
)

// Profile is everything that is known of one customer, but what they did.
type Profile struct {
	Customer
	Attributes  map[string]json.RawMessage // traits that have no field of their own
	Identities  []Identity
	Devices     []Device
	Consents    []Consent // one of each channel, in the order of Channels
	Features    *Features // nil before they did anything
	Prediction  *predict.CustomerPrediction
	Memberships []Membership
	Merged      []Part
	Currency    string // of amounts
}

// Identity is a user id, an email address or a phone number that names the customer.
type Identity struct {
	Kind  string // user_id, email or phone
	Value string
	// ProfileID is the customer that it named before merges.
	ProfileID uuid.UUID
}

// Device is an anonymous id whose acts are the customer's.
type Device struct {
	AnonymousID string
	ProfileID   uuid.UUID // its own profile, which is part of the customer
}

// Features is what is computed of a customer's events: the feature store's row.
type Features struct {
	FirstSeenAt   time.Time
	LastSeenAt    time.Time // the last thing they did themselves
	Events        int64
	Visits        int64
	PageViews     int64
	ProductViews  int64
	ProductAdds   int64
	Checkouts     int64
	Orders        int64
	Refunds       int64
	Revenue       decimal.Decimal // orders less refunds
	FirstOrderAt  *time.Time
	LastOrderAt   *time.Time
	CartSince     *time.Time // nil without an open cart
	CartTouchedAt *time.Time
	CartValue     decimal.Decimal
	BestHour      *int16 // 0..23 in the workspace's zone
	Affinities    []Affinity
	Engagement    map[string]Engagement // by channel
	ComputedAt    time.Time
	Stale         bool // they did something that is not counted yet
}

// AverageOrder is revenue by orders; 0 without any.
func (f *Features) AverageOrder() decimal.Decimal {
	if f.Orders == 0 {
		return decimal.Zero
	}
	return f.Revenue.DivRound(decimal.NewFromInt(f.Orders), 2)
}

// Affinity is a product that the customer cares for.
type Affinity struct {
	Product string `json:"product"`
	Views   int64  `json:"views"`
	Adds    int64  `json:"adds"`
	Orders  int64  `json:"orders"`
}

// Engagement counts what became of messages over one channel.
type Engagement struct {
	Sent         int64 `json:"sent"`
	Delivered    int64 `json:"delivered"`
	Opened       int64 `json:"opened"`
	Clicked      int64 `json:"clicked"`
	Bounced      int64 `json:"bounced"`
	Complained   int64 `json:"complained"`
	Unsubscribed int64 `json:"unsubscribed"`
	Failed       int64 `json:"failed"`
}

// Membership is a segment that the customer belonged to at its last count.
type Membership struct {
	SegmentID uuid.UUID
	Name      string
	Since     time.Time
}

// Part is a profile that became part of the customer.
type Part struct {
	ID        uuid.UUID
	CreatedAt time.Time
}
