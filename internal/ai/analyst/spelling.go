package analyst

import (
	"strings"
	"unicode"
)

// maxQuestion is how many bytes of a question the rules read: enough for any real one, and it bounds their time.
const maxQuestion = 2000

var contractions = strings.NewReplacer(
	"’", "'", "what's", "what is", "whats ", "what is ", "who's", "who is", "where's", "where is", "how's", "how is", "it's", "it is",
	"that's", "that is", "there's", "there is", "let's", "let us", "lets ", "let us ", "i'm", "i am", "we're", "we are", "they're", "they are", "didn't", "did not",
	"didnt ", "did not ", "don't", "do not", "dont ", "do not ", "doesn't", "does not", "haven't", "have not", "havent ", "have not ",
	"hasn't", "has not", "hasnt ", "has not ", "can't", "can not", "cant ", "can not ", "won't", "will not",
	"isn't", "is not", "aren't", "are not", "i've", "i have", "we've", "we have", "i'd", "i would", "we'd", "we would", "'ve", " have", "'s", "", "s'", "s",
	"e-mail", "email", "log-in", "login", "sign-up", "sign up",
)

// words splits a question into lower-case words in their singular, with contractions spelt out and typos mended.
func words(question string) []string {
	if len(question) > maxQuestion {
		question = strings.ToValidUTF8(question[:maxQuestion], "")
	}
	text := contractions.Replace(strings.ToLower(question) + " ")
	fields := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range fields {
		fields[i] = singular(mend(w))
	}
	return fields
}

// singular strips a plural. Phrases of the lexicon go through it too, so only sameness matters, not grammar.
func singular(w string) string {
	switch {
	case len(w) <= 3, strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"), w == "sms", w == "sales", w == "texts":
		return w
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "s"):
		return w[:len(w)-1]
	}
	return w
}

// mend replaces a misspelt word by the only near one of the lexicon: one slip in words of five letters, two in words of
// eight. Words that are right, or near to nothing, stay.
func mend(w string) string {
	switch w {
	case "mont", "moth", "mnth":
		return "month"
	case "wek", "weeek":
		return "week"
	}
	if len(w) < 5 || len(w) > 20 || vocabulary[w] || vocabulary[singular(w)] || countryOf[w] != "" || demonyms[w] != "" {
		return w
	}
	allowed := 1
	if len(w) >= 8 {
		allowed = 2
	}
	best, bestDistance := w, allowed+1
	try := func(candidates []string) {
		for _, c := range candidates {
			if d := len(c) - len(w); d > allowed || -d > allowed+1 {
				continue
			}
			d := min(distance(w, c, bestDistance), distance(singular(w), c, bestDistance))
			if d < bestDistance {
				best, bestDistance = c, d
			}
		}
	}
	try(spellings[w[0]])
	if bestDistance > allowed && w[1] != w[0] {
		try(spellings[w[1]]) // the first two letters swapped, or the first one lost
	}
	return best
}

// distance is the optimal string alignment distance (a swap of neighbours counts one), or limit when it is not less.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var rows [3][32]int
	if len(b) >= len(rows[0]) {
		return limit
	}
	before, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			cur[j] = d
			least = min(least, d)
		}
		if least >= limit {
			return limit
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
