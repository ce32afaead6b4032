package store

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/customer"
)

const lookupSQL = `
	SELECT count(*) OVER () AS total, c.id, coalesce(c.email, ''), coalesce(c.phone, ''), coalesce(c.first_name, ''), coalesce(c.last_name, ''),
		coalesce(c.city, ''), coalesce(c.country, ''), c.consent_email, c.consent_sms, c.consent_push, c.consent_whatsapp, c.created_at,
		coalesce(f.orders, 0)::bigint AS orders, coalesce(f.revenue, 0) AS revenue, coalesce(f.cart_value, 0) AS cart_value,
		f.first_seen_at, f.last_seen_at, f.last_order_at
	FROM customers c LEFT JOIN customer_features f ON f.workspace_id = @workspace AND f.customer_id = c.id
	WHERE c.workspace_id = @workspace AND `

// FindCustomers are those of the workspace whom somebody asks for, the latest seen first; nobody for an empty look-up. An
// email address and a phone number are matched in full, a name by the whole first name, last name, or both in either order.
func (s *Store) FindCustomers(ctx context.Context, workspaceID uuid.UUID, whom customer.Lookup, limit int) (out customer.Found, err error) {
	where, args := lookupWhere(whom)
	if where == "" {
		return out, nil
	}
	args["workspace"], args["limit"] = workspaceID, limit
	sql := lookupSQL + where + `
	ORDER BY f.last_seen_at DESC NULLS LAST, c.id LIMIT @limit`
	out.Query = readable(sql, args)
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return out, failed(err, "looking for a customer")
	}
	var p customer.Match
	_, err = pgx.ForEachRow(rows, []any{
		&out.Total, &p.ID, &p.Email, &p.Phone, &p.FirstName, &p.LastName, &p.City, &p.Country, &p.ConsentEmail, &p.ConsentSMS, &p.ConsentPush,
		&p.ConsentWhatsApp, &p.CreatedAt, &p.Orders, &p.Revenue, &p.CartValue, &p.FirstSeenAt, &p.LastSeenAt, &p.LastOrderAt,
	}, func() error {
		out.Matches = append(out.Matches, p)
		return nil
	})
	return out, failed(err, "looking for a customer")
}

// lookupWhere is the condition for whom is asked for; each has its index.
func lookupWhere(whom customer.Lookup) (string, pgx.NamedArgs) {
	name := strings.Fields(strings.ToLower(whom.Name))
	switch {
	case whom.Email != "":
		return "c.email IS NOT NULL AND lower(c.email) = @email", pgx.NamedArgs{"email": strings.ToLower(whom.Email)}
	case whom.Phone != "":
		return "c.phone = @phone", pgx.NamedArgs{"phone": "+" + strings.TrimPrefix(whom.Phone, "+")}
	case len(name) == 1:
		return "(lower(c.last_name) = @one OR lower(c.first_name) = @one)", pgx.NamedArgs{"one": name[0]}
	case len(name) > 1:
		// The last word is the last name, or the first one is, as in lists.
		return "(lower(c.last_name) = @last AND lower(c.first_name) = @first OR lower(c.last_name) = @head AND lower(c.first_name) = @tail)", pgx.NamedArgs{
			"first": strings.Join(name[:len(name)-1], " "), "last": name[len(name)-1], "head": name[0], "tail": strings.Join(name[1:], " "),
		}
	}
	return "", nil
}
