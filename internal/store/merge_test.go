package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

func (s sender) customerOf(userID string) (id uuid.UUID) {
	s.t.Helper()
	require.NoError(s.t, s.Pool().QueryRow(s.ctx, "SELECT customer_id FROM identities WHERE workspace_id = $1 AND kind = 1 AND value = $2", s.source.WorkspaceID, userID).Scan(&id))
	return id
}

// undo takes apart what that alias made one.
func (s sender) undo(userID string, which int) customer.Merge {
	s.t.Helper()
	id := s.customerOf(userID)
	merges, _, err := s.CustomerMerges(s.ctx, s.source.WorkspaceID, id, 100, "")
	require.NoError(s.t, err)
	merges = slices.DeleteFunc(merges, func(m customer.Merge) bool { return m.Reason != "same_person" })
	slices.Reverse(merges)
	m, err := s.UndoMerge(s.ctx, s.source.WorkspaceID, id, customer.Undo{MergeID: merges[which].ID, UserID: uuid.New(), At: demoNow})
	require.NoError(s.t, err)
	return m
}

// lives are what people with user ids, addresses and devices of their own, some of them shared, did.
func lives(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 11))
	out := make([]string, n)
	for i := range out {
		u := r.IntN(6)
		at := demoNow.AddDate(0, 0, -60).Add(time.Duration(r.IntN(60*24*60)) * time.Minute).Format("2006-01-02T15:04:05.000Z")
		who := fmt.Sprintf(`"userId":"u%d"`, u)
		if r.IntN(3) > 0 {
			who += fmt.Sprintf(`,"anonymousId":"d%d"`, (u+r.IntN(8)/7)%6)
		}
		if r.IntN(3) == 0 {
			who = fmt.Sprintf(`"anonymousId":"d%d"`, u)
		}
		head := fmt.Sprintf(`"messageId":"m%d","timestamp":%q,%s`, i, at, who)
		switch r.IntN(5) {
		case 0:
			if who[1] == 'u' {
				out[i] = fmt.Sprintf(`{"type":"identify",%s,"traits":{"firstName":"N%d","email":"u%d-%d@example.com","plan":"p%d","consent":{"email":%t}}}`, head, r.IntN(9), u, r.IntN(2), r.IntN(3), r.IntN(2) == 0)
				continue
			}
			out[i] = fmt.Sprintf(`{"type":"identify",%s,"traits":{"firstName":"D%d"}}`, head, r.IntN(9))
		case 1:
			out[i] = fmt.Sprintf(`{"type":"track","event":"Order Completed",%s,"properties":{"order_id":"o%d","revenue":%d}}`, head, r.IntN(30), 1+r.IntN(90))
		case 2:
			out[i] = fmt.Sprintf(`{"type":"track","event":"Product Added",%s,"properties":{"name":"P%d","price":%d}}`, head, r.IntN(4), 1+r.IntN(9))
		default:
			out[i] = fmt.Sprintf(`{"type":"page",%s}`, head)
		}
	}
	return out
}

func (s sender) deliver(r *rand.Rand, messages []string) {
	s.t.Helper()
	for len(messages) > 0 {
		n := min(1+r.IntN(20), len(messages))
		s.send(messages[:n]...)
		messages = messages[n:]
	}
}

