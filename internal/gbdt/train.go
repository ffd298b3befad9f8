package gbdt

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Train boosts trees on the dataset. The validation tables are judged after each
// round and, with EarlyStopping, end the training. The same data, parameters and
// seed give the same model with any number of workers.
func Train(ctx context.Context, p Params, d *Dataset, valid ...Table) (*Model, error) {
	p = p.withDefaults()
	if err := p.validate(len(d.binners)); err != nil {
		return nil, err
	}
	for j, v := range p.Monotone {
		if v != 0 && d.binners[j].category != nil {
			return nil, &InputError{"Monotone", fmt.Sprintf("is %d for feature %d, which is categorical", v, j)}
		}
	}
	o, err := newObjective(&p, &d.table)
	if err != nil {
		return nil, err
	}
	t := &trainer{p: &p, d: d, o: o, g: newGrower(&p, d), pool: pool{p.Workers}, base: o.start()}
	t.m = t.emptyModel()
	if err := t.prepare(valid); err != nil {
		return nil, err
	}
	best, bestAt := math.NaN(), 0
	for round := range p.Rounds {
		grown, err := t.round(ctx, round)
		if err != nil {
			return nil, err
		}
		metrics := t.judge()
		if len(metrics) > 0 {
			better := metrics[0] < best
			if t.metric.Maximize {
				better = metrics[0] > best
			}
			if better || best != best {
				best, bestAt = metrics[0], round+1
			}
		}
		if p.Progress != nil {
			p.Progress(Progress{Round: round + 1, Metric: t.metric.Name, Valid: metrics, Best: bestAt})
		}
		if p.EarlyStopping > 0 && bestAt > 0 && round+1-bestAt >= p.EarlyStopping {
			break
		}
		if !grown && !p.GOSS && p.BaggingFraction >= 1 && p.FeatureFraction >= 1 {
			break // nothing will change any more
		}
	}
	if p.EarlyStopping > 0 && bestAt > 0 {
		t.m.trees = t.m.trees[:bestAt*t.m.perRound]
	}
	return t.m, t.m.finish(lightGBM)
}

// trainer is the state of one training.
type trainer struct {
	p      *Params
	d      *Dataset
	o      objective
	g      *grower
	pool   pool
	m      *Model
	metric Metric
	base   []float64 // start scores, part of the first trees
	score  []float64 // class-major
	grad   []float32
	hess   []float32
	sample sampler
	valid  []validation
}

type validation struct {
	Table
	raw  []float64 // rows x classes
	pred []float64
}

func (t *trainer) emptyModel() *Model {
	m := &Model{features: len(t.d.binners), perRound: len(t.base), objective: t.o.line(), version: "v4"}
	m.link, m.linkScale, _ = lightGBMLink(m.objective) // our own line
	m.names = append(m.names, t.d.names...)
	for _, b := range t.d.binners {
		m.infos = append(m.infos, b.info())
	}
	if t.p.Monotone != nil {
		words := make([]string, len(t.p.Monotone))
		for j, v := range t.p.Monotone {
			words[j] = strconv.Itoa(v)
		}
		m.monotone = strings.Join(words, " ")
	}
	m.params = t.p.text(m)
	return m
}

// text lists the parameters as LightGBM does.
func (p *Params) text(m *Model) string {
	objective, _, _ := strings.Cut(m.objective, " ")
	var b strings.Builder
	for _, kv := range []struct {
		key   string
		value any
	}{
		{"boosting", "gbdt"}, {"objective", objective}, {"num_iterations", p.Rounds}, {"learning_rate", p.LearningRate},
		{"num_leaves", p.MaxLeaves}, {"max_depth", or(p.MaxDepth, -1)}, {"min_data_in_leaf", p.MinDataInLeaf},
		{"min_sum_hessian_in_leaf", p.MinChildWeight}, {"lambda_l1", p.L1}, {"lambda_l2", p.L2},
		{"min_gain_to_split", p.MinSplitGain}, {"max_delta_step", p.MaxDeltaStep},
		{"bagging_fraction", p.BaggingFraction}, {"bagging_freq", p.BaggingEvery}, {"feature_fraction", p.FeatureFraction},
		{"monotone_constraints", strings.ReplaceAll(m.monotone, " ", ",")},
		{"cat_smooth", p.CatSmooth}, {"cat_l2", p.CatL2}, {"max_cat_threshold", p.MaxCatThreshold},
		{"max_cat_to_onehot", p.MaxCatToOneHot}, {"min_data_per_group", p.MinDataPerGroup},
		{"num_class", m.perRound}, {"boost_from_average", !p.StartAtZero}, {"scale_pos_weight", p.ScalePosWeight}, {"alpha", p.Alpha},
		{"tweedie_variance_power", p.TweediePower}, {"lambdarank_truncation_level", p.Truncation},
	} {
		fmt.Fprintf(&b, "[%s: %v]\n", kv.key, kv.value)
	}
	return b.String()
}

