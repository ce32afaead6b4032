package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// Customers is single customers: who they are, what they did and allow, and their end.
type Customers interface {
	List(ctx context.Context, workspaceID uuid.UUID, q customer.Query, limit int, cursor string) ([]segment.Person, string, string, error)
	Get(ctx context.Context, workspaceID, id uuid.UUID) (customer.Profile, error)
	Timeline(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]customer.Act, string, string, error)
	SetConsent(ctx context.Context, workspaceID, userID, id uuid.UUID, c customer.ConsentChange) (customer.Consent, error)
	Consents(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]customer.ConsentChange, string, error)
	Merges(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]customer.Merge, string, error)
	UndoMerge(ctx context.Context, workspaceID, userID, id, mergeID uuid.UUID) (customer.Merge, error)
	Erase(ctx context.Context, workspaceID, id uuid.UUID) error
	Export(ctx context.Context, workspaceID, id uuid.UUID, to customer.ExportTo) error
}

// Customer is everything that is known of one customer, but what they did.
type Customer struct {
	ID          uuid.UUID                  `json:"id"`
	ExternalID  string                     `json:"externalId,omitempty" doc:"The user id; of several the first in the alphabet"`
	Name        string                     `json:"name" doc:"Empty where it is not known"`
	FirstName   string                     `json:"firstName,omitempty"`
	LastName    string                     `json:"lastName,omitempty"`
	Email       string                     `json:"email,omitempty"`
	Phone       string                     `json:"phone,omitempty" doc:"E.164"`
	City        string                     `json:"city,omitempty"`
	Country     string                     `json:"country,omitempty" doc:"ISO 3166 alpha-2"`
	Locale      string                     `json:"locale,omitempty" doc:"BCP 47"`
	TimeZone    string                     `json:"timeZone" doc:"IANA; the workspace's where theirs is not known"`
	Demo        bool                       `json:"demo" doc:"Made up"`
	CreatedAt   time.Time                  `json:"createdAt"`
	Attributes  map[string]json.RawMessage `json:"attributes" doc:"Traits that have no field of their own"`
	Identities  []CustomerIdentity         `json:"identities" doc:"What names them: what is sent with one of these is theirs"`
	Devices     []CustomerDevice           `json:"devices" doc:"Anonymous ids whose acts are theirs"`
	Channels    []CustomerChannel          `json:"channels" doc:"Consent and reachability: email, sms, push, whatsapp"`
	Features    *CustomerFeatures          `json:"features,omitempty" doc:"Absent before they did anything that is counted"`
	Predictions *CustomerPrediction        `json:"predictions,omitempty" doc:"As of the last fit; absent where they never ordered, or nothing was fitted"`
	Segments    []CustomerSegment          `json:"segments" doc:"As of the last count, who joined last first"`
	Merged      []CustomerPart             `json:"merged" doc:"Profiles that became part of them"`
}

// CustomerIdentity is a user id, an email address or a phone number.
type CustomerIdentity struct {
	Kind      string    `json:"kind" enum:"user_id,email,phone"`
	Value     string    `json:"value"`
	ProfileID uuid.UUID `json:"profileId" doc:"Whose it was before merges"`
}

// CustomerDevice is an anonymous id.
type CustomerDevice struct {
	AnonymousID string    `json:"anonymousId"`
	ProfileID   uuid.UUID `json:"profileId" doc:"Its own profile"`
}

// CustomerChannel is whether the customer can be reached over a channel.
type CustomerChannel struct {
	Channel   string                 `json:"channel" enum:"email,sms,push,whatsapp"`
	Consent   customer.ConsentStatus `json:"consent" enum:"granted,revoked,unknown" doc:"unknown allows nothing"`
	ConsentAt *time.Time             `json:"consentAt,omitempty" doc:"When that was said; absent where it is not known"`
	Change    *ConsentChange         `json:"change,omitempty" doc:"Where it was said through the API"`
	Reachable bool                   `json:"reachable"`
	Lacks     []string               `json:"lacks" enum:"consent,address" doc:"What there is not"`
}

