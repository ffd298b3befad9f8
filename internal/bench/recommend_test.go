package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRecommend(t *testing.T) {
	t.Parallel()
	r, err := RecommendRun{Items: 500, Interactions: 4000, Readers: 20, Rate: 50, Duration: 200 * time.Millisecond}.Run(t.Context())
	require.NoError(t, err)
	require.Positive(t, figure(t, r, "one home page p95"))
	require.Positive(t, figure(t, r, "slow-down of p95 by the retrain"))
}
