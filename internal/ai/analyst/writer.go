package analyst

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// writer streams an answer in small pieces and keeps where each of its figures came from.
type writer struct {
	ctx      context.Context
	sink     ai.Sink
	currency string
	demo     bool
	sources  []ai.Source
	empty    bool // nothing was written yet
}

func newWriter(ctx context.Context, sink ai.Sink, a *analytics.Analysis) *writer {
	w := &writer{ctx: ctx, sink: sink, currency: "EUR", empty: true}
	if a != nil {
		w.currency, w.demo = a.Currency, a.Demo
	}
	return w
}

// figure is a number as it stands in the text, with what it counts and the SQL that gave it.
type figure struct{ label, value, query string }

func (f figure) String() string { return f.value }

func (w *writer) count(n int64, label, query string) figure {
	return figure{label, recommend.Count(n), query}
}

func (w *writer) money(d decimal.Decimal, label, query string) figure {
	return figure{label, recommend.Money(d, w.currency), query}
}

func (w *writer) percent(share float64, label, query string) figure {
	return figure{label, recommend.Percent(share), query}
}

// say appends to the answer. Figures among args become sources. Once the context has ended it does nothing: the caller
// looks at the context when it is done.
func (w *writer) say(format string, args ...any) {
	for _, arg := range args {
		var f figure
		switch arg := arg.(type) {
		case figure:
			f = arg
		case namedFigure:
			f = arg.figure
		default:
			continue
		}
		s := ai.Source{Label: f.label, Value: f.value, Query: f.query, Demo: w.demo}
		if !slices.Contains(w.sources, s) {
			w.sources = append(w.sources, s)
		}
	}
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	for piece := range pieces(text) {
		if w.ctx.Err() != nil {
			return
		}
		w.sink.Text(piece)
		w.empty = false
	}
}

// paragraph is say after a blank line.
func (w *writer) paragraph(format string, args ...any) {
	if !w.empty {
		w.say("\n\n")
	}
	w.say(format, args...)
}

// pieces cuts text at spaces into parts of a few words, as a model streams.
func pieces(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for text != "" {
			end := len(text)
			if len(text) > 12 {
				if i := strings.IndexByte(text[12:], ' '); i >= 0 {
					end = 12 + i + 1
				}
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}

// finish names the sources, and demo data where it was used.
func (w *writer) finish() error {
	if w.demo && len(w.sources) > 0 {
		w.paragraph("_These figures include demo data._")
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if len(w.sources) > 0 {
		w.sink.Sources(w.sources)
	}
	return nil
}

// people is "person" for one and "people" for more.
func people(n int64) string {
	if n == 1 {
		return "person"
	}
	return "people"
}

// change is "up 12.5%" or "down 3%", with its source; no change against nothing.
func (w *writer) change(now, before decimal.Decimal, label, query string) (figure, bool) {
	if !before.IsPositive() {
		return figure{}, false
	}
	share, _ := now.Sub(before).Div(before).Float64()
	f := w.percent(max(share, -share), label, query)
	switch {
	case share > 0:
		f.value = "up " + f.value
	case share < 0:
		f.value = "down " + f.value
	default:
		f.value = "unchanged"
	}
	return f, true
}

// sentence starts with a capital.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// within puts a time frame into a sentence: "in the last 30 days", "in March 2026", "this week".
func within(f chat.Timeframe) string {
	first, rest, _ := strings.Cut(f.Label, " ")
	switch {
	case (first == "last" || first == "past") && strings.ContainsAny(rest[:min(1, len(rest))], "0123456789"):
		return "in the " + f.Label
	case strings.Contains(f.Label, " to "):
		return "from " + f.Label
	case first == "the":
		return "in " + f.Label
	case first == "Black", first == "Cyber":
		return "on " + f.Label
	case slices.Contains(months, strings.ToLower(first)), first != "" && first[0] == 'Q', year(first) > 0:
		return "in " + f.Label
	}
	return f.Label
}
