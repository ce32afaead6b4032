package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// BenchmarkNormalise is what a batch of 100 messages of some 650 bytes costs from its bytes to items.
func BenchmarkNormalise(b *testing.B) {
	one := `{"messageId":"ajs-%d-0c2fd1d0","anonymousId":"9e3779b97f4a7c15-device","timestamp":"2026-11-01T10:00:00.123Z","type":"track","event":"Product Viewed",
		"properties":{"product_id":"p17","name":"Product 17","price":22.5,"quantity":1,"currency":"EUR"},
		"context":{"library":{"name":"analytics.js","version":"2.11.1"},"locale":"en-GB","timezone":"Europe/Berlin","page":{"path":"/products/x","url":"https://shop.example/products/x?utm_source=news","referrer":"https://www.google.com/","title":"A product of the shop"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"}}`
	messages := make([]string, 100)
	for i := range messages {
		messages[i] = fmt.Sprintf(one, i)
	}
	body := []byte(`{"sentAt":"2026-11-01T10:00:00.123Z","batch":[` + strings.Join(messages, ",") + `]}`)
	source := Source{ID: uuid.New(), WorkspaceID: uuid.New(), Type: datasource.HTTP, Currency: "EUR"}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		call, err := ParseBatch(body)
		if err != nil {
			b.Fatal(err)
		}
		if out := Normalise(source, call, time.Now()); len(out.Items) != 100 {
			b.Fatal(out.Rejections)
		}
	}
}