// Who is taken apart is what they would be had nothing tied them: also in what came while they were one, of devices that they
// share, of what merged with one of them meanwhile, and in what comes after.
func TestAnUndoneMergeLeavesNoTrace(t *testing.T) {
	s := setupShop(t)
	const tie, other = `{"type":"alias","messageId":"tie","previousId":"u1","userId":"u2","timestamp":"2026-11-20T10:00:00Z"}`,
		`{"type":"alias","messageId":"other","previousId":"u3","userId":"u2","timestamp":"2026-11-20T11:00:00Z"}`
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 12))
			messages := lives(seed, 150)
			var known []string
			for u := range 6 {
				known = append(known, fmt.Sprintf(`{"type":"identify","messageId":"k%d","userId":"u%d","timestamp":"2026-09-01T00:00:00Z"}`, u, u))
			}
			first, second, third := messages[:50], messages[50:100], messages[100:]
			world := func(tied bool) sender {
				to := s.sender(s.workspace("Europe/Berlin"), datasource.HTTP)
				for _, one := range known {
					to.send(one)
				}
				to.deliver(r, first)
				ties := []string{tie, other}
				if seed%2 == 1 {
					ties = []string{other, tie}
				}
				for _, one := range ties {
					if one != tie || tied {
						to.send(one)
					}
				}
				to.deliver(r, second)
				if tied {
					require.Equal(t, to.customerOf("u1"), to.customerOf("u3"))
					to.undo("u1", slices.Index(ties, tie))
				}
				to.deliver(r, third)
				to.refresh()
				return to
			}
			never, undone := world(false), world(true)
			require.NotEqual(t, undone.customerOf("u1"), undone.customerOf("u2"))
			require.Equal(t, undone.customerOf("u3"), undone.customerOf("u2"))
			require.Equal(t, never.people(), undone.people())
			before := map[string]string{}
			for _, table := range computed {
				less := "- 'customer_id' - 'data_source_id'"
				before[table] = s.rows(undone.source.WorkspaceID, table, "")
				require.Equal(t, s.rows(never.source.WorkspaceID, table, less), s.rows(undone.source.WorkspaceID, table, less), table)
			}
			require.NoError(t, s.RebuildFeatures(s.ctx, undone.source.WorkspaceID))
			for _, table := range computed {
				require.Equal(t, s.rows(undone.source.WorkspaceID, table, ""), before[table], "%s: rebuilt (first) and bit by bit", table)
			}

			// What names both does not tie them again, also once one of them is part of somebody older.
			undone.send(`{"type":"alias","messageId":"again","previousId":"u1","userId":"u2"}`, `{"type":"alias","messageId":"older","previousId":"u0","userId":"u1"}`)
			undone.send(`{"type":"alias","messageId":"again2","previousId":"u1","userId":"u3"}`, `{"type":"alias","messageId":"again3","previousId":"u0","userId":"u2"}`)
			require.Equal(t, undone.customerOf("u0"), undone.customerOf("u1"))
			require.Equal(t, undone.customerOf("u3"), undone.customerOf("u2"))
			require.NotEqual(t, undone.customerOf("u1"), undone.customerOf("u2"))
		})
	}
}

// Three who were tied one after the other are taken apart one tie after the other, whichever goes first, and each merge is told
// of whom it is about.
func TestTiesGoOneByOne(t *testing.T) {
	s := setupShop(t)
	for i, first := range []int{0, 1} {
		to := s.sender(s.workspace("UTC"), datasource.HTTP)
		users := [][]string{{"u1", "u2", "u3"}, {"u2", "u3", "u1"}}[i] // the second time the last tie is to the oldest
		for _, u := range []string{"u1", "u2", "u3"} {
			to.send(fmt.Sprintf(`{"type":"page","messageId":"%s","userId":"%s","timestamp":"2026-11-01T10:00:00Z"}`, u, u))
		}
		alone := map[string]uuid.UUID{}
		for _, u := range users {
			alone[u] = to.customerOf(u)
		}
		to.send(fmt.Sprintf(`{"type":"alias","messageId":"t1","previousId":"%s","userId":"%s"}`, users[0], users[1]))
		to.send(fmt.Sprintf(`{"type":"alias","messageId":"t2","previousId":"%s","userId":"%s"}`, users[1], users[2]))
		require.Equal(t, to.customerOf("u1"), to.customerOf("u3"))
		to.undo("u1", first)
		pair, single := users[1:], users[0]
		if first == 1 {
			pair, single = users[:2], users[2]
		}
		require.Equal(t, to.customerOf(pair[0]), to.customerOf(pair[1]))
		require.Equal(t, alone[single], to.customerOf(single))
		live := func(u string) (out []customer.Merge) {
			all, _, err := s.CustomerMerges(s.ctx, to.source.WorkspaceID, to.customerOf(u), 10, "")
			require.NoError(t, err)
			return slices.DeleteFunc(all, func(m customer.Merge) bool { return m.UndoneAt != nil })
		}
		require.Empty(t, live(single))
		require.Len(t, live(pair[0]), 1)
		left := live(pair[0])[0]
		require.ElementsMatch(t, []uuid.UUID{alone[pair[0]], alone[pair[1]]}, []uuid.UUID{left.CustomerID, left.MergedID})
		_, err := s.UndoMerge(s.ctx, to.source.WorkspaceID, to.customerOf(pair[0]), customer.Undo{MergeID: left.ID, UserID: uuid.New(), At: demoNow})
		require.NoError(t, err)
		for u, id := range alone {
			require.Equal(t, id, to.customerOf(u))
			require.EqualValues(t, 1, s.count("SELECT events FROM customer_features WHERE workspace_id = $1 AND customer_id = $2", to.source.WorkspaceID, id))
		}
	}
}

