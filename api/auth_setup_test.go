package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/auth"
	"github.com/pulsehub/pulsehub/internal/crypto"
	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/internal/resilience"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/store/storetest"
)

const (
	firefox  = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
	chrome   = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
	password = "correct horse battery"
)

// accounts is the account part of PulseHub on real Postgres and Redis, with a clock that the test moves.
type accounts struct {
	t         testing.TB
	store     *store.Store
	redis     *redis.Client
	prefix    string
	keys      *crypto.SigningKeys
	ring      *crypto.Keyring
	passwords *countingPasswords
	claims    *claims
	visitors  *auth.Visitors
	limits    auth.Limits
	offset    atomic.Int64
	server    *httptest.Server
	service   *auth.Service
	extend    func(*api.Services) // adds what the test serves beside accounts
}

func setupAccounts(t testing.TB, options ...func(*accounts)) *accounts {
	t.Helper()
	_, err := devstack.TestDatabaseURL(context.Background())
	require.NoError(t, err)
	_, err = devstack.TestRedisURL(context.Background())
	require.NoError(t, err)
	running := goleak.IgnoreCurrent() // Postgres and Redis, where this process had to start them
	t.Cleanup(func() { goleak.VerifyNone(t, running) })
	a := &accounts{t: t, store: storetest.New(t), prefix: "test:" + uuid.NewString() + ":", claims: &claims{}}
	a.redis = testRedis(t)
	a.keys, err = crypto.ParseSigningKeys([]string{crypto.NewKey()})
	require.NoError(t, err)
	a.ring, err = crypto.ParseKeyring([]string{crypto.NewKey()})
	require.NoError(t, err)
	a.passwords = &countingPasswords{Passwords: sharedPasswords(t)}
	a.visitors = auth.NewVisitors(a.ring)
	for _, option := range options {
		option(a)
	}
	a.server, a.service = a.process(a.redis)
	return a
}

func limits(l auth.Limits) func(*accounts) { return func(a *accounts) { a.limits = l } }

// process is one more API process beside the first, on the same Postgres.
func (a *accounts) process(rdb *redis.Client) (*httptest.Server, *auth.Service) {
	a.t.Helper()
	blacklist := auth.NewBlacklist(auth.BlacklistConfig{Truth: a.store, Feed: resilience.NewRevocationFeed(rdb, a.prefix), Now: a.now})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { blacklist.Run(ctx) })
	service := auth.NewService(auth.Config{
		Users: a.store, Sessions: a.store, Blacklist: blacklist, Passwords: a.passwords, Keys: a.ring,
		Tokens:  auth.NewAccessTokens(auth.AccessTokensConfig{Keys: a.keys, Issuer: "https://pulsehub.test", TTL: 15 * time.Minute, Now: a.now}),
		Limiter: resilience.NewLimiter(resilience.LimiterConfig{Redis: rdb, Prefix: a.prefix, Timeout: 5 * time.Second}),
		Limits:  a.limits, RefreshTokenTTL: 30 * 24 * time.Hour, Now: a.now,
	})
	services := api.Services{
		Auth: service, Accounts: service, Visitors: a.visitors, Claimer: a.claims,
		Cookies: api.Cookies{PublicURL: "https://pulsehub.test"},
	}
	if a.extend != nil {
		a.extend(&services)
	}
	handler, err := api.New(api.Config{Services: services})
	require.NoError(a.t, err)
	server := httptest.NewServer(handler)
	a.t.Cleanup(func() {
		server.Close()
		cancel()
		running.Wait()
	})
	return server, service
}

func (a *accounts) now() time.Time          { return time.Now().Add(time.Duration(a.offset.Load())) }
func (a *accounts) advance(d time.Duration) { a.offset.Add(int64(d)) }

