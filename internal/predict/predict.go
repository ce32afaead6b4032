// Package predict tells from customers' own orders what they will do next: RFM scores, the probability that they are still
// customers and how often they will buy (BG/NBD), and what their orders will be worth (gamma-gamma). It is plain mathematics:
// orders in, numbers out, and the same orders always give the same numbers.
//
// A transaction is a day, in the workspace's zone, on which the customer ordered: several orders of one day are one, as in
// the papers. The first transaction makes somebody a customer; the models count those after it. What is predicted are such
// days, called orders where marketers read them.
package predict

import (
	"time"

	"github.com/google/uuid"
)

// Horizon is how many days ahead predictions look; ShortHorizon is the nearer of the two.
const (
	Horizon      = 90
	ShortHorizon = 30
)

// Methods by which the value of an order is predicted.
const (
	MethodGammaGamma   = "gamma_gamma"
	MethodAverageOrder = "average_order" // the workspace's average for everybody
)

// Summary is what the models need to know of one customer on one day: Repeats days with an order after the first one, the
// last of them Recency days after it, and Age days since it. Valued of the repeat days have an amount, and Value is their sum
// in the workspace's currency, before refunds.
type Summary struct {
	Repeats int32
	Recency int32
	Age     int32
	Valued  int32
	Value   float64
}

// mean is the average of the repeat days that have an amount.
func (s Summary) mean() float64 {
	if s.Valued == 0 {
		return 0
	}
	return s.Value / float64(s.Valued)
}

// Buyer is one customer who has ordered.
type Buyer struct {
	CustomerID  uuid.UUID
	Now         Summary // on the last day of the data
	Calibration Summary // on the last day before the hold-out; its Age is negative for who came later
	Orders      int32   // all of them, several on one day counted each
	Cents       int64   // orders less refunds, in hundredths of the currency
}

// SinceLastOrder is how many days ago the last order was, today 0.
func (b Buyer) SinceLastOrder() int32 { return b.Now.Age - b.Now.Recency }

// Input is a workspace's orders.
type Input struct {
	DataVersion int64
	Currency    string
	TimeZone    string
	Until       time.Time // orders before this moment are known
	LastDay     time.Time // the day before that moment in the workspace's zone, as midnight UTC
	HistoryDays int       // from the first order to LastDay
	HoldoutDays int       // HoldoutDays(HistoryDays)
	Buyers      []Buyer   // in order of their ids
}

// HoldoutDays is how many of the last days of a history are held out to test predictions on: a third of it, and not more
// than predictions look ahead.
func HoldoutDays(history int) int { return min(history/3, Horizon) }

// Model is a fitted model with how well it did, as it is kept for a workspace.
type Model struct {
	Until         time.Time `json:"until"`   // it knows the orders before this moment
	LastDay       string    `json:"lastDay"` // YYYY-MM-DD in TimeZone
	TimeZone      string    `json:"timeZone"`
	Currency      string    `json:"currency"`
	Customers     int       `json:"customers"`     // with an order
	Repeating     int       `json:"repeating"`     // with another one on a later day
	Orders        int64     `json:"orders"`        // all, several on one day counted each
	HistoryDays   int       `json:"historyDays"`   // since the first order
	SinceLastDays int       `json:"sinceLastDays"` // since the last order of anybody
	// Missing is what there is too little of; the fields below are empty then.
	Missing []Requirement `json:"missing,omitempty"`

	Purchases      *Fitted[BGNBD]      `json:"purchases,omitempty"`
	ValueMethod    string              `json:"valueMethod,omitempty"`
	Value          *Fitted[GammaGamma] `json:"value,omitempty"`        // with MethodGammaGamma
	AverageOrder   float64             `json:"averageOrder,omitempty"` // of a repeat day, before refunds
	Correlation    float64             `json:"correlation,omitempty"`  // Pearson's, between repeat days and their mean value
	Backtest       *Backtest           `json:"backtest,omitempty"`
	BacktestLacks  []Requirement       `json:"backtestLacks,omitempty"` // why there is none
	ExpectedOrders Estimate            `json:"expectedOrders"`          // in the next Horizon days
	ExpectedValue  Estimate            `json:"expectedValue"`           // of these orders, before refunds
	BoughtOnce     int                 `json:"boughtOnce"`              // customers, whose churn risk is not known
	Alive          float64             `json:"alive"`                   // of those who bought again: the sum of PAlive
	Churn          []ChurnBucket       `json:"churn,omitempty"`         // of those who bought again, ten of equal width

	RFM []RFMCell `json:"rfm"`
}

// Fitted are parameters at the maximum of the likelihood.
type Fitted[P any] struct {
	Parameters    P       `json:"parameters"`
	LogLikelihood float64 `json:"logLikelihood"`
	Customers     int     `json:"customers"` // that it was fitted on
	Of            int     `json:"of"`        // customers there are to fit on; more than Customers when a random sample was taken
}

// Estimate is a mean with the bounds of its 90 % interval; they are left out where nothing honest can be said of them.
type Estimate struct {
	Mean float64  `json:"mean"`
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// ChurnBucket are the customers whose churn risk is in [From, To), and in the last one also 1.
type ChurnBucket struct {
	From      float64 `json:"from"`
	To        float64 `json:"to"`
	Customers int     `json:"customers"`
	Value     float64 `json:"value"` // expected in the next Horizon days
}

// Prediction is what is predicted of one customer.
type Prediction struct {
	RFM RFM
	// What follows is zero where Model.Purchases is nil.
	PAlive          float64 // probability of being a customer still, 0 to 1; churn risk is 1 less this
	ExpectedShort   float64 // orders in the next ShortHorizon days
	Expected        float64 // orders in the next Horizon days
	ValuePerOrder   float64 // of such an order, in the currency, before refunds
	ExpectedRevenue float64 // Expected times ValuePerOrder
}

// ChurnRisk is the probability that a customer has left, 1 less PAlive. Of who bought on one day only the model cannot say:
// nobody leaves it without a repeat purchase, so their PAlive is 1, and Expected is low instead. There known is false.
func (p Prediction) ChurnRisk(b Buyer) (risk float64, known bool) {
	return 1 - p.PAlive, b.Now.Repeats > 0
}

// Result is a model with the predictions of all buyers, in their order.
type Result struct {
	Model       Model
	DataVersion int64
	Buyers      []Buyer
	Predictions []Prediction
}
