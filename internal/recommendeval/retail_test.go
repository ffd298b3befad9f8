package recommendeval

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/testenv"
)

// TestRetail holds the shop's own to what simple models reach, on the customers
// of even number; the others are kept for judging.
func TestRetail(t *testing.T) {
	t.Parallel()
	path := testenv.Data(t, "online-retail/online_retail.csv.gz")
	if os.Getenv("BODEGA_LONG") == "" {
		t.Skip("set BODEGA_LONG=1 to evaluate recommendations on online-retail")
	}
	tasks, err := Retail(path)
	require.NoError(t, err)
	report, err := Evaluate(t.Context(), Half(tasks, false))
	require.NoError(t, err)
	rows := map[string]Row{}
	for _, r := range report.Rows {
		t.Logf("%+v", r)
		rows[r.Task+" "+r.Model] = r
	}
	for _, beside := range []string{"novel popularity", "novel neighbours", "novel factors", "novel bpr", "novel linear", "repeat popularity", "repeat own frequency", "repeat linear"} {
		own := rows[rows[beside].Task+" default"]
		require.Greater(t, own.Recall20, rows[beside].Recall20, beside)
		require.Greater(t, own.NDCG10, rows[beside].NDCG10, beside)
	}
	require.Greater(t, rows["novel default"].Recall20, 0.125)
	require.Greater(t, rows["novel default"].NDCG10, 0.095)
	require.Greater(t, rows["repeat default"].NDCG10, 0.28)
	require.Greater(t, rows["novel default"].Coverage, rows["novel neighbours"].Coverage)
}
