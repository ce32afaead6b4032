package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
	"github.com/pulsehub/pulsehub/internal/crypto"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/store/storetest"
)

var morning = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// accountBundle is one account with one session.
type accountBundle struct {
	store       *store.Store
	credentials auth.Credentials
	session     auth.Session
	token       auth.RefreshToken
}

func (b accountBundle) workspace() uuid.UUID { return b.credentials.User.Workspace.ID }
func (b accountBundle) user() uuid.UUID      { return b.credentials.User.ID }

func newAccount(t *testing.T, s *store.Store, email string) accountBundle {
	t.Helper()
	b := accountBundle{store: s, credentials: auth.Credentials{PasswordHash: "hash of " + email, User: auth.User{
		ID: uuid.New(), Email: email, FirstName: "Ada", LastName: "Lovelace", CreatedAt: morning,
		Workspace: auth.Workspace{ID: uuid.New(), Name: "Engines", TimeZone: "UTC", Currency: "EUR"},
	}}}
	b.session, b.token = b.newSession(morning)
	require.NoError(t, s.CreateAccount(context.Background(), b.credentials, b.session, b.token))
	return b
}

func (b accountBundle) newSession(at time.Time) (auth.Session, auth.RefreshToken) {
	session := auth.Session{
		ID: uuid.New(), WorkspaceID: b.workspace(), UserID: b.user(), UserAgent: "Firefox", Address: "192.0.2.1",
		CreatedAt: at, LastUsedAt: at, ExpiresAt: at.Add(time.Hour),
	}
	return session, auth.RefreshToken{
		Hash: crypto.HashToken(crypto.NewToken()), SessionID: session.ID, CreatedAt: at, ExpiresAt: session.ExpiresAt,
	}
}

func (b accountBundle) revoke(t *testing.T, in auth.RevokeInput) []uuid.UUID {
	t.Helper()
	in.WorkspaceID, in.UserID, in.Reason = b.workspace(), b.user(), "logout"
	in.At, in.BlacklistUntil = morning, morning.Add(time.Hour)
	ended, err := b.store.RevokeSessions(context.Background(), in)
	require.NoError(t, err)
	return ended
}

func (b accountBundle) live(t *testing.T) []auth.Session {
	t.Helper()
	sessions, _, err := b.store.ListSessions(context.Background(), b.workspace(), b.user(), morning, 100, "")
	require.NoError(t, err)
	return sessions
}

// Whoever names another's workspace, or another's user in their own, gets nothing and changes nothing.
func TestAccountsStayInTheirWorkspace(t *testing.T) {
	ctx := context.Background()
	s := storetest.New(t)
	ada, eve := newAccount(t, s, "ada@example.com"), newAccount(t, s, "eve@example.com")
	name, currency := "Mallory", "USD"

	for who, ids := range map[string][2]uuid.UUID{
		"another's user in one's own workspace": {eve.workspace(), ada.user()},
		"one's own user in another's workspace": {ada.workspace(), eve.user()},
	} {
		t.Run(who, func(t *testing.T) {
			workspace, user := ids[0], ids[1]
			_, err := s.Credentials(ctx, workspace, user)
			require.True(t, apperr.Is(err, apperr.NotFound), "%v", err)
			_, err = s.UpdateProfile(ctx, workspace, user, auth.ProfileChange{FirstName: &name, Currency: &currency})
			require.True(t, apperr.Is(err, apperr.NotFound), "%v", err)

			session, token := ada.newSession(morning)
			session.WorkspaceID, session.UserID = workspace, user
			for _, verified := range []string{ada.credentials.PasswordHash, eve.credentials.PasswordHash} {
				require.True(t, apperr.Is(s.StartSession(ctx, verified, session, token), apperr.NotFound))
				_, err = s.ReplacePassword(ctx, verified, auth.Credentials{PasswordHash: "stolen"}, session, token, morning)
				require.True(t, apperr.Is(err, apperr.Conflict), "%v", err)
			}

			sessions, next, err := s.ListSessions(ctx, workspace, user, morning, 100, "")
			require.NoError(t, err)
			require.Empty(t, sessions)
			require.Empty(t, next)
			for _, hash := range [][]byte{ada.token.Hash, eve.token.Hash} {
				_, err = s.SessionOfRefreshToken(ctx, workspace, user, hash)
				require.True(t, apperr.Is(err, apperr.NotFound), "%v", err)
			}
			ended, err := s.RevokeSessions(ctx, auth.RevokeInput{
				WorkspaceID: workspace, UserID: user, At: morning, Reason: "logout", BlacklistUntil: morning.Add(time.Hour),
				Tokens: []auth.Revocation{{ID: uuid.New(), Until: morning.Add(time.Hour)}},
			})
			require.NoError(t, err)
			require.Empty(t, ended)
		})
	}
	require.Empty(t, eve.revoke(t, auth.RevokeInput{Sessions: []uuid.UUID{ada.session.ID}}), "another's session by its id")

	for _, b := range []accountBundle{ada, eve} {
		require.Len(t, b.live(t), 1)
		got, err := s.Credentials(ctx, b.workspace(), b.user())
		require.NoError(t, err)
		require.Equal(t, b.credentials, got)
	}
	revocations, _, err := s.RevocationsSince(ctx, "", morning)
	require.NoError(t, err)
	require.Empty(t, revocations)
}

