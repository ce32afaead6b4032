package store

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// CustomerListPlans are the plans of a customer list's and a timeline's statements, by what they are for.
func CustomerListPlans(ctx context.Context, t testing.TB, s *Store, workspaceID uuid.UUID) map[string]string {
	t.Helper()
	args := pgx.NamedArgs{
		"workspace": workspaceID, "at": firstPage.at, "id": uuid.Max, "limit": 31, "text": "person42", "like": likePrefix("person42"), "number": "+49301000042", "phone": likePrefix("+49301000042"),
		"never": neverSeen, "segment": nil, "customer": uuid.Nil,
	}
	plans := map[string]string{}
	explain := func(name, sql string, args ...any) {
		require.NoError(t, s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, "EXPLAIN "+sql, args...)
			if err != nil {
				return err
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			plans[name] = strings.Join(lines, "\n")
			return err
		}))
	}
	explain("seen", seenSQL, args)
	explain("never seen", neverSeenSQL, args)
	explain("found", "SELECT id FROM ("+matchesSQL+") found LIMIT 1001", args)
	args["ids"] = []uuid.UUID{uuid.New(), uuid.New()}
	explain("sorted", foundSQL, args)
	explain("timeline", timelineSQL, workspaceID, uuid.New(), firstPage.at, "", uuid.Max, 31)
	return plans
}
