package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/auth"
)

func TestRegisterMakesWorkspaceUserAndSession(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	body := person("  Ada@Example.COM ")
	body["companyName"] = "Analytical Engines"
	res := c.do(http.MethodPost, "/auth/register", body)
	out := res.signedIn(http.StatusCreated)

	require.Equal(t, "ada@example.com", out.User.Email)
	require.Equal(t, "Ada", out.User.FirstName)
	require.Equal(t, "Lovelace", out.User.LastName)
	require.Equal(t, "Analytical Engines", out.User.CompanyName)
	require.Equal(t, api.ProfileWorkspace{ID: out.User.Workspace.ID, Name: "Analytical Engines", TimeZone: "UTC", Currency: "EUR"}, out.User.Workspace)
	require.NotEmpty(t, out.Tokens.RefreshToken)
	require.Equal(t, 900, out.Tokens.ExpiresIn)
	require.Equal(t, "no-store", res.header.Get("Cache-Control"))
	require.NotContains(t, string(res.body), "assword")

	cookie := res.header.Get("Set-Cookie")
	for _, want := range []string{"pulsehub_refresh=" + out.Tokens.RefreshToken, "Path=/;", "HttpOnly", "SameSite=Strict"} {
		require.Contains(t, cookie, want)
	}
	require.NotContains(t, cookie, "Secure", "as configured here")

	c.access = out.Tokens.AccessToken
	var profile api.Profile
	require.NoError(t, json.Unmarshal(c.do(http.MethodGet, "/api/user/profile", nil).body, &profile))
	require.Equal(t, out.User, profile)
	for table, want := range map[string]int{"workspaces": 1, "users": 1, "sessions": 1, "refresh_tokens": 1} {
		require.Equal(t, want, a.count("SELECT count(*) FROM "+table), table)
	}
	require.Zero(t, a.count(`SELECT count(*) FROM refresh_tokens WHERE token_hash = convert_to($1, 'UTF8')`, out.Tokens.RefreshToken))
}

func TestRegisterTwiceIsOneAccount(t *testing.T) {
	a := setupAccounts(t)
	var wg sync.WaitGroup
	answers := make(chan answer, 8)
	for i := range cap(answers) {
		email := "ada@example.com"
		if i%2 == 1 {
			email = "ADA@example.com"
		}
		c := a.client()
		wg.Go(func() { answers <- c.do(http.MethodPost, "/auth/register", person(email)) })
	}
	wg.Wait()
	close(answers)
	created := 0
	for res := range answers {
		if res.status == http.StatusCreated {
			created++
			continue
		}
		p := res.problem(http.StatusConflict, "email_taken")
		require.Equal(t, "body.email", p.Errors[0].Field)
	}
	require.Equal(t, 1, created)
	for _, table := range []string{"workspaces", "users", "sessions", "refresh_tokens"} {
		require.Equal(t, 1, a.count("SELECT count(*) FROM "+table), "nothing half-written in "+table)
	}
}

func TestRegisterSaysWhatIsWrong(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	p := c.do(http.MethodPost, "/auth/register", map[string]any{"email": "nobody", "password": "short", "firstName": " ", "lastName": "L"}).
		problem(http.StatusUnprocessableEntity, "invalid")
	var fields []string
	for _, f := range p.Errors {
		fields = append(fields, f.Field)
		require.NotEqual(t, "short", f.Value)
	}
	require.Equal(t, []string{"body.email", "body.password", "body.firstName"}, fields)

	extra := person("ada@example.com")
	extra["role"] = "admin"
	p = c.do(http.MethodPost, "/auth/register", extra).problem(http.StatusUnprocessableEntity, "unknown_field")
	require.Equal(t, "body.role", p.Errors[0].Field)

	delete(extra, "role")
	delete(extra, "lastName")
	c.do(http.MethodPost, "/auth/register", extra).problem(http.StatusUnprocessableEntity, "invalid")
	c.do(http.MethodPost, "/auth/register", `{"email":`).problem(http.StatusBadRequest, "malformed")
	c.do(http.MethodPost, "/auth/register", `{"email":"`+strings.Repeat("a", 20<<10)+`"}`).problem(http.StatusRequestEntityTooLarge, "too_large")
	require.Zero(t, a.count("SELECT count(*) FROM users"))
	require.Zero(t, a.passwords.hashed.Load(), "what is refused costs no hash")
}

