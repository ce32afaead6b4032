package ingest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/tidwall/gjson"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// label is what a product is called, in Segment's names and in Google's.
func label(product gjson.Result) string {
	for _, name := range []string{"name", "title", "item_name", "product_id", "sku", "item_id"} {
		if s := strings.TrimSpace(text(product.Get(name))); s != "" {
			return short(s, maxName)
		}
	}
	return ""
}

// item is how lines of an order are stored.
type item struct {
	Product  string      `json:"product"`
	Quantity int         `json:"quantity"`
	Price    json.Number `json:"price,omitempty"`
}

// commerce reads products, money and order numbers.
func (n *normaliser) commerce(kind string) {
	e := &n.item.Event
	switch kind {
	case datasource.EventProductViewed, datasource.EventProductAdded, datasource.EventCheckoutStarted, datasource.EventOrderCompleted,
		datasource.EventOrderRefunded, datasource.EventLeadCaptured:
	default:
		return
	}
	foreign := n.foreign()
	lines, items := n.lines(foreign)
	if kind == datasource.EventProductViewed || kind == datasource.EventProductAdded {
		e.Product = label(gjson.Parse(n.props.raw))
		if e.Product == "" && len(lines) > 0 {
			e.Product = lines[0].Product
		}
	}
	if kind == datasource.EventOrderCompleted || kind == datasource.EventOrderRefunded {
		id, _ := n.props.first("order_id", "orderId", "transaction_id")
		n.item.OrderID = short(id, maxName)
	}
	if kind == datasource.EventOrderCompleted && len(lines) > 0 {
		n.props.set("items", items)
	}
	if !foreign {
		n.money(kind, lines)
	}
}

// foreign tells whether amounts are in a currency that the workspace does not count in.
func (n *normaliser) foreign() bool {
	c, own := n.props.text("currency"), n.batch.Source.Currency
	if c == "" || strings.EqualFold(c, own) {
		return false
	}
	n.note("other_currency", "properties.currency", fmt.Sprintf("This workspace counts in %s, and %s is not converted. The event is kept without its value.", own, short(strings.ToUpper(c), 10)), true)
	return true
}

// lines are the products of a message, without prices that are foreign. What a source calls items itself is kept as
// source_items.
func (n *normaliser) lines(foreign bool) ([]item, string) {
	products, named := n.props.fields["products"]
	if !named {
		if products, named = n.props.fields["items"]; !named {
			return nil, ""
		}
		n.props.set("source_items", products.Raw)
		delete(n.props.fields, "items")
	}
	if !products.IsArray() {
		n.note("invalid_products", "properties.products", "Give a list of objects with name, price and quantity; the order is kept without them.", true)
		return nil, ""
	}
	var lines []item
	for _, p := range products.Array() {
		line := item{Product: label(p), Quantity: 1}
		if line.Product == "" {
			continue
		}
		if q, err := strconv.ParseFloat(text(p.Get("quantity")), 64); err == nil && q >= 0 && q < 1e6 {
			line.Quantity = int(q)
		}
		if price, err := decimal.NewFromString(strings.TrimSpace(text(p.Get("price")))); !foreign && err == nil && !price.IsNegative() && price.LessThan(mostMoney) {
			line.Price = json.Number(price.Round(2).String())
		}
		lines = append(lines, line)
	}
	data, err := json.Marshal(lines)
	if err != nil || len(lines) == 0 {
		return nil, ""
	}
	return lines, string(data)
}

var mostMoney = decimal.New(1, 12) // what numeric(14, 2) holds, less than

// moneyNames are the members that hold an amount, the most telling first: Segment's revenue is without shipping and tax.
var moneyNames = map[string][]string{
	datasource.EventOrderCompleted:  {"revenue", "total", "value", "subtotal"},
	datasource.EventOrderRefunded:   {"total", "revenue", "value", "amount"},
	datasource.EventCheckoutStarted: {"revenue", "value", "total", "subtotal"},
	datasource.EventLeadCaptured:    {"value"},
	datasource.EventProductViewed:   {"value"},
	datasource.EventProductAdded:    {"value"},
}

func (n *normaliser) money(kind string, lines []item) {
	e := &n.item.Event
	said, field := n.props.first(moneyNames[kind]...)
	var amount decimal.Decimal
	var err error
	switch {
	case said != "":
		if amount, err = decimal.NewFromString(said); err != nil || amount.Abs().GreaterThanOrEqual(mostMoney) {
			n.note("invalid_amount", "properties."+field, fmt.Sprintf("%q is not an amount; give a number such as 12.50. The event is kept without it.", short(said, 40)), true)
			return
		}
		if kind == datasource.EventOrderRefunded {
			amount = amount.Abs()
		}
	case kind == datasource.EventProductViewed || kind == datasource.EventProductAdded:
		price, err := decimal.NewFromString(n.props.text("price"))
		if err != nil || price.Abs().GreaterThanOrEqual(mostMoney) {
			return
		}
		amount = price
		if q, err := strconv.ParseInt(n.props.text("quantity"), 10, 32); err == nil && q > 0 && kind == datasource.EventProductAdded {
			amount = price.Mul(decimal.NewFromInt(q))
		}
	case len(lines) > 0:
		for _, l := range lines {
			price, err := decimal.NewFromString(l.Price.String())
			if err != nil {
				return // a line without its price: the sum is not known
			}
			amount = amount.Add(price.Mul(decimal.NewFromInt(int64(l.Quantity))))
		}
	default:
		return
	}
	if amount.IsNegative() || amount.GreaterThanOrEqual(mostMoney) {
		n.note("invalid_amount", "properties."+field, "An amount is 0 or more. The event is kept without it.", true)
		return
	}
	e.Cents, e.HasValue = amount.Mul(decimal.NewFromInt(100)).Round(0).IntPart(), true
}
