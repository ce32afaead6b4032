package api_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
)

const liveTokens = `SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
	WHERE t.used_at IS NULL AND s.revoked_at IS NULL`

func TestRefreshGivesANewPair(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	first := c.register("ada@example.com")
	a.advance(14 * time.Minute)
	c.agent = chrome // browsers update themselves
	second := c.refresh(first.Tokens.RefreshToken).signedIn(http.StatusOK)
	require.Equal(t, first.User, second.User)
	require.NotEqual(t, first.Tokens.RefreshToken, second.Tokens.RefreshToken)
	require.NotEqual(t, first.Tokens.AccessToken, second.Tokens.AccessToken)
	require.Equal(t, http.StatusOK, c.alive(second.Tokens.AccessToken).status)
	require.Equal(t, http.StatusOK, c.alive(first.Tokens.AccessToken).status, "until it expires")

	c.access = second.Tokens.AccessToken
	session := c.sessions("").Items[0]
	require.Equal(t, "Chrome on Windows", session.Device)
	require.WithinDuration(t, a.now(), session.LastUsedAt, time.Minute)
	require.True(t, session.Current, "the same session")

	a.advance(2 * time.Minute)
	c.alive(first.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_expired")
	require.Equal(t, http.StatusOK, c.alive(second.Tokens.AccessToken).status)

	a.advance(time.Hour)
	c.alive(c.access).problem(http.StatusUnauthorized, "token_expired")
	c.refresh(second.Tokens.RefreshToken).signedIn(http.StatusOK) // with the expired access token still on the call
}

func TestRefreshRefuses(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	out := c.register("ada@example.com")
	for name, token := range map[string]string{"unknown": "nobody-knows-this", "an access token": out.Tokens.AccessToken} {
		t.Run(name, func(t *testing.T) {
			c.refresh(token).problem(http.StatusUnauthorized, "token_invalid")
		})
	}
	c.access = ""
	c.do(http.MethodPost, "/auth/refresh", nil).problem(http.StatusUnauthorized, "refresh_token_missing")
	c.do(http.MethodPost, "/auth/refresh", map[string]any{}).problem(http.StatusUnauthorized, "refresh_token_missing")
	c.do(http.MethodPost, "/auth/refresh", map[string]any{"token": "x"}).problem(http.StatusUnprocessableEntity, "unknown_field")
	c.do(http.MethodPost, "/auth/refresh", map[string]any{"refreshToken": 1}).problem(http.StatusUnprocessableEntity, "invalid")

	a.advance(30*24*time.Hour + time.Second)
	c.refresh(out.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_expired")
}

func TestRefreshReuseEndsTheWholeFamily(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	first := c.register("ada@example.com")
	bystander := a.client().login("ada@example.com", password).signedIn(http.StatusOK)
	second := c.refresh(first.Tokens.RefreshToken).signedIn(http.StatusOK)

	a.advance(11 * time.Second)
	thief := a.client()
	thief.refresh(first.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_reused")
	c.refresh(second.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_revoked")
	c.alive(first.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	c.alive(second.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	require.Equal(t, http.StatusOK, c.alive(bystander.Tokens.AccessToken).status, "another log-in is another family")
	require.Equal(t, 1, a.count(`SELECT count(*) FROM sessions WHERE revoked_reason = 'refresh_token_reuse'`))
}

func TestRefreshReuseByAnotherClientEndsTheFamilyAtOnce(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	first := c.register("ada@example.com")
	second := c.refresh(first.Tokens.RefreshToken).signedIn(http.StatusOK)
	thief := a.client()
	thief.agent = "curl/8.5.0"
	thief.refresh(first.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_reused")
	c.alive(second.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
}

func TestRefreshAtOnceGivesEveryTabTheSameFamily(t *testing.T) {
	a := setupAccounts(t)
	out := a.client().register("ada@example.com")
	for range 3 { // and again with what came out
		var wg sync.WaitGroup
		answers := make(chan answer, 24)
		for range cap(answers) {
			tab := a.client()
			wg.Go(func() { answers <- tab.refresh(out.Tokens.RefreshToken) })
		}
		wg.Wait()
		close(answers)
		next := map[string]bool{}
		for res := range answers {
			got := res.signedIn(http.StatusOK)
			next[got.Tokens.RefreshToken] = true
			require.Equal(t, http.StatusOK, a.client().alive(got.Tokens.AccessToken).status)
			out = got
		}
		require.Len(t, next, 1, "one successor for all")
		require.Equal(t, 1, a.count(liveTokens))
		a.advance(time.Minute)
	}
	require.Equal(t, 4, a.count("SELECT count(*) FROM refresh_tokens"))
}

func TestRefreshOfADeadTokenAtOnceRevokesOnce(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	first := c.register("ada@example.com")
	second := c.refresh(first.Tokens.RefreshToken).signedIn(http.StatusOK)
	a.advance(time.Minute)

	// Owner and thief at the same time: whoever is first, nothing is left of the family.
	var wg sync.WaitGroup
	for i := range 16 {
		token, client := first.Tokens.RefreshToken, a.client()
		if i%2 == 0 {
			token = second.Tokens.RefreshToken
		}
		wg.Go(func() { client.refresh(token) })
	}
	wg.Wait()
	require.Zero(t, a.count(liveTokens))
	c.alive(second.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	require.Equal(t, 1, a.count(`SELECT count(*) FROM token_blacklist`))
}

func TestRefreshRacesLogout(t *testing.T) {
	a := setupAccounts(t)
	for range 8 {
		email := a.prefix[5:20] + time.Now().Format("150405.000000") + "@example.com"
		c := a.client()
		out := c.register(email)
		var wg sync.WaitGroup
		var refreshed answer
		other := a.client()
		wg.Go(func() { refreshed = other.refresh(out.Tokens.RefreshToken) })
		wg.Go(func() { c.do(http.MethodPost, "/auth/logout", nil).noContent() })
		wg.Wait()
		if refreshed.status == http.StatusOK { // it came first, and is dead all the same
			got := refreshed.signedIn(http.StatusOK)
			c.alive(got.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
			c.refresh(got.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_revoked")
		} else {
			refreshed.problem(http.StatusUnauthorized, "token_revoked")
		}
	}
	require.Zero(t, a.count(liveTokens))
}

func TestRefreshByCookie(t *testing.T) {
	a := setupAccounts(t)
	c := a.browser()
	first := c.register("ada@example.com")
	require.Equal(t, first.Tokens.RefreshToken, c.cookie("pulsehub_refresh"))
	c.access = ""

	for _, path := range []string{"/auth/refresh", "/api/auth/refresh"} {
		before := c.cookie("pulsehub_refresh")
		out := c.do(http.MethodPost, path, nil).signedIn(http.StatusOK)
		require.NotEqual(t, before, out.Tokens.RefreshToken)
		require.Equal(t, out.Tokens.RefreshToken, c.cookie("pulsehub_refresh"))
	}
	c.do(http.MethodPost, "/auth/refresh", map[string]any{}).signedIn(http.StatusOK)

	c.setCookie("pulsehub_refresh", first.Tokens.RefreshToken)
	a.advance(time.Minute)
	c.do(http.MethodPost, "/auth/refresh", nil).problem(http.StatusUnauthorized, "token_reused")
	require.Empty(t, c.cookie("pulsehub_refresh"), "a cookie that is good for nothing is removed")
}

func TestRefreshByCookieIsForOurOwnPagesOnly(t *testing.T) {
	a := setupAccounts(t)
	for name, tc := range map[string]struct {
		headers map[string]string
		allowed bool
	}{
		"the web app":                 {map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "https://pulsehub.test"}, true},
		"the web app, an old browser": {map[string]string{"Origin": "https://pulsehub.test"}, true},
		"this address":                {map[string]string{"Origin": a.server.URL}, true},
		"a program with cookies":      {map[string]string{}, true},
		"another site":                {map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, false},
		"another subdomain":           {map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://blog.pulsehub.test"}, false},
		"another site, old browser":   {map[string]string{"Origin": "https://evil.example"}, false},
		"a sandboxed frame":           {map[string]string{"Origin": "null"}, false},
		"another scheme":              {map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://pulsehub.test"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := a.browser()
			out := c.register(time.Now().Format("150405.000000") + "@example.com")
			c.access, c.headers = "", tc.headers
			res := c.do(http.MethodPost, "/auth/refresh", nil)
			if tc.allowed {
				res.signedIn(http.StatusOK)
				return
			}
			res.problem(http.StatusForbidden, "cross_origin")
			require.Equal(t, out.Tokens.RefreshToken, c.cookie("pulsehub_refresh"), "nothing was spent")
			c.headers = map[string]string{}
			c.refresh(out.Tokens.RefreshToken).signedIn(http.StatusOK)
		})
	}
}

func TestCookiesAreSecureWhereConfigured(t *testing.T) {
	a := setupAccounts(t)
	handler, err := api.New(api.Config{Services: api.Services{
		Auth: a.service, Accounts: a.service, Cookies: api.Cookies{Secure: true, PublicURL: "https://pulsehub.test"},
	}})
	require.NoError(t, err)
	a.server.Config.Handler = handler
	res := a.client().do(http.MethodPost, "/auth/register", person("ada@example.com"))
	res.signedIn(http.StatusCreated)
	require.Contains(t, res.header.Get("Set-Cookie"), "; Secure")
}

func TestBadAccessTokensAreRefusedWithTheirOwnCode(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	out := c.register("ada@example.com")
	_, visitor := a.visitors.Issue()
	for name, token := range map[string]string{
		"no token":         "x",
		"a refresh token":  out.Tokens.RefreshToken,
		"a visitor cookie": visitor,
		"tampered":         out.Tokens.AccessToken[:len(out.Tokens.AccessToken)-4] + "AAAA",
	} {
		t.Run(name, func(t *testing.T) {
			res := c.alive(token)
			res.problem(http.StatusUnauthorized, "token_invalid")
			require.Equal(t, `Bearer error="invalid_token"`, res.header.Get("WWW-Authenticate"))
		})
	}
	a.advance(16 * time.Minute)
	c.alive(out.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_expired")
}

func TestRevocationReachesOtherProcesses(t *testing.T) {
	for name, tc := range map[string]struct{ redisHere, redisThere bool }{
		"with Redis":           {true, true},
		"without Redis here":   {false, true},
		"without Redis there":  {true, false},
		"without Redis at all": {false, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := setupAccounts(t)
			rdb := func(up bool) (*accounts, func(string) answer) {
				client := a.redis
				if !up {
					client = deadRedis(t)
				}
				server, _ := a.process(client)
				return a, func(access string) answer {
					c := a.client()
					c.base = server.URL
					return c.alive(access)
				}
			}
			_, here := rdb(tc.redisHere)
			_, there := rdb(tc.redisThere)
			c := a.client()
			out := c.register("ada@example.com")
			require.Equal(t, http.StatusOK, here(out.Tokens.AccessToken).status)
			require.Equal(t, http.StatusOK, there(out.Tokens.AccessToken).status)

			c.do(http.MethodPost, "/auth/logout", nil).noContent()
			for _, process := range []func(string) answer{here, there} {
				require.Eventually(t, func() bool { return process(out.Tokens.AccessToken).status == http.StatusUnauthorized },
					5*time.Second, 5*time.Millisecond)
			}
		})
	}
}

func TestARevokedTokenStaysDeadWhenRedisLosesEverything(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	out := c.register("ada@example.com")
	c.do(http.MethodPost, "/auth/logout", nil).noContent()
	keys, err := a.redis.Keys(context.Background(), a.prefix+"*").Result()
	require.NoError(t, err)
	require.NotEmpty(t, keys)
	require.NoError(t, a.redis.Del(context.Background(), keys...).Err())

	c.alive(out.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	server, _ := a.process(a.redis) // one that starts afterwards and has only Postgres to ask
	c.base = server.URL
	c.alive(out.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
}

func TestExpiredRowsAreCleanedUp(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	c.register("ada@example.com")
	c.do(http.MethodPost, "/auth/logout", nil).noContent()
	a.client().login("ada@example.com", password).signedIn(http.StatusOK)

	n, err := a.service.DeleteExpired(context.Background(), a.now().Add(-time.Minute))
	require.NoError(t, err)
	require.Zero(t, n, "nothing is over yet")

	a.advance(31 * 24 * time.Hour)
	survivor := a.client().login("ada@example.com", password).signedIn(http.StatusOK)
	_, err = a.service.DeleteExpired(context.Background(), a.now())
	require.NoError(t, err)
	for table, want := range map[string]int{"token_blacklist": 0, "sessions": 1, "refresh_tokens": 1, "users": 1} {
		require.Equal(t, want, a.count("SELECT count(*) FROM "+table), table)
	}
	a.client().refresh(survivor.Tokens.RefreshToken).signedIn(http.StatusOK)
}
