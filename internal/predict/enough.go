package predict

import "fmt"

// What there must be at least before anything is predicted. Klaviyo asks for 500 people with an order, 180 days and an order
// in the last 30 days. Here each prediction comes with an interval and a test on held-out days that show how far to trust
// it, so less is asked for: enough for the likelihood to have one clear maximum, and for the test to mean something.
const (
	// MinCustomers with an order. With fewer, four parameters follow single people.
	MinCustomers = 100
	// MinRepeating of them with an order on a later day: only these tell rates and drop-outs apart, and what an order is worth.
	MinRepeating = 30
	// MinHistoryDays since the first order: a third is held out, and what is left should be about as long as the Horizon.
	MinHistoryDays = 120
	// MaxSilence is how many days ago the last order of anybody may be: in a longer silence the data has ended, or the shop
	// has, and the models would take each customer to have left.
	MaxSilence = 30
)

// Requirement is one thing that there is too little of.
type Requirement struct {
	What    string `json:"what"`    // customers, repeating_customers, history_days, days_since_last_order
	Have    int    `json:"have"`    //
	Need    int    `json:"need"`    // at least; at most for days_since_last_order
	Message string `json:"message"` // for the marketer
}

func lacks(customers, repeating, history, silence int) (missing []Requirement) {
	for _, r := range []Requirement{
		{"customers", customers, MinCustomers, fmt.Sprintf("%d customers have ordered; predictions need at least %d.", customers, MinCustomers)},
		{"repeating_customers", repeating, MinRepeating, fmt.Sprintf("%d customers have ordered again on a later day; predictions need at least %d.", repeating, MinRepeating)},
		{"history_days", history, MinHistoryDays, fmt.Sprintf("The first order was %d days ago; predictions need at least %d days.", history, MinHistoryDays)},
	} {
		if r.Have < r.Need {
			missing = append(missing, r)
		}
	}
	if silence > MaxSilence && customers > 0 {
		missing = append(missing, Requirement{"days_since_last_order", silence, MaxSilence,
			fmt.Sprintf("The last order was %d days ago; predictions need one in the last %d days.", silence, MaxSilence)})
	}
	return missing
}