func TestCreateAccountIsAllOrNothing(t *testing.T) {
	ctx := context.Background()
	s := storetest.New(t)
	ada := newAccount(t, s, "ada@example.com")
	second := accountBundle{store: s, credentials: ada.credentials}
	second.credentials.User.ID, second.credentials.User.Workspace.ID = uuid.New(), uuid.New()
	session, token := second.newSession(morning)

	err := s.CreateAccount(ctx, second.credentials, session, token)
	require.Equal(t, "email_taken", apperr.From(err).Code)
	second.credentials.User.Email = "bob@example.com"
	require.Error(t, s.CreateAccount(ctx, second.credentials, session, ada.token), "a token that is there already")
	for _, table := range []string{"workspaces", "users", "sessions", "refresh_tokens"} {
		var n int
		require.NoError(t, s.Pool().QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n))
		require.Equal(t, 1, n, table)
	}
}

func TestCredentialsByEmail(t *testing.T) {
	s := storetest.New(t)
	ada := newAccount(t, s, "ada@example.com")
	got, err := s.CredentialsByEmail(context.Background(), "ada@example.com")
	require.NoError(t, err)
	require.Equal(t, ada.credentials, got)
	_, err = s.CredentialsByEmail(context.Background(), "ada@example.co")
	require.True(t, apperr.Is(err, apperr.NotFound))
}

func TestSessionsArePagedLastUsedFirst(t *testing.T) {
	ctx := context.Background()
	s := storetest.New(t)
	ada := newAccount(t, s, "ada@example.com")
	want := []uuid.UUID{ada.session.ID}
	for i := 1; i < 7; i++ {
		session, token := ada.newSession(morning.Add(time.Duration(i/2) * time.Second)) // some at the same instant
		require.NoError(t, s.StartSession(ctx, ada.credentials.PasswordHash, session, token))
		want = append(want, session.ID)
	}
	var got []uuid.UUID
	var last time.Time
	for cursor, first := "", true; first || cursor != ""; first = false {
		sessions, next, err := s.ListSessions(ctx, ada.workspace(), ada.user(), morning, 2, cursor)
		require.NoError(t, err)
		require.LessOrEqual(t, len(sessions), 2)
		for _, session := range sessions {
			require.True(t, last.IsZero() || !session.LastUsedAt.After(last))
			last = session.LastUsedAt
			got = append(got, session.ID)
		}
		cursor = next
	}
	require.ElementsMatch(t, want, got, "each once")
	expired, _, err := s.ListSessions(ctx, ada.workspace(), ada.user(), morning.Add(2*time.Hour), 100, "")
	require.NoError(t, err)
	require.Empty(t, expired)
}

