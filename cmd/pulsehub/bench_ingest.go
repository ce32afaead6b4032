package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// benchIngestCmd measures events on their way from POST /v1/batch to stored and resolved, with the API, Temporal, workers,
// Postgres and the senders on this machine; what it costs at each million; and beside it what Postgres needs for the same rows
// with the same indexes and nothing else.
type benchIngestCmd struct {
	Events    int `help:"How many events." default:"1000000"`
	Customers int `help:"How many people do them." default:"100000"`
	Batch     int `help:"Messages in a request." default:"100"`
	Senders   int `help:"How many requests at once." default:"16"`
	Interval  int `help:"Print a line after so many events." default:"500000"`
}

func (c *benchIngestCmd) Run(ctx context.Context) error {
	s, dir, stop, err := benchSystem(ctx, map[string]string{"LIMIT_INGEST_PER_WORKSPACE": "0"})
	if err != nil {
		return err
	}
	defer stop()
	pool, err := pgxpool.New(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	token, err := s.newAccount(ctx)
	if err != nil {
		return err
	}
	var source struct{ ID, WriteKey string }
	if err := s.request(ctx, http.MethodPost, "/data-sources", token, `{"type":"http","name":"Bench"}`, &source); err != nil {
		return err
	}
	fmt.Printf("\n%d events of %d people, %d a request, %d requests at once\n\n%12s %10s %12s %12s   CPU µs an event\n", c.Events, c.Customers, c.Batch, c.Senders, "events", "events/s", "p50 ms", "p99 ms")
	load := ingestLoad{benchIngestCmd: c, url: s.URL + "/v1/batch", key: source.WriteKey, epoch: time.Now()}
	for sent := 0; sent < c.Events; {
		n := min(c.Interval, c.Events-sent)
		before, own := s.cpu(), ownCPUTime()
		begin := time.Now()
		took, err := load.send(ctx, n)
		if err != nil {
			return err
		}
		whole := time.Since(begin)
		sent += n
		after := s.cpu()
		fmt.Printf("%12d %10.0f %12.1f %12.1f   ", sent, float64(n)/whole.Seconds(), toMS(median(took)), toMS(quantile(took, 0.99)))
		for i := range after {
			fmt.Printf("%s %.1f, ", after[i].name, float64((after[i].used-before[i].used).Microseconds())/float64(n))
		}
		fmt.Printf("senders %.1f\n", float64((ownCPUTime()-own).Microseconds())/float64(n))
	}
	var stored, unresolved int
	if err := pool.QueryRow(ctx, "SELECT count(*), count(*) FILTER (WHERE customer_id IS NULL) FROM events WHERE data_source_id = $1", source.ID).Scan(&stored, &unresolved); err != nil {
		return err
	}
	if stored != load.events(c.Events) || unresolved > 0 {
		return fmt.Errorf("%d events were stored, %d of nobody; %d were sent", stored, unresolved, load.events(c.Events))
	}
	begin := time.Now()
	for stale := 1; stale > 0; {
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
		if err := pool.QueryRow(ctx, "SELECT count(*) FROM (SELECT FROM stale_lists UNION ALL SELECT FROM stale_customers LIMIT 1) s").Scan(&stale); err != nil {
			return err
		}
	}
	fmt.Printf("\nall stored once and resolved; the features of all were up to date %.1f s after the last\n", time.Since(begin).Seconds())
	raw, size, err := rawCopy(ctx, pool, filepath.Join(dir, "events.copy"), fmt.Sprintf("data_source_id = '%s'", source.ID), true)
	if err != nil {
		return err
	}
	fmt.Printf("raw COPY of these rows (%d MB) with these indexes: %.1f s, %.0f rows/s\n", size>>20, raw.Seconds(), float64(stored)/raw.Seconds())
	return nil
}

// used is the processor time that a part of the system has used.
type used struct {
	name string
	used time.Duration
}

func (s *system) cpu() []used {
	return []used{
		{"API", cpuTime(s.API.PID())}, {"worker", cpuTime(s.Worker.PID())}, {"Postgres", cpuTime(s.Postgres.PID())},
		{"Temporal", cpuTime(s.Temporal.PID())}, {"Redis", cpuTime(s.Redis.PID())},
	}
}

// ingestLoad sends batches of what visitors and customers of a shop do.
type ingestLoad struct {
	*benchIngestCmd
	url, key string
	epoch    time.Time
	next     atomic.Int64 // message
}

// identifyEvery is how many messages there are to one that tells who somebody is, and is no event.
const identifyEvery = 25

func (l *ingestLoad) events(messages int) int {
	return messages - (messages+identifyEvery-1)/identifyEvery
}

func (l *ingestLoad) send(ctx context.Context, n int) ([]time.Duration, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: l.Senders}}
	defer client.CloseIdleConnections()
	until := l.next.Load() + int64(n)
	times, faults := make([][]time.Duration, l.Senders), make([]error, l.Senders)
	var wg sync.WaitGroup
	for i := range l.Senders {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), uint64(until)))
			var body []byte
			for {
				first := l.next.Add(int64(l.Batch)) - int64(l.Batch)
				if first >= until {
					l.next.Add(-int64(l.Batch))
					return
				}
				body = l.batch(body[:0], r, first, min(int64(l.Batch), until-first))
				begin := time.Now()
				if faults[i] = l.post(ctx, client, body); faults[i] != nil {
					return
				}
				times[i] = append(times[i], time.Since(begin))
			}
		})
	}
	wg.Wait()
	l.next.Store(until)
	var all []time.Duration
	for _, t := range times {
		all = append(all, t...)
	}
	return all, errors.Join(faults...)
}

