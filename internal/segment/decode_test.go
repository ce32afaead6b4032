package segment

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// everything is a rule with each kind of node.
const everything = `{"type": "and", "rules": [
	{"type": "attribute", "attribute": "country", "op": "in", "value": ["DE", "AT"]},
	{"type": "attribute", "attribute": "attributes.plan", "op": "eq", "value": "gold"},
	{"type": "attribute", "attribute": "consent.email", "op": "eq", "value": true},
	{"type": "attribute", "attribute": "created_at", "op": "after", "value": "2026-01-01T00:00:00Z"},
	{"type": "or", "rules": [
		{"type": "feature", "feature": "revenue", "op": "top_percent", "value": 10},
		{"type": "feature", "feature": "days_since_last_order", "op": "between", "value": [7, 30]}
	]},
	{"type": "not", "rule": {"type": "event", "event": "order_completed", "count": {"op": "gte", "value": 2}, "within": {"days": 90},
		"where": [{"property": "value", "op": "gt", "value": 50.5}, {"property": "coupon", "op": "exists"}]}},
	{"type": "event", "event": "custom", "name": "Quiz Done", "within": {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00+01:00"}},
	{"type": "member", "segmentId": "fb664aaf-ed1a-530c-b336-bfb46ad9820a"}
]}`

func TestARuleIsReadAndWritten(t *testing.T) {
	rule, err := Parse([]byte(everything))
	require.NoError(t, err)
	require.Len(t, rule.Rules, 8)
	require.Equal(t, json.Number("50.5"), rule.Rules[5].Rule.Where[0].Value)
	require.Equal(t, []uuid.UUID{uuid.MustParse("fb664aaf-ed1a-530c-b336-bfb46ad9820a")}, rule.Refers())
	data, err := json.Marshal(rule)
	require.NoError(t, err)
	again, err := Parse(data)
	require.NoError(t, err)
	require.Equal(t, rule, again)
	require.NoError(t, rule.Validate())
}

// nested is a rule of that many nodes one inside the other.
func nested(depth int) string {
	return strings.Repeat(`{"type":"not","rule":`, depth-1) + `{"type":"feature","feature":"orders","op":"eq","value":0}` + strings.Repeat("}", depth-1)
}

