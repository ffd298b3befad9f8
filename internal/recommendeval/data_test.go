package recommendeval

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/testenv"
)

func TestTheTwisterDrawsAsNumpyDoes(t *testing.T) {
	t.Parallel()
	random := newTwister(42) // numpy.random.seed(42); numpy.random.rand(5)
	for _, want := range []float64{0.3745401188473625, 0.9507143064099162, 0.7319939418114051, 0.5986584841970366, 0.15601864044243652} {
		require.InDelta(t, want, random.float(), 1e-15)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestRetailSplit(t *testing.T) {
	t.Parallel()
	rows := []string{"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
		"1,10001,Lamp,1,2011-01-01 10:00:00,2,7,UK", "1,10001,Lamp,1,2011-01-01 10:00:00,2,7,UK", "2,10002,Rug,1,2011-01-02 10:00:00,2,7,UK",
		"3,10001,Lamp,1,2011-01-03 10:00:00,2,7,UK", "3,10003,Vase,1,2011-01-03 10:00:00,2,7,UK", "3,99999,Unknown,1,2011-01-03 10:00:00,2,7,UK",
		"C4,10002,Rug,-1,2011-01-04 10:00:00,2,7,UK", "5,POST,Postage,1,2011-01-05 10:00:00,2,7,UK", "6,10003,Vase,1,2011-01-02 10:00:00,2,8,UK", "7,10003,Vase,1,2011-01-02 10:00:00,2,,UK"}
	tasks, err := Retail(write(t, "r.csv", strings.Join(rows, "\n")))
	require.NoError(t, err)
	novel, repeat := tasks[0], tasks[1]
	when := time.Date(2011, 1, 3, 10, 0, 0, 0, time.UTC)
	require.Len(t, novel.Train, 3)
	require.Equal(t, []Case{{"7", map[string]bool{"10003": true}, when}}, novel.Cases)
	require.Equal(t, []Case{{"7", map[string]bool{"10001": true, "10003": true}, when}}, repeat.Cases)
	_, err = Retail(write(t, "r.csv", "a,b\n"))
	require.ErrorContains(t, err, "InvoiceNo is missing")
	_, err = MovieLens(write(t, "u.data", "1\t2\n"))
	require.ErrorContains(t, err, "line 1 has 2 fields")
}

// TestRetailCounts compares the split with the data's README.
func TestRetailCounts(t *testing.T) {
	t.Parallel()
	tasks, err := Retail(testenv.Data(t, "online-retail/online_retail.csv.gz"))
	require.NoError(t, err)
	require.Len(t, tasks[0].Cases, 2495)
	require.Len(t, tasks[1].Cases, 2827)
}

func TestEvaluateMovieLens(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for user := range 60 {
		for i := range 12 {
			fmt.Fprintf(&b, "%d\t%d\t5\t%d\n", user, (user%2)*20+(user/2+i*i)%20, 900000000+i*1000+user)
		}
	}
	tasks, err := MovieLens(write(t, "u.data", b.String()))
	require.NoError(t, err)
	require.Len(t, tasks[0].Train, 536, "three quarters of each movie, half to the even")
	r, err := Evaluate(t.Context(), tasks)
	require.NoError(t, err)
	by := map[string]Row{}
	for _, row := range r.Rows {
		by[row.Model] = row
	}
	require.Greater(t, by["default"].NDCG10, by["popularity"].NDCG10)
	var out strings.Builder
	require.NoError(t, r.Print(&out))
	require.Contains(t, out.String(), "default")
	require.NoError(t, r.JSON(&out))
}
