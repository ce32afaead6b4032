package chat

import "time"

// IntentName is what a user message wants.
type IntentName string

const (
	IntentGeneral              IntentName = "general" // small talk, what PulseHub can do, marketing knowledge
	IntentDataQuestion         IntentName = "data_question"
	IntentRecommendation       IntentName = "campaign_recommendation"
	IntentCampaignManagement   IntentName = "campaign_management"
	IntentSegmentManagement    IntentName = "segment_management"
	IntentDataSourceManagement IntentName = "data_source_management"
	IntentAccount              IntentName = "account"
)

// RequiresAuth tells whether answering needs an account: everything but general talk does.
func (n IntentName) RequiresAuth() bool { return n != IntentGeneral }

// Module is the part of PulseHub that an intent is about.
type Module string

const (
	ModuleChat        Module = "chat"
	ModuleAnalytics   Module = "analytics"
	ModuleCampaigns   Module = "campaigns"
	ModuleSegments    Module = "segments"
	ModuleDataSources Module = "data_sources"
	ModuleAccount     Module = "account"
)

// Action is what is to be done in that module.
type Action string

const (
	ActionView      Action = "view"
	ActionExplain   Action = "explain"
	ActionCompare   Action = "compare"
	ActionRecommend Action = "recommend"
	ActionCreate    Action = "create"
	ActionUpdate    Action = "update"
	ActionDelete    Action = "delete"
	ActionConnect   Action = "connect"
	ActionSync      Action = "sync"
)

// Intent is a classified user message. It holds no free text and no personal data, so a workflow may carry it.
type Intent struct {
	Name         IntentName `json:"intent"`
	Confidence   float64    `json:"confidence"` // 0..1
	RequiresAuth bool       `json:"requiresAuth"`
	Module       Module     `json:"module"`
	Action       Action     `json:"action"`
	Entities     Entities   `json:"entities"`
}

// Entities are what the message named, each only when said.
type Entities struct {
	Segment   string     `json:"segment,omitempty"` // key of a standard segment, e.g. cart_abandoners
	Channel   string     `json:"channel,omitempty"` // email, sms, push or whatsapp; of a data question also organic, paid, direct, social or referral
	Metric    string     `json:"metric,omitempty"`  // revenue, orders, customers, conversion_rate, …
	Timeframe *Timeframe `json:"timeframe,omitempty"`
	Source    string     `json:"source,omitempty"`  // gtm, facebook_pixel or shopify
	Product   string     `json:"product,omitempty"` // as in the catalogue
}

// Timeframe is a half-open range [From, To) in UTC, resolved in the workspace's time zone, with the words that named it.
type Timeframe struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Label string    `json:"label"`
}