func TestFaultsPointIntoTheRule(t *testing.T) {
	leaf := `{"type":"feature","feature":"orders","op":"eq","value":0}`
	for name, c := range map[string]struct {
		rule string
		want []string // pointer: part of the message
	}{
		"no JSON":              {`{"type":`, []string{": not JSON"}},
		"two values":           {leaf + leaf, []string{": one JSON object"}},
		"no object":            {`[]`, []string{": give an object"}},
		"no type":              {`{}`, []string{"/type: give one of and, or"}},
		"unknown type":         {`{"type":"xor"}`, []string{"/type: give one of and, or"}},
		"unknown member":       {`{"type":"feature","feature":"orders","op":"eq","value":0,"colour":1}`, []string{`/colour: there is no "colour"`}},
		"member of another":    {`{"type":"not","rule":` + leaf + `,"rules":[]}`, []string{`/rules: there is no "rules"`}},
		"pointer is escaped":   {`{"type":"not","rule":` + leaf + `,"a/b~c":1}`, []string{`/a~1b~0c: there is no "a/b~c"`}},
		"nothing in it":        {`{"type":"and","rules":[]}`, []string{"/rules: give a list of 1 to 50"}},
		"no rule":              {`{"type":"not"}`, []string{"/rule: a not node needs this"}},
		"no such attribute":    {`{"type":"attribute","attribute":"shoe_size","op":"eq","value":42}`, []string{"/attribute: there is no such attribute"}},
		"custom without name":  {`{"type":"attribute","attribute":"attributes.","op":"exists"}`, []string{"/attribute: there is no such attribute"}},
		"no such feature":      {`{"type":"feature","feature":"luck","op":"eq","value":1}`, []string{"/feature: there is no such feature"}},
		"op of another type":   {`{"type":"feature","feature":"orders","op":"contains","value":"x"}`, []string{"/op: orders can be compared by eq, ne"}},
		"top of views":         {`{"type":"feature","feature":"page_views","op":"top_percent","value":10}`, []string{"/op: page_views can be compared by"}},
		"no op":                {`{"type":"feature","feature":"orders","value":1}`, []string{"/op: a feature node needs this"}},
		"no value":             {`{"type":"feature","feature":"orders","op":"eq"}`, []string{"/value: give a whole number"}},
		"value that is not":    {`{"type":"attribute","attribute":"email","op":"exists","value":"x"}`, []string{"/value: exists takes no value"}},
		"text for a number":    {`{"type":"feature","feature":"orders","op":"eq","value":"1"}`, []string{"/value: give a whole number"}},
		"fraction of orders":   {`{"type":"feature","feature":"orders","op":"eq","value":1.5}`, []string{"/value: give a whole number"}},
		"less than no orders":  {`{"type":"feature","feature":"orders","op":"eq","value":-1}`, []string{"/value: give a whole number"}},
		"an exponent":          {`{"type":"feature","feature":"revenue","op":"gt","value":1e999999999}`, []string{"/value: give an amount"}},
		"thirds of a cent":     {`{"type":"feature","feature":"revenue","op":"gt","value":0.001}`, []string{"/value: give an amount"}},
		"25 o'clock":           {`{"type":"feature","feature":"best_hour","op":"eq","value":25}`, []string{"/value: give a whole number from 0 to 23"}},
		"top 0":                {`{"type":"feature","feature":"revenue","op":"top_percent","value":0}`, []string{"/value: give a percentage"}},
		"between one":          {`{"type":"feature","feature":"orders","op":"between","value":[1]}`, []string{"/value: give a list of two"}},
		"between backwards":    {`{"type":"feature","feature":"orders","op":"between","value":[2,1]}`, []string{"/value: give the lower one first"}},
		"an item of a list":    {`{"type":"attribute","attribute":"city","op":"in","value":["Berlin",7]}`, []string{"/value/1: give a list"}},
		"mixed list":           {`{"type":"attribute","attribute":"attributes.x","op":"in","value":["Berlin",7]}`, []string{"/value: give a list of texts or"}},
		"empty text":           {`{"type":"attribute","attribute":"city","op":"eq","value":""}`, []string{"/value: give a text"}},
		"a NUL":                {`{"type":"attribute","attribute":"city","op":"eq","value":"a\u0000"}`, []string{"/value: give a text"}},
		"long text":            {`{"type":"attribute","attribute":"city","op":"eq","value":"` + strings.Repeat("x", 201) + `"}`, []string{"/value: give a text"}},
		"no time":              {`{"type":"attribute","attribute":"created_at","op":"after","value":"yesterday"}`, []string{"/value: give a time"}},
		"no such event":        {`{"type":"event","event":"danced"}`, []string{"/event: there is no such event"}},
		"custom needs a name":  {`{"type":"event","event":"custom"}`, []string{"/name: give the name"}},
		"others have none":     {`{"type":"event","event":"signed_up","name":"x"}`, []string{"/name: only custom"}},
		"at least 0 times":     {`{"type":"event","event":"signed_up","count":{"op":"gte","value":0}}`, []string{"/count/value: give a whole number from 1"}},
		"count by between":     {`{"type":"event","event":"signed_up","count":{"op":"between","value":1}}`, []string{"/count/op: give one of eq"}},
		"unknown in count":     {`{"type":"event","event":"signed_up","count":{"op":"eq","value":1,"x":1}}`, []string{`/count/x: there is no "x"`}},
		"days and hours":       {`{"type":"event","event":"signed_up","within":{"days":1,"hours":1}}`, []string{"/within: give one of"}},
		"no time at all":       {`{"type":"event","event":"signed_up","within":{}}`, []string{"/within: give one of"}},
		"0 days":               {`{"type":"event","event":"signed_up","within":{"days":0}}`, []string{"/within/days: give a whole number"}},
		"ends before it began": {`{"type":"event","event":"signed_up","within":{"from":"2026-02-01T00:00:00Z","to":"2026-01-01T00:00:00Z"}}`, []string{"/within/to: give a time after from"}},
		"empty where":          {`{"type":"event","event":"signed_up","where":[]}`, []string{"/where: give a list of 1 to 10"}},
		"where without op":     {`{"type":"event","event":"signed_up","where":[{"property":"x"}]}`, []string{"/where/0/op: give one of"}},
		"where by number":      {`{"type":"event","event":"signed_up","where":[{"property":"x","op":"gt","value":"y"}]}`, []string{"/where/0/value: give a number"}},
		"no id":                {`{"type":"member","segmentId":"vips"}`, []string{"/segmentId: give the id"}},
		"too deep":             {nested(MaxDepth + 1), []string{strings.Repeat("/rule", MaxDepth) + ": a rule is at most 10 nodes deep"}},
		"far too deep":         {nested(2000), []string{": a rule is at most 10 nodes deep"}},
		"too many nodes":       {`{"type":"and","rules":[` + strings.Repeat(`{"type":"or","rules":[`+leaf+`,`+leaf+`,`+leaf+`]},`, 30) + leaf + `]}`, []string{": a rule has at most 100 nodes"}},
		"too many events":      {`{"type":"and","rules":[` + strings.Repeat(`{"type":"event","event":"signed_up"},`, 20) + `{"type":"event","event":"searched"}` + `]}`, []string{"/rules/20/event: there is no such"}},
		"too large":            {`{"type":"and","rules":[` + strings.Repeat(" ", MaxBytes) + leaf + `]}`, []string{": a rule has at most 65536 bytes"}},
		"all faults at once": {`{"type":"and","rules":[{"type":"feature","feature":"luck"},{"type":"or","rules":[` + leaf + `,{"type":"attribute","attribute":"city","op":"gt","value":1}]},{"type":"event","event":"x","within":{"days":"7"}}]}`, []string{
			"/rules/0/op: a feature node needs this", "/rules/0/feature: there is no such feature", "/rules/1/rules/1/op: city can be compared", "/rules/2/event: there is no such event", "/rules/2/within/days: give a whole number",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.rule))
			var f *Faults
			require.ErrorAs(t, err, &f)
			require.Len(t, f.List, len(c.want), "%v", err)
			for i, want := range c.want {
				pointer, message, _ := strings.Cut(want, ": ")
				require.Equal(t, pointer, f.List[i].Pointer)
				require.Contains(t, f.List[i].Message, message)
			}
			p := f.Problem("body.rule")
			require.Equal(t, apperr.Invalid, p.Kind)
			require.Equal(t, "body.rule"+f.List[0].Pointer, p.Fields[0].Field)
		})
	}
}

