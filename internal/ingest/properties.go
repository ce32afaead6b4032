package ingest

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// properties is a JSON object that is mostly passed on as it came.
type properties struct {
	raw    string
	fields map[string]gjson.Result
	edited bool
}

var errNoObject = errors.New("this is no object")

func (p *properties) parse(data string) error {
	object := gjson.Parse(data)
	if !object.IsObject() {
		return errNoObject
	}
	p.raw, p.fields = data, map[string]gjson.Result{}
	object.ForEach(func(name, value gjson.Result) bool {
		p.fields[name.Str] = value
		return true
	})
	return nil
}

// text is a member that is a string or a number, and "" otherwise.
func (p *properties) text(name string) string { return strings.TrimSpace(text(p.fields[name])) }

// first is the first of these members that says something, and its name.
func (p *properties) first(names ...string) (value, name string) {
	for _, name := range names {
		if v := p.text(name); v != "" {
			return v, name
		}
	}
	return "", ""
}

// set adds a member, or replaces it. value is JSON.
func (p *properties) set(name, value string) {
	if p.fields == nil {
		p.fields = map[string]gjson.Result{}
	}
	p.fields[name] = gjson.Parse(value)
	p.edited = true
}

// json is the object with what was set.
func (p *properties) json() string {
	if !p.edited {
		return p.raw
	}
	b := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(p.fields)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, jsonText(name)...), ':'), p.fields[name].Raw...)
	}
	return string(append(b, '}'))
}

// encode is the object as Postgres stores it; nil for an empty one.
func (p *properties) encode() []byte {
	if len(p.fields) == 0 {
		return nil
	}
	data, err := clean([]byte(p.json()))
	if err != nil {
		return nil
	}
	return data
}
