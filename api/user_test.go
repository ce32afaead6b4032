package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/auth"
)

func (a answer) profile() api.Profile {
	a.t.Helper()
	require.Equal(a.t, http.StatusOK, a.status, "%s", a.body)
	var p api.Profile
	require.NoError(a.t, json.Unmarshal(a.body, &p))
	return p
}

func TestProfileIsChanged(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	before := c.register("ada@example.com").User
	patch := func(body map[string]any) api.Profile {
		t.Helper()
		return c.do(http.MethodPatch, "/user/profile", body).profile()
	}
	require.Equal(t, before, patch(map[string]any{}), "nothing given, nothing changed")

	got := patch(map[string]any{"firstName": " Augusta ", "companyName": "Engines", "timeZone": "Europe/London", "currency": "gbp"})
	want := before
	want.FirstName, want.CompanyName = "Augusta", "Engines"
	want.Workspace.TimeZone, want.Workspace.Currency = "Europe/London", "GBP"
	require.Equal(t, want, got)
	require.Equal(t, want, c.do(http.MethodGet, "/user/profile", nil).profile())
	require.Equal(t, 1, a.count("SELECT data_version FROM workspaces"), "cached analyses are void")

	require.Empty(t, patch(map[string]any{"companyName": ""}).CompanyName)
	require.Equal(t, 1, a.count("SELECT data_version FROM workspaces"), "a name is not an analysis")
}

func TestProfileChangesAreRefused(t *testing.T) {
	a := setupAccounts(t, limits(auth.Limits{FailedLoginsPerAccount: 3}))
	c := a.client()
	before := c.register("ada@example.com").User
	a.client().register("eve@example.com")
	for name, tc := range map[string]struct {
		body   map[string]any
		status int
		code   string
		field  string
	}{
		"a zone that is none":        {map[string]any{"timeZone": "Mars/Olympus"}, 422, "invalid", "body.timeZone"},
		"a currency that is none":    {map[string]any{"currency": "XYZZY"}, 422, "invalid", "body.currency"},
		"a name taken away":          {map[string]any{"firstName": ""}, 422, "invalid", "body.firstName"},
		"an unknown field":           {map[string]any{"workspaceId": "x"}, 422, "unknown_field", "body.workspaceId"},
		"a number for a name":        {map[string]any{"firstName": 1}, 422, "invalid", "body.firstName"},
		"an address, no password":    {map[string]any{"email": "new@example.com"}, 422, "invalid", "body.password"},
		"an address, wrong password": {map[string]any{"email": "new@example.com", "password": "wrong horse battery"}, 403, "wrong_password", "body.password"},
		"someone else's address":     {map[string]any{"email": "EVE@example.com", "password": password, "firstName": "X"}, 409, "email_taken", "body.email"},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.do(http.MethodPatch, "/user/profile", tc.body).problem(tc.status, tc.code)
			require.Equal(t, tc.field, p.Errors[0].Field)
		})
	}
	require.Equal(t, before, c.do(http.MethodGet, "/user/profile", nil).profile(), "nothing half-written")
	a.client().do(http.MethodGet, "/user/profile", nil).problem(http.StatusUnauthorized, "unauthenticated")

	for range 2 {
		c.do(http.MethodPatch, "/user/profile", map[string]any{"email": "new@example.com", "password": "wrong"}).problem(http.StatusForbidden, "wrong_password")
	}
	c.login("ada@example.com", password).problem(http.StatusTooManyRequests, "rate_limited")
}

func TestEmailIsChangedWithThePassword(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	c.register("ada@example.com")
	got := c.do(http.MethodPatch, "/user/profile", map[string]any{"email": " Countess@Example.com", "password": password}).profile()
	require.Equal(t, "countess@example.com", got.Email)
	c.login("ada@example.com", password).problem(http.StatusUnauthorized, "wrong_credentials")
	c.login("countess@example.com", password).signedIn(http.StatusOK)
	a.client().register("ada@example.com")
}

const newPassword = "staple of batteries"

func (c *client) changePassword(current, next string) answer {
	c.t.Helper()
	return c.do(http.MethodPost, "/user/password", map[string]any{"currentPassword": current, "newPassword": next})
}

func TestPasswordChangeEndsEverythingIssuedBefore(t *testing.T) {
	a := setupAccounts(t)
	c := a.browser()
	here := c.register("ada@example.com")
	elsewhere := a.client().login("ada@example.com", password).signedIn(http.StatusOK)

	fresh := c.changePassword(password, newPassword).signedIn(http.StatusOK)
	require.Equal(t, here.User, fresh.User)
	require.Equal(t, fresh.Tokens.RefreshToken, c.cookie("pulsehub_refresh"))
	for _, before := range []api.SignedIn{here, elsewhere} {
		c.alive(before.Tokens.AccessToken).problem(http.StatusUnauthorized, "token_revoked")
		a.client().refresh(before.Tokens.RefreshToken).problem(http.StatusUnauthorized, "token_revoked")
	}
	require.Equal(t, http.StatusOK, c.alive(fresh.Tokens.AccessToken).status)
	a.client().refresh(fresh.Tokens.RefreshToken).signedIn(http.StatusOK)
	c.login("ada@example.com", password).problem(http.StatusUnauthorized, "wrong_credentials")
	c.login("ada@example.com", newPassword).signedIn(http.StatusOK)
}

func TestPasswordChangesAreRefused(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	c.register("ada@example.com")
	for name, tc := range map[string]struct {
		current, next string
		status        int
		code, field   string
	}{
		"a wrong one":        {"wrong horse battery", newPassword, 403, "wrong_password", "body.currentPassword"},
		"a short one":        {password, "short", 422, "invalid", "body.newPassword"},
		"a long one":         {password, strings.Repeat("ab", 65), 422, "invalid", "body.newPassword"},
		"the e-mail address": {password, "ada@example.com", 422, "invalid", "body.newPassword"},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.changePassword(tc.current, tc.next).problem(tc.status, tc.code)
			require.Equal(t, tc.field, p.Errors[0].Field)
		})
	}
	require.Equal(t, http.StatusOK, c.alive(c.access).status, "nothing was ended")
	c.login("ada@example.com", password).signedIn(http.StatusOK)
}

func TestPasswordChangesAtOnceLeaveOnePasswordAndItsSession(t *testing.T) {
	a := setupAccounts(t)
	c := a.client()
	c.register("ada@example.com")
	next := []string{"first new password", "second new password", "third new password"}
	answers := make([]answer, len(next))
	var wg sync.WaitGroup
	for i := range next {
		wg.Go(func() { answers[i] = c.changePassword(password, next[i]) })
		wg.Go(func() { a.client().login("ada@example.com", password) }) // with the old one, meanwhile
	}
	wg.Wait()
	won := -1
	for i, res := range answers {
		if res.status == http.StatusOK {
			require.Equal(t, -1, won, "one of them wins")
			won = i
		}
	}
	require.NotEqual(t, -1, won)
	require.Equal(t, 1, a.count(`SELECT count(*) FROM sessions WHERE revoked_at IS NULL`), "no session of the old password is left")
	a.client().login("ada@example.com", next[won]).signedIn(http.StatusOK)
}
