package ingest

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Coalesce calls do for a workspace at most once in that time, and once more after the last call that it held back.
func Coalesce(every time.Duration, do func(ctx context.Context, workspaceID uuid.UUID)) func(context.Context, uuid.UUID) {
	var mu sync.Mutex
	held := map[uuid.UUID]bool{} // by workspaces that were called for a moment ago: whether again since
	var call func(ctx context.Context, id uuid.UUID)
	call = func(ctx context.Context, id uuid.UUID) {
		mu.Lock()
		_, recent := held[id]
		held[id] = recent
		mu.Unlock()
		if recent {
			return
		}
		time.AfterFunc(every, func() {
			mu.Lock()
			again := held[id]
			delete(held, id)
			mu.Unlock()
			if again {
				call(ctx, id)
			}
		})
		do(ctx, id)
	}
	return func(ctx context.Context, id uuid.UUID) { call(context.WithoutCancel(ctx), id) }
}
