package gbdt

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Metric judges predictions on a validation table.
type Metric struct {
	Name string
	// Maximize tells that more is better.
	Maximize bool
	// Eval gets the predictions, rows x NumOutputs (of LambdaRank the scores).
	Eval func(pred []float64, t Table) float64
}

// defaultMetric is the objective's own loss, or the measure it stands for.
func defaultMetric(p *Params) Metric {
	switch p.Objective {
	case RegressionL1:
		return MAE()
	case Huber:
		return meanOf("huber", func(y, q float64) float64 {
			d := math.Abs(y - q)
			if d <= p.Alpha {
				return d * d / 2
			}
			return p.Alpha * (d - p.Alpha/2)
		})
	case Quantile:
		return Pinball(p.Alpha)
	case Poisson:
		return meanOf("poisson", func(y, q float64) float64 { return q - y*math.Log(max(q, 1e-300)) })
	case Tweedie:
		a, b := 1-p.TweediePower, 2-p.TweediePower
		return meanOf("tweedie", func(y, q float64) float64 {
			s := math.Log(max(q, 1e-300))
			return -y*math.Exp(a*s)/a + math.Exp(b*s)/b
		})
	case Binary:
		return LogLoss()
	case Multiclass:
		return multiLogLoss()
	case LambdaRank:
		m := NDCG(10)
		if p.LabelGain != nil {
			m = ndcg(10, (&ranking{p: p}).gain)
		}
		return m
	default:
		return RMSE()
	}
}

// meanOf is a weighted mean over the rows.
func meanOf(name string, loss func(y, q float64) float64) Metric {
	return Metric{Name: name, Eval: func(pred []float64, t Table) float64 {
		sum, total := 0.0, 0.0
		for i, y := range t.Label {
			w := t.weight(i)
			sum += w * loss(y, pred[i])
			total += w
		}
		return sum / total
	}}
}

// MAE is the mean absolute error.
func MAE() Metric { return meanOf("l1", func(y, q float64) float64 { return math.Abs(y - q) }) }

// RMSE is the root mean squared error.
func RMSE() Metric {
	square := meanOf("rmse", func(y, q float64) float64 { return (y - q) * (y - q) })
	mean := square.Eval
	square.Eval = func(pred []float64, t Table) float64 { return math.Sqrt(mean(pred, t)) }
	return square
}

// Pinball is the quantile loss.
func Pinball(level float64) Metric {
	return meanOf("quantile", func(y, q float64) float64 { return max(level*(y-q), (level-1)*(y-q)) })
}

// LogLoss is the mean negative log likelihood of 0-1 labels.
func LogLoss() Metric {
	return meanOf("binary_logloss", func(y, q float64) float64 {
		if y == 0 {
			q = 1 - q
		}
		return -math.Log(max(q, 1e-15))
	})
}

func multiLogLoss() Metric {
	return Metric{Name: "multi_logloss", Eval: func(pred []float64, t Table) float64 {
		classes := len(pred) / len(t.Label)
		sum, total := 0.0, 0.0
		for i, y := range t.Label {
			w := t.weight(i)
			sum -= w * math.Log(max(pred[i*classes+int(y)], 1e-15))
			total += w
		}
		return sum / total
	}}
}

// AveragePrecision is the mean of the precision at each recall step, with ties
// as one step.
func AveragePrecision() Metric {
	return Metric{Name: "average_precision", Maximize: true, Eval: func(pred []float64, t Table) float64 {
		ap, positive, seen := 0.0, 0.0, 0.0
		eachTie(pred, t, func(pos, neg float64) {
			positive += pos
			seen += pos + neg
			if pos > 0 {
				ap += pos * positive / seen
			}
		})
		if positive == 0 {
			return 0
		}
		return ap / positive
	}}
}

// AUC is the area under the ROC curve; without both classes it is 1/2.
func AUC() Metric {
	return Metric{Name: "auc", Maximize: true, Eval: func(pred []float64, t Table) float64 {
		area, positive, negative := 0.0, 0.0, 0.0
		eachTie(pred, t, func(pos, neg float64) {
			area += neg * (positive + pos/2)
			positive += pos
			negative += neg
		})
		if positive == 0 || negative == 0 {
			return 0.5
		}
		return area / (positive * negative)
	}}
}

// eachTie visits groups of equal predictions from the highest, with their weights.
func eachTie(pred []float64, t Table, visit func(pos, neg float64)) {
	order := make([]int, len(pred))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(pred[b], pred[a]) })
	for from := 0; from < len(order); {
		pos, neg := 0.0, 0.0
		at := from
		for ; at < len(order) && pred[order[at]] == pred[order[from]]; at++ {
			i := order[at]
			if t.Label[i] > 0 {
				pos += t.weight(i)
			} else {
				neg += t.weight(i)
			}
		}
		from = max(at, from+1) // a NaN is not equal to itself
		visit(pos, neg)
	}
}

// NDCG is the mean over queries of the normalised discounted cumulative gain at
// the first places, with gain 2^grade - 1. A query without gain counts as 1.
func NDCG(places int) Metric {
	return ndcg(places, func(v float64) float64 { return math.Exp2(v) - 1 })
}

func ndcg(places int, gain func(float64) float64) Metric {
	return Metric{Name: fmt.Sprintf("ndcg@%d", places), Maximize: true, Eval: func(pred []float64, t Table) float64 {
		sum, from := 0.0, 0
		for _, n := range t.Group {
			labels, scores := t.Label[from:from+n], pred[from:from+n]
			from += n
			order := make([]int, n)
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
			best := bestDCG(labels, places, gain)
			if best <= 0 {
				sum++
				continue
			}
			for place, i := range order[:min(places, n)] {
				sum += gain(labels[i]) * discount(place) / best
			}
		}
		return sum / float64(max(1, len(t.Group)))
	}}
}
