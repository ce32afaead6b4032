package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnswersWithoutAnyKey(t *testing.T) {
	s := startTestSystem(t, nil, false)
	ana := s.signUp(t)
	v := newView()
	ana.read(ana.ask("What is a good open rate for a newsletter?")).rest(t, v)
	text, status, _ := ana.stored()
	require.NotEmpty(t, text)
	require.Equal(t, v.text.String(), text)
	require.Equal(t, "completed", status)
}
