package analyst

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/pulsehub/pulsehub/internal/customer"
)

var (
	emailPattern = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
	phonePattern = regexp.MustCompile(`(?:\+|\b00)[0-9][0-9 ()/.-]{6,}[0-9]`)
	// namePattern is what a name follows. Where any name may follow, it need not be written with a capital.
	namePattern = regexp.MustCompile(`(?i)\b(called|named|by the name of|name is|look up|looking for|search for|customer|client|who is|who's|everything about|know about|profile of|details of|record of|find|about|pull up|show me|history of)\s+(?:(?:the|our|a)\s+)?(?:(?:customer|client|profile|user|person)\s+(?:called\s+|named\s+)?)?((?:[\p{L}'’-]+\s*){1,4})`)
)

var anyName = map[string]bool{"called": true, "named": true, "by the name of": true, "name is": true, "look up": true}

// lookupIn is the customer that a question asks for: by email address, phone number, or name. It is for answers alone and
// gets into no intent.
func lookupIn(question string) customer.Lookup {
	if len(question) > maxQuestion {
		question = strings.ToValidUTF8(question[:maxQuestion], "")
	}
	if email := emailPattern.FindString(question); email != "" {
		return customer.Lookup{Email: strings.Trim(email, ".-")}
	}
	if phone := phonePattern.FindString(question); phone != "" {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, phone)
		return customer.Lookup{Phone: "+" + strings.TrimPrefix(digits, "00")}
	}
	for rest := question; ; {
		m := namePattern.FindStringSubmatchIndex(rest)
		if m == nil {
			return customer.Lookup{}
		}
		if name := nameIn(rest[m[4]:m[5]], anyName[strings.ToLower(rest[m[2]:m[3]])]); name != "" {
			return customer.Lookup{Name: name}
		}
		rest = rest[m[3]:]
	}
}

// nameIn is the words at the beginning that can be a name: with capitals (or in any case), and none of ours. A single word
// is a name only where one was announced.
func nameIn(text string, anyCase bool) string {
	var name []string
	for _, w := range strings.Fields(text) {
		lower := strings.ToLower(w)
		if known := vocabulary[lower] || vocabulary[singular(lower)] || countryOf[lower] != "" || demonyms[lower] != "" || isSmall[lower]; known ||
			!anyCase && !unicode.IsUpper([]rune(w)[0]) {
			break
		}
		name = append(name, w)
	}
	if len(name) == 0 || len(name) > 3 || len(name) == 1 && !anyCase {
		return ""
	}
	return strings.Join(name, " ")
}

var isSmall = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range small {
		out[w] = true
	}
	return out
}()
