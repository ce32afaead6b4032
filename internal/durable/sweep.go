package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/pulsehub/pulsehub/workflows"
)

const sweepEvery = 15 * time.Second

// ScheduleSweep makes sure that the sweeper runs. Calling it again changes nothing.
func (s *Starter) ScheduleSweep(ctx context.Context) error {
	_, err := s.client.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID:   workflows.SweepID,
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: sweepEvery}}},
		Action: &client.ScheduleWorkflowAction{
			ID:            workflows.SweepID,
			Workflow:      workflows.Sweep,
			TaskQueue:     workflows.QueueData,
			StaticSummary: "Start what was committed and not started; remove what has expired",
			StaticDetails: "A process that dies between storing a question and starting its answer leaves it queued. This finds and starts it.",
		},
		TriggerImmediately: true,
	})
	if err != nil && !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return fmt.Errorf("scheduling the sweeper: %w", err)
	}
	return nil
}