func TestADeviceIsTakenFromWhoWasSeenWithIt(t *testing.T) {
	s := setupShop(t)
	to := s.sender(s.workspace("UTC"), datasource.HTTP)
	to.send(`{"type":"page","messageId":"1","anonymousId":"a","timestamp":"2026-11-01T10:00:00Z"}`)
	to.send(`{"type":"track","event":"Signed Up","messageId":"2","anonymousId":"a","userId":"u","timestamp":"2026-11-02T10:00:00Z"}`,
		`{"type":"page","messageId":"3","anonymousId":"a","timestamp":"2026-11-03T10:00:00Z"}`)
	to.refresh()
	id := to.customerOf("u")
	merges, _, err := s.CustomerMerges(s.ctx, to.source.WorkspaceID, id, 10, "")
	require.NoError(t, err)
	require.Len(t, merges, 1)
	undo := customer.Undo{MergeID: merges[0].ID, UserID: uuid.New(), At: demoNow}
	m, err := s.UndoMerge(s.ctx, to.source.WorkspaceID, id, undo)
	require.NoError(t, err)
	require.Equal(t, undo.UserID, *m.UndoneBy)
	to.send(`{"type":"page","messageId":"4","anonymousId":"a","timestamp":"2026-11-04T10:00:00Z"}`, `{"type":"page","messageId":"5","anonymousId":"a","userId":"u","timestamp":"2026-11-05T10:00:00Z"}`)
	to.refresh()
	require.EqualValues(t, 3, s.count("SELECT events FROM customer_features WHERE workspace_id = $1 AND customer_id = $2", to.source.WorkspaceID, m.MergedID))
	require.EqualValues(t, 2, s.count("SELECT events FROM customer_features WHERE workspace_id = $1 AND customer_id = $2", to.source.WorkspaceID, id))
	_, err = s.UndoMerge(s.ctx, to.source.WorkspaceID, id, undo)
	require.True(t, apperr.Is(err, apperr.Conflict))
}

func TestWhatWasRevokedOfOneHoldsForBoth(t *testing.T) {
	s := setupShop(t)
	to := s.sender(s.workspace("UTC"), datasource.HTTP)
	for _, u := range []string{"1", "2"} {
		to.send(`{"type":"identify","messageId":"` + u + `","userId":"u` + u + `","traits":{"email":"u` + u + `@example.com","consent":{"email":true}},"timestamp":"2026-11-01T10:00:00Z"}`)
	}
	to.send(`{"type":"alias","messageId":"3","previousId":"u1","userId":"u2"}`)
	require.NoError(t, s.SetConsent(s.ctx, to.source.WorkspaceID, customer.ConsentChange{
		ID: uuid.Must(uuid.NewV7()), CustomerID: to.customerOf("u1"), Channel: "email", Status: customer.ConsentRevoked, At: demoNow.AddDate(0, 1, 0),
	}))
	to.undo("u1", 0)
	for _, u := range []string{"u1", "u2"} {
		p, err := s.FindCustomer(s.ctx, to.source.WorkspaceID, to.customerOf(u))
		require.NoError(t, err)
		require.Equal(t, u+"@example.com", p.Email)
		require.Equal(t, customer.ConsentRevoked, p.Consents[0].Status, u)
	}
}

func TestMergesStayInTheirWorkspace(t *testing.T) {
	s := setupShop(t)
	one, two := s.sender(s.workspace("UTC"), datasource.HTTP), s.sender(s.workspace("UTC"), datasource.HTTP)
	for _, to := range []sender{one, two} {
		for _, u := range []string{"u1", "u2"} {
			to.send(`{"type":"page","messageId":"` + u + `","userId":"` + u + `"}`)
		}
		to.send(`{"type":"alias","messageId":"3","previousId":"u1","userId":"u2"}`)
	}
	merges, _, err := s.CustomerMerges(s.ctx, one.source.WorkspaceID, one.customerOf("u1"), 10, "")
	require.NoError(t, err)
	undo := customer.Undo{MergeID: merges[0].ID, UserID: uuid.New(), At: demoNow}
	_, _, err = s.CustomerMerges(s.ctx, two.source.WorkspaceID, one.customerOf("u1"), 10, "")
	require.True(t, apperr.Is(err, apperr.NotFound))
	for _, id := range []uuid.UUID{one.customerOf("u1"), two.customerOf("u1")} {
		_, err = s.UndoMerge(s.ctx, two.source.WorkspaceID, id, undo)
		require.True(t, apperr.Is(err, apperr.NotFound))
	}
	stranger := s.sender(one.source.WorkspaceID, datasource.GTM)
	stranger.send(`{"type":"page","messageId":"9","userId":"u9"}`)
	_, err = s.UndoMerge(s.ctx, one.source.WorkspaceID, one.customerOf("u9"), undo)
	require.True(t, apperr.Is(err, apperr.NotFound), "another customer's")
	require.Equal(t, one.customerOf("u1"), one.customerOf("u2"))
	require.Equal(t, two.customerOf("u1"), two.customerOf("u2"))
}
