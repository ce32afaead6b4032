package auth

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/crypto"
)

// family is a session as the store would keep it, without the store.
type family struct {
	Family
	rotation rotation
	now      time.Time
}

var laptop = Client{Address: "192.0.2.1", UserAgent: "Laptop/1"}

func setupFamily(t *testing.T) (*family, string) {
	t.Helper()
	keys, err := crypto.ParseKeyring([]string{crypto.NewKey()})
	require.NoError(t, err)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	f := &family{now: now, rotation: rotation{keys: keys, ttl: time.Hour, grace: 10 * time.Second, blacklistFor: time.Minute}}
	f.Session = Session{ID: uuid.New(), UserAgent: laptop.UserAgent, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(time.Hour)}
	first := crypto.NewToken()
	f.Tokens = []RefreshToken{*newRefreshToken(first, f.Session)}
	return f, first
}

// present does what the store does with a ruling.
func (f *family) present(token string, client Client) (string, verdict) {
	ruling, next, v := f.rotation.rule(f.Family, token, client, f.now)
	if ruling.Dead != nil {
		for i := range f.Tokens {
			if string(f.Tokens[i].Hash) == string(ruling.Dead.Hash) {
				f.Tokens[i] = *ruling.Dead
			}
		}
		f.Tokens = append(f.Tokens, *ruling.Next)
	}
	if ruling.Session != nil {
		f.Session = *ruling.Session
	}
	if ruling.Revoke != "" {
		f.Session.RevokedAt, f.Session.RevokedReason = &f.now, ruling.Revoke
	}
	return next, v
}

func (f *family) live() (n int) {
	for _, t := range f.Tokens {
		if t.UsedAt == nil {
			n++
		}
	}
	return n
}

func TestRotationGivesEachTokenOneSuccessor(t *testing.T) {
	f, token := setupFamily(t)
	seen := map[string]bool{token: true}
	for range 5 {
		f.now = f.now.Add(20 * time.Minute)
		next, v := f.present(token, laptop)
		require.Equal(t, granted, v)
		require.Len(t, next, 43, "256 bits")
		require.False(t, seen[next])
		seen[next], token = true, next
		require.Equal(t, 1, f.live())
		require.Equal(t, f.now.Add(time.Hour), f.Session.ExpiresAt, "each use renews the session")
		require.Equal(t, f.now, f.Session.LastUsedAt)
	}
}

func TestRotationGivesTheSameSuccessorWithinTheGrace(t *testing.T) {
	f, token := setupFamily(t)
	first, v := f.present(token, laptop)
	require.Equal(t, granted, v)

	f.now = f.now.Add(10 * time.Second)
	again, v := f.present(token, laptop)
	require.Equal(t, granted, v)
	require.Equal(t, first, again, "the tab that was second gets what the first got")
	require.Equal(t, 1, f.live(), "the family does not fork")
}

func TestRotationFollowsAQuickChainToTheLiveToken(t *testing.T) {
	f, token := setupFamily(t)
	second, _ := f.present(token, laptop)
	f.now = f.now.Add(time.Second)
	third, _ := f.present(second, laptop)
	f.now = f.now.Add(time.Second)
	late, v := f.present(token, laptop)
	require.Equal(t, granted, v)
	require.Equal(t, third, late)
	require.Equal(t, 1, f.live())
}

func TestRotationRefuses(t *testing.T) {
	use := func(f *family, token string) { f.present(token, laptop) }
	for name, tc := range map[string]struct {
		before func(f *family, token string)
		after  time.Duration
		client Client
		want   verdict
	}{
		"a dead token after the grace":             {use, 10*time.Second + 1, laptop, reused},
		"a dead token long after":                  {use, 30 * time.Minute, laptop, reused},
		"a dead token from another client at once": {use, 0, Client{Address: laptop.Address, UserAgent: "Thief/1"}, reused},
		"a live token that expired":                {func(*family, string) {}, time.Hour, laptop, expired},
		"a dead token that expired":                {use, time.Hour, laptop, expired},
		"a token of a revoked session":             {func(f *family, _ string) { f.Session.RevokedAt = &f.now }, 0, laptop, revoked},
		"a dead token whose seed cannot be opened any more": {func(f *family, token string) {
			f.present(token, laptop)
			f.rotation.keys, _ = crypto.ParseKeyring([]string{crypto.NewKey()})
		}, 0, laptop, raced},
	} {
		t.Run(name, func(t *testing.T) {
			f, token := setupFamily(t)
			tc.before(f, token)
			f.now = f.now.Add(tc.after)
			next, v := f.present(token, tc.client)
			require.Equal(t, tc.want, v)
			require.Empty(t, next)
			require.Equal(t, tc.want == reused, f.Session.RevokedReason == reasonReuse)
		})
	}
}

// A thief who copied a token and uses it within the owner's grace must not stay unseen.
func TestRotationMakesThiefAndOwnerCollide(t *testing.T) {
	f, token := setupFamily(t)
	owner, _ := f.present(token, laptop)
	thief, v := f.present(token, laptop) // forged user agent, within the grace
	require.Equal(t, granted, v)
	require.Equal(t, owner, thief)

	f.now = f.now.Add(14 * time.Minute)
	_, v = f.present(thief, laptop)
	require.Equal(t, granted, v)
	f.now = f.now.Add(time.Minute)
	_, v = f.present(owner, laptop)
	require.Equal(t, reused, v)
	require.NotNil(t, f.Session.RevokedAt)
}

func TestDevicesAreNamedInWords(t *testing.T) {
	for userAgent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36":                         "Chrome on Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":                   "Safari on macOS",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0":           "Edge on Windows",
		"curl/8.5.0": "curl",
		"":           "Unknown device",
	} {
		require.Equal(t, want, Session{UserAgent: userAgent}.Device(), userAgent)
	}
}

func TestClientsAreFitToStoreAndCount(t *testing.T) {
	long := Client{UserAgent: "a\x00b\xff" + strings.Repeat("é", 1000)}.clean()
	require.NotContains(t, long.UserAgent, "\x00")
	require.LessOrEqual(t, len([]rune(long.UserAgent)), maxUserAgent)

	for address, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"not an address":       "not an address",
	} {
		require.Equal(t, want, Client{Address: address}.network())
	}
}