func TestEveryFieldCanBeUsedByEachOfItsOps(t *testing.T) {
	values := map[FieldType]any{Text: "x", Number: 1, Money: 12.5, Boolean: true, Time: "2026-01-01T00:00:00Z", Age: 1.5, Open: "x"}
	for _, f := range Fields {
		require.NotEmpty(t, f.Label, f.Name)
		for _, op := range f.Ops {
			value := values[f.Type]
			switch op {
			case Exists, NotExists:
				value = nil
			case In, NotIn:
				value = []string{"x", "y"}
			case Between:
				value = []any{normal(1), normal(2)}
			case TopPercent, InLastDays, OlderDays:
				value = 5
			}
			rule := Rule{Type: f.Node, Op: op, Value: normal(value)}
			switch f.Node {
			case Attribute:
				rule.Attribute = f.Name
			case Feature:
				rule.Feature = f.Name
			default:
				rule = Rule{Type: Event, Event: "order_completed", Where: []Where{{Property: f.Name, Op: op, Value: normal(value)}}}
			}
			require.NoError(t, rule.Validate(), "%s %s", f.Name, op)
			sql, _, err := Compile(rule, CompileConfig{Now: time.Now()})
			require.NoError(t, err)
			require.NotContains(t, sql, "%!", "%s %s", f.Name, op)
			require.NotEmpty(t, rule.Words(nil, "EUR", time.UTC))
		}
	}
}

func TestSegmentsDoNotReferInCircles(t *testing.T) {
	id := func(n byte) uuid.UUID { return uuid.UUID{15: n} }
	to := func(n byte) Rule { return Rule{Type: Member, SegmentID: id(n)} }
	rules := map[uuid.UUID]Rule{id(1): to(2), id(2): All(to(3), Has("orders", Gt, 1)), id(3): Has("orders", Gt, 2)}
	require.NoError(t, CheckReferences(id(4), Any(to(1), to(2)), rules))
	var f *Faults
	require.ErrorAs(t, CheckReferences(id(3), All(Has("orders", Gt, 1), No(to(1))), rules), &f)
	require.Equal(t, "/rules/1/rule/segmentId", f.List[0].Pointer)
	require.ErrorAs(t, CheckReferences(id(3), to(3), rules), &f)
	require.Contains(t, f.Error(), "itself")
	require.ErrorAs(t, CheckReferences(uuid.Nil, to(9), rules), &f)
	require.Contains(t, f.Error(), "no such segment")

	rules[id(3)] = to(1) // what no check lets through is no endless compilation
	_, _, err := Compile(to(1), CompileConfig{Now: time.Now(), Rules: rules})
	var e *apperr.Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, "segment_cycle", e.Code)
}

