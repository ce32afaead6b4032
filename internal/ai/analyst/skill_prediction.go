package analyst

import (
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsPrediction(t *turn, q inquiry) bool { return q.has(tPredict) && t.look.Predictions != nil }

// predict answers who is at risk, who will buy, who is still a customer, and how much to expect.
func (t *turn) predict(q inquiry) error {
	switch {
	case q.entities.Segment == "at_risk_vips":
		return t.atRisk()
	case slices.Contains(q.words, "active") || slices.Contains(q.words, "alive") || strings.Contains(strings.Join(q.words, " "), "still customer"):
		return t.stillCustomers()
	case q.has(tWho) && q.has(tPeople):
		return t.likelyBuyers()
	}
	switch q.metric {
	case "", "revenue", "orders", "customers", "overview", "average_order":
	default:
		t.cannot("I predict orders and their value. "+sentence(metricName(q.metric))+" I do not predict.", "how they developed so far")
		return nil
	}
	if len(q.places) > 0 || q.entities.Channel != "" || q.entities.Product != "" {
		t.cannot("I predict for all customers together, and not by channel, country or product.", "how each of them did so far, and what to expect in all")
		return nil
	}
	return t.outlook(q)
}

// horizonIn is how many days ahead a question looks: 90 where it does not say.
func horizonIn(words []string) int {
	for i, w := range words {
		if w != "next" && w != "coming" || i+1 >= len(words) {
			continue
		}
		n, unit := 1, words[i+1]
		if k := number(words[i+1]); k > 0 && i+2 < len(words) {
			n, unit = k, words[i+2]
		}
		switch unit {
		case "day":
			return n
		case "week", "weekend":
			return 7 * n
		case "month":
			return 30 * n
		case "quarter":
			return 90 * n
		case "year":
			return 365 * n
		}
	}
	return predict.Horizon
}

func (t *turn) outlook(q inquiry) error {
	days := horizonIn(q.words)
	if days > predict.MaxOutlookDays {
		t.w.say("I cannot say anything honest that far ahead: I predict %d days at the most.", predict.MaxOutlookDays)
		t.w.paragraph("It would take a plan of what you will do in that time. Ask me for the next 90 days, and I answer with an interval.")
		return nil
	}
	o, err := t.look.Predictions.Outlook(t.ctx, t.req.WorkspaceID, days)
	if errors.Is(err, predict.ErrNotFitted) {
		t.notFitted()
		return nil
	}
	if err != nil {
		return err
	}
	if len(o.Missing) > 0 {
		t.tooLittle(o.Missing)
		return nil
	}
	when := "in the next " + recommend.Count(int64(days)) + " " + plural("day", days)
	value := t.w.money(cents(o.Value.Mean), "Expected revenue "+when, o.Query)
	orders := t.w.count(int64(math.Round(o.Orders.Mean)), "Expected orders "+when, o.Query)
	if q.metric == "orders" || q.metric == "customers" {
		t.w.say("I expect **%s** %s from customers who have ordered before, worth about %s.", t.phrase("orders", orders), when, value)
	} else {
		t.w.say("I expect **%s** %s from customers who have ordered before, in about %s.", value, when, t.phrase("orders", orders))
	}
	switch {
	case o.Orders.Low == nil && o.Value.Low == nil:
		t.w.say(" There is too little history to test the prediction on, so I cannot say how far off it may be.")
	default:
		t.w.say(" With a probability of %s it is", recommend.Percent(0.9))
		if o.Value.Low != nil {
			t.w.say(" between %s and %s", t.w.money(cents(*o.Value.Low), "Expected revenue "+when+", lower end", o.Query), t.w.money(cents(*o.Value.High), "Expected revenue "+when+", upper end", o.Query))
		}
		if o.Value.Low != nil && o.Orders.Low != nil {
			t.w.say(", and")
		}
		if o.Orders.Low != nil {
			t.w.say(" between %s and %s orders", t.w.count(int64(math.Round(*o.Orders.Low)), "Expected orders "+when+", lower end", o.Query), t.w.count(int64(math.Round(*o.Orders.High)), "Expected orders "+when+", upper end", o.Query))
		}
		t.w.say(".")
	}
	t.w.paragraph("It is counted from the last order that I know (%s), before refunds. Orders of people who will buy for the first time are not in it, nor are seasons and sales.", o.LastDay)
	return nil
}

func cents(v float64) decimal.Decimal { return decimal.NewFromFloat(v).Round(2) }

func (t *turn) notFitted() {
	t.w.say("I cannot predict anything yet: no predictions have been made for this workspace.")
	t.w.paragraph("They are made by themselves soon after data arrives, and take at least %d customers with an order and %d days of history.", predict.MinCustomers, predict.MinHistoryDays)
}

func (t *turn) tooLittle(missing []predict.Requirement) {
	t.w.say("I cannot predict that yet: there is not enough data.\n")
	for _, m := range missing {
		t.w.say("\n- %s", m.Message)
	}
}

// fitted is the model, where it can tell anything; otherwise it was said why not.
func (t *turn) fitted() (*predict.Saved, error) {
	m, err := t.look.Predictions.Model(t.ctx, t.req.WorkspaceID)
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		t.notFitted()
		return nil, nil
	case m.Purchases == nil:
		t.tooLittle(m.Missing)
		return nil, nil
	}
	return m, nil
}

