package config

import (
	"os"
	"testing"
)

func TestExampleIsUpToDate(t *testing.T) {
	have, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != Example() {
		t.Error(".env.example is out of date: run `make generate`")
	}
}

func TestEveryVariableSaysWhatItIs(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range Variables() {
		if v.Doc == "" {
			t.Errorf("%s has no doc tag", v.Name)
		}
		if seen[v.Name] {
			t.Errorf("%s is read into two fields", v.Name)
		}
		seen[v.Name] = true
	}
	for _, name := range []string{"DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "AUTH_SIGNING_KEYS"} {
		if !seen[name] {
			t.Errorf("%s is missing: nested structs are not read", name)
		}
	}
}
