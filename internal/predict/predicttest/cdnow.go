// Package predicttest has orders to test predictions with: those of the papers, which stay outside the repository, and made
// ones.
package predicttest

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Purchase is one order.
type Purchase struct {
	Customer int
	Day      time.Time // midnight UTC
	Cents    int64
}

// CDNOWEnd is the last day of the papers' calibration of 39 weeks.
var CDNOWEnd = time.Date(1997, 9, 30, 0, 0, 0, 0, time.UTC)

const file = "CDNOW_sample.txt"

// CDNOW reads the purchases that the papers fit their models on: 2,357 customers of the shop CDNOW who first bought in early
// 1997, followed to June 1998. They are Fader's and Hardie's, and no part of this repository: they are read from
// ../shared/data/cdnow beside it, or else from the path in PULSEHUB_CDNOW. Without them a test says where to get them: it
// fails in CI and where PULSEHUB_CDNOW is set, and is skipped in a clone that has nothing to do with predictions.
func CDNOW(t testing.TB) []Purchase {
	t.Helper()
	path := filepath.Join(root(t), "..", "shared", "data", "cdnow", file)
	if elsewhere := os.Getenv("PULSEHUB_CDNOW"); elsewhere != "" && !exists(path) {
		path = elsewhere
	}
	f, err := os.Open(path)
	if err != nil {
		missing := t.Skipf
		if os.Getenv("CI") != "" || os.Getenv("PULSEHUB_CDNOW") != "" {
			missing = t.Fatalf
		}
		missing("The CDNOW sample is needed to compare predictions with the papers', and is no part of this repository: %v.\n"+
			"Get it from https://www.brucehardie.com/datasets/CDNOW_sample.zip, unpack it, and set PULSEHUB_CDNOW to the path of %s.", err, file)
	}
	defer func() { _ = f.Close() }()
	var all []Purchase
	for lines := bufio.NewScanner(f); lines.Scan(); {
		p, err := parse(lines.Text())
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, p)
	}
	if len(all) != 6919 {
		t.Fatalf("%s has %d purchases; the CDNOW sample has 6,919", path, len(all))
	}
	return all
}

// parse reads a line: customer in the master, customer in the sample, date, CDs, dollars.
func parse(line string) (Purchase, error) {
	fields := strings.Fields(line)
	if len(fields) != 5 {
		return Purchase{}, fmt.Errorf("%q has %d fields and not 5", line, len(fields))
	}
	customer, err := strconv.Atoi(fields[1])
	if err != nil {
		return Purchase{}, err
	}
	day, err := time.Parse("20060102", fields[2])
	if err != nil {
		return Purchase{}, err
	}
	dollars, err := strconv.ParseFloat(fields[4], 64)
	if err != nil {
		return Purchase{}, err
	}
	return Purchase{customer, day, int64(dollars*100 + 0.5)}, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// root is the repository's.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if exists(filepath.Join(dir, "go.mod")) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}