// prepare checks the start scores and validation tables and makes the buffers.
func (t *trainer) prepare(valid []Table) error {
	n, classes := t.d.rows, len(t.base)
	t.score = make([]float64, n*classes)
	if init := t.d.table.InitScore; init != nil {
		if len(init) != n*classes {
			return &InputError{"InitScore", fmt.Sprintf("has %d values for %d rows of %d classes", len(init), n, classes)}
		}
		clear(t.base)
		for i := range n {
			for k := range classes {
				t.score[k*n+i] = init[i*classes+k]
			}
		}
	}
	if t.p.StartAtZero {
		clear(t.base)
	}
	for k, b := range t.base {
		for i := range n {
			t.score[k*n+i] += b
		}
	}
	t.metric = t.p.Metric
	if t.metric.Eval == nil {
		t.metric = defaultMetric(t.p)
	}
	for i, v := range valid {
		if err := v.validate(); err != nil {
			return fmt.Errorf("gbdt: validation table %d: %w", i, err)
		}
		if v.X.cols != len(t.d.binners) {
			return fmt.Errorf("gbdt: validation table %d: %w", i,
				&InputError{"X", fmt.Sprintf("has %d columns, the training data %d", v.X.cols, len(t.d.binners))})
		}
		p := *t.p
		p.Classes = classes
		if _, err := newObjective(&p, &v); err != nil {
			return fmt.Errorf("gbdt: validation table %d: %w", i, err)
		}
		if v.InitScore != nil && len(v.InitScore) != v.X.rows*classes {
			return fmt.Errorf("gbdt: validation table %d: %w", i,
				&InputError{"InitScore", fmt.Sprintf("has %d values for %d rows of %d classes", len(v.InitScore), v.X.rows, classes)})
		}
		e := validation{Table: v, raw: make([]float64, v.X.rows*classes), pred: make([]float64, v.X.rows*classes)}
		copy(e.raw, v.InitScore)
		t.valid = append(t.valid, e)
	}
	t.grad = make([]float32, n*classes)
	if !t.o.constantHessian() || t.p.GOSS {
		t.hess = make([]float32, n*classes)
	}
	t.sample = sampler{p: t.p, n: n, classes: classes}
	return nil
}

// unitChunk is the number of rows or queries whose gradients are one task.
func (t *trainer) unitChunk() int {
	return max(1, 8192*t.o.units()/t.d.rows)
}

// round grows one tree per class. It reports whether any has a split.
func (t *trainer) round(ctx context.Context, round int) (bool, error) {
	n := t.d.rows
	t.pool.chunks(t.o.units(), t.unitChunk(), func(from, to int) {
		t.o.gradients(t.score, t.grad, t.hess, from, to)
	})
	constant := t.o.constantHessian()
	if constant && t.hess != nil {
		for i := range t.hess {
			t.hess[i] = 1
		}
	}
	t.sample.choose(round, t.grad, t.hess, constant)
	constant = t.hess == nil
	grown := false
	for k := range t.base {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		g, h := t.grad[k*n:(k+1)*n], []float32(nil)
		if !constant {
			h = t.hess[k*n : (k+1)*n]
		}
		if err := t.pack(g, h, constant); err != nil {
			return false, err
		}
		t.g.rows = append(t.g.rows[:0], t.sample.rows...)
		t.chooseFeatures(round*len(t.base) + k)
		if err := t.g.grow(ctx); err != nil {
			return false, err
		}
		t.addTree(round, k)
		grown = grown || len(t.g.nodes) > 0
	}
	return grown, nil
}

// pack turns gradients into fixed point.
func (t *trainer) pack(g, h []float32, constant bool) error {
	const chunk = 1 << 15
	type top struct{ g, h float32 }
	tops := make([]top, (len(g)+chunk-1)/chunk)
	t.pool.chunks(len(g), chunk, func(from, to int) {
		var m top
		for i := from; i < to; i++ {
			m.g = max(m.g, g[i], -g[i])
		}
		if !constant {
			for _, v := range h[from:to] {
				m.h = max(m.h, v)
			}
		}
		tops[from/chunk] = m
	})
	var all top
	for _, m := range tops {
		all.g, all.h = max(all.g, m.g), max(all.h, m.h)
	}
	if !(all.g <= math.MaxFloat32 && all.h <= math.MaxFloat32) {
		return fmt.Errorf("gbdt: the scores have left the numbers of %s: a lower LearningRate or a scaled Label helps", t.p.Objective)
	}
	pack := newPacking(t.d.rows, constant, float64(all.g), float64(all.h))
	t.g.pack = pack
	if need := len(g) * pack.words(); len(t.g.words) < need {
		t.g.words = make([]int64, need)
	}
	t.pool.chunks(len(g), chunk, func(from, to int) { pack.pack(t.g.words, g, h, from, to) })
	return nil
}

