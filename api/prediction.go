package api

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/predict"
)

// Predictor answers what was predicted last.
type Predictor interface {
	// Report is nil before the first fit.
	Report(ctx context.Context, workspaceID uuid.UUID, top int) (*predict.Saved, []predict.CustomerPrediction, error)
	// All is every customer's prediction, a page at a time.
	All(ctx context.Context, workspaceID uuid.UUID) iter.Seq2[predict.CustomerPrediction, error]
}

// Predictions is what the customers' own orders say of what comes next.
type Predictions struct {
	Status          string                   `json:"status" enum:"ready,not_enough,not_computed" doc:"not_enough: see notEnough; the RFM scores are there all the same"`
	ComputedAt      *time.Time               `json:"computedAt,omitempty" doc:"Absent before the first fit"`
	UpToDate        bool                     `json:"upToDate" doc:"The data has not changed since"`
	Events          int64                    `json:"events" doc:"Orders counted"`
	Customers       int64                    `json:"customers" doc:"Customers with an order, counted"`
	Repeating       int64                    `json:"repeating" doc:"Of these, with another order on a later day"`
	Until           *time.Time               `json:"until,omitempty" doc:"Orders before this moment were known"`
	LastDay         string                   `json:"lastDay,omitempty" doc:"Its day, YYYY-MM-DD in timeZone: predictions are for the days after it"`
	TimeZone        string                   `json:"timeZone,omitempty" doc:"Orders of one day in this zone count as one"`
	HistoryDays     int                      `json:"historyDays" doc:"Since the first order"`
	HorizonDays     int                      `json:"horizonDays" doc:"How far ahead: 90"`
	NotEnough       []PredictionRequirement  `json:"notEnough,omitempty" doc:"What there is too little of to predict from"`
	Method          *PredictionMethod        `json:"method,omitempty"`
	Parameters      *PredictionParameters    `json:"parameters,omitempty"`
	Backtest        *PredictionBacktest      `json:"backtest,omitempty" doc:"How well the method did on days that it was not told of"`
	NoBacktest      []PredictionRequirement  `json:"noBacktest,omitempty" doc:"Why there is no backtest, and with it no interval"`
	ExpectedOrders  *PredictionEstimate      `json:"expectedOrders,omitempty" doc:"In the next 90 days, of customers who have ordered before; several on one day count as one"`
	ExpectedRevenue *PredictionMoneyEstimate `json:"expectedRevenue,omitempty" doc:"Of these orders, before refunds"`
	BoughtOnce      int64                    `json:"boughtOnce" doc:"Customers who ordered on one day only: of them the model cannot tell a churn risk"`
	Alive           float64                  `json:"alive" doc:"Of the others, how many are expected to be customers still"`
	Churn           []PredictionChurn        `json:"churn" doc:"Customers who ordered on several days, by their risk of having left: ten steps"`
	RFM             []PredictionRFM          `json:"rfm" doc:"By recency and frequency score, the best first; cells with nobody are left out"`
	Top             []CustomerPrediction     `json:"top" doc:"By expected value, highest first"`
}

// PredictionRequirement is one thing that there is too little of.
type PredictionRequirement struct {
	What    string `json:"what" enum:"customers,repeating_customers,history_days,days_since_last_order"`
	Have    int    `json:"have"`
	Need    int    `json:"need" doc:"At least; at most for days_since_last_order"`
	Message string `json:"message" doc:"In words"`
}

// PredictionMethod names the models.
type PredictionMethod struct {
	Purchases string `json:"purchases" doc:"bg_nbd: Fader, Hardie, Lee, Counting your customers the easy way, Marketing Science 24(2), 2005"`
	Value     string `json:"value" enum:"gamma_gamma,average_order" doc:"gamma_gamma: Fader, Hardie, The gamma-gamma model of monetary value, 2013; average_order: the average for everybody, where amounts do not let it be fitted"`
}

// PredictionParameters are those of the greatest likelihood.
type PredictionParameters struct {
	BGNBD      predict.BGNBD       `json:"bgNbd" doc:"alpha in weeks"`
	GammaGamma *predict.GammaGamma `json:"gammaGamma,omitempty" doc:"gamma in the workspace's currency"`
	// What they were fitted on, and how well.
	LogLikelihood      float64 `json:"logLikelihood" doc:"Of BG/NBD"`
	FittedOn           int     `json:"fittedOn" doc:"Customers; fewer than there are when a random sample was taken"`
	ValueLogLikelihood float64 `json:"valueLogLikelihood,omitempty" doc:"Of gamma-gamma"`
	ValueFittedOn      int     `json:"valueFittedOn,omitempty" doc:"Customers with a repeat order with an amount"`
	Correlation        float64 `json:"correlation" doc:"Between how often and for how much customers buy, -1 to 1; gamma-gamma takes it to be near 0"`
}