func TestRevokeSessions(t *testing.T) {
	ctx := context.Background()
	s := storetest.New(t)
	ada := newAccount(t, s, "ada@example.com")
	second, token := ada.newSession(morning)
	require.NoError(t, s.StartSession(ctx, ada.credentials.PasswordHash, second, token))
	third, token := ada.newSession(morning)
	require.NoError(t, s.StartSession(ctx, ada.credentials.PasswordHash, third, token))

	jti := uuid.New()
	require.Equal(t, []uuid.UUID{second.ID}, ada.revoke(t, auth.RevokeInput{
		Sessions: []uuid.UUID{second.ID}, Tokens: []auth.Revocation{{ID: jti, Until: morning.Add(time.Hour)}},
	}))
	require.Empty(t, ada.revoke(t, auth.RevokeInput{Sessions: []uuid.UUID{second.ID}}), "again")
	require.Empty(t, ada.revoke(t, auth.RevokeInput{Sessions: []uuid.UUID{}}), "none of them")
	require.Equal(t, []uuid.UUID{ada.session.ID}, ada.revoke(t, auth.RevokeInput{Except: third.ID}), "all others")
	require.Equal(t, third.ID, ada.live(t)[0].ID)
	require.Equal(t, []uuid.UUID{third.ID}, ada.revoke(t, auth.RevokeInput{}), "all")

	found, _, err := s.RevocationsSince(ctx, "", morning)
	require.NoError(t, err)
	var ids []uuid.UUID
	for _, r := range found {
		require.True(t, morning.Add(time.Hour).Equal(r.Until))
		ids = append(ids, r.ID)
	}
	require.ElementsMatch(t, []uuid.UUID{jti, second.ID, ada.session.ID, third.ID}, ids)
	found, _, err = s.RevocationsSince(ctx, "", morning.Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, found, "over by themselves")
}

// Transactions commit in another order than they begin. A mark must not skip one that was slow.
func TestRevocationsSinceMissesNoSlowTransaction(t *testing.T) {
	ctx := context.Background()
	s := storetest.New(t)
	ada := newAccount(t, s, "ada@example.com")
	slow, err := s.Pool().Begin(ctx)
	require.NoError(t, err)
	slowID, quickID, lateID := uuid.New(), uuid.New(), uuid.New()
	_, err = slow.Exec(ctx, `INSERT INTO token_blacklist (id, user_id, expires_at) VALUES ($1, $2, $3)`, slowID, ada.user(), morning.Add(time.Hour))
	require.NoError(t, err)
	revoke := func(id uuid.UUID) {
		ada.revoke(t, auth.RevokeInput{Sessions: []uuid.UUID{}, Tokens: []auth.Revocation{{ID: id, Until: morning.Add(time.Hour)}}})
	}
	since := func(mark string) ([]uuid.UUID, string) {
		found, next, err := s.RevocationsSince(ctx, mark, morning)
		require.NoError(t, err)
		var ids []uuid.UUID
		for _, r := range found {
			ids = append(ids, r.ID)
		}
		return ids, next
	}

	revoke(quickID)
	ids, mark := since("")
	require.Equal(t, []uuid.UUID{quickID}, ids)
	require.NoError(t, slow.Commit(ctx))
	revoke(lateID)
	ids, mark = since(mark)
	require.Subset(t, ids, []uuid.UUID{slowID, lateID})
	require.Eventually(t, func() bool {
		ids, mark = since(mark)
		return len(ids) == 0
	}, 10*time.Second, 10*time.Millisecond, "told once, when what was under way beside it is over")
}

func TestRuleRefreshTokenIsOneAtATime(t *testing.T) {
	ctx := context.Background()
	s := storetest.New(t)
	ada := newAccount(t, s, "ada@example.com")
	var wg sync.WaitGroup
	var rotations, refusals int // the lock is what guards them
	for range 20 {
		wg.Go(func() {
			_, err := s.RuleRefreshToken(ctx, ada.token.Hash, morning.Add(-time.Minute), func(f auth.Family) auth.Ruling {
				for _, token := range f.Tokens {
					if token.UsedAt == nil && string(token.Hash) == string(ada.token.Hash) {
						rotations++
						dead := token
						dead.UsedAt = &f.Session.CreatedAt
						_, next := ada.newSession(morning)
						next.SessionID = f.Session.ID
						return auth.Ruling{Dead: &dead, Next: &next}
					}
				}
				refusals++
				return auth.Ruling{}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, rotations)
	require.Equal(t, 19, refusals)

	_, err := s.RuleRefreshToken(ctx, crypto.HashToken("unknown"), morning, func(auth.Family) auth.Ruling {
		t.Error("there is nothing to rule on")
		return auth.Ruling{}
	})
	require.True(t, apperr.Is(err, apperr.NotFound))
}
