package recommend

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzDecode looks behind the checksum: whatever decodes must serve.
func FuzzDecode(f *testing.F) {
	e, err := New(Config{Learners: []Learner{LearnFactors(FactorsConfig{Dim: 4, Sweeps: 1}), LearnBPR(BPRConfig{Dim: 4, Epochs: 1}), LearnNeighbours(NeighboursConfig{}),
		LearnSessions(NeighboursConfig{}), LearnPopular(PopularConfig{}), LearnAgain()}})
	require.NoError(f, err)
	require.NoError(f, e.PutItems(f.Context(), Item{ID: "a"}, Item{ID: "b"}, Item{ID: "c"}))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err = e.Train(f.Context(), func(yield func(Interaction, error) bool) {
		for _, item := range []string{"a", "b", "c", "a"} {
			at = at.Add(24 * time.Hour)
			if !yield(Interaction{User: "u", Item: item, Time: at}, nil) {
				return
			}
		}
	}, TrainConfig{})
	require.NoError(f, err)
	var b bytes.Buffer
	require.NoError(f, e.SaveModel(&b))
	f.Add(b.Bytes()[len(magic)+4:])
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decode(t.Context(), body, e.cfg.Learners)
		if err != nil {
			var wrong *FormatError
			require.ErrorAs(t, err, &wrong)
			return
		}
		e.swap(s)
		require.NoError(t, e.Observe(t.Context(), Interaction{User: "u", Item: "a"}))
		for _, ask := range []func(Request) (*Recommendation, error){
			func(r Request) (*Recommendation, error) { return e.Home(t.Context(), r) },
			func(r Request) (*Recommendation, error) { return e.Cart(t.Context(), r) },
			func(r Request) (*Recommendation, error) { return e.Rebuy(t.Context(), r) },
		} {
			_, err := ask(Request{User: "u", Items: []string{"b"}})
			require.NoError(t, err)
		}
	})
}
