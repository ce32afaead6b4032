package segment

import (
	"strings"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Fault is one thing that is wrong with a rule.
type Fault struct {
	Pointer string // a JSON pointer (RFC 6901) into the rule, e.g. /rules/1/value; "" is the rule itself
	Message string // what would be right
	Value   any    // what was given, where that is short
}

// Faults is everything that is wrong with a rule.
type Faults struct{ List []Fault }

func (f *Faults) Error() string {
	var b strings.Builder
	for i, one := range f.List {
		if i > 0 {
			b.WriteString("; ")
		}
		at := one.Pointer
		if at == "" {
			at = "the rule"
		}
		b.WriteString(at + ": " + one.Message)
	}
	return b.String()
}

// Problem is the faults as an error for people. under is where the rule stands in what they sent, e.g. body.rule.
func (f *Faults) Problem(under string) *apperr.Error {
	message := "This rule cannot be used: " + f.List[0].Message + "."
	if f.List[0].Pointer != "" {
		message = "This rule cannot be used. At " + f.List[0].Pointer + ": " + f.List[0].Message + "."
	}
	e := apperr.New(apperr.Invalid, "invalid_rule", "%s", message)
	for _, one := range f.List {
		e.WithField(under+one.Pointer, one.Message, one.Value)
	}
	return e
}