func testRedis(t testing.TB) *redis.Client {
	t.Helper()
	address, err := devstack.TestRedisURL(context.Background())
	require.NoError(t, err)
	opts, err := redis.ParseURL(address)
	require.NoError(t, err)
	opts.ContextTimeoutEnabled = true
	client := redis.NewClient(opts)
	require.NoError(t, client.Ping(context.Background()).Err())
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// deadRedis is a Redis that nobody listens for.
func deadRedis(t testing.TB) *redis.Client {
	t.Helper()
	gone := httptest.NewServer(nil)
	address := strings.TrimPrefix(gone.URL, "http://")
	gone.Close()
	client := redis.NewClient(&redis.Options{Addr: address, MaxRetries: -1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

var passwordsOnce = sync.OnceValues(func() (*crypto.Passwords, error) {
	return crypto.NewPasswords(crypto.PasswordsConfig{Concurrent: 2, Wait: time.Minute})
})

func sharedPasswords(t testing.TB) *crypto.Passwords {
	t.Helper()
	p, err := passwordsOnce()
	require.NoError(t, err)
	return p
}

// countingPasswords counts the work that was really done.
type countingPasswords struct {
	*crypto.Passwords
	hashed, verified atomic.Int64
}

func (c *countingPasswords) Hash(password string) (string, error) {
	c.hashed.Add(1)
	return c.Passwords.Hash(password)
}

func (c *countingPasswords) Verify(password, hash string) (bool, error) {
	c.verified.Add(1)
	return c.Passwords.Verify(password, hash)
}

// claims is the chat service as the account API sees it.
type claims struct {
	mu     sync.Mutex
	err    error
	called []uuid.UUID // visitor, workspace, user
}

func (c *claims) ClaimConversations(_ context.Context, visitor, workspace, user uuid.UUID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.called = append(c.called, visitor, workspace, user)
	return c.err
}

// client is a browser, or a program, with or without cookies.
type client struct {
	t       testing.TB
	http    *http.Client
	base    string
	agent   string
	access  string
	headers map[string]string
}

func (a *accounts) client() *client {
	transport := &http.Transport{}
	a.t.Cleanup(transport.CloseIdleConnections)
	return &client{t: a.t, http: &http.Client{Transport: transport}, base: a.server.URL, agent: firefox, headers: map[string]string{}}
}

// browser keeps cookies and says where its calls come from, as browsers do.
func (a *accounts) browser() *client {
	c := a.client()
	jar, err := cookiejar.New(nil)
	require.NoError(a.t, err)
	c.http.Jar = jar
	c.headers["Sec-Fetch-Site"] = "same-origin"
	return c
}

func (c *client) cookie(name string) string {
	u, err := url.Parse(c.base)
	require.NoError(c.t, err)
	for _, cookie := range c.http.Jar.Cookies(u) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

func (c *client) setCookie(name, value string) {
	u, err := url.Parse(c.base)
	require.NoError(c.t, err)
	c.http.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// do calls the API; body is a value to send as JSON, a string to send as it is, or nil.
func (c *client) do(method, path string, body any) answer {
	c.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		data, err := json.Marshal(body)
		require.NoError(c.t, err)
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.base+path, reader)
	require.NoError(c.t, err)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", c.agent)
	if c.access != "" {
		req.Header.Set("Authorization", "Bearer "+c.access)
	}
	for name, value := range c.headers {
		req.Header.Set(name, value)
	}
	res, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return answer{t: c.t, status: res.StatusCode, header: res.Header, body: data}
}

// problem checks that the answer is a whole problem document.
func (a answer) problem(status int, code string) api.Problem {
	a.t.Helper()
	require.Equal(a.t, status, a.status, "%s", a.body)
	require.Equal(a.t, "application/problem+json", a.header.Get("Content-Type"))
	var p api.Problem
	require.NoError(a.t, json.Unmarshal(a.body, &p))
	require.Equal(a.t, code, p.Code, "%s", a.body)
	require.Equal(a.t, status, p.Status)
	require.NotEmpty(a.t, p.Detail)
	require.NotEmpty(a.t, p.Title)
	require.Equal(a.t, a.header.Get("X-Request-Id"), p.Instance)
	return p
}

func (a answer) signedIn(status int) api.SignedIn {
	a.t.Helper()
	require.Equal(a.t, status, a.status, "%s", a.body)
	var out api.SignedIn
	require.NoError(a.t, json.Unmarshal(a.body, &out))
	require.NotEmpty(a.t, out.Tokens.AccessToken)
	return out
}

func (a answer) noContent() {
	a.t.Helper()
	require.Equal(a.t, http.StatusNoContent, a.status, "%s", a.body)
}

func person(email string) map[string]any {
	return map[string]any{"email": email, "password": password, "firstName": "Ada", "lastName": "Lovelace"}
}

// register makes an account and signs the client in.
func (c *client) register(email string) api.SignedIn {
	c.t.Helper()
	out := c.do(http.MethodPost, "/auth/register", person(email)).signedIn(http.StatusCreated)
	c.access = out.Tokens.AccessToken
	return out
}

func (c *client) login(email, password string) answer {
	c.t.Helper()
	return c.do(http.MethodPost, "/auth/login", map[string]any{"email": email, "password": password})
}

func (c *client) refresh(token string) answer {
	c.t.Helper()
	return c.do(http.MethodPost, "/auth/refresh", map[string]any{"refreshToken": token})
}

// alive tells whether an access token opens anything.
func (c *client) alive(access string) answer {
	c.t.Helper()
	other := *c
	other.access = access
	return other.do(http.MethodGet, "/user/profile", nil)
}

func (a *accounts) count(sql string, args ...any) (n int) {
	a.t.Helper()
	require.NoError(a.t, a.store.Pool().QueryRow(context.Background(), sql, args...).Scan(&n))
	return n
}
