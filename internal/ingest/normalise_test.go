package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

var (
	now      = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	shopSite = Source{ID: uuid.New(), WorkspaceID: uuid.New(), Type: datasource.HTTP, Currency: "EUR"}
	tagged   = Source{ID: uuid.New(), WorkspaceID: shopSite.WorkspaceID, Type: datasource.GTM, Currency: "EUR"}
)

// one normalises one message.
func one(t *testing.T, source Source, message string) Batch {
	t.Helper()
	call, err := ParseBatch([]byte(`{"batch":[` + message + `]}`))
	require.NoError(t, err)
	return Normalise(source, call, now)
}

func TestNames(t *testing.T) {
	for _, x := range []struct {
		source Source
		name   string
		want   string
	}{
		{shopSite, "Order Completed", datasource.EventOrderCompleted}, {shopSite, "order completed", datasource.EventOrderCompleted},
		{shopSite, "order_completed", datasource.EventOrderCompleted}, {shopSite, "Product Viewed", datasource.EventProductViewed},
		{shopSite, "Products Searched", datasource.EventSearchPerformed}, {shopSite, "Email Link Clicked", datasource.EventMessageClicked},
		{shopSite, "purchase", datasource.EventCustom}, {tagged, "purchase", datasource.EventOrderCompleted}, {tagged, "view_item", datasource.EventProductViewed},
		{tagged, "Order Completed", datasource.EventOrderCompleted}, {shopSite, "Cart Viewed", datasource.EventCustom}, {shopSite, "custom", datasource.EventCustom},
	} {
		b := one(t, x.source, fmt.Sprintf(`{"type":"track","messageId":"1","userId":"u","event":%q}`, x.name))
		require.Len(t, b.Items, 1, x.name)
		require.Equal(t, x.want, b.Items[0].Event.Type, x.name)
		if x.want == datasource.EventCustom {
			require.Equal(t, x.name, b.Items[0].Event.Name)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, x := range []struct{ name, times, want string }{
		{"none is now", ``, "2026-11-24T12:00:00Z"},
		{"as it is said", `"timestamp":"2026-11-20T10:00:00.123456Z"`, "2026-11-20T10:00:00.123456Z"},
		{"with a zone", `"timestamp":"2026-11-20T10:00:00+02:00"`, "2026-11-20T08:00:00Z"},
		{"a clock an hour slow", `"timestamp":"2026-11-24T10:30:00Z","sentAt":"2026-11-24T11:00:00Z"`, "2026-11-24T11:30:00Z"},
		{"a clock a day fast", `"timestamp":"2026-11-25T11:30:00Z","sentAt":"2026-11-25T12:00:00Z"`, "2026-11-24T11:30:00Z"},
		{"the way here is no error", `"timestamp":"2026-11-24T11:00:00Z","sentAt":"2026-11-24T11:59:59.5Z"`, "2026-11-24T11:00:00Z"},
		{"the future is now", `"timestamp":"2031-01-01T00:00:00Z"`, "2026-11-24T12:00:00Z"},
		{"originalTimestamp first", `"timestamp":"2026-11-22T10:00:00Z","originalTimestamp":"2026-11-21T10:00:00Z"`, "2026-11-21T10:00:00Z"},
		{"long ago", `"timestamp":"1997-01-01T00:00:00Z"`, "1997-01-01T00:00:00Z"},
		{"a day", `"timestamp":"2026-11-20"`, "2026-11-20T00:00:00Z"},
		{"seconds", `"timestamp":1763632800`, "2025-11-20T10:00:00Z"},
		{"milliseconds", `"timestamp":1763632800123`, "2025-11-20T10:00:00.123Z"},
		{"sentAt that is no time", `"timestamp":"2026-11-20T10:00:00Z","sentAt":"soon"`, "2026-11-20T10:00:00Z"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if x.times != "" {
				x.times = "," + x.times
			}
			b := one(t, shopSite, `{"type":"page","messageId":"1","userId":"u"`+x.times+`}`)
			require.Empty(t, b.Rejections)
			require.Equal(t, x.want, b.Items[0].Event.OccurredAt.Format(time.RFC3339Nano))
			require.Equal(t, now, b.Items[0].Event.ReceivedAt)
		})
	}
}

func TestRejections(t *testing.T) {
	for _, x := range []struct{ message, code, field string }{
		{`{"type":"track","event":"X"}`, "no_identity", "userId"},
		{`{"type":"track","event":"X","userId":"undefined","anonymousId":"null"}`, "no_identity", "userId"},
		{`{"type":"track","event":"X","userId":{"a":1}}`, "no_identity", "userId"},
		{`{"type":"track","userId":"u"}`, "missing_event", "event"},
		{`{"type":"track","userId":"u","event":"  "}`, "missing_event", "event"},
		{`{"type":"dance","userId":"u"}`, "unknown_type", "type"},
		{`17`, "unknown_type", "type"},
		{`{"type":"page","userId":"u","timestamp":"yesterday"}`, "invalid_timestamp", "timestamp"},
		{`{"type":"page","userId":"u","originalTimestamp":"0001-01-01T00:00:00Z"}`, "time_out_of_range", "originalTimestamp"},
		{`{"type":"track","event":"X","userId":"u","properties":"none"}`, "invalid_properties", "properties"},
		{`{"type":"alias","userId":"u"}`, "missing_previous_id", "previousId"},
		{`{"type":"page","userId":"u","messageId":"` + strings.Repeat("x", 101) + `"}`, "message_id_too_long", "messageId"},
		{`{"type":"page","userId":"` + strings.Repeat("x", 600) + `"}`, "identifier_too_long", "userId"},
		{`{"type":"page","userId":"u","properties":{"a":"` + strings.Repeat("x", 33<<10) + `"}}`, "too_large", ""},
	} {
		b := one(t, shopSite, x.message)
		require.Empty(t, b.Items, x.code)
		require.Len(t, b.Rejections, 1, x.code)
		r := b.Rejections[0]
		require.Equal(t, []string{x.code, x.field}, []string{r.Code, r.Field})
		require.NotEmpty(t, r.Reason)
		require.NotEmpty(t, r.Raw)
		require.False(t, r.Kept)
	}
}

// What is wrong in a message is left out of it, with a reason; the rest is kept.
func TestNotes(t *testing.T) {
	for _, x := range []struct{ message, code, field string }{
		{`{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":"much"}}`, "invalid_amount", "properties.revenue"},
		{`{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":-5}}`, "invalid_amount", "properties.revenue"},
		{`{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":1e13}}`, "invalid_amount", "properties.revenue"},
		{`{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":5,"currency":"usd"}}`, "other_currency", "properties.currency"},
		{`{"type":"track","event":"Order Completed","userId":"u","properties":{"products":"many"}}`, "invalid_products", "properties.products"},
		{`{"type":"identify","userId":"u","traits":{"email":"not an address"}}`, "invalid_email", "traits.email"},
		{`{"type":"identify","userId":"u","traits":{"phone":"12"}}`, "invalid_phone", "traits.phone"},
		{`{"type":"identify","userId":"u","traits":{"consent":{"fax":true}}}`, "invalid_consent", "traits.consent.fax"},
		{`{"type":"identify","userId":"u","traits":[1]}`, "invalid_traits", "traits"},
		{`{"type":"page","userId":"u","context":"none"}`, "invalid_context", "context"},
	} {
		b := one(t, shopSite, x.message)
		require.Len(t, b.Items, 1, x.code)
		require.False(t, b.Items[0].Event.HasValue)
		require.Len(t, b.Rejections, 1, x.code)
		require.Equal(t, []any{x.code, x.field, true}, []any{b.Rejections[0].Code, b.Rejections[0].Field, b.Rejections[0].Kept})
	}
}

func TestMoneyAndProducts(t *testing.T) {
	for _, x := range []struct {
		event, properties string
		cents             int64
		product, items    string
	}{
		{"Order Completed", `{"order_id":"1","revenue":49.9,"total":60,"products":[{"name":"Cap","price":"24.95","quantity":2},{"sku":"S1","quantity":1}]}`, 4990, "", `[{"product":"Cap","quantity":2,"price":24.95},{"product":"S1","quantity":1}]`},
		{"Order Completed", `{"products":[{"name":"Cap","price":10,"quantity":3}]}`, 3000, "", `[{"product":"Cap","quantity":3,"price":10}]`},
		{"Order Refunded", `{"total":-12.345}`, 1235, "", ""},
		{"Product Added", `{"name":"Cap","price":10.5,"quantity":2}`, 2100, "Cap", ""},
		{"Product Viewed", `{"product_id":"P1","price":10.5,"quantity":2}`, 1050, "P1", ""},
		{"Checkout Started", `{"value":"7.50"}`, 750, "", ""},
	} {
		e := one(t, shopSite, `{"type":"track","userId":"u","event":"`+x.event+`","properties":`+x.properties+`}`).Items[0].Event
		require.Equal(t, x.cents, e.Cents, x.properties)
		require.True(t, e.HasValue)
		require.Equal(t, x.product, e.Product)
		var p struct{ Items json.RawMessage }
		require.NoError(t, json.Unmarshal(e.Properties, &p))
		require.Equal(t, x.items, string(p.Items))
	}
	e := one(t, tagged, `{"type":"track","userId":"u","event":"purchase","properties":{"transaction_id":"T-1","value":49,"currency":"EUR","items":[{"item_id":"SKU","item_name":"Cap","price":49,"quantity":1}]}}`)
	require.Equal(t, "T-1", e.Items[0].OrderID)
	require.JSONEq(t, `{"transaction_id":"T-1","value":49,"currency":"EUR","items":[{"product":"Cap","quantity":1,"price":49}],"source_items":[{"item_id":"SKU","item_name":"Cap","price":49,"quantity":1}]}`, string(e.Items[0].Event.Properties))
}

func TestIdentifiersAndTraits(t *testing.T) {
	it := one(t, shopSite, `{"type":"identify","userId":17,"anonymousId":"a","traits":{"email":" Ada@Example.COM ","phone":"030 901820","address":{"city":"Berlin","country":"de"},
		"name":"Ada Lovelace","plan":"pro","consent":{"email":true,"sms":false},"nothing":null},"context":{"timezone":"Europe/Berlin","locale":"de-DE"}}`).Items[0]
	require.Equal(t, []Identifier{{ByUserID, "17"}, {ByEmail, "ada@example.com"}, {ByPhone, "+4930901820"}}, it.Identifiers)
	require.Equal(t, "a", it.AnonymousID)
	require.Empty(t, it.Event.Type)
	told := map[string]string{}
	for _, trait := range it.Traits {
		told[trait.Name] = string(trait.Value)
	}
	require.Equal(t, map[string]string{"email": `"ada@example.com"`, "phone": `"+4930901820"`, "city": `"Berlin"`, "country": `"DE"`, "address": `{"city":"Berlin","country":"de"}`,
		"name": `"Ada Lovelace"`, "plan": `"pro"`, "consent.email": "true", "consent.sms": "false", "nothing": "null", "timezone": `"Europe/Berlin"`, "locale": `"de-DE"`}, told)
	order := one(t, shopSite, `{"type":"track","event":"Order Completed","anonymousId":"a","properties":{"email":"ada@example.com","revenue":1}}`).Items[0]
	require.Equal(t, []Identifier{{ByEmail, "ada@example.com"}}, order.Identifiers)
}

func TestChannels(t *testing.T) {
	for _, x := range []struct{ context, want string }{
		{`{"campaign":{"source":"newsletter","medium":"email"}}`, "email"},
		{`{"page":{"url":"https://shop.example/?utm_medium=cpc&utm_source=google"}}`, "paid"},
		{`{"page":{"url":"https://shop.example/?gclid=1"}}`, "paid"},
		{`{"page":{"url":"https://shop.example/","referrer":"https://www.google.de/"}}`, "organic"},
		{`{"page":{"url":"https://shop.example/","referrer":"https://m.facebook.com/"}}`, "social"},
		{`{"page":{"url":"https://shop.example/","referrer":"https://mail.google.com/"}}`, "email"},
		{`{"page":{"url":"https://shop.example/","referrer":"https://blog.example/post"}}`, "referral"},
		{`{"page":{"url":"https://shop.example/"}}`, "direct"},
		{`{"page":{"url":"https://shop.example/b","referrer":"https://www.shop.example/a"}}`, ""},
		{`{}`, ""}, {`{"page":{"url":"::"}}`, ""},
	} {
		require.Equal(t, x.want, one(t, shopSite, `{"type":"page","userId":"u","context":`+x.context+`}`).Items[0].Event.Channel, x.context)
	}
}

// What a batch says once counts for all of its messages, unless they say it themselves.
func TestWhatABatchSaysOnce(t *testing.T) {
	call, err := ParseBatch([]byte(`{"writeKey":"k","sentAt":"2026-11-24T11:00:00Z","context":{"locale":"de","page":{"url":"https://shop.example/"}},
		"batch":[{"type":"page","userId":"u","timestamp":"2026-11-24T10:00:00Z","context":{"locale":"en"}}]}`))
	require.NoError(t, err)
	require.Equal(t, "k", call.WriteKey)
	e := Normalise(shopSite, call, now).Items[0].Event
	require.Equal(t, now.Add(-time.Hour), e.OccurredAt)
	require.Equal(t, "direct", e.Channel)
	require.JSONEq(t, `{"locale":"en","page":{"url":"https://shop.example/"}}`, string(e.Context))
}

func TestCallsThatCannotBeRead(t *testing.T) {
	for _, x := range []struct{ body, code string }{
		{`{"batch":[`, "invalid_json"}, {`[]`, "invalid_json"}, {`"x"`, "invalid_json"}, {``, "invalid_json"}, {`{"batch":{}}`, "invalid_json"}, {`{}`, "empty_batch"},
		{`{"batch":[]}`, "empty_batch"}, {`{"batch":[` + strings.Repeat("1,", MaxBatchSize) + `1]}`, "too_large"}, {strings.Repeat(" ", MaxBatch+1), "too_large"},
	} {
		_, err := ParseBatch([]byte(x.body))
		require.Equal(t, apperr.Malformed, apperr.KindOf(err))
		require.Equal(t, x.code, apperr.From(err).Code, x.body[:min(len(x.body), 20)])
	}
	_, err := ParseCall([]byte(strings.Repeat(" ", MaxCall+1)), "track")
	require.Equal(t, "too_large", apperr.From(err).Code)
}

// The same message has the same key, whichever way it comes; different ones have different keys.
func TestKeys(t *testing.T) {
	a := one(t, shopSite, `{"type":"page","messageId":"1","userId":"u"}`).Items[0].Key
	require.Equal(t, a, one(t, shopSite, `{"type":"track","event":"Y","messageId":"1","userId":"v"}`).Items[0].Key)
	require.NotEqual(t, a, one(t, shopSite, `{"type":"page","messageId":"2","userId":"u"}`).Items[0].Key)
	require.NotEqual(t, a, one(t, tagged, `{"type":"page","messageId":"1","userId":"u"}`).Items[0].Key)
	unnamed := `{"type":"page","userId":"u","timestamp":"2026-11-01T00:00:00Z"}`
	require.Equal(t, one(t, shopSite, unnamed).Items[0].Key, one(t, shopSite, unnamed).Items[0].Key)
	require.NotEqual(t, one(t, shopSite, `{"type":"page","userId":"u"}`).Items[0].Key, one(t, shopSite, `{"type":"page","userId":"u"}`).Items[0].Key, "nothing says that they are one")
	require.NotEqual(t, key("a", "bc"), key("ab", "c"))
}

func TestClean(t *testing.T) {
	for _, x := range []struct{ in, want string }{
		{`{"a":"b"}`, `{"a":"b"}`}, {`{"a":"x\u0000y"}`, `{"a":"xy"}`}, {`{"a\u0000":1}`, `{"a":1}`}, {`"\ud800"`, `"�"`}, {`"\u00e4"`, `"ä"`},
		{`1e400`, `"1e400"`}, {`1e5`, `1e5`}, {`true`, `true`}, {"\"\xff\"", `"�"`}, {strings.Repeat("9", 200), `"` + strings.Repeat("9", 200) + `"`},
	} {
		got, err := clean([]byte(x.in))
		require.NoError(t, err, x.in)
		require.Equal(t, x.want, string(got))
	}
	deep, err := clean([]byte(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)))
	require.NoError(t, err)
	require.Less(t, len(deep), 200)
}