// addTree gives the leaves their values, moves the scores on and appends the tree.
func (t *trainer) addTree(round, class int) {
	g, n := t.g, t.d.rows
	score := t.score[class*n : (class+1)*n]
	values := make([]float64, len(g.leaves))
	level := t.o.level()
	t.pool.run(len(g.leaves), func(i int) {
		l := &g.leaves[i]
		v := g.leafValue(l)
		if len(g.nodes) == 0 && round == 0 && t.d.table.InitScore == nil && !t.p.StartAtZero {
			v = 0 // the start score is all there is to say
		}
		if level >= 0 && len(g.nodes) > 0 {
			v = t.renew(g.rows[l.from:l.to], score, level, l.limits)
		}
		values[i] = v * t.p.LearningRate
	})
	t.pool.run(len(g.leaves), func(i int) {
		for _, r := range g.rows[g.leaves[i].from:g.leaves[i].to] {
			score[r] += values[i]
		}
	})
	if t.sample.out != nil {
		t.pool.chunks(n, 4096, func(from, to int) {
			for i := from; i < to; i++ {
				if t.sample.out[i] {
					score[i] += values[g.leafOfRow(i)]
				}
			}
		})
	}
	start := 0.0
	if round == 0 {
		start = t.base[class]
	}
	t.m.trees = append(t.m.trees, g.export(values, start))
}

// renew is the quantile of the residuals of a leaf.
func (t *trainer) renew(rows []uint32, score []float64, level float64, lim leafLimits) float64 {
	list := make([]weighted, len(rows))
	for i, r := range rows {
		list[i] = weighted{t.d.table.Label[r] - score[r], t.d.table.weight(int(r))}
	}
	return max(lim.low, min(lim.high, quantile(list, level)))
}

// export makes the tree with real thresholds. The start score joins the leaves.
func (g *grower) export(values []float64, start float64) tree {
	t := tree{shrinkage: g.p.LearningRate}
	for i := range g.leaves {
		l := &g.leaves[i]
		_, h := g.pack.real(l.sum)
		t.leafValue = append(t.leafValue, values[i]+start)
		t.leafWeight = append(t.leafWeight, h)
		t.leafCount = append(t.leafCount, l.sum.n)
	}
	if len(g.nodes) == 0 {
		t.leafWeight, t.leafCount = nil, nil
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		b := g.d.binners[n.feature]
		t.feature = append(t.feature, int32(n.feature))
		t.left, t.right = append(t.left, int32(n.left)), append(t.right, int32(n.right))
		_, h := g.pack.real(n.sum)
		t.gain = append(t.gain, n.gain)
		t.innerValue = append(t.innerValue, n.value*g.p.LearningRate+start)
		t.innerWeight = append(t.innerWeight, h)
		t.innerCount = append(t.innerCount, n.sum.n)
		if n.isSet {
			var set []int64
			for bin, c := range b.category {
				if n.set.has(bin) {
					set = append(set, int64(c))
				}
			}
			t.threshold = append(t.threshold, float64(max(0, len(t.catBounds)-1)))
			t.addSet(set)
			t.decision = append(t.decision, categorical)
			continue
		}
		d := uint8(missingNaN)
		if b.zeroMiss {
			d = missingZero
		}
		if n.toLeft {
			d |= defaultLeft
		}
		t.threshold = append(t.threshold, b.upper[n.bin])
		t.decision = append(t.decision, d)
	}
	return t
}

// judge adds the last round's trees to the validation scores and returns the
// metric on each table.
func (t *trainer) judge() []float64 {
	metrics := make([]float64, len(t.valid))
	classes := len(t.base)
	last := t.m.trees[len(t.m.trees)-classes:]
	for v := range t.valid {
		e := &t.valid[v]
		t.pool.chunks(e.X.rows, 1024, func(from, to int) {
			x := make([]float64, e.X.cols)
			for i := from; i < to; i++ {
				e.X.row(x, i)
				raw, pred := e.raw[i*classes:(i+1)*classes], e.pred[i*classes:(i+1)*classes]
				for k := range last {
					raw[k] += last[k].leafValue[last[k].leafOf(x)]
				}
				copy(pred, raw)
				t.m.link.apply(pred, t.m.linkScale)
			}
		})
		metrics[v] = t.metric.Eval(e.pred, e.Table)
	}
	return metrics
}
