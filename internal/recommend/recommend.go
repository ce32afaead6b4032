// Package recommend is campaign recommendations: audience × channel × message × time, with the evidence for each.
package recommend

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/learn"
)

// Recommendation is one campaign card.
type Recommendation struct {
	ID        uuid.UUID  `json:"id"`
	Name      string     `json:"name"`
	Audience  Audience   `json:"audience"`
	Channels  []Channel  `json:"channels"`
	Evidence  []Evidence `json:"evidence"`
	Expected  Expected   `json:"expected"`
	Rationale string     `json:"rationale"`
	Provider  string     `json:"provider"`
	CreatedAt time.Time  `json:"createdAt"`
}

// Audience is whom the campaign is for. Size and Reachable come from SQL, never from a model.
type Audience struct {
	Segment   string           `json:"segment"`
	SegmentID uuid.UUID        `json:"segmentId"`
	Size      int64            `json:"size"`
	Reachable map[string]int64 `json:"reachable"` // by channel: consent and an address
	Criteria  string           `json:"criteria"`
}

// Channel is one message over one channel at one time.
type Channel struct {
	Type    string  `json:"type" enum:"email,sms,push,whatsapp"`
	Message Message `json:"message"`
	Timing  Timing  `json:"timing"`
}

// Message is what is said; Liquid placeholders such as {{ first_name }} are allowed.
type Message struct {
	Subject string `json:"subject,omitempty"`
	Body    string `json:"body"`
}

// Timing is when it is said.
type Timing struct {
	Kind       string     `json:"kind" enum:"now,at,after_event,best_time,recipient_local"`
	At         *time.Time `json:"at,omitempty"`
	AfterEvent string     `json:"afterEvent,omitempty"`
	Delay      string     `json:"delay,omitempty"` // e.g. 4h
	Hour       *int       `json:"hour,omitempty"`  // 0..23, about when, where an hour was chosen: of each person's zone, or of the workspace's
	Label      string     `json:"label"`           // in words
}

// Band is the part of the day that the timing aims at; empty where it names none.
func (t Timing) Band(zone *time.Location) learn.Band {
	switch {
	case t.Kind == "after_event":
		return learn.OnEvent
	case t.Hour != nil:
		return learn.BandOf(*t.Hour)
	case t.Kind == "at" && t.At != nil:
		return learn.BandOf(t.At.In(zone).Hour())
	}
	return ""
}

// Evidence is one number behind the card, with the query it came from.
type Evidence struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Query string `json:"query"`
}

// Expected is the result with its interval; it is an estimate and is shown as one.
type Expected struct {
	Metric string  `json:"metric"`
	Low    float64 `json:"low"`
	Mid    float64 `json:"mid"`
	High   float64 `json:"high"`
}

var namespace = uuid.MustParse("6f1b9f0e-6f0c-5d5b-9a53-0c8d8a1f3c11")

// ID is the id of the card at index of a turn, the same on every attempt.
func ID(turnID uuid.UUID, index int) uuid.UUID {
	return uuid.NewSHA1(namespace, fmt.Appendf(nil, "%s:%d", turnID, index))
}
