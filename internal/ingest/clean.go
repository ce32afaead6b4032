package ingest

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deeply objects and lists may be nested; Postgres's own limit depends on its stack.
const maxDepth = 64

// storable tells whether valid JSON can be stored by Postgres as it is. What cannot: text with NUL or half a surrogate pair,
// numbers outside of numeric, nesting without end. Where it is unsure it says no, and clean makes it storable.
func storable(data []byte) bool {
	if !utf8.Valid(data) || bytes.Contains(data, []byte(`\u`)) {
		return false
	}
	depth, inText, digits := 0, false, 0
	for i := 0; i < len(data); i++ {
		c := data[i]
		if inText {
			switch c {
			case '\\':
				i++
			case '"':
				inText = false
			}
			continue
		}
		switch {
		case c == '"':
			inText = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		case c >= '0' && c <= '9':
			if digits++; digits > 100 {
				return false
			}
			continue
		case (c == 'e' || c == 'E') && digits > 0:
			return false // an exponent; of true and false the letter follows no digit
		}
		digits = 0
	}
	return true
}

// clean makes valid JSON storable: NUL is taken out, half surrogates become U+FFFD, numbers beyond reach become text, and
// what is nested too deeply becomes null.
func clean(data []byte) ([]byte, error) {
	if storable(data) {
		return data, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(cleanValue(v, 0)); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func cleanValue(v any, depth int) any {
	switch v := v.(type) {
	case string:
		return cleanText(v)
	case json.Number:
		if len(v) > 100 || strings.ContainsAny(string(v), "eE") && !reasonable(v) {
			return cleanText(string(v))
		}
		return v
	case []any:
		if depth >= maxDepth {
			return nil
		}
		for i := range v {
			v[i] = cleanValue(v[i], depth+1)
		}
		return v
	case map[string]any:
		if depth >= maxDepth {
			return nil
		}
		out := make(map[string]any, len(v))
		for name, value := range v {
			out[cleanText(name)] = cleanValue(value, depth+1)
		}
		return out
	}
	return v
}

// reasonable tells whether a number with an exponent is one that a float64 holds.
func reasonable(n json.Number) bool {
	_, err := n.Float64()
	return err == nil
}

// cleanText is text that Postgres stores.
func cleanText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "�")
	}
	return s
}
