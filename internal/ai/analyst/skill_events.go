package analyst

func wantsLeads(_ *turn, q inquiry) bool { return q.metric == "leads" }

// leads counts contacts that were left, over everything.
func (t *turn) leads(inquiry) error {
	const typ, label = "lead_captured", "Leads captured"
	for _, c := range t.an.Overview.EventsByType {
		if c.Name == typ {
			t.w.say("**%s:** %s, over all of your data.", label, t.w.count(c.Count, label, t.an.Queries["overview"]))
			return nil
		}
	}
	t.cannot("None of your events is of that kind.", "visits, carts, orders and revenue")
	return nil
}

func wantsMessages(_ *turn, q inquiry) bool {
	return q.metric == "open_rate" || q.metric == "click_rate" || q.metric == "delivery"
}

// messages says that there is nothing to say yet.
func (t *turn) messages(inquiry) error {
	t.cannot("No campaign has been sent from this workspace yet, so there are no opens, clicks or deliveries to report.", "how many people you can reach on each channel, and what to send them")
	return nil
}

func wantsSource(_ *turn, q inquiry) bool {
	return q.entities.Source != "" && q.metric != "" && q.metric != "events"
}

// bySource says what is known per source: events, not money.
func (t *turn) bySource(q inquiry) error {
	source, metric := q.entities.Source, q.metric
	for _, c := range t.an.Overview.EventsBySource {
		if c.Name == source {
			t.w.say("%s has sent **%s events** in all.", sourceName(source), t.w.count(c.Count, "Events from "+sourceName(source), t.an.Queries["overview"]))
			t.w.paragraph("I do not split %s by source, because the same order can be seen by more than one. By **channel** (where the visit came from) I can: ask “Which channel brings the most revenue?”", metricName(metric))
			return nil
		}
	}
	t.cannot(sourceName(source)+" has not sent any events.", "everything your other sources have sent")
	return nil
}
