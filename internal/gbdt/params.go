package gbdt

import (
	"fmt"
	"math"
	"runtime"
)

// Objective is what training minimises.
type Objective string

// The objectives, under LightGBM's names.
const (
	Regression   Objective = "regression"    // squared error
	RegressionL1 Objective = "regression_l1" // absolute error; leaves are medians
	Huber        Objective = "huber"         // squared near, absolute beyond Alpha
	Quantile     Objective = "quantile"      // pinball loss at Alpha; leaves are quantiles
	Poisson      Objective = "poisson"       // counts, log link
	Tweedie      Objective = "tweedie"       // zero-inflated amounts, log link
	Binary       Objective = "binary"        // log loss, logistic link
	Multiclass   Objective = "multiclass"    // log loss, softmax link
	LambdaRank   Objective = "lambdarank"    // LambdaMART on NDCG
)

// Params sets up Train. The zero value works.
type Params struct {
	// Objective is the loss. Default Regression.
	Objective Objective
	// Classes is the number of classes of Multiclass. Default: from the labels.
	Classes int
	// Rounds is the number of boosting iterations. Default 100.
	Rounds int
	// LearningRate shrinks every tree. Default 0.1.
	LearningRate float64
	// MaxLeaves bounds the leaves of a tree. Default 31, with MaxDepth 2^MaxDepth
	// if that is fewer.
	MaxLeaves int
	// MaxDepth bounds the splits on a path. Default 0: no bound.
	MaxDepth int
	// MinDataInLeaf is the least number of rows of a leaf. Default 20.
	MinDataInLeaf int
	// MinChildWeight is the least sum of the hessian of a leaf. Default 0.001.
	MinChildWeight float64
	// L1 is the lasso penalty on leaf values. Default 0.
	L1 float64
	// L2 is the ridge penalty on leaf values. Default 0.
	L2 float64
	// MinSplitGain is the least gain of a split. Default 0.
	MinSplitGain float64
	// MaxDeltaStep bounds leaf values before the learning rate. Default 0: no
	// bound. In Poisson it also stabilises the hessian, there 0.7 by default.
	MaxDeltaStep float64

	// StartAtZero begins at the raw score 0 instead of the best constant. Where
	// positives are rare, the first trees then have larger hessians to divide by,
	// and small groups of positives more say. Default false.
	StartAtZero bool

	// FeatureFraction is the share of the features each tree sees. Default 1.
	FeatureFraction float64
	// BaggingFraction is the share of the rows each tree sees. Default 1.
	BaggingFraction float64
	// BaggingEvery is the number of rounds a sample of rows is kept. Default 1.
	BaggingEvery int
	// GOSS keeps the rows with large gradients and a weighted sample of the
	// others, instead of bagging. Default false.
	GOSS bool
	// TopRate is the share of rows GOSS keeps. Default 0.2.
	TopRate float64
	// OtherRate is the share of rows GOSS samples from the others. Default 0.1.
	OtherRate float64

	// Monotone holds for each feature 1 (the score must not fall), -1 (must not
	// rise) or 0. Default: no constraints.
	Monotone []int

	// CatSmooth damps the order of rare categories. Default 10.
	CatSmooth float64
	// CatL2 is the ridge penalty of categorical splits beside L2. Default 10.
	CatL2 float64
	// MaxCatThreshold bounds the categories on the smaller side of a split. Default 32.
	MaxCatThreshold int
	// MaxCatToOneHot is the number of categories up to which a split takes out
	// one. Default 4.
	MaxCatToOneHot int
	// MinDataPerGroup is the least number of rows a categorical split adds at a
	// time. Default 100.
	MinDataPerGroup int

	// ScalePosWeight multiplies the weight of positive rows in Binary. Default 1.
	ScalePosWeight float64
	// Alpha is Quantile's level, default 0.5, and Huber's bend, default 0.9.
	Alpha float64
	// TweediePower is the variance power, between 1 and 2. Default 1.5.
	TweediePower float64
	// Truncation is the number of top places LambdaRank looks at. Default 30.
	Truncation int
	// LabelGain is the gain of each grade in LambdaRank. Default 2^grade - 1.
	LabelGain []float64

	// Metric is evaluated on the validation tables. Default: by the objective.
	Metric Metric
	// EarlyStopping ends training after so many rounds without a better metric on
	// the first validation table; the model keeps the best round's trees. Default
	// 0: off.
	EarlyStopping int
	// Progress is called after each round. Default nil.
	Progress func(Progress)

	// Seed drives the sampling. Default 0.
	Seed uint64
	// Workers is the number of goroutines. The result does not depend on it.
	// Default: GOMAXPROCS.
	Workers int
}

// Progress tells how training goes.
type Progress struct {
	Round  int       // 1 after the first
	Metric string    // name of the metric
	Valid  []float64 // the metric on each validation table
	Best   int       // best round so far on the first table, 0 without one
}

