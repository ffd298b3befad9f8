package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	r, err := SearchRun{Products: 1500, Training: 500, Duration: 100 * time.Millisecond}.Run(t.Context())
	require.NoError(t, err)
	require.Positive(t, figure(t, r, "filtered query, three facets p95"))
	require.Positive(t, figure(t, r, "autocomplete p95"))
	require.InDelta(t, 1, figure(t, r, "recall@10 of the nearest"), 1e-9)
}
