package main

import (
	"testing"

	"github.com/pulsehub/pulsehub/internal/devstack/dev"
	"github.com/pulsehub/pulsehub/workflows"
)

// The starter waits for the worker at a queue that it knows by name only, as it is compiled without the Temporal SDK.
func TestDevWaitsForTheWorkersQueue(t *testing.T) {
	if dev.WorkerQueue != workflows.QueueData {
		t.Errorf("pulsehub dev waits for queue %q, the worker serves %q", dev.WorkerQueue, workflows.QueueData)
	}
}
