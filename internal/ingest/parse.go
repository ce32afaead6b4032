package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Message is one call of a client library, as it was sent.
type Message struct {
	Type         string          `json:"type"`
	MessageID    text            `json:"messageId"`
	UserID       text            `json:"userId"`
	AnonymousID  text            `json:"anonymousId"`
	PreviousID   text            `json:"previousId"`
	GroupID      text            `json:"groupId"`
	Event        text            `json:"event"`
	Name         text            `json:"name"`
	Category     text            `json:"category"`
	Properties   json.RawMessage `json:"properties"`
	Traits       json.RawMessage `json:"traits"`
	Context      json.RawMessage `json:"context"`
	Timestamp    text            `json:"timestamp"`
	OriginalTime text            `json:"originalTimestamp"`
	SentAt       text            `json:"sentAt"`

	raw []byte
}

// Call is a request's body: one message, or a batch of them.
type Call struct {
	WriteKey string
	Messages []Message
}

// text is a string; numbers are taken as they are written, and everything else is no text at all.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	switch c := data[0]; {
	case c == '"':
		if bytes.IndexByte(data, '\\') < 0 {
			*t = text(data[1 : len(data)-1])
			return nil
		}
		var s string
		err := json.Unmarshal(data, &s)
		*t = text(s)
		return err
	case c == '-' || c >= '0' && c <= '9':
		*t = text(data)
	}
	return nil
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
	var m struct {
		Message
		WriteKey text `json:"writeKey"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return Call{}, malformed(err)
	}
	if callType != "" {
		m.Type = callType
	}
	m.raw = body
	return Call{WriteKey: string(m.WriteKey), Messages: []Message{m.Message}}, nil
}

// ParseBatch reads a body that holds many messages. What the batch says once, its messages need not repeat: when it was sent,
// and parts of their context.
func ParseBatch(body []byte) (Call, error) {
	if len(body) > MaxBatch {
		return Call{}, tooLarge()
	}
	var b struct {
		Batch    []json.RawMessage          `json:"batch"`
		WriteKey text                       `json:"writeKey"`
		SentAt   text                       `json:"sentAt"`
		Context  map[string]json.RawMessage `json:"context"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return Call{}, malformed(err)
	}
	if len(b.Batch) == 0 {
		return Call{}, apperr.New(apperr.Malformed, "empty_batch", "This batch holds no messages; send {\"batch\": [{\"type\": \"track\", …}, …]}.").
			WithField("batch", "give 1 to 2500 messages", nil)
	}
	if len(b.Batch) > MaxBatchSize {
		return Call{}, apperr.New(apperr.Malformed, "too_large", "A batch may hold at most %d messages; this one holds %d.", MaxBatchSize, len(b.Batch)).
			WithField("batch", "give 1 to 2500 messages", len(b.Batch))
	}
	call := Call{WriteKey: string(b.WriteKey), Messages: make([]Message, len(b.Batch))}
	for i, raw := range b.Batch {
		m := &call.Messages[i]
		if len(raw) <= MaxCall {
			if err := json.Unmarshal(raw, m); err != nil {
				*m = Message{Type: ""} // it is not an object; the message is refused, and not the batch
			}
		}
		m.raw = raw
		if b.SentAt != "" {
			m.SentAt = b.SentAt
		}
		if len(b.Context) > 0 {
			m.Context = withDefaults(m.Context, b.Context)
		}
	}
	return call, nil
}

// withDefaults is a message's context with what only the batch's has.
func withDefaults(own json.RawMessage, shared map[string]json.RawMessage) json.RawMessage {
	all := map[string]json.RawMessage{}
	if json.Unmarshal(own, &all) != nil || all == nil {
		all = map[string]json.RawMessage{}
	}
	for name, value := range shared {
		if _, ok := all[name]; !ok {
			all[name] = value
		}
	}
	data, err := json.Marshal(all)
	if err != nil {
		return own
	}
	return data
}

func tooLarge() error {
	return apperr.New(apperr.Malformed, "too_large", "A batch may have at most %d KB.", MaxBatch>>10)
}

func malformed(err error) error {
	detail := "This is not JSON that tells of an event."
	if syntax, ok := err.(*json.SyntaxError); ok {
		detail = fmt.Sprintf("This is not JSON: %s at byte %d.", syntax.Error(), syntax.Offset)
	} else if kind, ok := err.(*json.UnmarshalTypeError); ok {
		detail = fmt.Sprintf("%s should be %s, and is %s.", orBody(kind.Field), kind.Type, kind.Value)
	}
	return apperr.Wrap(err, apperr.Malformed, "invalid_json", "%s", detail)
}

func orBody(field string) string {
	if field == "" {
		return "The body"
	}
	return strings.TrimPrefix(field, "Message.")
}
