package analyst

import (
	"cmp"
	"slices"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsProducts(_ *turn, q inquiry) bool {
	return q.metric == "products" || q.side == "product" || containsMetric(q, "products") && q.has(tRank)
}

// products lists the best sellers.
func (t *turn) products(q inquiry) error {
	if t.queries == nil {
		t.cannot("I cannot look at single products right now.", "revenue, orders, channels and segments")
		return nil
	}
	f := t.frame()
	const all = 100
	p, err := t.queries.TopProducts(t.ctx, t.req.WorkspaceID, rangeOf(f), all)
	if err != nil {
		return err
	}
	if len(p.Products) == 0 {
		t.w.say("No product was looked at or bought %s.", within(f))
		return nil
	}
	left := q.saysAny("cart", "basket", "added", "add") && q.saysAny("not", "without", "never")
	least := q.saysAny("worst", "least", "slowest", "bottom", "lowest", "poorly", "badly")
	if (left || least) && len(p.Products) == all {
		t.cannot("There are too many products to rank them all in this way.", "the best sellers, and any product by its name")
		return nil
	}
	switch {
	case left:
		slices.SortStableFunc(p.Products, func(a, b analytics.Product) int { return cmp.Compare(b.Adds-b.Orders, a.Adds-a.Orders) })
	case least:
		slices.Reverse(p.Products)
	}
	p.Products = p.Products[:min(len(p.Products), q.showing())]
	first := p.Products[0]
	revenue := t.w.money(first.Revenue, "Revenue of "+first.Name+", "+f.Label, p.Query)
	orders := t.w.count(first.Orders, "Orders of "+first.Name+", "+f.Label, p.Query)
	switch {
	case left:
		t.w.say("**%s** was put into the cart %s times %s and bought in %s: the widest gap.", first.Name, t.w.count(first.Adds, "Added to cart: "+first.Name+", "+f.Label, p.Query), within(f), t.phrase("orders", orders))
	case least:
		t.w.say("**%s** sold least %s, of those that were looked at or bought: %s from %s.", first.Name, within(f), revenue, t.phrase("orders", orders))
	default:
		t.w.say("**%s** sold best %s: %s from %s.", first.Name, within(f), revenue, t.phrase("orders", orders))
	}
	table := ai.Table{Key: "products", Title: "Products, " + f.Label, Query: p.Query, Columns: []ai.Column{
		{Label: "Product", Align: "left"}, {Label: "Revenue", Align: "right"}, {Label: "Orders", Align: "right"}, {Label: "Added to cart", Align: "right"}, {Label: "Views", Align: "right"},
	}}
	for _, x := range p.Products {
		table.Rows = append(table.Rows, []string{x.Name, recommend.Money(x.Revenue, t.an.Currency), recommend.Count(x.Orders), recommend.Count(x.Adds), recommend.Count(x.Views)})
	}
	t.w.sink.Table(table)
	return nil
}

func wantsProduct(t *turn, q inquiry) bool {
	return q.entities.Product != "" && t.look.Figures != nil && !t.explains(q)
}

// product is what one product did.
func (t *turn) product(q inquiry) error {
	f, name := t.frame(), q.entities.Product
	figures, err := t.look.Figures.Product(t.ctx, t.req.WorkspaceID, name, rangeOf(f))
	if err != nil {
		return err
	}
	if len(figures.Products) == 0 {
		t.w.say("Nobody looked at **%s** or bought it %s.", name, within(f))
		return nil
	}
	p := figures.Products[0]
	t.w.say("**%s** was bought in **%s** %s, for **%s**.", name, t.phrase("orders", t.w.count(p.Orders, "Orders of "+name+", "+f.Label, figures.Query)), within(f), t.w.money(p.Revenue, "Revenue of "+name+", "+f.Label, figures.Query))
	t.w.say(" It was looked at %s times and put into the cart %s times.", t.w.count(p.Views, "Views of "+name+", "+f.Label, figures.Query), t.w.count(p.Adds, "Added to cart: "+name+", "+f.Label, figures.Query))
	t.w.paragraph("Product figures are as sold: refunds name no product.")
	return nil
}
