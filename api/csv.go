package api

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// writeCSV writes a table as RFC 4180: a header, CRLF, UTF-8, a decimal point whatever the reader's language. Rows go out as
// they are made.
func writeCSV(out io.Writer, t analytics.Table) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if err := w.Write(t.Columns); err != nil {
		return err
	}
	var err error
	t.Rows(func(row []any) bool {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = csvCell(v)
		}
		err = w.Write(cells)
		return err == nil
	})
	w.Flush()
	if err != nil {
		return err
	}
	return w.Error()
}

// csvCell is a cell's text. What came with the data must not be taken for a formula by a spreadsheet: it gets an
// apostrophe where it begins as one does (OWASP, CSV Injection).
func csvCell(v any) string {
	switch v := v.(type) {
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r\n", rune(v[0])) {
			return "'" + v
		}
		return v
	case analytics.Value:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case *float64:
		if v == nil {
			return ""
		}
		return csvCell(*v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	panic("a cell of a kind that no table has") // a test writes every table
}
