package ingest

import (
	"strings"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// segmentNames is Segment's e-commerce, B2B and email specifications (https://segment.com/docs/connections/spec/), by name in
// lower case.
var segmentNames = map[string]string{
	"page viewed":          datasource.EventPageViewed,
	"screen viewed":        datasource.EventPageViewed,
	"product viewed":       datasource.EventProductViewed,
	"products searched":    datasource.EventSearchPerformed,
	"product added":        datasource.EventProductAdded,
	"checkout started":     datasource.EventCheckoutStarted,
	"order completed":      datasource.EventOrderCompleted,
	"order refunded":       datasource.EventOrderRefunded,
	"lead captured":        datasource.EventLeadCaptured,
	"lead generated":       datasource.EventLeadCaptured,
	"signed up":            datasource.EventSignedUp,
	"account created":      datasource.EventSignedUp,
	"form submitted":       datasource.EventFormSubmitted,
	"form completed":       datasource.EventFormSubmitted,
	"email sent":           datasource.EventMessageSent,
	"email delivered":      datasource.EventMessageDelivered,
	"email opened":         datasource.EventMessageOpened,
	"email link clicked":   datasource.EventMessageClicked,
	"email bounced":        datasource.EventMessageBounced,
	"email marked as spam": datasource.EventMessageComplained,
	"unsubscribed":         datasource.EventMessageUnsubscribed,
}

// ga4Names is Google's recommended events (https://support.google.com/analytics/answer/9267735), which tags in Tag Manager
// pass on.
var ga4Names = map[string]string{
	"page_view":      datasource.EventPageViewed,
	"screen_view":    datasource.EventPageViewed,
	"view_item":      datasource.EventProductViewed,
	"search":         datasource.EventSearchPerformed,
	"add_to_cart":    datasource.EventProductAdded,
	"begin_checkout": datasource.EventCheckoutStarted,
	"purchase":       datasource.EventOrderCompleted,
	"refund":         datasource.EventOrderRefunded,
	"generate_lead":  datasource.EventLeadCaptured,
	"sign_up":        datasource.EventSignedUp,
	"form_submit":    datasource.EventFormSubmitted,
}

// ownNames is PulseHub's vocabulary, which anyone may send.
var ownNames = func() map[string]string {
	names := map[string]string{}
	for _, n := range datasource.Vocabulary {
		names[n] = n
	}
	return names
}()

// vocabulary is the normalised name of what a source of that type calls an event; EventCustom for what it does not know.
func vocabulary(t datasource.Type, name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if known, ok := ownNames[name]; ok {
		return known
	}
	if known, ok := segmentNames[name]; ok {
		return known
	}
	if t == datasource.GTM {
		if known, ok := ga4Names[name]; ok {
			return known
		}
	}
	return datasource.EventCustom
}
