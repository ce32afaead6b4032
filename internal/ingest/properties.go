package ingest

import (
	"bytes"
	"encoding/json"
	"strings"
)

// properties is a JSON object that is mostly passed on as it came.
type properties struct {
	raw    json.RawMessage
	fields map[string]json.RawMessage
	edited bool
}

func (p *properties) parse(data json.RawMessage) error {
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		return nil
	}
	p.raw = data
	return json.Unmarshal(data, &p.fields)
}

// text is a member that is a string or a number, and "" otherwise.
func (p *properties) text(name string) string {
	var t text
	if data, ok := p.fields[name]; !ok || t.UnmarshalJSON(data) != nil {
		return ""
	}
	return strings.TrimSpace(string(t))
}

// first is the first of these members that says something, and its name.
func (p *properties) first(names ...string) (value, name string) {
	for _, name := range names {
		if v := p.text(name); v != "" {
			return v, name
		}
	}
	return "", ""
}

func (p *properties) set(name string, value json.RawMessage) {
	if p.fields == nil {
		p.fields = map[string]json.RawMessage{}
	}
	p.fields[name] = value
	p.edited = true
}

// encode is the object as Postgres stores it; nil for an empty one.
func (p *properties) encode() []byte {
	data := []byte(p.raw)
	if p.edited {
		var err error
		if data, err = json.Marshal(p.fields); err != nil {
			data = p.raw // it was JSON when it came
		}
	}
	if len(p.fields) == 0 {
		return nil
	}
	data, err := clean(data)
	if err != nil {
		return nil
	}
	return data
}
