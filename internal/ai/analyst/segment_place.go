package analyst

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// place is where they live. A name that is no country is read as a city, and that is said.
func (p *segmentParser) place() bool {
	adjective := countryOf[p.word(0)] != "" && strings.ToLower(p.tokens[p.i].raw) == p.word(0) || demonyms[p.word(0)] != ""
	spoke := p.any("living in", "live in", "lives in", "based in", "located in", "reside in", "resident in", "from", "in", "outside of", "outside")
	outside := spoke && strings.HasPrefix(p.tokens[p.i-1].word, "outside") || spoke && p.i > 1 && p.tokens[p.i-2].word == "outside"
	if !spoke && !adjective {
		return false
	}
	p.skip("the")
	var countries, cities []any
	for {
		country, used := p.country(spoke)
		if used == 0 && spoke && p.i < len(p.tokens) {
			t := p.tokens[p.i]
			if first := []rune(t.raw); t.quoted || len(first) > 1 && unicode.IsUpper(first[0]) && month(t.word) < 0 && t.word != "may" && !vocabulary[t.word] {
				cities = append(cities, t.raw)
				p.doubt(fmt.Sprintf("%q is read as a city", t.raw))
				p.i++
				used = -1
			}
		}
		if used == 0 {
			break
		}
		if used > 0 {
			countries = append(countries, country)
			p.i += used
		}
		if next := p.i + 1; next < len(p.tokens) && (p.is("or") || p.is("and") || p.is(",")) {
			start := p.i
			p.i++
			p.skip("or", "and", "in", "the")
			if _, more := p.country(spoke); more > 0 || spoke && p.i < len(p.tokens) && p.isName() {
				continue
			}
			p.i = start
		}
		break
	}
	var rules []segment.Rule
	for _, c := range []struct {
		attribute string
		values    []any
	}{{"country", countries}, {"city", cities}} {
		switch len(c.values) {
		case 0:
		case 1:
			rules = append(rules, segment.Is(c.attribute, segment.Eq, c.values[0]))
		default:
			rules = append(rules, segment.Is(c.attribute, segment.In, c.values))
		}
	}
	if outside {
		p.not = !p.not
	}
	switch len(rules) {
	case 0:
		return false
	case 1:
		return p.take(rules[0])
	}
	return p.take(segment.Any(rules...))
}

// isName tells whether what stands here may be a city.
func (p *segmentParser) isName() bool {
	t := p.tokens[p.i]
	first := []rune(t.raw)
	return t.quoted || len(first) > 1 && unicode.IsUpper(first[0]) && month(t.word) < 0 && !vocabulary[t.word]
}

func (p *segmentParser) country(byName bool) (code string, used int) {
	for n := 3; n > 0; n-- {
		words := make([]string, 0, n)
		for i := range n {
			if p.i+i < len(p.tokens) {
				words = append(words, strings.ToLower(p.tokens[p.i+i].raw))
			}
		}
		if code := countryOf[strings.Join(words, " ")]; len(words) == n && code != "" {
			return code, n
		}
	}
	if p.i < len(p.tokens) {
		t := p.tokens[p.i]
		if code := demonyms[strings.ToLower(t.raw)]; code != "" {
			return code, 1
		}
		if code := demonyms[t.word]; code != "" {
			return code, 1
		}
		if byName && len(t.word) >= 6 && !vocabulary[t.word] && t.word != "" && strings.ToLower(t.raw) == t.raw {
			near := map[string]string{}
			for name, code := range countryOf {
				if len(name) >= 6 && distance(t.word, name, 2) < 2 {
					near[code] = name
				}
			}
			for code, name := range near {
				if len(near) == 1 { // of two it is not known which one is meant
					p.doubt(fmt.Sprintf("%q is read as %s", t.raw, name))
					return code, 1
				}
			}
		}
		if byName && len(t.raw) == 2 && t.raw == strings.ToUpper(t.raw) && isCode[t.raw] {
			return t.raw, 1
		}
	}
	return "", 0
}