// PredictionBacktest compares what was predicted with what came.
type PredictionBacktest struct {
	CalibrationEnd   string                   `json:"calibrationEnd" doc:"YYYY-MM-DD: the last day that the prediction knew"`
	HoldoutDays      int                      `json:"holdoutDays" doc:"Days after it that were predicted"`
	Customers        int                      `json:"customers" doc:"Who had ordered by then"`
	Parameters       predict.BGNBD            `json:"parameters" doc:"Fitted on what was known by then"`
	ExpectedOrders   PredictionEstimate       `json:"expectedOrders" doc:"The interval is that of a model that is right in all but its parameters"`
	ActualOrders     int64                    `json:"actualOrders" doc:"Days with an order"`
	NaiveOrders      float64                  `json:"naiveOrders" doc:"Had everybody gone on at the pace they had"`
	WithinInterval   bool                     `json:"withinInterval"`
	ExpectedRevenue  Money                    `json:"expectedRevenue"`
	ActualRevenue    Money                    `json:"actualRevenue" doc:"Before refunds"`
	MeanError        float64                  `json:"meanError" doc:"Orders that a customer's prediction was off by, up or down, on average"`
	NaiveMeanError   float64                  `json:"naiveMeanError"`
	Correlation      float64                  `json:"correlation" doc:"Between customers' expected and actual orders, -1 to 1"`
	NaiveCorrelation float64                  `json:"naiveCorrelation"`
	ByFrequency      []predict.FrequencyGroup `json:"byFrequency" doc:"Orders a customer, by repeat days before; the last group has so many or more"`
}

// PredictionEstimate is a mean with its 90 % interval.
type PredictionEstimate struct {
	Mean float64  `json:"mean"`
	Low  *float64 `json:"low,omitempty" doc:"Absent, as high is, where the backtest does not let it be told"`
	High *float64 `json:"high,omitempty"`
}

// PredictionMoneyEstimate is an amount with its 90 % interval.
type PredictionMoneyEstimate struct {
	Mean Money  `json:"mean"`
	Low  *Money `json:"low,omitempty" doc:"Absent, as high is, where the backtest does not let it be told"`
	High *Money `json:"high,omitempty"`
}

// PredictionChurn are the customers of one step of churn risk.
type PredictionChurn struct {
	From            float64 `json:"from" doc:"Risk, 0 to 1, included"`
	To              float64 `json:"to" doc:"Excluded, except for 1"`
	Customers       int     `json:"customers"`
	ExpectedRevenue Money   `json:"expectedRevenue" doc:"In the next 90 days"`
}

// PredictionRFM are the customers of one recency and one frequency score.
type PredictionRFM struct {
	Segment   string  `json:"segment" enum:"champions,loyal,promising,new,cooling,at_risk,hibernating,lost"`
	Recency   int8    `json:"recency" doc:"1 to 5, 5 the fifth that ordered last"`
	Frequency int8    `json:"frequency" doc:"1 to 5, 5 the fifth that ordered on most days; equal ones have the lower score"`
	Monetary  float64 `json:"monetary" doc:"Their score of revenue, 1 to 5, on average"`
	Customers int     `json:"customers"`
	Revenue   Money   `json:"revenue" doc:"Orders less refunds"`
}

// CustomerPrediction is what is predicted of one customer.
type CustomerPrediction struct {
	CustomerID       uuid.UUID `json:"customerId"`
	Name             string    `json:"name,omitempty"`
	Email            string    `json:"email,omitempty"`
	Recency          int8      `json:"recency" doc:"Score, 1 to 5"`
	Frequency        int8      `json:"frequency" doc:"Score, 1 to 5"`
	Monetary         int8      `json:"monetary" doc:"Score, 1 to 5"`
	OrderDays        int       `json:"orderDays" doc:"Days with an order"`
	LastOrderOn      string    `json:"lastOrderOn" doc:"YYYY-MM-DD"`
	Revenue          Money     `json:"revenue" doc:"Orders less refunds"`
	PAlive           *float64  `json:"pAlive,omitempty" doc:"Probability of being a customer still, 0 to 1"`
	ChurnRisk        *float64  `json:"churnRisk,omitempty" doc:"1 less pAlive; absent for who ordered on one day only"`
	ExpectedOrders30 *float64  `json:"expectedOrders30,omitempty" doc:"Days with an order in the next 30 days"`
	ExpectedOrders90 *float64  `json:"expectedOrders90,omitempty"`
	ValuePerOrder    *Money    `json:"valuePerOrder,omitempty" doc:"Expected, before refunds"`
	ExpectedValue90  *Money    `json:"expectedValue90,omitempty" doc:"Expected in the next 90 days"`
}

