package store

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// cursor is a place in a list ordered by time and then id, newest first. To clients it is opaque.
type cursor struct {
	at time.Time
	id uuid.UUID
}

// firstPage stands before every row.
var firstPage = cursor{at: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), id: uuid.Max}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", c.at.UnixMicro(), c.id))
}

// parseCursor reads what String wrote; "" is the first page.
func parseCursor(s string) (cursor, error) {
	if s == "" {
		return firstPage, nil
	}
	bad := badCursor()
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return cursor{}, bad
	}
	var micros int64
	var id string
	if _, err := fmt.Sscanf(string(raw), "%d.%s", &micros, &id); err != nil {
		return cursor{}, bad
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		return cursor{}, bad
	}
	return cursor{at: time.UnixMicro(micros).UTC(), id: parsed}, nil
}

func badCursor() error {
	return apperr.New(apperr.Invalid, "bad_cursor", "This cursor was not made here. Start again without one.").
		WithField("query.cursor", "use nextCursor of the page before", nil)
}

// page cuts limit+1 rows to limit, and says where the next page begins ("" at the end).
func page[T any](rows []T, limit int, at func(T) (time.Time, uuid.UUID)) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	t, id := at(rows[limit-1])
	return rows, cursor{at: t, id: id}.String()
}