// ConsentChange is what was said of consent through the API.
type ConsentChange struct {
	ID      uuid.UUID              `json:"id"`
	Channel string                 `json:"channel" enum:"email,sms,push,whatsapp"`
	Status  customer.ConsentStatus `json:"status" enum:"granted,revoked"`
	Source  string                 `json:"source,omitempty" doc:"Where the customer said it"`
	Note    string                 `json:"note,omitempty"`
	UserID  *uuid.UUID             `json:"userId,omitempty" doc:"Who wrote it down; absent where it was carried over when two profiles were taken apart"`
	At      time.Time              `json:"at"`
}

// CustomerFeatures is what is computed of their events.
type CustomerFeatures struct {
	FirstSeenAt  time.Time                      `json:"firstSeenAt"`
	LastSeenAt   time.Time                      `json:"lastSeenAt" doc:"The last thing they did themselves"`
	Events       int64                          `json:"events"`
	Visits       int64                          `json:"visits"`
	PageViews    int64                          `json:"pageViews"`
	ProductViews int64                          `json:"productViews"`
	ProductAdds  int64                          `json:"productAdds"`
	Checkouts    int64                          `json:"checkouts"`
	Orders       int64                          `json:"orders"`
	Refunds      int64                          `json:"refunds"`
	Revenue      Money                          `json:"revenue" doc:"Orders less refunds"`
	AverageOrder Money                          `json:"averageOrder" doc:"Revenue by orders"`
	FirstOrderAt *time.Time                     `json:"firstOrderAt,omitempty"`
	LastOrderAt  *time.Time                     `json:"lastOrderAt,omitempty"`
	Cart         *CustomerCart                  `json:"cart,omitempty" doc:"Absent without an open one"`
	BestHour     *int16                         `json:"bestHour,omitempty" doc:"0 to 23 in the workspace's zone: when they do most"`
	Affinities   []customer.Affinity            `json:"affinities" doc:"At most five products that they care for most"`
	Engagement   map[string]customer.Engagement `json:"engagement" doc:"What became of messages, by channel"`
	ComputedAt   time.Time                      `json:"computedAt"`
	UpToDate     bool                           `json:"upToDate" doc:"Everything that is stored of them is counted"`
}

// CustomerCart is a cart that was not ordered.
type CustomerCart struct {
	Since     time.Time  `json:"since"`
	TouchedAt *time.Time `json:"touchedAt,omitempty"`
	Value     Money      `json:"value"`
}

// CustomerSegment is a segment that the customer belongs to.
type CustomerSegment struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	Since time.Time `json:"since" doc:"As far as it was counted"`
}

// CustomerPart is a profile that became part of the customer.
type CustomerPart struct {
	ID        uuid.UUID `json:"id"`
	CreatedAt time.Time `json:"createdAt"`
}

// CustomerEvent is something that the customer did, or that was sent to them.
type CustomerEvent struct {
	ID         string          `json:"id" doc:"The source's own, or the message's"`
	Type       string          `json:"type" doc:"In PulseHub's vocabulary; custom for a name that it does not know"`
	Text       string          `json:"text" doc:"In a few words"`
	OccurredAt time.Time       `json:"occurredAt"`
	SourceID   uuid.UUID       `json:"sourceId"`
	Source     datasource.Type `json:"source,omitempty"`
	SourceName string          `json:"sourceName,omitempty"`
	Channel    string          `json:"channel,omitempty" doc:"What brought the visit, or the message"`
	Product    string          `json:"product,omitempty"`
	Value      *Money          `json:"value,omitempty"`
	Duplicate  bool            `json:"duplicate" doc:"A better source told of the same act, which counts once"`
	ProfileID  uuid.UUID       `json:"profileId" doc:"The profile that it was first known as: the customer's own, or one that was merged into it"`
}