func moneyOf(v float64, currency string) Money { return moneyFrom(decimal.NewFromFloat(v), currency) }

func moneyIf(v *float64, currency string) *Money {
	if v == nil {
		return nil
	}
	m := moneyOf(*v, currency)
	return &m
}

func predictionsFrom(saved *predict.Saved, top []predict.CustomerPrediction) Predictions {
	out := Predictions{Status: "not_computed", HorizonDays: predict.Horizon, Churn: []PredictionChurn{}, RFM: []PredictionRFM{}, Top: []CustomerPrediction{}}
	if saved == nil {
		return out
	}
	m := saved.Model
	out.Status, out.ComputedAt, out.UpToDate = "not_enough", &saved.FittedAt, saved.UpToDate
	out.Events, out.Customers, out.Repeating, out.BoughtOnce = m.Orders, int64(m.Customers), int64(m.Repeating), int64(m.BoughtOnce)
	out.Until, out.LastDay, out.TimeZone, out.HistoryDays = &m.Until, m.LastDay, m.TimeZone, m.HistoryDays
	out.NotEnough, out.NoBacktest = requirementsFrom(m.Missing), requirementsFrom(m.BacktestLacks)
	for _, c := range m.RFM {
		out.RFM = append(out.RFM, PredictionRFM{
			Segment: c.Segment, Recency: c.Recency, Frequency: c.Frequency, Customers: c.Customers,
			Monetary: float64(c.Monetary) / float64(c.Customers), Revenue: moneyFrom(decimal.New(c.Cents, -2), m.Currency),
		})
	}
	for _, p := range top {
		out.Top = append(out.Top, customerPredictionFrom(p, m.Currency))
	}
	if m.Purchases == nil {
		return out
	}
	out.Status, out.Alive = "ready", m.Alive
	out.Method = &PredictionMethod{Purchases: "bg_nbd", Value: m.ValueMethod}
	out.Parameters = &PredictionParameters{
		BGNBD: m.Purchases.Parameters, LogLikelihood: m.Purchases.LogLikelihood, FittedOn: m.Purchases.Customers, Correlation: m.Correlation,
	}
	if v := m.Value; v != nil {
		out.Parameters.GammaGamma, out.Parameters.ValueLogLikelihood, out.Parameters.ValueFittedOn = &v.Parameters, v.LogLikelihood, v.Customers
	}
	out.ExpectedOrders = (*PredictionEstimate)(&m.ExpectedOrders)
	out.ExpectedRevenue = &PredictionMoneyEstimate{
		Mean: moneyOf(m.ExpectedValue.Mean, m.Currency), Low: moneyIf(m.ExpectedValue.Low, m.Currency), High: moneyIf(m.ExpectedValue.High, m.Currency),
	}
	for _, c := range m.Churn {
		out.Churn = append(out.Churn, PredictionChurn{From: c.From, To: c.To, Customers: c.Customers, ExpectedRevenue: moneyOf(c.Value, m.Currency)})
	}
	if b := m.Backtest; b != nil {
		out.Backtest = &PredictionBacktest{
			CalibrationEnd: b.CalibrationEnd, HoldoutDays: b.HoldoutDays, Customers: b.Customers, Parameters: b.Parameters,
			ExpectedOrders: PredictionEstimate(b.Expected), ActualOrders: b.Actual, NaiveOrders: b.Naive, WithinInterval: b.Expected.Covers(float64(b.Actual)),
			ExpectedRevenue: moneyOf(b.ExpectedValue, m.Currency), ActualRevenue: moneyOf(b.ActualValue, m.Currency),
			MeanError: b.MeanError, NaiveMeanError: b.NaiveMeanError, Correlation: b.Correlation, NaiveCorrelation: b.NaiveCorrelation, ByFrequency: b.ByFrequency,
		}
	}
	return out
}

func requirementsFrom(all []predict.Requirement) (out []PredictionRequirement) {
	for _, r := range all {
		out = append(out, PredictionRequirement(r))
	}
	return out
}

func customerPredictionFrom(p predict.CustomerPrediction, currency string) CustomerPrediction {
	name := p.FirstName
	if name != "" && p.LastName != "" {
		name += " "
	}
	return CustomerPrediction{
		CustomerID: p.CustomerID, Name: name + p.LastName, Email: p.Email, Recency: p.RFM.Recency, Frequency: p.RFM.Frequency, Monetary: p.RFM.Monetary,
		OrderDays: p.OrderDays, LastOrderOn: p.LastOrderOn.Format(time.DateOnly), Revenue: moneyFrom(p.Revenue, currency),
		PAlive: p.PAlive, ChurnRisk: p.ChurnRisk, ExpectedOrders30: p.ExpectedOrders30, ExpectedOrders90: p.ExpectedOrders90,
		ValuePerOrder: moneyIf(p.ValuePerOrder, currency), ExpectedValue90: moneyIf(p.ExpectedValue90, currency),
	}
}

