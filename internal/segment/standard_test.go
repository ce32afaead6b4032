package segment

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestKeysAndIDsAreContracts(t *testing.T) {
	var keys []string
	workspace := uuid.MustParse("018f3f3e-0000-7000-8000-000000000001")
	ids := map[uuid.UUID]bool{}
	for _, s := range Standards {
		keys = append(keys, s.Key)
		ids[ID(workspace, s.Key)] = true
		found, ok := ByKey(s.Key)
		require.True(t, ok)
		require.Equal(t, s, found)
	}
	require.Equal(t, []string{
		"cart_abandoners", "high_value_customers", "new_visitors", "engaged_users", "potential_customers", "repeat_customers", "lapsed_customers", "at_risk_vips",
	}, keys)
	require.Len(t, ids, 8)
	require.Equal(t, uuid.MustParse("fb664aaf-ed1a-530c-b336-bfb46ad9820a"), ID(workspace, "cart_abandoners"))
	_, ok := ByKey("everyone")
	require.False(t, ok)
}
