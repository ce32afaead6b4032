package ingest

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// Whatever is sent: it is refused as a whole, or each message is an item that can be stored or a rejection with its reason.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"batch":[{"type":"track","event":"Order Completed","userId":"u","messageId":"1","timestamp":"2026-11-20T10:00:00Z","properties":{"order_id":"1","revenue":"12.50","products":[{"name":"Cap","price":1e3,"quantity":-1}]}}]}`,
		`{"batch":[{"type":"identify","anonymousId":"a","traits":{"email":"a@b.de","phone":"+49 30 901820","consent":{"email":true},"x":"\u0000\ud800"}},17,null,[],"x"]}`,
		`{"type":"page","userId":1,"context":{"page":{"url":"https://x.example/?utm_medium=cpc"},"campaign":null,"traits":{"email":null}},"properties":{"a":[[[[1e999]]]]}}`,
		`{"type":"alias","previousId":"a","userId":"b"}`, `{"type":"group","userId":"b","groupId":"g","traits":{"name":"G"}}`, "{\"type\":\"page\",\"userId\":\"\xff\xfe\"}", `{"batch":[{}`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, parse := range []func() (Call, error){
			func() (Call, error) { return ParseBatch(body) }, func() (Call, error) { return ParseCall(body, "") }, func() (Call, error) { return ParseCall(body, "track") },
		} {
			call, err := parse()
			if err != nil {
				continue
			}
			b := Normalise(tagged, call, now)
			rejected := 0
			for _, r := range b.Rejections {
				if !r.Kept {
					rejected++
				}
				if r.Reason == "" || r.Code == "" || !storableText(r.Raw) || !storableText(r.Name) || !storableText(r.MessageID) {
					t.Fatalf("this rejection cannot be stored: %+v", r)
				}
			}
			if len(b.Items)+rejected != len(call.Messages) {
				t.Fatalf("%d messages became %d items and %d rejections", len(call.Messages), len(b.Items), rejected)
			}
			for _, it := range b.Items {
				checkItem(t, it)
			}
		}
	})
}

func checkItem(t *testing.T, it Item) {
	t.Helper()
	if len(it.Identifiers) == 0 && it.AnonymousID == "" {
		t.Fatal("an item is of nobody")
	}
	for _, id := range it.Identifiers {
		if id.Value == "" || !storableText(id.Value) {
			t.Fatalf("an identifier is %q", id.Value)
		}
	}
	if it.At.After(now) || it.At.Year() < earliestYear {
		t.Fatalf("it happened at %s", it.At)
	}
	e := it.Event
	for _, s := range []string{it.AnonymousID, it.OrderID, e.ExternalID, e.Name, e.Channel, e.Product} {
		if !storableText(s) {
			t.Fatalf("%q cannot be stored", s)
		}
	}
	values := [][]byte{e.Properties, e.Context}
	for _, trait := range it.Traits {
		if !storableText(trait.Name) {
			t.Fatalf("a trait is called %q", trait.Name)
		}
		values = append(values, trait.Value)
	}
	for _, v := range values {
		if v != nil && (!json.Valid(v) || !utf8.Valid(v) || bytes.Contains(v, []byte(`\u0000`)) && !bytes.Contains(v, []byte(`\\u0000`))) {
			t.Fatalf("%q cannot be stored", v)
		}
	}
}

func storableText(s string) bool { return utf8.ValidString(s) && !bytes.ContainsRune([]byte(s), 0) }
