package auth

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

func TestRegisterRules(t *testing.T) {
	good := RegisterInput{Email: " Ada@Example.COM ", Password: "correct horse", FirstName: " Ada ", LastName: "Lovelace"}
	with := func(change func(*RegisterInput)) RegisterInput {
		in := good
		change(&in)
		return in
	}
	for name, tc := range map[string]struct {
		in     RegisterInput
		faulty []string
	}{
		"good":                       {good, nil},
		"nothing":                    {RegisterInput{}, []string{"body.email", "body.password", "body.firstName", "body.lastName"}},
		"an address without @":       {with(func(in *RegisterInput) { in.Email = "ada" }), []string{"body.email"}},
		"an address without a dot":   {with(func(in *RegisterInput) { in.Email = "ada@localhost" }), []string{"body.email"}},
		"an address with a name":     {with(func(in *RegisterInput) { in.Email = "Ada <ada@example.com>" }), []string{"body.email"}},
		"two addresses":              {with(func(in *RegisterInput) { in.Email = "a@b.co, c@d.co" }), []string{"body.email"}},
		"an address literal":         {with(func(in *RegisterInput) { in.Email = "ada@[127.0.0.1]" }), []string{"body.email"}},
		"a line break":               {with(func(in *RegisterInput) { in.Email = "ada@example.com\r\nBcc: x@y.zz" }), []string{"body.email"}},
		"a long address":             {with(func(in *RegisterInput) { in.Email = strings.Repeat("a", 250) + "@b.co" }), []string{"body.email"}},
		"9 characters":               {with(func(in *RegisterInput) { in.Password = "123456789" }), []string{"body.password"}},
		"10 characters":              {with(func(in *RegisterInput) { in.Password = "1234567890" }), nil},
		"10 characters of two bytes": {with(func(in *RegisterInput) { in.Password = "äöüäöüäöüß" }), nil},
		"128 characters":             {with(func(in *RegisterInput) { in.Password = strings.Repeat("ab", 64) }), nil},
		"129 characters":             {with(func(in *RegisterInput) { in.Password = strings.Repeat("ab", 64) + "c" }), []string{"body.password"}},
		"the address as password":    {with(func(in *RegisterInput) { in.Password = "ADA@example.com" }), []string{"body.password"}},
		"one character repeated":     {with(func(in *RegisterInput) { in.Password = "aaaaaaaaaaaa" }), []string{"body.password"}},
		"a blank name":               {with(func(in *RegisterInput) { in.FirstName = "   " }), []string{"body.firstName"}},
		"a name with NUL":            {with(func(in *RegisterInput) { in.LastName = "a\x00b" }), []string{"body.lastName"}},
		"a long name":                {with(func(in *RegisterInput) { in.FirstName = strings.Repeat("x", 101) }), []string{"body.firstName"}},
		"a long company":             {with(func(in *RegisterInput) { in.CompanyName = strings.Repeat("x", 201) }), []string{"body.companyName"}},
	} {
		t.Run(name, func(t *testing.T) {
			requireFaults(t, tc.in.Normalize().Validate(), tc.faulty)
		})
	}

	in := good.Normalize()
	require.Equal(t, "ada@example.com", in.Email)
	require.Equal(t, "Ada", in.FirstName)
	require.Equal(t, "Ada’s workspace", in.WorkspaceName())
	in.CompanyName = "Analytical Engines"
	require.Equal(t, "Analytical Engines", in.WorkspaceName())
}

func TestProfileRules(t *testing.T) {
	is := func(s string) *string { return &s }
	for name, tc := range map[string]struct {
		change ProfileChange
		faulty []string
	}{
		"nothing":                 {ProfileChange{}, nil},
		"all":                     {ProfileChange{FirstName: is("A"), LastName: is("L"), CompanyName: is(""), Email: is("a@b.co"), Password: "x", TimeZone: is("Europe/Berlin"), Currency: is("usd")}, nil},
		"a name taken away":       {ProfileChange{FirstName: is(" ")}, []string{"body.firstName"}},
		"an address, no password": {ProfileChange{Email: is("a@b.co")}, []string{"body.password"}},
		"a zone that is none":     {ProfileChange{TimeZone: is("Mars/Olympus")}, []string{"body.timeZone"}},
		"the machine's zone":      {ProfileChange{TimeZone: is("Local")}, []string{"body.timeZone"}},
		"no zone":                 {ProfileChange{TimeZone: is("")}, []string{"body.timeZone"}},
		"a path for a zone":       {ProfileChange{TimeZone: is("../etc/passwd")}, []string{"body.timeZone"}},
		"a currency that is none": {ProfileChange{Currency: is("ZZQ")}, []string{"body.currency"}},
		"a currency in words":     {ProfileChange{Currency: is("Euro")}, []string{"body.currency"}},
		"two faults":              {ProfileChange{Currency: is(""), TimeZone: is("x")}, []string{"body.timeZone", "body.currency"}},
	} {
		t.Run(name, func(t *testing.T) {
			requireFaults(t, tc.change.Normalize().Validate(), tc.faulty)
		})
	}
	require.Equal(t, "USD", *ProfileChange{Currency: is(" usd ")}.Normalize().Currency)
}

func TestFaultsDoNotRepeatPasswords(t *testing.T) {
	err := RegisterInput{Email: "no", Password: "hunter2"}.Validate()
	for _, f := range apperr.From(err).Fields {
		require.NotContains(t, f.Message, "hunter2")
		require.NotEqual(t, "hunter2", f.Value)
	}
}

func requireFaults(t *testing.T, err error, fields []string) {
	t.Helper()
	if len(fields) == 0 {
		require.NoError(t, err)
		return
	}
	require.True(t, apperr.Is(err, apperr.Invalid), "%v", err)
	var got []string
	for _, f := range apperr.From(err).Fields {
		got = append(got, f.Field)
		require.NotEmpty(t, f.Message)
	}
	require.Equal(t, fields, got)
}
