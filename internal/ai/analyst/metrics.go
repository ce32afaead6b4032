package analyst

import "slices"

func metricName(metric string) string {
	switch metric {
	case "active_customers":
		return "active customers"
	case "new_buyers":
		return "new customers"
	case "page_views":
		return "page views"
	case "product_views":
		return "product views"
	case "signups":
		return "sign-ups"
	case "average_order":
		return "the average order"
	case "conversion_rate":
		return "the conversion rate"
	}
	return metric
}

// containsMetric tells whether a question names a metric, if not first of all.
func containsMetric(q inquiry, metric string) bool { return slices.Contains(q.metrics, metric) }
