package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/store/storetest"
)

func TestMigrateAgainFindsNothingToDo(t *testing.T) {
	s := storetest.New(t)
	require.NoError(t, s.Migrate(context.Background()))
}
