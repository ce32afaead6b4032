package analyst

import (
	"slices"
	"strings"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// wantsSavedSegment tells a question about a segment that is none of the standard ones: it says segment, and names none of
// them.
func wantsSavedSegment(t *turn, q inquiry) bool {
	quoted := strings.ContainsAny(t.req.Question, "\"'“”„‘")
	return t.look.Segments != nil && q.has(tGroup) && (q.entities.Segment == "" || quoted) && q.has(tCount, tShow, tWho) && !q.has(tRank, tCompare)
}

// savedSegment counts one of the workspace's own segments, found by its name in the question.
func (t *turn) savedSegment(q inquiry) error {
	all, err := ai.SavedSegments(t.ctx, t.look.Segments, t.req.WorkspaceID)
	if err != nil {
		return err
	}
	question := strings.ToLower(t.req.Question)
	own := slices.DeleteFunc(slices.Clone(all), func(s segment.Segment) bool {
		return len(s.Name) < 3 || !strings.Contains(question, strings.ToLower(s.Name))
	})
	if len(own) > 0 {
		found := slices.MaxFunc(own, func(a, b segment.Segment) int { return len(a.Name) - len(b.Name) })
		return t.countRule(found.Rule, found.Name)
	}
	if q.entities.Segment != "" {
		return t.segment(q)
	}
	t.w.say("I find no segment of that name.")
	var names []string
	for _, s := range all {
		if !s.Standard {
			names = append(names, "“"+s.Name+"”")
		}
	}
	if len(names) > 0 {
		t.w.say(" Your own ones are %s.", strings.Join(names[:min(len(names), 10)], ", "))
	}
	t.w.paragraph("The standard ones:")
	t.segmentTable()
	return nil
}
