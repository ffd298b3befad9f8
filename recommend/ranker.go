package recommend

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

// ranker tells from a candidate's signals how likely it is what the user takes
// to next: boosted trees over logistic loss.
type ranker struct {
	names []string // of the sources, in the order of their signals
	model *gbdt.Model
	// buyers: it has learned from histories with purchases alone, and knows
	// nothing of others.
	buyers bool
}

const (
	rankerCases  = 200 // a ranker is learned from at least so many
	rankerRounds = 150
	rankerRate   = 0.05
	rankerLeaves = 15
	rankerLeast  = 50 // candidates of a leaf
	rankerShare  = 0.7
	buyersAlone  = 0.9 // share of histories with purchases from which on the others are too few to learn from
	rankerMissed = 2   // one in so many of the candidates that were not taken is learned from, and counts for all
)

func learnRanker(ctx context.Context, cases []*judged, names []string, workers int, seed uint64) (*ranker, error) {
	var rows, labels, weights []float64
	width := 0
	for n, j := range cases {
		width = j.width
		for i, id := range j.pool.ids {
			x, hit := j.targets[id]
			var label, weight float64
			switch {
			case hit:
				label, weight = 1, float64(x.weight)
			case hash(id, strconv.Itoa(n))%rankerMissed != 0:
				continue
			default:
				weight = rankerMissed
			}
			rows = append(rows, j.signals[i*width:(i+1)*width]...)
			labels, weights = append(labels, label), append(weights, weight)
		}
	}
	x, err := gbdt.RowMajor(rows, width)
	if err != nil {
		return nil, err
	}
	data, err := gbdt.NewDataset(ctx, gbdt.Table{X: x, Label: labels, Weight: weights}, gbdt.DatasetConfig{Names: columnNames(names), Workers: workers})
	if err != nil {
		return nil, err
	}
	model, err := gbdt.Train(ctx, gbdt.Params{Objective: gbdt.Binary, Rounds: rankerRounds, LearningRate: rankerRate, MaxLeaves: rankerLeaves, MinDataInLeaf: rankerLeast,
		FeatureFraction: rankerShare, Seed: seed, Workers: workers}, data)
	if err != nil {
		return nil, err
	}
	buyers := 0
	for _, j := range cases {
		if len(j.bought) > 0 {
			buyers++
		}
	}
	return &ranker{names, model, float64(buyers) > buyersAlone*float64(len(cases))}, nil
}

// knows reports whether the ranker has learned from histories of this kind: of
// users who come again, and of buyers if all of those were.
func (r *ranker) knows(history []Interaction, now time.Time) bool {
	if len(history) == 0 || now.Sub(history[len(history)-1].Time) < leastGap {
		return false
	}
	return !r.buyers || slices.ContainsFunc(history, func(x Interaction) bool { return x.Kind == Purchase })
}

func columnNames(sources []string) []string {
	out := make([]string, 0, len(sources)+len(signalNames))
	for _, s := range sources {
		out = append(out, "source "+s)
	}
	out = append(out, signalNames...)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], " ", "_") // the file format divides names by spaces
	}
	return out
}

// fits reports whether the signals are those the ranker learned from.
func (r *ranker) fits(sources []Source) bool {
	return r != nil && slices.EqualFunc(r.names, sources, func(name string, s Source) bool { return name == s.Name() })
}

// scores are the chances of the candidates, the greatest as 1.
func (r *ranker) scores(signals []float64, width int) []float64 {
	out := make([]float64, 0, len(signals)/width)
	var p [1]float64
	best := 0.0
	for row := range slices.Chunk(signals, width) {
		if r.model.Predict(row, p[:]) != nil || math.IsNaN(p[0]) { // the width was checked when it was loaded
			p[0] = 0
		}
		best = max(best, p[0])
		out = append(out, p[0])
	}
	for i := range out {
		out[i] /= max(best, 1e-12)
	}
	return out
}

type savedRanker struct {
	Sources []string `json:"sources"`
	Buyers  bool     `json:"buyers"`
	Model   string   `json:"model"` // in LightGBM's text format
}

func (r *ranker) marshal() ([]byte, error) {
	var b bytes.Buffer
	if _, err := r.model.WriteTo(&b); err != nil {
		return nil, err
	}
	return json.Marshal(savedRanker{r.names, r.buyers, b.String()})
}

func loadRanker(data []byte) (*ranker, error) {
	var s savedRanker
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, &FormatError{"the ranker: " + err.Error()}
	}
	model, err := gbdt.ReadLightGBM(strings.NewReader(s.Model))
	if err != nil {
		return nil, &FormatError{"the ranker: " + err.Error()}
	}
	if model.NumFeatures() != len(s.Sources)+len(signalNames) || model.NumOutputs() != 1 {
		return nil, &FormatError{"the ranker has other signals"}
	}
	return &ranker{s.Sources, model, s.Buyers}, nil
}
