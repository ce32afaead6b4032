package ingest

import (
	"net/url"
	"strings"
)

// The channels that bring a visit.
const (
	channelDirect   = "direct"
	channelOrganic  = "organic"
	channelPaid     = "paid"
	channelSocial   = "social"
	channelReferral = "referral"
)

// media are the values of utm_medium, as they are commonly set.
var media = map[string]string{
	"cpc": channelPaid, "ppc": channelPaid, "paid": channelPaid, "paidsearch": channelPaid, "paid_search": channelPaid, "display": channelPaid,
	"banner": channelPaid, "cpm": channelPaid, "cpv": channelPaid, "retargeting": channelPaid, "shopping": channelPaid, "affiliate": channelReferral,
	"paid_social": channelPaid, "paidsocial": channelPaid, "social": channelSocial, "social-media": channelSocial, "sm": channelSocial,
	"email": "email", "e-mail": "email", "newsletter": "email", "sms": "sms", "text": "sms", "push": "push", "whatsapp": "whatsapp",
	"organic": channelOrganic, "referral": channelReferral,
}

// hosts are names of sites: with a dot at the end in any country, without one as a whole.
var hosts = []struct{ name, channel string }{
	{"mail.", "email"}, {"outlook.", "email"},
	{"google.", channelOrganic}, {"bing.", channelOrganic}, {"duckduckgo.", channelOrganic}, {"ecosia.", channelOrganic}, {"yahoo.", channelOrganic},
	{"baidu.", channelOrganic}, {"yandex.", channelOrganic}, {"qwant.", channelOrganic}, {"startpage.", channelOrganic},
	{"facebook.", channelSocial}, {"instagram.", channelSocial}, {"tiktok.", channelSocial}, {"pinterest.", channelSocial}, {"linkedin.", channelSocial},
	{"twitter.", channelSocial}, {"t.co", channelSocial}, {"x.com", channelSocial}, {"youtube.", channelSocial}, {"reddit.", channelSocial},
	{"whatsapp.", "whatsapp"}, {"wa.me", "whatsapp"},
}

// visitChannel is what brought a visit, as far as one message tells: its campaign, its click id, or where its page was come
// from. It is empty inside of a site, and where there is no page.
func visitChannel(medium, source, pageURL, referrer string) string {
	page, err := url.Parse(pageURL)
	if err != nil {
		page = &url.URL{}
	}
	var query url.Values
	if page.RawQuery != "" {
		query = page.Query()
	}
	if medium == "" && source == "" {
		medium, source = query.Get("utm_medium"), query.Get("utm_source")
	}
	if c, ok := media[strings.ToLower(medium)]; ok {
		return c
	}
	for _, clickID := range []string{"gclid", "gbraid", "wbraid", "msclkid", "fbclid", "ttclid"} {
		if query.Has(clickID) && (clickID != "fbclid" || medium != "") {
			return channelPaid
		}
	}
	if source != "" {
		if c := hostChannel(strings.ToLower(source) + "."); c != "" {
			return c
		}
		return channelReferral
	}
	if page.Host == "" {
		return ""
	}
	from, err := url.Parse(referrer)
	switch {
	case err != nil || from.Host == "":
		return channelDirect
	case site(from.Host) == site(page.Host):
		return ""
	}
	if c := hostChannel(from.Hostname()); c != "" {
		return c
	}
	return channelReferral
}

func hostChannel(host string) string {
	for _, h := range hosts {
		if strings.HasSuffix(h.name, ".") && (strings.HasPrefix(host, h.name) || strings.Contains(host, "."+h.name)) ||
			host == h.name || strings.HasSuffix(host, "."+h.name) {
			return h.channel
		}
	}
	return ""
}

func site(host string) string { return strings.TrimPrefix(strings.ToLower(host), "www.") }
