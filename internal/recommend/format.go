package recommend

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Count writes 1234567 as 1,234,567.
func Count(n int64) string { return group(strconv.FormatInt(n, 10)) }

// Money writes 12345.6 EUR as €12,345.60. A currency without a sign of its own comes first, by its code.
func Money(d decimal.Decimal, currency string) string {
	sign := ""
	if d.IsNegative() {
		sign, d = "-", d.Neg()
	}
	places := int32(2)
	if currency == "JPY" || currency == "KRW" {
		places = 0
	}
	whole, fraction, _ := strings.Cut(d.StringFixed(places), ".")
	if fraction != "" {
		fraction = "." + fraction
	}
	symbol, ok := symbols[currency]
	if !ok {
		symbol = currency + " "
	}
	return sign + symbol + group(whole) + fraction
}

// roughMoney is Money for estimates: no cents.
func roughMoney(d decimal.Decimal, currency string) string {
	s := Money(d.Round(0), currency)
	return strings.TrimSuffix(s, ".00")
}

// Percent writes 0.0315 as 3.2%, and whole percents without a decimal. It rounds the number as it is written, halves up,
// as the browser's Intl.NumberFormat does: a text and the figure beside it must not differ.
func Percent(share float64) string {
	s := decimal.NewFromFloat(share).Shift(2).StringFixed(1)
	return group(strings.TrimSuffix(s, ".0")) + "%"
}

var symbols = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "SEK": "SEK ", "INR": "₹", "KRW": "₩", "AUD": "A$", "CAD": "C$"}

func group(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	whole, fraction, dotted := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + fraction
	}
	return sign + whole
}