func (t *turn) atRisk() error {
	if m, err := t.fitted(); m == nil {
		return err
	}
	r, err := t.look.Predictions.AtRisk(t.ctx, t.req.WorkspaceID, 10)
	if err != nil {
		return err
	}
	if r.Of == 0 {
		t.w.say("Nobody has bought on more than one day, so nobody's risk of leaving is known.")
		return nil
	}
	t.w.say("**%s %s probably left**: %s of the %s who bought more than once have a churn risk of %s or more. They have spent **%s** so far.",
		t.w.count(r.Count, "Customers with a churn risk of half or more", r.Query), hasHave(r.Count), t.w.percent(float64(r.Count)/float64(r.Of), "Share of those who bought more than once", r.Query),
		t.w.count(r.Of, "Customers whose churn risk is known", r.Query), recommend.Percent(predict.ChurnLine), t.w.money(r.Revenue, "Spent by those at risk", r.Query))
	if len(r.Customers) > 0 {
		t.w.sink.Table(ai.AtRiskTable(t.an, r))
		t.w.paragraph("For campaigns that fit, ask “How do I win them back?”")
	}
	return nil
}

func hasHave(n int64) string {
	if n == 1 {
		return "customer has"
	}
	return "customers have"
}

func (t *turn) stillCustomers() error {
	m, err := t.fitted()
	if m == nil {
		return err
	}
	query := "SELECT sum(p_alive) AS active, count(*) AS customers FROM customer_predictions WHERE workspace_id = '" + t.req.WorkspaceID.String() + "' AND churn_risk IS NOT NULL"
	t.w.say("Of the %s customers who bought more than once, about **%s** are still customers, by their rhythm of buying.",
		t.w.count(int64(m.Repeating), "Customers who bought more than once", query), t.w.count(int64(math.Round(m.Alive)), "Expected to be customers still", query))
	t.w.say(" Of the %s who bought once the model cannot say.", t.w.count(int64(m.BoughtOnce), "Customers who bought once", "SELECT count(*) FROM customer_predictions WHERE workspace_id = '"+t.req.WorkspaceID.String()+"' AND churn_risk IS NULL"))
	return nil
}

func (t *turn) likelyBuyers() error {
	if m, err := t.fitted(); m == nil {
		return err
	}
	list, err := t.look.Predictions.Likely(t.ctx, t.req.WorkspaceID, 10)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.w.say("I expect no order of anybody in the next 90 days.")
		return nil
	}
	t.w.say("The table has the customers who are expected to bring most in the next %d days, with how many orders and how much to expect of each.", predict.Horizon)
	query := "SELECT customer_id, expected_orders_90, expected_value_90 FROM customer_predictions WHERE workspace_id = '" + t.req.WorkspaceID.String() + "' ORDER BY expected_value_90 DESC NULLS LAST, customer_id LIMIT 10"
	t.w.sink.Table(ai.LikelyTable(t.an, list, query))
	return nil
}
