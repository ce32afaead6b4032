package ingest

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Message is one call of a client library, as it was sent. Properties, Traits and Context are JSON, and empty where there are
// none.
type Message struct {
	Type         string
	MessageID    string
	UserID       string
	AnonymousID  string
	PreviousID   string
	GroupID      string
	Event        string
	Name         string
	Category     string
	Properties   string
	Traits       string
	Context      string
	Timestamp    string
	OriginalTime string
	SentAt       string

	raw string
}

// Call is a request's body: one message, or a batch of them.
type Call struct {
	WriteKey string
	Messages []Message
}

// text is a string; numbers are taken as they are written, and everything else is no text at all.
func text(r gjson.Result) string {
	switch r.Type {
	case gjson.String:
		return r.Str
	case gjson.Number:
		return r.Raw
	}
	return ""
}

// raw is a value as JSON; null is none.
func raw(r gjson.Result) string {
	if r.Type == gjson.Null {
		return ""
	}
	return r.Raw
}

// message reads the members of an object.
func message(object gjson.Result) Message {
	m := Message{raw: object.Raw}
	object.ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "type":
			m.Type = text(value)
		case "messageId":
			m.MessageID = text(value)
		case "userId":
			m.UserID = text(value)
		case "anonymousId":
			m.AnonymousID = text(value)
		case "previousId":
			m.PreviousID = text(value)
		case "groupId":
			m.GroupID = text(value)
		case "event":
			m.Event = text(value)
		case "name":
			m.Name = text(value)
		case "category":
			m.Category = text(value)
		case "properties":
			m.Properties = raw(value)
		case "traits":
			m.Traits = raw(value)
		case "context":
			m.Context = raw(value)
		case "timestamp":
			m.Timestamp = text(value)
		case "originalTimestamp":
			m.OriginalTime = text(value)
		case "sentAt":
			m.SentAt = text(value)
		}
		return true
	})
	return m
}

// Types are the kinds of calls, by their own names and by the first letters that analytics.js uses in paths.
var Types = map[string]string{
	"track": "track", "identify": "identify", "page": "page", "screen": "screen", "group": "group", "alias": "alias",
	"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias",
}

// ParseCall reads a body that holds one message of that type; callType "" is a message that names its own.
func ParseCall(body []byte, callType string) (Call, error) {
	if len(body) > MaxCall {
		return Call{}, apperr.New(apperr.Malformed, "too_large", "One message may have at most %d KB; this one has %d.", MaxCall>>10, len(body)>>10+1)
	}
	object, err := parse(body)
	if err != nil {
		return Call{}, err
	}
	m := message(object)
	if callType != "" {
		m.Type = callType
	}
	return Call{WriteKey: text(object.Get("writeKey")), Messages: []Message{m}}, nil
}

// parse reads an object.
func parse(body []byte) (gjson.Result, error) {
	if !gjson.ValidBytes(body) {
		return gjson.Result{}, malformed(body)
	}
	object := gjson.ParseBytes(body)
	if !object.IsObject() {
		return gjson.Result{}, apperr.New(apperr.Malformed, "invalid_json", "The body should be a JSON object.")
	}
	return object, nil
}

// ParseBatch reads a body that holds many messages. What the batch says once, its messages need not repeat: when it was sent,
// and parts of their context.
func ParseBatch(body []byte) (Call, error) {
	if len(body) > MaxBatch {
		return Call{}, tooLarge()
	}
	object, err := parse(body)
	if err != nil {
		return Call{}, err
	}
	batch := object.Get("batch")
	if batch.Exists() && !batch.IsArray() {
		return Call{}, apperr.New(apperr.Malformed, "invalid_json", "batch should be a list of messages.").WithField("batch", "give 1 to 2500 messages", nil)
	}
	messages := batch.Array()
	if len(messages) == 0 {
		return Call{}, apperr.New(apperr.Malformed, "empty_batch", "This batch holds no messages; send {\"batch\": [{\"type\": \"track\", …}, …]}.").
			WithField("batch", "give 1 to 2500 messages", nil)
	}
	if len(messages) > MaxBatchSize {
		return Call{}, apperr.New(apperr.Malformed, "too_large", "A batch may hold at most %d messages; this one holds %d.", MaxBatchSize, len(messages)).
			WithField("batch", "give 1 to 2500 messages", len(messages))
	}
	call := Call{WriteKey: text(object.Get("writeKey")), Messages: make([]Message, len(messages))}
	sentAt, context := text(object.Get("sentAt")), object.Get("context")
	for i, one := range messages {
		m := &call.Messages[i]
		if m.raw = one.Raw; one.IsObject() && len(one.Raw) <= MaxCall { // otherwise the message is refused, and not the batch
			*m = message(one)
		}
		if sentAt != "" {
			m.SentAt = sentAt
		}
		if context.IsObject() {
			m.Context = withDefaults(m.Context, context)
		}
	}
	return call, nil
}

// withDefaults is a message's context with what only the batch's has.
func withDefaults(own string, shared gjson.Result) string {
	all := properties{}
	if own != "" && all.parse(own) != nil {
		return own
	}
	shared.ForEach(func(name, value gjson.Result) bool {
		if _, ok := all.fields[name.Str]; !ok {
			all.set(name.Str, value.Raw)
		}
		return true
	})
	return all.json()
}

func tooLarge() error {
	return apperr.New(apperr.Malformed, "too_large", "A batch may have at most %d KB.", MaxBatch>>10)
}

func malformed(body []byte) error {
	detail := "This is not JSON."
	var syntax *json.SyntaxError
	if err := json.Unmarshal(body, new(any)); errors.As(err, &syntax) {
		detail = fmt.Sprintf("This is not JSON: %s at byte %d.", syntax.Error(), syntax.Offset)
	}
	return apperr.New(apperr.Malformed, "invalid_json", "%s", detail)
}
