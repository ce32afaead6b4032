package openai

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// cardParser reads the object {"intro": string, "cards": [object, …]} as its bytes arrive: the intro's text comes out as
// far as it is whole (an escape or a surrogate pair is held until it is), and each card the moment its closing brace is
// there. Members may come in any order, others are passed over, and a code fence around the object is tolerated.
type cardParser struct {
	onIntro func(delta string)
	onCard  func(raw json.RawMessage)

	state parserState
	key   []byte // of the member being read
	depth int    // of brackets inside a card or a member that is passed over
	str   bool   // inside a string there
	esc   bool   // after a backslash in it
	card  []byte
	text  jsonText
	intro strings.Builder
	bad   bool // it is not such an object
	whole bool // it was closed
}

type parserState int

const (
	beforeObject parserState = iota
	beforeKey
	inKey
	beforeColon
	beforeValue
	inIntro
	inCards
	inCard
	inOther // a value that is passed over
	afterValue
	afterObject
)

// jsonText decodes the inside of a JSON string, byte by byte.
type jsonText struct {
	escape  bool
	hex     int // digits still to come of \uXXXX
	unit    rune
	high    rune   // first half of a surrogate pair
	partial []byte // of a UTF-8 sequence that is not whole yet
	out     []byte
}

// write feeds bytes; it may be called with any cut of the object.
func (p *cardParser) write(data string) {
	for i := 0; i < len(data) && !p.bad; i++ {
		p.step(data[i])
	}
	p.flush()
}

func (p *cardParser) flush() {
	if len(p.text.out) > 0 {
		delta := string(p.text.out)
		p.text.out = p.text.out[:0]
		p.intro.WriteString(delta)
		p.onIntro(delta)
	}
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func (p *cardParser) step(c byte) {
	switch p.state {
	case beforeObject:
		p.open(c)
	case beforeKey:
		switch {
		case c == '"':
			p.key, p.state = p.key[:0], inKey
		case c == '}':
			p.state, p.whole = afterObject, true
		case !space(c) && c != ',':
			p.bad = true
		}
	case inKey:
		if c == '"' {
			p.state = beforeColon
		} else if p.key = append(p.key, c); len(p.key) > 64 {
			p.bad = true
		}
	case beforeColon:
		if c == ':' {
			p.state = beforeValue
		} else if !space(c) {
			p.bad = true
		}
	case beforeValue:
		p.value(c)
	case inIntro:
		if end, ok := p.text.step(c); !ok {
			p.bad = true
		} else if end {
			p.state = afterValue
		}
	case inCards:
		switch {
		case c == '{':
			p.card, p.depth, p.state = append(p.card[:0], c), 1, inCard
		case c == ']':
			p.state = afterValue
		case !space(c) && c != ',':
			p.bad = true
		}
	case inCard:
		p.card = append(p.card, c)
		if p.nest(c) {
			raw := append(json.RawMessage(nil), p.card...)
			p.flush()
			p.onCard(raw)
			p.state = inCards
		}
		if len(p.card) > 64<<10 {
			p.bad = true
		}
	case inOther:
		p.other(c)
	case afterValue:
		switch {
		case c == ',':
			p.state = beforeKey
		case c == '}':
			p.state, p.whole = afterObject, true
		case !space(c):
			p.bad = true
		}
	case afterObject: // a closing fence, or talk: the object is what counts
	}
}

// open waits for the object, past space and a code fence with its language.
func (p *cardParser) open(c byte) {
	switch {
	case c == '{':
		p.state = beforeKey
	case space(c):
		p.key = append(p.key, c)
	default:
		p.key = append(p.key, c)
		if head := strings.TrimSpace(string(p.key)); !strings.HasPrefix("```json", strings.ToLower(head)) {
			p.bad = true
		}
	}
}

func (p *cardParser) value(c byte) {
	if space(c) {
		return
	}
	switch key := string(p.key); {
	case key == "intro" && c == '"':
		p.text, p.state = jsonText{}, inIntro
	case key == "cards" && c == '[':
		p.state = inCards
	case key == "intro" || key == "cards":
		p.bad = true
	default:
		p.depth, p.state = 0, inOther
		p.other(c)
	}
}

// nest follows brackets and strings inside a card; true at its end.
func (p *cardParser) nest(c byte) bool {
	if p.str {
		switch {
		case p.esc:
			p.esc = false
		case c == '\\':
			p.esc = true
		case c == '"':
			p.str = false
		}
		return false
	}
	switch c {
	case '"':
		p.str = true
		return false
	case '{', '[':
		p.depth++
	case '}', ']':
		p.depth--
	}
	return p.depth == 0
}

// other passes over a value of another member.
func (p *cardParser) other(c byte) {
	if p.depth == 0 && !p.str && (c == ',' || c == '}') {
		p.state = afterValue
		p.step(c)
		return
	}
	p.nest(c)
}

// step takes one byte of a string; end is its closing quote, ok is false where it is no JSON.
func (t *jsonText) step(c byte) (end, ok bool) {
	switch {
	case t.hex > 0:
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if c >= '0' && c <= '9' {
			d = int(c - '0')
		}
		if d < 0 {
			return false, false
		}
		t.unit = t.unit<<4 | rune(d)
		if t.hex--; t.hex == 0 {
			t.rune(t.unit)
		}
	case t.escape:
		t.escape = false
		switch c {
		case 'u':
			t.hex, t.unit = 4, 0
		case 'n':
			t.byte('\n')
		case 't':
			t.byte('\t')
		case 'r':
			t.byte('\r')
		case 'b', 'f':
			t.byte(' ')
		case '"', '\\', '/':
			t.byte(c)
		default:
			return false, false
		}
	case c == '\\':
		t.escape = true
	case c == '"':
		t.lone()
		if len(t.partial) > 0 {
			t.out, t.partial = utf8.AppendRune(t.out, utf8.RuneError), nil
		}
		return true, true
	default:
		t.byte(c)
	}
	return false, true
}

// rune takes a \u escape: half of a pair waits for the other.
func (t *jsonText) rune(u rune) {
	if t.high != 0 {
		if r := utf16.DecodeRune(t.high, u); r != utf8.RuneError {
			t.out, t.high = utf8.AppendRune(t.out, r), 0
			return
		}
		t.lone()
	}
	switch {
	case u >= 0xD800 && u < 0xDC00:
		t.high = u
	case u == 0:
		t.out = utf8.AppendRune(t.out, utf8.RuneError) // Postgres takes no NUL in text
	case utf16.IsSurrogate(u):
		t.out = utf8.AppendRune(t.out, utf8.RuneError)
	default:
		t.out = utf8.AppendRune(t.out, u)
	}
}

// lone gives up on the second half of a pair.
func (t *jsonText) lone() {
	if t.high != 0 {
		t.out, t.high = utf8.AppendRune(t.out, utf8.RuneError), 0
	}
}

// byte takes one byte of text, and lets it out with the rest of its UTF-8 sequence.
func (t *jsonText) byte(c byte) {
	t.lone()
	if c < utf8.RuneSelf && len(t.partial) == 0 {
		t.out = append(t.out, c)
		return
	}
	t.partial = append(t.partial, c)
	if utf8.FullRune(t.partial) {
		t.out, t.partial = append(t.out, strings.ToValidUTF8(string(t.partial), "\uFFFD")...), nil
	}
}