func (l *ingestLoad) post(ctx context.Context, client *http.Client, body []byte) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.SetBasicAuth(l.key, "")
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		switch resp.StatusCode {
		case http.StatusOK:
			return nil
		case http.StatusServiceUnavailable: // as client libraries do
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
		default:
			return fmt.Errorf("a batch was answered %s", resp.Status)
		}
	}
}

// batch is messages in Segment's form, of some 600 bytes each. Every third person is known by a user id.
func (l *ingestLoad) batch(b []byte, r *rand.Rand, first, n int64) []byte {
	b = append(b, `{"sentAt":"`...)
	b = time.Now().UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","batch":[`...)
	for i := first; i < first+n; i++ {
		if i > first {
			b = append(b, ',')
		}
		person := r.IntN(l.Customers)
		known := person%3 == 0
		b = append(b, `{"messageId":"`...)
		b = appendUUID(b, r)
		b = append(b, `","anonymousId":"`...)
		b = appendHex(b, uint64(person)*0x9e3779b97f4a7c15)
		b = append(b, `-device","timestamp":"`...)
		b = time.Now().UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
		if i%identifyEvery == 0 {
			b = append(b, `,"type":"identify","userId":"user-`...)
			person -= person % 3
			b = strconv.AppendInt(b, int64(person), 10)
			b = append(b, `","traits":{"email":"user`...)
			b = strconv.AppendInt(b, int64(person), 10)
			b = append(b, `@example.com","plan":"pro"}}`...)
			continue
		}
		if known && r.IntN(2) == 0 {
			b = append(b, `,"userId":"user-`...)
			b = strconv.AppendInt(b, int64(person), 10)
			b = append(b, '"')
		}
		product := r.IntN(500)
		switch kind := r.IntN(20); {
		case kind < 9:
			b = append(b, `,"type":"page","name":"Product","properties":{"path":"/products/`...)
			b = strconv.AppendInt(b, int64(product), 10)
			b = append(b, `","title":"A product of the shop"}`...)
		case kind < 19:
			name := "Product Viewed"
			if kind > 16 {
				name = "Product Added"
			}
			b = append(append(append(b, `,"type":"track","event":"`...), name...), `","properties":{"product_id":"p`...)
			b = strconv.AppendInt(b, int64(product), 10)
			b = append(b, `","name":"Product `...)
			b = strconv.AppendInt(b, int64(product), 10)
			b = append(b, `","price":`...)
			b = strconv.AppendInt(b, int64(5+product), 10)
			b = append(b, `.5,"quantity":1,"currency":"EUR"}`...)
		default:
			b = append(b, `,"type":"track","event":"Order Completed","properties":{"order_id":"`...)
			b = strconv.AppendInt(b, i, 10)
			b = append(b, `","revenue":49.9,"currency":"EUR","products":[{"product_id":"p1","name":"Product 1","price":24.95,"quantity":2}]}`...)
		}
		b = append(b, `,"context":{"library":{"name":"analytics.js","version":"2.11.1"},"locale":"en-GB","timezone":"Europe/Berlin","page":{"path":"/products/x","url":"https://shop.example/products/x?utm_source=news","referrer":"https://www.google.com/","title":"A product of the shop"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"}}`...)
	}
	return append(b, "]}"...)
}

func appendUUID(b []byte, r *rand.Rand) []byte {
	return appendHex(append(appendHex(b, r.Uint64()), '-'), r.Uint64())
}

func appendHex(b []byte, v uint64) []byte {
	var raw [8]byte
	for i := range raw {
		raw[i] = byte(v >> (8 * i))
	}
	return hex.AppendEncode(b, raw[:])
}