func customerFrom(p customer.Profile) Customer {
	out := Customer{
		ID: p.ID, ExternalID: p.ExternalID, Name: p.Name(), FirstName: p.FirstName, LastName: p.LastName, Email: p.Email, Phone: p.Phone, City: p.City,
		Country: p.Country, Locale: p.Locale, TimeZone: p.TimeZone, Demo: p.Demo, CreatedAt: p.CreatedAt, Attributes: p.Attributes,
		Identities: []CustomerIdentity{}, Devices: []CustomerDevice{}, Segments: []CustomerSegment{}, Merged: []CustomerPart{},
	}
	if out.Attributes == nil {
		out.Attributes = map[string]json.RawMessage{}
	}
	for _, i := range p.Identities {
		out.Identities = append(out.Identities, CustomerIdentity(i))
	}
	for _, d := range p.Devices {
		out.Devices = append(out.Devices, CustomerDevice(d))
	}
	for _, c := range p.Consents {
		out.Channels = append(out.Channels, channelFrom(c))
	}
	for _, m := range p.Memberships {
		out.Segments = append(out.Segments, CustomerSegment{ID: m.SegmentID, Name: m.Name, Since: m.Since})
	}
	for _, m := range p.Merged {
		out.Merged = append(out.Merged, CustomerPart(m))
	}
	if p.Features != nil {
		out.Features = featuresFrom(p.Features, p.Currency)
	}
	if p.Prediction != nil {
		prediction := customerPredictionFrom(*p.Prediction, p.Currency)
		out.Predictions = &prediction
	}
	return out
}

func channelFrom(c customer.Consent) CustomerChannel {
	out := CustomerChannel{Channel: c.Channel, Consent: c.Status, ConsentAt: c.At, Reachable: c.Reachable, Lacks: append([]string{}, c.Lacks...)}
	if c.Change != nil {
		change := consentChangeFrom(*c.Change)
		out.Change = &change
	}
	return out
}

func consentChangeFrom(c customer.ConsentChange) ConsentChange {
	return ConsentChange{ID: c.ID, Channel: c.Channel, Status: c.Status, Source: c.Source, Note: c.Note, UserID: c.UserID, At: c.At}
}

func featuresFrom(f *customer.Features, currency string) *CustomerFeatures {
	out := &CustomerFeatures{
		FirstSeenAt: f.FirstSeenAt, LastSeenAt: f.LastSeenAt, Events: f.Events, Visits: f.Visits, PageViews: f.PageViews, ProductViews: f.ProductViews,
		ProductAdds: f.ProductAdds, Checkouts: f.Checkouts, Orders: f.Orders, Refunds: f.Refunds, Revenue: moneyFrom(f.Revenue, currency),
		AverageOrder: moneyFrom(f.AverageOrder(), currency), FirstOrderAt: f.FirstOrderAt, LastOrderAt: f.LastOrderAt, BestHour: f.BestHour,
		Affinities: append([]customer.Affinity{}, f.Affinities...), Engagement: f.Engagement, ComputedAt: f.ComputedAt, UpToDate: !f.Stale,
	}
	if out.Engagement == nil {
		out.Engagement = map[string]customer.Engagement{}
	}
	if f.CartSince != nil {
		out.Cart = &CustomerCart{Since: *f.CartSince, TouchedAt: f.CartTouchedAt, Value: moneyFrom(f.CartValue, currency)}
	}
	return out
}

func actFrom(currency string) func(customer.Act) CustomerEvent {
	return func(a customer.Act) CustomerEvent {
		out := CustomerEvent{
			ID: a.ID, Type: a.Type, Text: a.Text(), OccurredAt: a.OccurredAt, SourceID: a.SourceID, Source: a.Source, SourceName: a.SourceName,
			Channel: a.Channel, Product: a.Product, Duplicate: a.Duplicate, ProfileID: a.ProfileID,
		}
		if a.Value != nil {
			value := moneyFrom(*a.Value, currency)
			out.Value = &value
		}
		return out
	}
}

