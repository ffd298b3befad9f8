package qdrant

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Values of different fields, and different values of a field, are not mixed
// up, whatever their text; and what is sent is text.
func TestKeywordsTellApart(t *testing.T) {
	seen := map[string][2]string{}
	text := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("x_=~6a ")), 0, 5, -1), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 3), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		pair := [2]string{text.Draw(t, "field"), text.Draw(t, "value")}
		word := keyword(pair[0], pair[1])
		require.Equal(t, word, strings.ToValidUTF8(word, "?"))
		if other, ok := seen[word]; ok {
			require.Equal(t, other, pair)
		}
		seen[word] = pair
		require.Regexp(t, `^[A-Za-z0-9_]+$`, fieldName(pair[0]))
	})
	require.Equal(t, "brand=Acme", keyword("brand", "Acme"))
}