// A chain of segments, each naming the one before twice, is not twice as long with each.
func TestSegmentsThatReferToEachOtherStaySmall(t *testing.T) {
	rules := map[uuid.UUID]Rule{}
	id := func(n int) uuid.UUID { return uuid.UUID{14: byte(n / 256), 15: byte(n%256 + 1)} }
	rules[id(0)] = Has("orders", Gt, 1)
	for n := 1; n < 60; n++ {
		rules[id(n)] = Any(Rule{Type: Member, SegmentID: id(n - 1)}, No(Rule{Type: Member, SegmentID: id(n - 1)}))
	}
	sql, args, err := Compile(rules[id(59)], CompileConfig{Now: time.Now(), Rules: rules})
	require.NoError(t, err)
	require.Len(t, args, 1)
	require.Less(t, len(sql), 30_000)
	for n := 60; n < 400; n++ {
		rules[id(n)] = Any(Rule{Type: Member, SegmentID: id(n - 1)}, No(Rule{Type: Member, SegmentID: id(n - 1)}))
	}
	_, _, err = Compile(rules[id(399)], CompileConfig{Now: time.Now(), Rules: rules})
	var e *apperr.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "rule_too_large", e.Code)
}

func TestRulesInWords(t *testing.T) {
	rule, err := Parse([]byte(everything))
	require.NoError(t, err)
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	names := map[uuid.UUID]string{uuid.MustParse("fb664aaf-ed1a-530c-b336-bfb46ad9820a"): "Cart abandoners"}
	require.Equal(t, `Country is one of "DE" and "AT", and plan is "gold", and has consent to email, and profile made since 1 January 2026 01:00, and (has spent as much as the top tenth of all who bought, or days since the last order between 7 and 30), and not (ordered with value more than 50.5 EUR and coupon is known at least twice in the last 90 days), and did "Quiz Done" from 1 January 2026 01:00 to before 1 February 2026, and in the segment "Cart abandoners"`,
		rule.Words(names, "EUR", zone))
	for words, rule := range map[string]Rule{
		"No orders":                           Has("orders", Eq, 0),
		"Orders at least 2":                   Has("orders", Gte, 2),
		"Never ordered in the last 30 days":   {Type: Event, Event: "order_completed", Count: &Count{Eq, 0}, Within: &Within{Days: 30}},
		"Signed up once in the last 24 hours": {Type: Event, Event: "signed_up", Count: &Count{Eq, 1}, Within: &Within{Days: 1}},
	} {
		require.Equal(t, words, rule.Words(names, "EUR", zone))
	}
}

// Whatever bytes come, reading ends, and what is read is written and read as the same, and compiles.
func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	for _, s := range Standards {
		data, err := json.Marshal(s.Rule)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range []string{
		``, `null`, `[]`, `{"type":"and"}`, `{"type":"and","rules":[null]}`, nested(MaxDepth), nested(MaxDepth + 1), strings.Repeat("[", 100_000),
		`{"type":"event","event":"custom","name":"'; DROP TABLE events; --"}`, `{"type":"attribute","attribute":"attributes.a","op":"in","value":[1,2.5]}`,
		`{"type":"feature","feature":"revenue","op":"between","value":[-1e9,1]}`, `{"type":"event","event":"signed_up","count":{"op":"lt","value":1000000}}`,
		`{"type":"attribute","attribute":"attributes.x","op":"between","value":["a","b"]}`, `{"type":"member","segmentId":"{fb664aaf-ed1a-530c-b336-bfb46ad9820a}"}`,
		`{"type":"event","event":"page_viewed","within":{"to":"0001-01-01T00:00:00Z"}}`, `{"type":"event","event":"page_viewed","within":{"from":"2026-01-01T00:00:00.123456789+14:00"}}`,
		`{"type":"attribute","attribute":"email","op":"eq","value":"\ud800"}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rule, err := Parse(data)
		if err != nil {
			var faults *Faults
			if !errors.As(err, &faults) || len(faults.List) == 0 {
				t.Fatalf("not told as faults: %v", err)
			}
			return
		}
		written, err := json.Marshal(rule)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(written)
		if err != nil {
			t.Fatalf("%s became %s: %v", data, written, err)
		}
		require.Equal(t, rule, again)
		_ = rule.Words(nil, "EUR", time.UTC)
		rules := map[uuid.UUID]Rule{}
		for _, id := range rule.Refers() {
			rules[id] = Has("orders", Gt, 1)
		}
		sql, _, err := Compile(rule, CompileConfig{Now: time.Unix(1_700_000_000, 0), Rules: rules})
		if err != nil {
			t.Fatal(err)
		}
		for _, literal := range []string{";", "--", "DROP"} { // of our own text there is none
			if strings.Contains(sql, literal) {
				t.Fatalf("%q stands in the SQL: %s", literal, sql)
			}
		}
	})
}
