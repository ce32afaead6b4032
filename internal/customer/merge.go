package customer

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Merge is one profile's becoming part of another.
type Merge struct {
	ID         uuid.UUID
	CustomerID uuid.UUID // who stayed
	MergedID   uuid.UUID // who became part of them
	Reason     string    // ingest.ReasonIdentified or ingest.ReasonSamePerson
	Identities []Identity
	MergedAt   time.Time
	UndoneAt   *time.Time
	UndoneBy   *uuid.UUID // the user; nil where another user of a shared device did it
	// Tied are the two profiles that one message named.
	Tied [2]uuid.UUID
}

// Undo is who takes a merge back, and when.
type Undo struct {
	MergeID uuid.UUID
	UserID  uuid.UUID
	At      time.Time
}

// Apart is the part of a customer that leaves when a tie goes: the profiles on that side of it where the customer's own is
// not, the oldest first. ties are those of all merges that are in force, without the one that goes. It is empty where the
// profiles hang together all the same.
func Apart(id uuid.UUID, tie [2]uuid.UUID, ties [][2]uuid.UUID) []uuid.UUID {
	next := map[uuid.UUID][]uuid.UUID{}
	for _, t := range ties {
		next[t[0]], next[t[1]] = append(next[t[0]], t[1]), append(next[t[1]], t[0])
	}
	side := func(from uuid.UUID) []uuid.UUID {
		seen := []uuid.UUID{from}
		for i := 0; i < len(seen); i++ {
			for _, p := range next[seen[i]] {
				if !slices.Contains(seen, p) {
					seen = append(seen, p)
				}
			}
		}
		slices.SortFunc(seen, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
		return seen
	}
	for _, end := range []uuid.UUID{tie[1], tie[0]} {
		if leaves := side(end); !slices.Contains(leaves, id) {
			return leaves
		}
	}
	return nil
}
