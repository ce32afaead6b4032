package analyst

import (
	"time"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsCohorts(_ *turn, q inquiry) bool {
	return q.metric == "retention" || q.asksAFact() && q.has(tWinBack) && q.entities.Segment == "" && !q.has(tPredict)
}

// cohorts is how many of those who first ordered in one month ordered again in the months that followed.
func (t *turn) cohorts(q inquiry) error {
	if t.look.Figures == nil {
		t.retentionByGroups()
		return nil
	}
	granularity := "month"
	if granularityIn(q.words) == "week" {
		granularity = "week"
	}
	ask := analytics.Asked{Granularity: granularity}
	f := q.entities.Timeframe
	if f != nil { // members began in it, and are followed until today
		ask.From = f.From.Format(time.RFC3339)
	}
	c, err := t.look.Figures.Cohorts(t.ctx, t.req.WorkspaceID, ask)
	if err != nil {
		return err
	}
	var members, again int64
	var shown []analytics.Cohort
	for _, one := range c.Cohorts {
		if f != nil && !t.begins(one.Start).Before(f.To) {
			break
		}
		if one.Customers > 0 {
			shown = append(shown, one)
		}
		// The period after it counts once it has ended.
		if len(one.Periods) > 1 && !t.ends(one.Periods[1].Start, granularity).After(t.req.Now) {
			members, again = members+one.Customers, again+one.Periods[1].Customers
		}
	}
	when := "since " + c.From.In(t.zone).Format("2 January 2006")
	if f != nil {
		when = within(*f)
	}
	if members == 0 {
		t.w.say("Nobody who first ordered %s has had a whole %s since to order again, so there is no retention to tell yet.", when, granularity)
		t.retentionTable(shown, granularity, c.Query)
		return nil
	}
	t.w.say("**%s of new buyers ordered again in the %s after their first order**: %s of the %s who first ordered %s and have had that %s.",
		t.w.percent(float64(again)/float64(members), "Retention in the first "+granularity+" after", c.Query), granularity,
		t.w.count(again, "Ordered again in the "+granularity+" after", c.Query), t.w.count(members, "First ordered, "+when, c.Query), when, granularity)
	t.w.paragraph("Each row of the table is those who first ordered in one %s; each column is a later one. The last may not be over yet.", granularity)
	t.retentionTable(shown, granularity, c.Query)
	return nil
}

func (t *turn) begins(date string) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, date, t.zone)
	if err != nil {
		return time.Time{}
	}
	return d
}

func (t *turn) ends(date, granularity string) time.Time {
	if granularity == "week" {
		return t.begins(date).AddDate(0, 0, 7)
	}
	return t.begins(date).AddDate(0, 1, 0)
}

// retentionTable shows at most a year of cohorts, and half a year of each.
func (t *turn) retentionTable(cohorts []analytics.Cohort, granularity, query string) {
	const rows, columns = 12, 6
	cohorts = cohorts[max(0, len(cohorts)-rows):]
	if len(cohorts) == 0 {
		return
	}
	table := ai.Table{Key: "cohorts", Title: "Ordered again, by " + granularity + " of the first order", Query: query, Columns: []ai.Column{{Label: "First ordered", Align: "left"}, {Label: "Customers", Align: "right"}}}
	for i := range columns {
		table.Columns = append(table.Columns, ai.Column{Label: sentence(granularity) + " " + recommend.Count(int64(i+1)), Align: "right"})
	}
	for _, c := range cohorts {
		name := c.Start
		if at := t.begins(c.Start); granularity == "month" {
			name = at.Format("January 2006")
		}
		row := []string{name, recommend.Count(c.Customers)}
		for i := range columns {
			cell := ""
			if i+1 < len(c.Periods) {
				cell = recommend.Percent(c.Periods[i+1].Share)
			}
			row = append(row, cell)
		}
		table.Rows = append(table.Rows, row)
	}
	t.w.sink.Table(table)
}

// retentionByGroups is told by the groups that show it.
func (t *turn) retentionByGroups() {
	q := t.an.Queries["segments"]
	t.w.say("Who stays and who leaves shows in these groups:\n")
	found := false
	for _, key := range []string{"repeat_customers", "lapsed_customers", "at_risk_vips"} {
		if s, ok := segmentNamed(t.an, key); ok {
			found = true
			t.w.say("\n- **%s:** %s %s, %s of all customers (%s)", s.Name, t.w.count(s.Size, "People in "+s.Name, q), people(s.Size), t.w.percent(s.Share, s.Name+" as a share of all customers", q), s.Criteria)
		}
	}
	if !found {
		t.w.say("\n- none of them has people yet")
	}
	t.w.paragraph("A churn rate over time needs cohorts, which I do not compute here yet.")
}
