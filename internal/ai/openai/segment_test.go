package openai

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/sandbox"
	"github.com/pulsehub/pulsehub/internal/segment"
)

const none = `"custom_event":null,"count_op":"none","count":0,"days":null,"hours":null,"from":null,"to":null,"where":[]`

func TestAModelReadsARule(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{Key: "sk-test"}, nil)
	o.Say(sandbox.Answer{Text: `{"groups":[
		{"any":[{"not":false,"kind":"attribute","name":"country","op":"in","values":["DE","AT"],` + none + `}]},
		{"any":[{"not":false,"kind":"event","name":"order_completed","custom_event":null,"op":"none","values":[],"count_op":"gte","count":2,"days":90,"hours":null,"from":null,"to":null,
			"where":[{"property":"value","op":"gt","values":["50"]}]},
			{"not":true,"kind":"feature","name":"revenue","op":"lt","values":["500"],` + none + `}]},
		{"any":[{"not":false,"kind":"event","name":"custom","custom_event":"Quiz Done","op":"none","values":[],"count_op":"eq","count":0,"days":null,"hours":null,"from":"2026-03-01T00:00:00Z","to":null,"where":[]}]}
	],"unsure":["who like hiking"," "]}`})
	got, err := p.ParseSegment(context.Background(), "Germans and Austrians …", aitest.Now, time.UTC)
	require.NoError(t, err)
	require.Equal(t, []string{"who like hiking"}, got.Unsure)
	require.Equal(t, "openai", got.Provider)
	data, err := json.Marshal(got.Rule)
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"and","rules":[
		{"type":"attribute","attribute":"country","op":"in","value":["DE","AT"]},
		{"type":"or","rules":[
			{"type":"event","event":"order_completed","count":{"op":"gte","value":2},"within":{"days":90},"where":[{"property":"value","op":"gt","value":50}]},
			{"type":"not","rule":{"type":"feature","feature":"revenue","op":"lt","value":500}}]},
		{"type":"event","event":"custom","name":"Quiz Done","count":{"op":"eq","value":0},"within":{"from":"2026-03-01T00:00:00Z"}}]}`, string(data))
	require.Len(t, o.Requests(), 1, "the sandbox takes the schema as strict")

	o.Say(sandbox.Answer{Text: `{"groups":[],"unsure":["everything"]}`})
	got, err = p.ParseSegment(context.Background(), "happy people", aitest.Now, time.UTC)
	require.NoError(t, err)
	require.Nil(t, got.Rule)
	require.Equal(t, []string{"everything"}, got.Unsure)
}

func TestARuleThatTheModelInventsIsRefused(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{Key: "sk-test"}, nil)
	for _, answer := range []string{
		`{"groups":[{"any":[{"not":false,"kind":"feature","name":"happiness","op":"gt","values":["5"],` + none + `}]}],"unsure":[]}`,
		`{"groups":[{"any":[{"not":false,"kind":"feature","name":"orders","op":"gt","values":["many"],` + none + `}]}],"unsure":[]}`,
		`{"groups":[{"any":[{"not":false,"kind":"member","name":"vips","op":"none","values":[],` + none + `}]}],"unsure":[]}`,
		`I would say: people who bought.`, ``,
	} {
		o.Say(sandbox.Answer{Text: answer})
		got, err := p.ParseSegment(context.Background(), "people", aitest.Now, time.UTC)
		require.Equal(t, CodeBadOutput, apperr.From(err).Code, answer)
		require.Nil(t, got.Rule)
	}
}

func TestTheModelIsToldEveryField(t *testing.T) {
	require.Contains(t, segmentPrompt(aitest.Now, time.UTC), "days_since_last_order (age): lt lte gt gte")
	for _, f := range segment.Fields {
		require.Contains(t, segmentPrompt(aitest.Now, time.UTC), " "+f.Name+" (")
	}
}