func or[T comparable](v, preset T) T {
	var zero T
	if v == zero {
		return preset
	}
	return v
}

func (p Params) withDefaults() Params {
	p.Objective = or(p.Objective, Regression)
	p.Rounds = or(p.Rounds, 100)
	p.LearningRate = or(p.LearningRate, 0.1)
	if p.MaxLeaves == 0 {
		p.MaxLeaves = 31
		if p.MaxDepth > 0 && p.MaxDepth < 5 {
			p.MaxLeaves = 1 << p.MaxDepth
		}
	}
	p.MinDataInLeaf = or(p.MinDataInLeaf, 20)
	p.MinChildWeight = or(p.MinChildWeight, 1e-3)
	p.FeatureFraction = or(p.FeatureFraction, 1)
	p.BaggingFraction = or(p.BaggingFraction, 1)
	p.BaggingEvery = or(p.BaggingEvery, 1)
	p.TopRate = or(p.TopRate, 0.2)
	p.OtherRate = or(p.OtherRate, 0.1)
	p.CatSmooth = or(p.CatSmooth, 10)
	p.CatL2 = or(p.CatL2, 10)
	p.MaxCatThreshold = or(p.MaxCatThreshold, 32)
	p.MaxCatToOneHot = or(p.MaxCatToOneHot, 4)
	p.MinDataPerGroup = or(p.MinDataPerGroup, 100)
	p.ScalePosWeight = or(p.ScalePosWeight, 1)
	if p.Objective == Quantile {
		p.Alpha = or(p.Alpha, 0.5)
	}
	p.Alpha = or(p.Alpha, 0.9)
	p.TweediePower = or(p.TweediePower, 1.5)
	p.Truncation = or(p.Truncation, 30)
	if p.Workers <= 0 {
		p.Workers = runtime.GOMAXPROCS(0)
	}
	return p
}

// validate wants the defaults filled in.
func (p *Params) validate(features int) error {
	numbers := []struct {
		field    string
		v        float64
		from, to float64 // inclusive
	}{
		{"Rounds", float64(p.Rounds), 1, 1 << 20},
		{"LearningRate", p.LearningRate, math.SmallestNonzeroFloat64, 1e6},
		{"MaxLeaves", float64(p.MaxLeaves), 2, 1 << 17},
		{"MaxDepth", float64(p.MaxDepth), 0, maxDepth},
		{"MinDataInLeaf", float64(p.MinDataInLeaf), 1, maxRows},
		{"MinChildWeight", p.MinChildWeight, math.SmallestNonzeroFloat64, math.MaxFloat64},
		{"L1", p.L1, 0, math.MaxFloat64},
		{"L2", p.L2, 0, math.MaxFloat64},
		{"MinSplitGain", p.MinSplitGain, 0, math.MaxFloat64},
		{"MaxDeltaStep", p.MaxDeltaStep, 0, math.MaxFloat64},
		{"FeatureFraction", p.FeatureFraction, math.SmallestNonzeroFloat64, 1},
		{"BaggingFraction", p.BaggingFraction, math.SmallestNonzeroFloat64, 1},
		{"BaggingEvery", float64(p.BaggingEvery), 1, 1 << 20},
		{"TopRate", p.TopRate, math.SmallestNonzeroFloat64, 1},
		{"OtherRate", p.OtherRate, math.SmallestNonzeroFloat64, 1 - p.TopRate},
		{"CatSmooth", p.CatSmooth, 0, math.MaxFloat64},
		{"CatL2", p.CatL2, 0, math.MaxFloat64},
		{"MaxCatThreshold", float64(p.MaxCatThreshold), 1, 256},
		{"MaxCatToOneHot", float64(p.MaxCatToOneHot), 1, 256},
		{"MinDataPerGroup", float64(p.MinDataPerGroup), 1, maxRows},
		{"ScalePosWeight", p.ScalePosWeight, math.SmallestNonzeroFloat64, math.MaxFloat64},
		{"Truncation", float64(p.Truncation), 1, 1 << 20},
		{"EarlyStopping", float64(p.EarlyStopping), 0, 1 << 20},
	}
	for _, n := range numbers {
		if !(n.v >= n.from && n.v <= n.to) {
			return &InputError{n.field, fmt.Sprintf("is %g, it must be from %.3g to %.3g", n.v, n.from, n.to)}
		}
	}
	if p.Monotone != nil && len(p.Monotone) != features {
		return &InputError{"Monotone", fmt.Sprintf("has %d values for %d features", len(p.Monotone), features)}
	}
	for j, v := range p.Monotone {
		if v < -1 || v > 1 {
			return &InputError{"Monotone", fmt.Sprintf("is %d for feature %d, it must be -1, 0 or 1", v, j)}
		}
	}
	return nil
}