func (s *Server) customerRoutes(svc Customers) {
	c := customers{svc}
	operation := func(id, method, path, summary, description string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"Customers"}, Security: bearer, Summary: summary, Description: description, DefaultStatus: status}
	}
	huma.Register(s.huma, operation("list-customers", http.MethodGet, "/customers", "Customers",
		"Who was seen last comes first, and who never did anything last. With segmentId and no q, who joined the segment last comes first.", 200), c.list)
	huma.Register(s.huma, operation("get-customer", http.MethodGet, "/customers/{id}", "A customer",
		"404 customer_merged, with customerId, for a profile that is part of another customer by now.", 200), c.get)
	huma.Register(s.huma, operation("customer-timeline", http.MethodGet, "/customers/{id}/timeline", "What a customer did, newest first", "", 200), c.timeline)
	huma.Register(s.huma, operation("set-customer-consent", http.MethodPost, "/customers/{id}/consent", "Record what a customer allows",
		"In force at once, and kept with who wrote it down. The newest word of a channel wins: what sources tell of before does not change it, and what they tell of later does. Answers what is in force.", 200), c.setConsent)
	huma.Register(s.huma, operation("customer-consent", http.MethodGet, "/customers/{id}/consent", "What was recorded of a customer's consent, newest first",
		"What sources told is not in it: channels of the customer has when each was last said.", 200), c.consents)
	huma.Register(s.huma, operation("customer-merges", http.MethodGet, "/customers/{id}/merges", "Which profiles became one, newest first",
		"Also those of profiles that are part of the customer, and those that were undone.", 200), c.merges)
	huma.Register(s.huma, operation("undo-customer-merge", http.MethodPost, "/customers/{id}/merges/{mergeId}/undo", "Take a customer apart",
		"Both get back what is theirs, as if the message that tied them had not come; what comes later does not tie them again. What was revoked meanwhile holds for both. 409 already_undone.", 200), c.undoMerge)
	huma.Register(s.huma, operation("erase-customer", http.MethodDelete, "/customers/{id}", "Erase a customer",
		"Removes everything that is held of them: who they are, what they did, what was computed of it, and messages that were rejected and name them. Within moments, whatever happens meanwhile. What the same person does later is a new customer's.", 202), c.erase)
	s.exportRoute(c, operation("export-customer", http.MethodGet, "/customers/{id}/export", "Everything that is held of a customer",
		"As it is read: an export that is cut short breaks the connection.", 200))
}

type customers struct{ service Customers }

type customerPath struct {
	ID string `path:"id" doc:"Customer"`
}

func (c customers) list(ctx context.Context, in *struct {
	PageQuery
	SegmentID string `query:"segmentId" maxLength:"40" doc:"Only the members of this segment, as of its last count"`
	Text      string `query:"q" maxLength:"200" doc:"What their email address, phone number, name, last name or user id begins with; or their id"`
}) (*struct{ Body Page[SegmentCustomer] }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	q := customer.Query{Text: in.Text}
	if in.SegmentID != "" {
		id, err := parseID("segment", in.SegmentID)
		if err != nil {
			return nil, err
		}
		q.SegmentID = &id
	}
	people, next, currency, err := c.service.List(ctx, p.WorkspaceID, q, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Page[SegmentCustomer] }{pageOf(people, next, personFrom(currency))}, nil
}

func (c customers) get(ctx context.Context, in *customerPath) (*struct{ Body Customer }, error) {
	workspaceID, id, err := theirsByID(ctx, "customer", in.ID)
	if err != nil {
		return nil, err
	}
	found, err := c.service.Get(ctx, workspaceID, id)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Customer }{customerFrom(found)}, nil
}

func (c customers) timeline(ctx context.Context, in *struct {
	ID string `path:"id" doc:"Customer"`
	PageQuery
}) (*struct{ Body Page[CustomerEvent] }, error) {
	workspaceID, id, err := theirsByID(ctx, "customer", in.ID)
	if err != nil {
		return nil, err
	}
	acts, next, currency, err := c.service.Timeline(ctx, workspaceID, id, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Page[CustomerEvent] }{pageOf(acts, next, actFrom(currency))}, nil
}
