package workflows

import (
	"context"

	"go.temporal.io/sdk/workflow"
)

// call runs an activity and waits for it. The types tie the input to the activity: a wrong one does not compile.
func call[In, Out any](ctx workflow.Context, options workflow.ActivityOptions, activity func(context.Context, In) (Out, error), in In) (Out, error) {
	return start(ctx, options, activity, in).get(ctx)
}

// callLocal is call for a local activity.
func callLocal[In, Out any](ctx workflow.Context, options workflow.LocalActivityOptions, activity func(context.Context, In) (Out, error), in In) (Out, error) {
	var out Out
	err := workflow.ExecuteLocalActivity(workflow.WithLocalActivityOptions(ctx, options), activity, in).Get(ctx, &out)
	return out, err
}

// pending is an activity under way.
type pending[Out any] struct{ future workflow.Future }

// start runs an activity without waiting.
func start[In, Out any](ctx workflow.Context, options workflow.ActivityOptions, activity func(context.Context, In) (Out, error), in In) pending[Out] {
	return pending[Out]{workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, options), activity, in)}
}

func (p pending[Out]) get(ctx workflow.Context) (Out, error) {
	var out Out
	err := p.future.Get(ctx, &out)
	return out, err
}
