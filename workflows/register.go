package workflows

import (
	"go.temporal.io/sdk/worker"

	"github.com/pulsehub/pulsehub/activities"
)

// RegisterChat registers what runs on QueueChat.
func RegisterChat(w worker.Registry, turn *activities.ChatTurn) {
	w.RegisterWorkflow(ChatTurn)
	w.RegisterActivity(turn)
}

// RegisterData registers what runs on QueueData.
func RegisterData(w worker.Registry, sweep *activities.Sweep) {
	w.RegisterWorkflow(Sweep)
	w.RegisterActivity(sweep)
}
