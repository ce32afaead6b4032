package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/customer"
)

var customerColumns = []string{
	"workspace_id", "id", "external_id", "email", "phone", "first_name", "last_name", "city", "country", "locale", "time_zone",
	"consent_email", "consent_sms", "consent_push", "consent_whatsapp", "demo", "created_at",
}

// copyCustomers writes new customers by COPY; one that is there already fails the transaction.
func copyCustomers(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, customers []customer.Customer) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"customers"}, customerColumns, pgx.CopyFromSlice(len(customers), func(i int) ([]any, error) {
		c := &customers[i]
		return []any{
			pgUUID(workspaceID), pgUUID(c.ID), null(c.ExternalID), null(c.Email), null(c.Phone), null(c.FirstName), null(c.LastName), null(c.City),
			null(c.Country), null(c.Locale), c.TimeZone, c.ConsentEmail, c.ConsentSMS, c.ConsentPush, c.ConsentWhatsApp, c.Demo, c.CreatedAt,
		}, nil
	}))
	if err != nil {
		return fmt.Errorf("copying %d customers: %w", len(customers), err)
	}
	return nil
}

// null is NULL for what is not known.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// reachedBySQL lists the channels over which a customer c can be reached, in the order of customer.Channels.
const reachedBySQL = `array_remove(ARRAY[CASE WHEN c.consent_email AND c.email IS NOT NULL THEN 'email' END,
			CASE WHEN c.consent_sms AND c.phone IS NOT NULL THEN 'sms' END, CASE WHEN c.consent_push THEN 'push' END,
			CASE WHEN c.consent_whatsapp AND c.phone IS NOT NULL THEN 'whatsapp' END], NULL)`
