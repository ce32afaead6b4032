// Package stream carries a turn's frames from the worker that makes them to everyone who reads them: a log in Redis that
// outlives any process, and a publish/subscribe channel for those who are there now. Losing Redis loses no data: the
// turn's text is checkpointed in Postgres, and what readers miss is sent again as a snapshot.
package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// ID orders the frames of a turn: by attempt, then by place within it. The zero ID stands before every frame.
type ID struct {
	Epoch int64
	Seq   int64
}

func (id ID) String() string {
	return strconv.FormatInt(id.Epoch, 10) + "-" + strconv.FormatInt(id.Seq, 10)
}

// After tells whether id comes later than other.
func (id ID) After(other ID) bool {
	return id.Epoch > other.Epoch || id.Epoch == other.Epoch && id.Seq > other.Seq
}

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	epoch, seq, ok := strings.Cut(s, "-")
	e, err1 := strconv.ParseInt(epoch, 10, 64)
	n, err2 := strconv.ParseInt(seq, 10, 64)
	if !ok || err1 != nil || err2 != nil || e < 0 || n < 0 {
		return ID{}, fmt.Errorf("%q is no frame id: it is <attempt>-<seq>", s)
	}
	return ID{Epoch: e, Seq: n}, nil
}

// The types of frames; data has the same type in its "type" member.
const (
	TypeIntent       = "intent"
	TypeAuthRequired = "auth_required"
	TypeStatus       = "status"
	TypeChunk        = "chunk"
	TypeReset        = "reset"
	TypeError        = "error"
	TypeComplete     = "complete"
)

// Frame is one server-sent event.
type Frame struct {
	ID   ID
	Type string
	Wire []byte // the whole event as it goes to the client, blank line included
}

// NewFrame renders an event. Data must marshal to a JSON object; its "type" member is added here.
func NewFrame(id ID, typ string, data any) (Frame, error) {
	body, err := eventBody(typ, data)
	if err != nil {
		return Frame{}, err
	}
	return Frame{ID: id, Type: typ, Wire: append([]byte("id: "+id.String()+"\n"), body...)}, nil
}

// eventBody is an event without its id line.
func eventBody(typ string, data any) ([]byte, error) {
	var object []byte
	switch d := data.(type) {
	case json.RawMessage:
		object = d
	default:
		var err error
		if object, err = json.Marshal(data); err != nil {
			return nil, fmt.Errorf("encoding a %s frame: %w", typ, err)
		}
	}
	if len(object) < 2 || object[0] != '{' {
		return nil, fmt.Errorf("a %s frame's data is no JSON object", typ)
	}
	b := make([]byte, 0, len(object)+len(typ)*2+32)
	b = append(b, "event: "...)
	b = append(b, typ...)
	b = append(b, "\ndata: {\"type\":\""...)
	b = append(b, typ...)
	b = append(b, '"')
	if len(object) > 2 {
		b = append(b, ',')
	}
	b = append(b, object[1:]...)
	return append(b, "\n\n"...), nil
}

// parseWire cuts a published message back into frames.
func parseWire(message string) ([]Frame, error) {
	var frames []Frame
	for rest := message; rest != ""; {
		event, tail, ok := strings.Cut(rest, "\n\n")
		idLine, body, ok1 := strings.Cut(event, "\n")
		typeLine, _, ok2 := strings.Cut(body, "\n")
		if !ok || !ok1 || !ok2 {
			return nil, fmt.Errorf("a published message is no sequence of frames")
		}
		id, err := ParseID(strings.TrimPrefix(idLine, "id: "))
		if err != nil {
			return nil, err
		}
		frames = append(frames, Frame{ID: id, Type: strings.TrimPrefix(typeLine, "event: "), Wire: []byte(rest[:len(event)+2])})
		rest = tail
	}
	return frames, nil
}

// frameOf is a log entry as a frame.
func frameOf(entryID, body string) (Frame, error) {
	frames, err := parseWire("id: " + entryID + "\n" + body)
	if err != nil || len(frames) != 1 {
		return Frame{}, fmt.Errorf("a log entry is no frame: %w", err)
	}
	return frames[0], nil
}

// Data is the frame's JSON.
func (f Frame) Data() json.RawMessage {
	_, after, _ := bytes.Cut(f.Wire, []byte("\ndata: "))
	return bytes.TrimRight(after, "\n")
}

func logKey(turnID uuid.UUID) string { return "turn:{" + turnID.String() + "}" }
func endKey(turnID uuid.UUID) string { return "turn:{" + turnID.String() + "}:end" }
