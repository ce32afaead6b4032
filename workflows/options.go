package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Every timeout and retry policy of every activity has its name here.

// brief is for local activities: a query or two, well under a second. They run in the worker that runs the workflow, and
// are tried until they succeed: Postgres being away holds a turn up, it does not lose it.
var brief = workflow.LocalActivityOptions{
	StartToCloseTimeout: 10 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 5 * time.Second},
}

// answering is for the activity that streams an answer. Its death is noticed within the heartbeat timeout; a stop
// reaches it on a heartbeat, and is waited for so that the partial answer is whole.
var answering = workflow.ActivityOptions{
	StartToCloseTimeout: 10 * time.Minute,
	HeartbeatTimeout:    4 * time.Second,
	WaitForCancellation: true,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: 12},
	Summary:             "Stream the answer",
}

// lookingUp is for one read of the workspace's data.
var lookingUp = workflow.ActivityOptions{
	StartToCloseTimeout: 20 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 5 * time.Second, MaximumAttempts: 5},
	Summary:             "Look something up in the workspace's data",
}

// sweeping is for housekeeping: the next run of the schedule does what this one could not.
var sweeping = workflow.ActivityOptions{
	StartToCloseTimeout: 30 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumAttempts: 3},
}

// preparing is for the beginning of a job: a few small statements.
var preparing = workflow.ActivityOptions{
	StartToCloseTimeout: time.Minute,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second, MaximumAttempts: 20},
	Summary:             "Prepare partitions and data sources",
}

// writingChunk is for one transaction of some ten thousand rows. With Postgres away for some eight minutes a job gives up.
var writingChunk = workflow.ActivityOptions{
	StartToCloseTimeout: 5 * time.Minute,
	HeartbeatTimeout:    10 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second, MaximumAttempts: 20},
	Summary:             "Make one range of customers with all they did",
}

// countingUp is for computing rollups over all of a workspace's events: a minute for ten million.
var countingUp = workflow.ActivityOptions{
	StartToCloseTimeout: 30 * time.Minute,
	HeartbeatTimeout:    10 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second, MaximumAttempts: 20},
	Summary:             "Count everything by day and hour",
}

// refreshing is for a few seconds of computing features, in transactions of some two thousand customers. It is tried until it
// succeeds.
var refreshing = workflow.ActivityOptions{
	StartToCloseTimeout: 5 * time.Minute,
	HeartbeatTimeout:    time.Minute,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second},
	Summary:             "Compute features of customers whose events changed",
}

// publishing is for counting all segments: seconds, for a million customers.
var publishing = workflow.ActivityOptions{
	StartToCloseTimeout: 10 * time.Minute,
	HeartbeatTimeout:    10 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second},
	Summary:             "Have everybody see the outcome, and count segments",
}

// fitting is for the models of all of a workspace's orders: seconds for a hundred thousand customers.
var fitting = workflow.ActivityOptions{
	StartToCloseTimeout: 15 * time.Minute,
	HeartbeatTimeout:    10 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute, MaximumAttempts: 5},
	Summary:             "Fit predictions",
}

// takingBack is for removing what was written. It is tried until it succeeds.
var takingBack = workflow.ActivityOptions{
	StartToCloseTimeout: 30 * time.Minute,
	HeartbeatTimeout:    10 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second},
	Summary:             "Remove demo data",
}

// erasing is for removing a customer, in transactions of some thousand events. It is tried until it succeeds.
var erasing = workflow.ActivityOptions{
	StartToCloseTimeout: 30 * time.Minute,
	HeartbeatTimeout:    10 * time.Second,
	RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second},
	Summary:             "Remove everything that is held of a customer",
}
