package gbdt_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
	"github.com/bodega-commerce/bodega/internal/testenv"
)

// payment is a row of the Fraud Detection Handbook's simulated transactions.
type payment struct {
	at             int64 // seconds
	card, terminal int
	amount         float64
	fraud          float64
}

func payments(t *testing.T) []payment {
	t.Helper()
	f, err := os.Open(testenv.Data(t, "fraud-handbook/transactions-dev.csv.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	r := csv.NewReader(z)
	r.ReuseRecord = true
	_, err = r.Read()
	require.NoError(t, err)
	var list []payment
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		require.NoError(t, err)
		at, err := time.Parse(time.DateTime, row[1])
		require.NoError(t, err)
		p := payment{at: at.Unix()}
		p.card, _ = strconv.Atoi(row[2])
		p.terminal, _ = strconv.Atoi(row[3])
		p.amount, _ = strconv.ParseFloat(row[4], 64)
		p.fraud, _ = strconv.ParseFloat(row[5], 64)
		list = append(list, p)
	}
}

const day = 86_400

// window sums over the rows of one card or terminal in (t-delay-days, t-delay].
// The rows of a key are visited in order of time.
func window(list []payment, key func(payment) int, delay, days int64, value func(payment) float64) (count, sum []float64) {
	count, sum = make([]float64, len(list)), make([]float64, len(list))
	byKey := map[int][]int{}
	for i, p := range list {
		byKey[key(p)] = append(byKey[key(p)], i)
	}
	for _, rows := range byKey {
		from, to := 0, 0
		n, s := 0.0, 0.0
		for _, i := range rows {
			end := list[i].at - delay*day
			for to < len(rows) && list[rows[to]].at <= end {
				n++
				s += value(list[rows[to]])
				to++
			}
			for from < to && list[rows[from]].at <= end-days*day {
				n--
				s -= value(list[rows[from]])
				from++
			}
			count[i], sum[i] = n, s
		}
	}
	return count, sum
}

// handbookFeatures are the book's fifteen.
func handbookFeatures(list []payment) [][]float64 {
	columns := make([][]float64, 3)
	for _, p := range list {
		at := time.Unix(p.at, 0).UTC()
		weekend, night := 0.0, 0.0
		if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
			weekend = 1
		}
		if at.Hour() <= 6 {
			night = 1
		}
		columns[0] = append(columns[0], p.amount)
		columns[1] = append(columns[1], weekend)
		columns[2] = append(columns[2], night)
	}
	ratio := func(sum, count []float64) []float64 {
		out := make([]float64, len(sum))
		for i, n := range count {
			if n > 0 {
				out[i] = sum[i] / n
			}
		}
		return out
	}
	for _, days := range []int64{1, 7, 30} {
		n, s := window(list, func(p payment) int { return p.card }, 0, days, func(p payment) float64 { return p.amount })
		columns = append(columns, n, ratio(s, n))
		n, s = window(list, func(p payment) int { return p.terminal }, 7, days, func(p payment) float64 { return p.fraud })
		columns = append(columns, n, ratio(s, n))
	}
	return columns
}

// handbookWeeks returns the training week that starts on a day, and the test week
// with the cards taken out that are known as compromised by then.
func handbookWeeks(t *testing.T, list []payment, columns [][]float64, start int64) (train, test gbdt.Table) {
	t.Helper()
	known := map[int]int64{} // card -> first day of which a fraud counts as known
	dayOf := func(p payment) int64 { return (p.at - start) / day }
	for _, p := range list {
		d := dayOf(p)
		if p.at < start || p.fraud == 0 || d >= 14+7 {
			continue
		}
		// A fraud of the training week is known at once, a later one on the eighth day after.
		from := int64(0)
		if d >= 7 {
			from = d + 8
		}
		if v, ok := known[p.card]; !ok || from < v {
			known[p.card] = from
		}
	}
	pick := func(keep func(payment) bool) gbdt.Table {
		part := make([][]float64, len(columns))
		var label []float64
		for i, p := range list {
			if keep(p) {
				for j := range columns {
					part[j] = append(part[j], columns[j][i])
				}
				label = append(label, p.fraud)
			}
		}
		x, err := gbdt.Columns(part)
		require.NoError(t, err)
		return gbdt.Table{X: x, Label: label}
	}
	train = pick(func(p payment) bool { return p.at >= start && dayOf(p) < 7 })
	test = pick(func(p payment) bool {
		d := dayOf(p)
		if d < 14 || d >= 21 {
			return false
		}
		from, compromised := known[p.card]
		return !compromised || from > d
	})
	return train, test
}

// The book's baseline week. The size of the trees and the start at zero were
// chosen on the four validation weeks before it, nothing on the test week.
func TestHandbookBaselineWeek(t *testing.T) {
	t.Parallel()
	list := payments(t)
	columns := handbookFeatures(list)
	start := time.Date(2018, 7, 25, 0, 0, 0, 0, time.UTC).Unix()
	data, test := handbookWeeks(t, list, columns, start)
	require.Len(t, data.Label, 67_240)
	require.Len(t, test.Label, 58_264)
	p := gbdt.Params{Objective: gbdt.Binary, MaxLeaves: 8, L2: 1, MinChildWeight: 1, MinDataInLeaf: 1, StartAtZero: true}
	score := func(data, test gbdt.Table) (ap, auc float64) {
		d, err := gbdt.NewDataset(context.Background(), data, gbdt.DatasetConfig{})
		require.NoError(t, err)
		m, err := gbdt.Train(context.Background(), p, d)
		require.NoError(t, err)
		pred := predict(t, m, test.X)
		return gbdt.AveragePrecision().Eval(pred, test), gbdt.AUC().Eval(pred, test)
	}
	ap, auc := score(data, test)
	t.Logf("baseline week: AP %.4f, AUC %.4f", ap, auc)
	assert.Greater(t, ap, 0.67)
	assert.Greater(t, auc, 0.86)
	if os.Getenv("BODEGA_LONG") == "" {
		return
	}
	mean := 0.0
	for _, m := range []time.Time{
		time.Date(2018, 7, 11, 0, 0, 0, 0, time.UTC), time.Date(2018, 7, 4, 0, 0, 0, 0, time.UTC),
		time.Date(2018, 6, 27, 0, 0, 0, 0, time.UTC), time.Date(2018, 6, 20, 0, 0, 0, 0, time.UTC),
	} {
		ap, auc := score(handbookWeeks(t, list, columns, m.Unix()))
		t.Logf("validation week %s: AP %.4f, AUC %.4f", m.Format(time.DateOnly), ap, auc)
		mean += ap / 4
	}
	t.Logf("validation weeks: AP %.4f", mean)
	assert.Greater(t, mean, 0.70)
}
