package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/pulsehub/pulsehub/internal/sandbox"
)

// benchChatCmd measures what a reader feels: how long after the POST the model is asked, how long each token takes from
// the model to the reader, and how long after the last one the answer is stored and the stream ends. Everything runs on
// this machine: services, PulseHub, the model, and the readers.
type benchChatCmd struct {
	Users  []int         `help:"How many chat at once." default:"1,30,100"`
	Runs   int           `help:"Runs of each; medians are printed." default:"3"`
	For    time.Duration `help:"How long a run lasts." default:"20s"`
	Tokens int           `help:"Tokens of an answer." default:"100"`
	Rate   int           `help:"Tokens a second." default:"50"`
	Pause  time.Duration `help:"What a user waits between an answer and the next question." default:"1s"`
	Data   int           `help:"Demo events in each user's workspace." default:"2000"`
}

const benchQuestion = "How many orders did we have in the last 30 days, and why?"

func (c *benchChatCmd) Run(ctx context.Context) error {
	model := httptest.NewServer(sandbox.NewOpenAI(sandbox.OpenAIConfig{TokensPerSecond: float64(c.Rate), Tokens: c.Tokens, Stamped: true}))
	defer model.Close()
	s, _, stop, err := benchSystem(ctx, map[string]string{"OPENAI_BASE_URL": model.URL + "/v1", "OPENAI_API_KEY": "bench"})
	if err != nil {
		return err
	}
	defer stop()

	b := &chatBench{benchChatCmd: *c, system: s, model: model, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}}
	most := 2 // users warm up
	for _, n := range c.Users {
		most = max(most, n)
	}
	fmt.Printf("Signing up %d users, %d demo events each …\n", most, c.Data)
	if b.users, err = b.signUp(ctx, most); err != nil {
		return err
	}
	if _, err := b.run(ctx, 2, 3*time.Second, b.turn); err != nil { // warm
		return err
	}
	fmt.Printf("\n%d tokens at %d a second, %s between turns, %d runs of %s after one turn of each user; medians, in ms\n\n", c.Tokens, c.Rate, c.Pause, c.Runs, c.For)
	fmt.Printf("%6s %-13s %8s %9s %9s %9s %9s %9s %9s %9s\n", "users", "", "turns/s", "ask p50", "ask p99", "token p50", "token p99", "end p50", "end p99", "failed")
	for _, n := range c.Users {
		if err := b.level(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

type chatBench struct {
	benchChatCmd
	system *system
	model  *httptest.Server // its first token says when it was asked, and each of the others when it was sent
	http   *http.Client
	users  []benchUser
}

type benchUser struct{ token, conversation string }

// sample is what one run measured.
type sample struct {
	turns, failed int
	elapsed       time.Duration
	ask, token    []time.Duration
	end           []time.Duration // from the last token to the end of the stream: the answer is stored
}

func (b *chatBench) level(ctx context.Context, users int) error {
	for _, way := range []struct {
		name string
		turn func(context.Context, int, *sample) error
	}{{"model direct", b.direct}, {"PulseHub", b.turn}} {
		var rate, askMid, askTop, tokenMid, tokenTop, endMid, endTop []float64
		failed := 0
		if _, err := b.run(ctx, users, 0, way.turn); err != nil { // one turn of each user: caches and connections are warm
			return err
		}
		before, err := b.costs(ctx)
		if err != nil {
			return err
		}
		turns, elapsed := 0, time.Duration(0)
		for range b.Runs {
			s, err := b.run(ctx, users, b.For, way.turn)
			if err != nil {
				return err
			}
			rate = append(rate, float64(s.turns)/s.elapsed.Seconds())
			askMid, askTop = append(askMid, toMS(median(s.ask))), append(askTop, toMS(quantile(s.ask, 0.99)))
			tokenMid, tokenTop = append(tokenMid, toMS(median(s.token))), append(tokenTop, toMS(quantile(s.token, 0.99)))
			endMid, endTop = append(endMid, toMS(median(s.end))), append(endTop, toMS(quantile(s.end, 0.99)))
			failed += s.failed
			turns += s.turns
			elapsed += s.elapsed
		}
		fmt.Printf("%6d %-13s %8.1f %9.1f %9.1f %9.2f %9.1f %9.1f %9.1f %9d\n", users, way.name, median(rate), median(askMid), median(askTop),
			median(tokenMid), median(tokenTop), median(endMid), median(endTop), failed)
		if way.name == "PulseHub" && turns > 0 {
			after, err := b.costs(ctx)
			if err != nil {
				return err
			}
			after.print(before, turns, elapsed)
		}
	}
	return nil
}

func toMS(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// run has users chat for a while, each with a pause between turns. Turns under way at the end are finished.
func (b *chatBench) run(ctx context.Context, users int, length time.Duration, turn func(context.Context, int, *sample) error) (sample, error) {
	begin := time.Now()
	samples := make([]sample, users)
	var wg sync.WaitGroup
	for u := range users {
		wg.Go(func() {
			// Spread over the first pause, as people do not type in step.
			wait(ctx, time.Duration(u)*b.Pause*3/time.Duration(users))
			for first := true; ctx.Err() == nil && (first || time.Since(begin) < length); first = false {
				if err := turn(ctx, u, &samples[u]); err != nil {
					samples[u].failed++
					if samples[u].failed == 1 {
						fmt.Fprintln(os.Stderr, "a turn failed:", err)
					}
				} else {
					samples[u].turns++
				}
				wait(ctx, b.Pause)
			}
		})
	}
	wg.Wait()
	total := sample{elapsed: time.Since(begin)}
	for _, s := range samples {
		total.turns += s.turns
		total.failed += s.failed
		total.ask = append(total.ask, s.ask...)
		total.token = append(total.token, s.token...)
		total.end = append(total.end, s.end...)
	}
	return total, ctx.Err()
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// direct asks the model without PulseHub: the floor of what a reader can feel on this machine.
func (b *chatBench) direct(ctx context.Context, _ int, s *sample) error {
	body := fmt.Sprintf(`{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":%q}]}`, benchQuestion)
	asked := time.Now()
	res, err := b.send(ctx, http.MethodPost, b.model.URL+"/v1/chat/completions", "bench", body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return b.readTokens(res.Body, asked, s)
}

// turn asks PulseHub and reads the answer's stream to its end.
func (b *chatBench) turn(ctx context.Context, u int, s *sample) error {
	user := b.users[u]
	base := b.system.URL + "/conversations/" + user.conversation
	asked := time.Now()
	res, err := b.send(ctx, http.MethodPost, base+"/messages", user.token, fmt.Sprintf(`{"content":%q,"clientMessageId":%q}`, benchQuestion, uuid.NewString()))
	if err != nil {
		return err
	}
	var sent struct{ Turn struct{ ID string } }
	err = json.NewDecoder(res.Body).Decode(&sent)
	_ = res.Body.Close()
	if err != nil {
		return err
	}
	res, err = b.send(ctx, http.MethodGet, base+"/stream?turnId="+sent.Turn.ID, user.token, "")
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return b.readTokens(res.Body, asked, s)
}

// readTokens notes how long after asked the model was asked, and how old each token is when it is read. A chunk may hold
// several.
func (b *chatBench) readTokens(r io.Reader, asked time.Time, s *sample) error {
	field := []byte(`"content":"`)
	lines := bufio.NewReaderSize(r, 32<<10)
	tokens := 0
	var last time.Time
	for {
		line, err := lines.ReadSlice('\n')
		now := time.Now()
		if errors.Is(err, io.EOF) {
			s.end = append(s.end, now.Sub(last))
			break
		}
		if err != nil {
			return err
		}
		i := bytes.Index(line, field)
		if i < 0 {
			continue
		}
		text, _, _ := bytes.Cut(line[i+len(field):], []byte{'"'})
		for word := range bytes.FieldsSeq(text) {
			nanos, err := strconv.ParseInt(string(word[1:]), 10, 64)
			if err != nil {
				return fmt.Errorf("%q is no stamped token: who answers?", word)
			}
			tokens++
			last = now
			if at := time.Unix(0, nanos); word[0] == 'r' {
				s.ask = append(s.ask, at.Sub(asked))
			} else {
				s.token = append(s.token, now.Sub(at))
			}
		}
	}
	if tokens != b.Tokens {
		return fmt.Errorf("%d of %d tokens arrived", tokens, b.Tokens)
	}
	return nil
}

func (b *chatBench) send(ctx context.Context, method, url, token, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := b.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		_ = res.Body.Close()
		return nil, fmt.Errorf("%s %s: %s: %s", method, url, res.Status, text)
	}
	return res, nil
}

func (b *chatBench) call(ctx context.Context, method, path, token, body string, into any) error {
	res, err := b.send(ctx, method, b.system.URL+path, token, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return json.NewDecoder(res.Body).Decode(into)
}

func (b *chatBench) signUp(ctx context.Context, n int) ([]benchUser, error) {
	users := make([]benchUser, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i := range users {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = b.signUpOne(ctx, &users[i])
		})
	}
	wg.Wait()
	return users, errors.Join(errs...)
}

func (b *chatBench) signUpOne(ctx context.Context, u *benchUser) error {
	var signedIn struct {
		Tokens struct{ AccessToken string }
	}
	body := fmt.Sprintf(`{"email":"%s@example.com","password":"a long enough password","firstName":"Bench","lastName":"User"}`, uuid.NewString())
	if err := b.call(ctx, http.MethodPost, "/auth/register", "", body, &signedIn); err != nil {
		return err
	}
	u.token = signedIn.Tokens.AccessToken
	var conversation struct{ ID string }
	if err := b.call(ctx, http.MethodPost, "/conversations", u.token, `{}`, &conversation); err != nil {
		return err
	}
	u.conversation = conversation.ID
	if b.Data == 0 {
		return nil
	}
	var job struct{ ID, Status string }
	if err := b.call(ctx, http.MethodPost, "/data-sources/dummy-data/seed-all", u.token, fmt.Sprintf(`{"customers":%d,"events":%d}`, max(b.Data/20, 1), b.Data), &job); err != nil {
		return err
	}
	for job.Status != "completed" {
		if job.Status == "failed" || job.Status == "cancelled" || ctx.Err() != nil {
			return fmt.Errorf("demo data: %s", job.Status)
		}
		wait(ctx, 100*time.Millisecond)
		if err := b.call(ctx, http.MethodGet, "/data-sources/dummy-data/"+job.ID, u.token, "", &job); err != nil {
			return err
		}
	}
	return nil
}

// costs is what everything has used so far.
type costs struct {
	cpu   map[string]time.Duration
	count map[string]int64
}

var costNames = []string{"Temporal server", "PulseHub API and chat", "PulseHub worker", "Postgres", "Redis", "bench: model and readers"}

func (b *chatBench) costs(ctx context.Context) (costs, error) {
	c := costs{cpu: map[string]time.Duration{
		"Temporal server":          cpuTime(b.system.Temporal.PID()),
		"PulseHub API and chat":    cpuTime(b.system.API.PID()),
		"PulseHub worker":          cpuTime(b.system.Worker.PID()),
		"Postgres":                 cpuTime(b.system.Postgres.PID()),
		"Redis":                    cpuTime(b.system.Redis.PID()),
		"bench: model and readers": ownCPUTime(),
	}, count: map[string]int64{}}
	conn, err := pgx.Connect(ctx, b.system.AdminURL)
	if err != nil {
		return c, err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `SELECT datname, xact_commit, tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname IN ('pulsehub', 'temporal', 'temporal_visibility')`)
	if err != nil {
		return c, err
	}
	for rows.Next() {
		var name string
		var commits, changed int64
		if err := rows.Scan(&name, &commits, &changed); err != nil {
			return c, err
		}
		c.count[name+" transactions"], c.count[name+" rows written"] = commits, changed
	}
	options, err := redis.ParseURL(b.system.RedisURL)
	if err != nil {
		return c, err
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	info, err := client.InfoMap(ctx, "stats").Result()
	if err != nil {
		return c, err
	}
	c.count["Redis commands"], _ = strconv.ParseInt(info["Stats"]["total_commands_processed"], 10, 64)
	return c, rows.Err()
}

var countNames = []string{
	"pulsehub transactions", "pulsehub rows written", "temporal transactions", "temporal rows written",
	"temporal_visibility transactions", "temporal_visibility rows written", "Redis commands",
}

func (c costs) print(before costs, turns int, elapsed time.Duration) {
	var parts []string
	for _, name := range costNames {
		used := c.cpu[name] - before.cpu[name]
		parts = append(parts, fmt.Sprintf("%s %.1f ms (%.2f cores)", name, toMS(used)/float64(turns), used.Seconds()/elapsed.Seconds()))
	}
	fmt.Printf("       a turn costs CPU: %s\n", strings.Join(parts, ", "))
	parts = nil
	for _, name := range countNames {
		parts = append(parts, fmt.Sprintf("%.1f %s", float64(c.count[name]-before.count[name])/float64(turns), name))
	}
	fmt.Printf("       and: %s\n", strings.Join(parts, ", "))
}
