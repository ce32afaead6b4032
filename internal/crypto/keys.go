package crypto

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

type namedKey struct {
	id  string
	raw []byte
}

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// parseKeys reads kid:base64 pairs of 32 bytes. Its errors name a key by position and id, never by content.
func parseKeys(variable string, pairs []string) ([]namedKey, error) {
	var keys []namedKey
	seen := map[string]bool{}
	for i, pair := range pairs {
		id, encoded, _ := strings.Cut(strings.TrimSpace(pair), ":")
		if !keyID.MatchString(id) {
			return nil, fmt.Errorf("%s: key %d has no usable id; write it as id:base64, with an id of letters, digits, - and _", variable, i+1)
		}
		if seen[id] {
			return nil, fmt.Errorf("%s: the id %s is there twice; each key needs its own", variable, id)
		}
		seen[id] = true
		raw, err := decodeBase64(encoded)
		if err != nil || len(raw) != 32 {
			return nil, fmt.Errorf("%s: key %s is not 32 bytes of base64; make one with `pulsehub keys`", variable, id)
		}
		keys = append(keys, namedKey{id: id, raw: raw})
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s is empty; make a key with `pulsehub keys`", variable)
	}
	return keys, nil
}

func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	return base64.RawStdEncoding.DecodeString(s)
}