func TestLogin(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	registered := c.register("ada@example.com")
	out := c.login(" ADA@example.com", password).signedIn(http.StatusOK)
	require.Equal(t, registered.User, out.User)
	require.NotEqual(t, registered.Tokens.RefreshToken, out.Tokens.RefreshToken)
	require.Equal(t, http.StatusOK, c.alive(out.Tokens.AccessToken).status)
	require.Equal(t, 2, a.count("SELECT count(*) FROM sessions"))
}

func TestLoginDoesTheSameWhetherOrNotThereIsAnAccount(t *testing.T) {
	a := setupAccounts(t, limits(auth.Limits{FailedLoginsPerAccount: 10}))
	c := a.client()
	c.register("ada@example.com")
	work := func(email, password string) (string, int64) {
		before := a.passwords.verified.Load()
		p := c.login(email, password).problem(http.StatusUnauthorized, "wrong_credentials")
		p.Instance = ""
		text, err := json.Marshal(p)
		require.NoError(t, err)
		return string(text), a.passwords.verified.Load() - before
	}
	known, knownWork := work("ada@example.com", "wrong horse battery")
	unknown, unknownWork := work("nobody@example.com", "wrong horse battery")
	require.Equal(t, known, unknown)
	require.Equal(t, int64(1), knownWork)
	require.Equal(t, knownWork, unknownWork)
	_, longWork := work("ada@example.com", strings.Repeat("long", 1000))
	require.Equal(t, knownWork, longWork)
}

func TestLoginIsLimitedByWrongPasswords(t *testing.T) {
	a := setupAccounts(t, limits(auth.Limits{FailedLoginsPerAccount: 5}))
	c := a.client()
	c.register("ada@example.com")
	c.register("bob@example.com")
	for range 8 {
		c.login("ada@example.com", password).signedIn(http.StatusOK) // right ones do not count
	}

	var wg sync.WaitGroup
	answers := make(chan answer, 40)
	for range cap(answers) {
		guess := a.client()
		wg.Go(func() { answers <- guess.login("Ada@example.com", "wrong horse battery") })
	}
	wg.Wait()
	close(answers)
	wrong := 0
	for res := range answers {
		if res.status == http.StatusUnauthorized {
			wrong++
			continue
		}
		res.problem(http.StatusTooManyRequests, "rate_limited")
		wait, err := strconv.Atoi(res.header.Get("Retry-After"))
		require.NoError(t, err)
		require.InDelta(t, 180, wait, 60, "15 minutes for 5")
	}
	require.GreaterOrEqual(t, wrong, 5)
	require.LessOrEqual(t, wrong, 6, "at once, one more a further hashing slot")

	before := a.passwords.verified.Load()
	c.login("ada@example.com", password).problem(http.StatusTooManyRequests, "rate_limited")
	require.Equal(t, before, a.passwords.verified.Load(), "a correct one is not even looked at")
	c.login("bob@example.com", password).signedIn(http.StatusOK)

	for range 5 {
		c.login("nobody@example.com", "wrong horse battery").problem(http.StatusUnauthorized, "wrong_credentials")
	}
	c.login("nobody@example.com", "wrong horse battery").problem(http.StatusTooManyRequests, "rate_limited")
}

