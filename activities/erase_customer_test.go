package activities

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
)

// aCustomer is a customer of so many events, whose removal is cut short now and then.
type aCustomer struct {
	events, calls int
	forgotten     int
	finished      int
	refreshed     int
}

func (c *aCustomer) ForgetCustomer(context.Context, uuid.UUID, uuid.UUID) error {
	c.forgotten++
	return nil
}

func (c *aCustomer) EraseCustomerEvents(_ context.Context, _, _ uuid.UUID, limit int) (int, error) {
	if c.calls++; c.calls == 3 {
		return 0, errors.New("killed")
	}
	n := min(limit, c.events)
	c.events -= n
	return n, nil
}

func (c *aCustomer) FinishErasure(context.Context, uuid.UUID, uuid.UUID) error {
	c.finished++
	return nil
}

func (c *aCustomer) RefreshFeatures(context.Context, uuid.UUID) error {
	c.refreshed++
	return nil
}

func TestErasureGoesOnWhereItWasCutShort(t *testing.T) {
	c := &aCustomer{events: 3*eraseStep + 5}
	a := NewErasure(ErasureConfig{Repository: c, Refresher: c})
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a)
	in := EraseCustomerInput{WorkspaceID: uuid.New(), CustomerID: uuid.New()}
	_, err := env.ExecuteActivity(a.ForgetCustomer, in)
	require.NoError(t, err)
	_, err = env.ExecuteActivity(a.EraseCustomerEvents, in)
	require.Error(t, err)
	require.Equal(t, eraseStep+5, c.events)
	v, err := env.ExecuteActivity(a.EraseCustomerEvents, in)
	require.NoError(t, err)
	var out EraseCustomerEventsResult
	require.NoError(t, v.Get(&out))
	require.Equal(t, eraseStep+5, out.Events)
	_, err = env.ExecuteActivity(a.FinishErasure, in)
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 1, 1}, []int{c.events, c.forgotten, c.finished, c.refreshed})
}
