package ingest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// Normalise turns a call into what is stored of it, as of the moment it was received. Every message is an item, or a
// rejection, or both where something in it had to be left out.
func Normalise(source Source, call Call, receivedAt time.Time) Batch {
	b := Batch{Source: source, ReceivedAt: receivedAt.UTC().Truncate(time.Microsecond), Items: make([]Item, 0, len(call.Messages))}
	for i := range call.Messages {
		n := normaliser{batch: &b, m: &call.Messages[i]}
		n.run()
	}
	return b
}

// normaliser is the work on one message.
type normaliser struct {
	batch *Batch
	m     *Message
	item  Item
	props properties
	ctx   messageContext
}

// messageContext is what is read of a message's context.
type messageContext struct {
	locale, timeZone, sessionID string
	pageURL, referrer           string
	source, medium              string // of the campaign
	traits                      string // JSON
}

func (c *messageContext) read(object gjson.Result) {
	object.ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "locale":
			c.locale = text(value)
		case "timezone":
			c.timeZone = text(value)
		case "sessionId":
			c.sessionID = text(value)
		case "traits":
			c.traits = raw(value)
		case "page":
			c.pageURL, c.referrer = text(value.Get("url")), text(value.Get("referrer"))
		case "campaign":
			c.source, c.medium = text(value.Get("source")), text(value.Get("medium"))
		}
		return true
	})
}

func (n *normaliser) run() {
	m := n.m
	if len(m.raw) > MaxCall {
		n.reject("too_large", "", fmt.Sprintf("One message may have at most %d KB; this one has %d.", MaxCall>>10, len(m.raw)>>10+1))
		return
	}
	if Types[m.Type] == "" {
		n.reject("unknown_type", "type", "Use track, identify, page, screen, group or alias.")
		return
	}
	if utf8.RuneCountInString(m.MessageID) > MaxMessageID {
		n.reject("message_id_too_long", "messageId", fmt.Sprintf("Give at most %d characters.", MaxMessageID))
		return
	}
	if !n.identify() || !n.time() {
		return
	}
	n.item.Key = n.key()
	if ok := n.read(); !ok {
		return
	}
	switch Types[m.Type] {
	case "track":
		if strings.TrimSpace(m.Event) == "" {
			n.reject("missing_event", "event", "Name the event, as in \"Order Completed\".")
			return
		}
		n.event(vocabulary(n.batch.Source.Type, m.Event))
	case "page", "screen":
		n.event(datasource.EventPageViewed)
	case "identify":
		n.traits(m.Traits, "traits")
	case "group":
		n.group()
	}
	n.contextTraits()
	n.batch.Items = append(n.batch.Items, n.item)
}

// key tells messages apart: by their ids; where one has none, by all they say, if that includes when it was said.
func (n *normaliser) key() uuid.UUID {
	source := n.batch.Source.ID.String()
	switch m := n.m; {
	case m.MessageID != "":
		return key(source, m.MessageID)
	case m.Timestamp != "" || m.OriginalTime != "":
		return key(source, "", m.raw)
	}
	return uuid.New()
}

func (n *normaliser) reject(code, field, reason string) { n.note(code, field, reason, false) }

// note keeps what was wrong. kept tells that the message is stored all the same, without it.
func (n *normaliser) note(code, field, reason string, kept bool) {
	const keptRaw = 32 << 10
	raw := n.m.raw
	if len(raw) > keptRaw {
		raw = raw[:keptRaw]
	}
	name := n.m.Event
	if name == "" {
		name = n.m.Type
	}
	n.batch.Rejections = append(n.batch.Rejections, Rejection{
		Key:       key(n.batch.Source.ID.String(), n.m.MessageID, code, field, n.m.raw),
		MessageID: short(n.m.MessageID, MaxMessageID), Name: short(name, maxName), Code: code, Field: field, Reason: reason, Kept: kept,
		Raw: cleanText(raw),
	})
}