func TestSignUpsAndLoginsAreLimitedByAddress(t *testing.T) {
	a := setupAccounts(t, limits(auth.Limits{SignUpsPerAddress: 2, LoginsPerAddress: 3}))
	c := a.client()
	c.register("one@example.com")
	c.register("two@example.com")
	res := c.do(http.MethodPost, "/auth/register", person("three@example.com"))
	res.problem(http.StatusTooManyRequests, "rate_limited")
	require.NotEmpty(t, res.header.Get("Retry-After"))

	for i := range 3 {
		c.login(fmt.Sprintf("%d@example.com", i), password).problem(http.StatusUnauthorized, "wrong_credentials")
	}
	c.login("one@example.com", password).problem(http.StatusTooManyRequests, "rate_limited")
}

func TestSignUpsAtOnceFromOneAddressAllPass(t *testing.T) {
	a := setupAccounts(t, limits(auth.Limits{SignUpsPerAddress: 300}))
	var wg sync.WaitGroup
	answers := make(chan answer, 40)
	for i := range cap(answers) {
		c := a.client()
		wg.Go(func() {
			answers <- c.do(http.MethodPost, "/auth/register", person(fmt.Sprintf("user-%d@example.com", i)))
		})
	}
	wg.Wait()
	close(answers)
	for res := range answers {
		res.signedIn(http.StatusCreated)
	}
	require.Equal(t, 40, a.count("SELECT count(*) FROM workspaces"))
}