type predictionsInput struct {
	Format string `query:"format" enum:"json,csv" default:"json" doc:"csv: a row for each customer who has ordered"`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"Customers in top"`
}

// predictionsOutput is JSON or CSV, written as it is read.
type predictionsOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

func (s *Server) predictionRoutes(svc Predictor) {
	schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Predictions](), true, "Predictions")
	huma.Register(s.huma, huma.Operation{
		OperationID: "get-analytics-predictions", Method: http.MethodGet, Path: "/analytics/predictions", Tags: []string{"Analytics"}, Security: bearer,
		Summary: "What customers will do next",
		Description: "RFM scores, the probability that each is a customer still, how often they will order and for how much, with the test on held-out days. " +
			"As of the last fit, which follows the data. The rows of a CSV are of one fit: when another replaces it on the way, the connection breaks.",
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"application/json": {Schema: schema}, "text/csv": {Schema: &huma.Schema{Type: "string"}},
		}}},
	}, func(ctx context.Context, in *predictionsInput) (*predictionsOutput, error) {
		p, err := user(ctx)
		if err != nil {
			return nil, err
		}
		if in.Format == "csv" {
			return predictionsCSV(svc.All(ctx, p.WorkspaceID))
		}
		saved, top, err := svc.Report(ctx, p.WorkspaceID, in.Limit)
		if err != nil {
			return nil, err
		}
		body := predictionsFrom(saved, top)
		return &predictionsOutput{ContentType: "application/json", Body: func(c huma.Context) {
			if err := s.huma.Marshal(c.BodyWriter(), "application/json", body); err != nil {
				slog.WarnContext(ctx, "predictions were not sent", "error", err)
			}
		}}, nil
	})
}

var predictionHeader = []string{
	"customer_id", "recency_score", "frequency_score", "monetary_score", "rfm_segment", "order_days", "last_order_on", "revenue",
	"p_alive", "churn_risk", "expected_orders_30", "expected_orders_90", "value_per_order", "expected_value_90", "predicted_at",
}

// predictionsCSV writes rows as they are read. What fails before the first is an error like any other; what fails later breaks
// the connection, so that nobody takes a part for the whole.
func predictionsCSV(rows iter.Seq2[predict.CustomerPrediction, error]) (*predictionsOutput, error) {
	next, stop := iter.Pull2(rows)
	p, failed, more := next()
	if failed != nil {
		stop()
		return nil, failed
	}
	return &predictionsOutput{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="predictions.csv"`, Body: func(c huma.Context) {
		defer stop()
		out := csv.NewWriter(inTime(c.BodyWriter()))
		err := out.Write(predictionHeader)
		for more && err == nil {
			if err = out.Write(predictionRow(p)); err == nil {
				p, err, more = next()
			}
		}
		if out.Flush(); err == nil {
			err = out.Error()
		}
		if err != nil {
			if !apperr.Is(err, apperr.Conflict) {
				slog.WarnContext(c.Context(), "predictions were not sent whole", "error", err)
			}
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

func predictionRow(p predict.CustomerPrediction) []string {
	number := func(v *float64, digits int) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', digits, 64)
	}
	return []string{
		p.CustomerID.String(), strconv.Itoa(int(p.RFM.Recency)), strconv.Itoa(int(p.RFM.Frequency)), strconv.Itoa(int(p.RFM.Monetary)), p.RFM.Segment(),
		strconv.Itoa(p.OrderDays), p.LastOrderOn.Format(time.DateOnly), p.Revenue.StringFixed(2),
		number(p.PAlive, 6), number(p.ChurnRisk, 6), number(p.ExpectedOrders30, 6), number(p.ExpectedOrders90, 6),
		number(p.ValuePerOrder, 2), number(p.ExpectedValue90, 2), p.PredictedAt.UTC().Format(time.RFC3339),
	}
}

// inTime lets each write to a client take writeTimeout, as the server itself sets no bound.
func inTime(w io.Writer) io.Writer {
	if h, ok := w.(http.ResponseWriter); ok {
		return timedWriter{h, http.NewResponseController(h)}
	}
	return w
}

type timedWriter struct {
	io.Writer
	control *http.ResponseController
}

func (t timedWriter) Write(p []byte) (int, error) {
	_ = t.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	return t.Writer.Write(p)
}
