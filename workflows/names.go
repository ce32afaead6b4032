// Package workflows is what people start and what must not be lost. A workflow carries ids and small values, never
// personal data; it touches the world only through activities.
package workflows

import (
	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
)

// Task queues. The API process hosts workers for QueueChat, so that a turn starts without a hop.
const (
	QueueChat     = "chat"
	QueueData     = "data"
	QueueDelivery = "delivery"
)

// ChatTurnID is the workflow id of a turn: the same turn never runs twice.
func ChatTurnID(turnID uuid.UUID) string { return "chat-turn/" + turnID.String() }

// QueryProgress answers with what the workflow is doing, in words. Every workflow has it.
const QueryProgress = "progress"

// Search attributes: how ops find a run in the Temporal Web UI.
var (
	AttributeWorkspaceID    = temporal.NewSearchAttributeKeyKeyword("WorkspaceId")
	AttributeConversationID = temporal.NewSearchAttributeKeyKeyword("ConversationId")
	AttributeDataSourceID   = temporal.NewSearchAttributeKeyKeyword("DataSourceId")
	AttributeCampaignID     = temporal.NewSearchAttributeKeyKeyword("CampaignId")
	AttributeProvider       = temporal.NewSearchAttributeKeyKeyword("Provider")
	AttributeOutcome        = temporal.NewSearchAttributeKeyKeyword("Outcome")
	AttributeBuildIDs       = temporal.NewSearchAttributeKeyKeywordList("BuildIds")
)

// BuildIDs is what the server itself notes as BuildIds when a worker of that build completes a run's first task. A run
// that starts with it is spared that note, which is a third of all that a turn writes to the visibility store.
func BuildIDs(build string) []string { return []string{"unversioned", "unversioned:" + build} }