// time finds when it happened by our clock: the sender's clock may be wrong, and says with sentAt how wrong
// (https://segment.com/docs/connections/spec/common/#timestamps). What would be in the future happened now.
func (n *normaliser) time() bool {
	received := n.batch.ReceivedAt
	field, said := "timestamp", n.m.Timestamp
	if n.m.OriginalTime != "" {
		field, said = "originalTimestamp", n.m.OriginalTime
	}
	n.item.At = received
	if said == "" {
		return true
	}
	at, ok := parseTime(said)
	if !ok {
		n.reject("invalid_timestamp", field, "Give an ISO 8601 time, as in 2026-03-01T09:30:00Z.")
		return false
	}
	if sent, ok := parseTime(n.m.SentAt); ok {
		if skew := received.Sub(sent); skew > clockTolerance || skew < -clockTolerance {
			at = at.Add(skew)
		}
	}
	if at.Year() < earliestYear {
		n.reject("time_out_of_range", field, fmt.Sprintf("Give a time since %d.", earliestYear))
		return false
	}
	if at.After(received) {
		at = received
	}
	n.item.At = at.UTC().Truncate(time.Microsecond)
	return true
}

const (
	clockTolerance = time.Second // the way here is no error of the clock
	earliestYear   = 1970
)

// parseTime reads the forms of ISO 8601 that libraries send, and Unix time in seconds or milliseconds.
func parseTime(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	const firstMilliseconds = 100_000_000_000 // as seconds, the year 5138
	if f, err := strconv.ParseFloat(s, 64); err == nil && f > 0 && f < 1e14 {
		if f < firstMilliseconds {
			return time.UnixMicro(int64(f * 1e6)), true
		}
		return time.UnixMicro(int64(f * 1e3)), true
	}
	return time.Time{}, false
}

// read decodes what the message carries.
func (n *normaliser) read() bool {
	m := n.m
	if m.Context != "" {
		if object := gjson.Parse(m.Context); object.IsObject() {
			n.ctx.read(object)
		} else {
			n.note("invalid_context", "context", "Give an object; this one was left out.", true)
			m.Context = ""
		}
	}
	if m.Properties != "" {
		if err := n.props.parse(m.Properties); err != nil {
			n.reject("invalid_properties", "properties", "Give an object, as in {\"product_id\": \"…\"}.")
			return false
		}
	}
	return true
}

const maxName = 200

// short is s with at most that many characters, as Postgres stores it.
func short(s string, most int) string {
	s = cleanText(s)
	if len(s) <= most {
		return s
	}
	count := 0
	for i := range s {
		if count == most {
			return s[:i]
		}
		count++
	}
	return s
}

// event is the message as an event of that type.
func (n *normaliser) event(kind string) {
	m, e := n.m, &n.item.Event
	e.Source, e.Type, e.OccurredAt, e.ReceivedAt = n.batch.Source.Type, kind, n.item.At, n.batch.ReceivedAt
	e.ExternalID, e.AnonymousID = short(m.MessageID, MaxMessageID), n.item.AnonymousID
	if e.ExternalID == "" {
		e.ExternalID = n.item.Key.String()
	}
	if kind == datasource.EventCustom {
		e.Name = short(strings.TrimSpace(m.Event), maxName)
	}
	if id := n.ctx.sessionID; id != "" {
		e.SessionID = key(n.batch.Source.WorkspaceID.String(), "session", n.item.AnonymousID, id)
	}
	e.Channel = n.channel(kind)
	n.commerce(kind)
	n.page()
	e.Properties = n.props.encode()
	if data, err := clean([]byte(m.Context)); m.Context != "" && err == nil && len(data) > 2 {
		e.Context = data
	}
}

func (n *normaliser) channel(kind string) string {
	if strings.HasPrefix(kind, "message_") {
		if c := n.props.text("channel"); c != "" {
			return short(strings.ToLower(c), 20)
		}
		return "email"
	}
	page, referrer := n.ctx.pageURL, n.ctx.referrer
	if page == "" {
		page, referrer = n.props.text("url"), n.props.text("referrer")
	}
	return visitChannel(n.ctx.medium, n.ctx.source, page, referrer)
}

// page keeps the names of pages and screens, which stand beside the properties.
func (n *normaliser) page() {
	if t := Types[n.m.Type]; t != "page" && t != "screen" {
		return
	}
	if n.m.Name != "" {
		n.props.set("name", jsonText(n.m.Name))
	}
	if n.m.Category != "" {
		n.props.set("category", jsonText(n.m.Category))
	}
}

// jsonText is text as JSON.
func jsonText(s string) string {
	data, err := json.Marshal(cleanText(s))
	if err != nil {
		return `""`
	}
	return string(data)
}
