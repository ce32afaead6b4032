package analyst

import (
	"strings"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/customer"
)

func wantsLookup(t *turn, q inquiry) bool {
	return q.lookup != (customer.Lookup{}) && t.look.Customers != nil
}

// lookUp finds one customer. Who they are is in the table alone, and what they did is in the text: an answer's text may be
// sent to a model with a later question.
func (t *turn) lookUp(q inquiry) error {
	found, err := t.look.Customers.FindCustomers(t.ctx, t.req.WorkspaceID, q.lookup, ai.FoundAtMost)
	if err != nil {
		return err
	}
	by := "that name"
	switch {
	case q.lookup.Email != "":
		by = "that email address"
	case q.lookup.Phone != "":
		by = "that phone number"
	}
	switch {
	case len(found.Matches) == 0:
		t.w.say("I cannot find a customer with %s.", by)
		t.w.paragraph("I look for whole email addresses, phone numbers with their country's code, and whole first or last names.")
		return nil
	case found.Total > 1:
		t.w.say("**%s customers** have %s.", t.w.count(found.Total, "Customers with "+by, found.Query), by)
		if found.Total > int64(len(found.Matches)) {
			t.w.say(" The table has those who were seen last.")
		}
	default:
		t.oneCustomer(found.Matches[0], by, found.Query)
	}
	t.w.sink.Table(ai.CustomersTable(t.an, found))
	return nil
}

func (t *turn) oneCustomer(p customer.Match, by, query string) {
	t.w.say("One customer has %s: **%s**, **%s** spent.", by, t.phrase("orders", t.w.count(p.Orders, "Orders of this customer", query)), t.w.money(p.Revenue, "Revenue of this customer", query))
	if p.LastOrderAt != nil {
		t.w.say(" The last order was on %s.", p.LastOrderAt.In(t.zone).Format("2 January 2006"))
	}
	if p.LastSeenAt != nil {
		t.w.say(" Last seen on %s.", p.LastSeenAt.In(t.zone).Format("2 January 2006"))
	}
	if p.CartValue.IsPositive() {
		t.w.say(" There is an open cart worth %s.", t.w.money(p.CartValue, "Open cart of this customer", query))
	}
	var channels []string
	for _, c := range []struct {
		name string
		ok   bool
	}{{"email", p.ConsentEmail && p.Email != ""}, {"SMS", p.ConsentSMS && p.Phone != ""}, {"push", p.ConsentPush}, {"WhatsApp", p.ConsentWhatsApp && p.Phone != ""}} {
		if c.ok {
			channels = append(channels, c.name)
		}
	}
	if len(channels) == 0 {
		t.w.say(" They gave no consent to be written to.")
		return
	}
	t.w.say(" They can be reached by %s.", strings.Join(channels, ", "))
}