func TestLogoutKillsTheTokens(t *testing.T) {
	a := setupAccounts(t)
	c := a.browser()
	out := c.register("ada@example.com")
	other := a.client()
	elsewhere := other.login("ada@example.com", password).signedIn(http.StatusOK)

	c.do(http.MethodPost, "/auth/logout", nil).noContent()
	require.Empty(t, c.cookie("pulsehub_refresh"))
	c.alive(out.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	other.refresh(out.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_revoked")
	require.Equal(t, http.StatusOK, other.alive(elsewhere.Tokens.AccessToken).status, "another session goes on")
	require.Equal(t, 2, a.count("SELECT count(*) FROM token_blacklist"), "the token and its session")

	a.client().do(http.MethodPost, "/auth/logout", nil).problem(http.StatusUnauthorized, "unauthenticated")
}

func TestLogoutTakesAnotherOfOnesOwnSessionsAlong(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	first := c.register("ada@example.com")
	second := c.login("ada@example.com", password).signedIn(http.StatusOK)
	stranger := a.client().register("eve@example.com")

	logout := func(token string) {
		c.do(http.MethodPost, "/auth/logout", map[string]any{"refreshToken": token}).noContent()
	}
	c.access = c.login("ada@example.com", password).signedIn(http.StatusOK).Tokens.AccessToken
	logout(stranger.Tokens.RefreshToken)
	a.client().refresh(stranger.Tokens.RefreshToken).signedIn(http.StatusOK)

	c.access = first.Tokens.AccessToken
	logout(second.Tokens.RefreshToken)
	for _, ended := range []api.SignedIn{first, second} {
		c.alive(ended.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
		c.refresh(ended.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_revoked")
	}
}

type sessionPage struct {
	Items      []api.Session
	NextCursor string
}

func (c *client) sessions(query string) sessionPage {
	c.t.Helper()
	res := c.do(http.MethodGet, "/auth/sessions"+query, nil)
	require.Equal(c.t, http.StatusOK, res.status, "%s", res.body)
	var page sessionPage
	require.NoError(c.t, json.Unmarshal(res.body, &page))
	return page
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	c.register("ada@example.com")
	phone := a.client()
	phone.agent = chrome
	there := phone.login("ada@example.com", password).signedIn(http.StatusOK)
	stranger := a.client()
	stranger.register("eve@example.com")

	all := c.sessions("")
	require.Len(t, all.Items, 2)
	require.Equal(t, []string{"Chrome on Windows", "Firefox on Linux"}, []string{all.Items[0].Device, all.Items[1].Device})
	require.Equal(t, []bool{false, true}, []bool{all.Items[0].Current, all.Items[1].Current})
	require.Equal(t, "127.0.0.1", all.Items[0].Address)
	require.WithinDuration(t, time.Now(), all.Items[0].LastUsedAt, time.Minute)

	first := c.sessions("?limit=1")
	require.Equal(t, all.Items[:1], first.Items)
	second := c.sessions("?limit=1&cursor=" + first.NextCursor)
	require.Equal(t, all.Items[1:], second.Items)
	require.Empty(t, second.NextCursor)
	c.do(http.MethodGet, "/auth/sessions?cursor=nonsense", nil).problem(http.StatusUnprocessableEntity, "bad_cursor")
	c.do(http.MethodGet, "/auth/sessions?limit=0", nil).problem(http.StatusUnprocessableEntity, "invalid")

	stranger.do(http.MethodDelete, "/auth/sessions/"+all.Items[0].ID.String(), nil).problem(http.StatusNotFound, "not_found")
	c.do(http.MethodDelete, "/auth/sessions/"+uuid.NewString(), nil).problem(http.StatusNotFound, "not_found")
	c.do(http.MethodDelete, "/auth/sessions/x", nil).problem(http.StatusNotFound, "not_found")
	require.Equal(t, http.StatusOK, c.alive(there.Tokens.AccessToken).status)

	c.do(http.MethodDelete, "/auth/sessions/"+all.Items[0].ID.String(), nil).noContent()
	c.alive(there.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	phone.refresh(there.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_revoked")
	require.Len(t, c.sessions("").Items, 1)
	c.do(http.MethodDelete, "/auth/sessions/"+all.Items[0].ID.String(), nil).problem(http.StatusNotFound, "not_found")
}

func TestLogoutEverywhere(t *testing.T) {
	a := setupAccounts(t)
	c := a.browser()
	here := c.register("ada@example.com")
	var elsewhere []api.SignedIn
	for range 3 {
		elsewhere = append(elsewhere, a.client().login("ada@example.com", password).signedIn(http.StatusOK))
	}
	stranger := a.client()
	stranger.register("eve@example.com")

	c.do(http.MethodDelete, "/auth/sessions?keepCurrent=true", nil).noContent()
	require.NotEmpty(t, c.cookie("pulsehub_refresh"))
	for _, s := range elsewhere {
		c.alive(s.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	}
	require.Equal(t, http.StatusOK, c.alive(here.Tokens.AccessToken).status)

	c.do(http.MethodDelete, "/auth/sessions", nil).noContent()
	require.Empty(t, c.cookie("pulsehub_refresh"))
	c.alive(here.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
	require.Equal(t, http.StatusOK, stranger.alive(stranger.access).status)
}

func TestVisitorsConversationsBecomeTheUsers(t *testing.T) {
	a := setupAccounts(t)
	visitor, cookie := a.visitors.Issue()

	c := a.browser()
	c.setCookie("pulsehub_visitor", cookie)
	a.claims.err = errors.New("the database is away")
	out := c.register("ada@example.com")
	require.Equal(t, []uuid.UUID{visitor, out.User.Workspace.ID, out.User.ID}, a.claims.called)
	require.Equal(t, cookie, c.cookie("pulsehub_visitor"), "kept, to try again")

	a.claims.err, a.claims.called = nil, nil
	c.login("ada@example.com", password).signedIn(http.StatusOK)
	require.Equal(t, []uuid.UUID{visitor, out.User.Workspace.ID, out.User.ID}, a.claims.called)
	require.Empty(t, c.cookie("pulsehub_visitor"), "claimed")
	require.NotEmpty(t, c.cookie("pulsehub_refresh"))

	a.claims.called = nil
	c.setCookie("pulsehub_visitor", cookie+"x")
	c.login("ada@example.com", password).signedIn(http.StatusOK)
	require.Empty(t, a.claims.called, "a forged cookie claims nothing")
	c.setCookie("pulsehub_visitor", cookie)
	c.login("ada@example.com", "wrong horse battery").problem(http.StatusUnauthorized, "wrong_credentials")
	require.Empty(t, a.claims.called, "nor does a failed log-in")
}
