package gbdt

import (
	"context"
	"math"
	"unsafe"

	"golang.org/x/sync/errgroup"
)

// flatNode is a node laid out for prediction: its children are neighbours, and a
// leaf is its own left child behind a threshold that nothing exceeds, so that
// several trees can be walked side by side without asking which have ended.
type flatNode struct {
	threshold float64
	feature   uint32 // with nanRight
	left      uint32
}

const nanRight = 1 << 31

type flatForest struct {
	nodes []flatNode
	value []float64 // of leaves
	roots []flatRoot
}

// flatRoot is where a tree begins.
type flatRoot struct {
	at    uint32
	depth int32 // -1: the tree has nodes that only tree.goesLeft decides
}

func flatten(trees []tree) flatForest {
	total := 0
	for i := range trees {
		total += 2*trees[i].leaves() - 1
	}
	f := flatForest{nodes: make([]flatNode, 0, total), value: make([]float64, total), roots: make([]flatRoot, len(trees))}
	var level, next []int32
	for i := range trees {
		t := &trees[i]
		root := &f.roots[i]
		root.at = uint32(len(f.nodes))
		at := len(f.nodes)
		f.nodes = append(f.nodes, flatNode{})
		if level = append(level[:0], 0); len(t.feature) == 0 {
			level[0] = ^0
		}
		for ; len(level) > 0; root.depth++ {
			next = next[:0]
			for _, c := range level {
				if c < 0 {
					f.nodes[at] = flatNode{threshold: math.Inf(1), left: uint32(at)}
					f.value[at] = t.leafValue[^c]
				} else {
					f.nodes[at] = flatNode{t.threshold[c], flatFeature(t, c), uint32(len(f.nodes))}
					f.nodes = append(f.nodes, flatNode{}, flatNode{})
					next = append(next, t.left[c], t.right[c])
				}
				at++
			}
			level, next = next, level
		}
		root.depth-- // levels of splits
		for _, d := range t.decision {
			if d&categorical != 0 || d&missingMask == missingZero {
				root.depth = -1
			}
		}
	}
	return f
}

func flatFeature(t *tree, node int32) uint32 {
	f := uint32(t.feature[node])
	if !t.goesLeft(int(node), math.NaN()) {
		f |= nanRight
	}
	return f
}

// one is 1 if c, without a branch.
func one(c bool) uint32 {
	var n uint32
	if c {
		n = 1
	}
	return n
}

// abreast trees are walked side by side, so that the loads of one hide behind the
// others'.
const abreast = 8

// walk walks from the roots to the leaves. Nothing branches on the data: a wrong
// guess at every other node would cost more than the walk.
// It reports false if one of the trees cannot be walked so.
func (f *flatForest) walk(roots []flatRoot, row []float64, present bool, at *[abreast]uint32) bool {
	roots = roots[:abreast]
	depth := int32(0)
	for i, r := range roots {
		if r.depth < 0 {
			return false
		}
		at[i] = r.at
		depth = max(depth, r.depth)
	}
	forest, x := unsafe.SliceData(f.nodes), unsafe.SliceData(row)
	moved := uint32(1)
	if present {
		walkPresent(forest, x, (*[abreast / 2]uint32)(at[:]), depth)
		walkPresent(forest, x, (*[abreast / 2]uint32)(at[abreast/2:]), depth)
		return true
	}
	for ; depth > 0 && moved != 0; depth-- {
		moved = 0
		for i, from := range at {
			to := step(forest, x, from)
			moved |= from ^ to
			at[i] = to
		}
	}
	return true
}

// walkPresent walks four trees for a row without missing values. Four places
// are what the processor's registers hold.
func walkPresent(forest *flatNode, x *float64, at *[abreast / 2]uint32, depth int32) {
	a, b, c, d := at[0], at[1], at[2], at[3]
	for ; depth > 0; depth-- {
		to0, to1 := stepPresent(forest, x, a), stepPresent(forest, x, b)
		to2, to3 := stepPresent(forest, x, c), stepPresent(forest, x, d)
		if (to0^a)|(to1^b)|(to2^c)|(to3^d) == 0 {
			break
		}
		a, b, c, d = to0, to1, to2, to3
	}
	at[0], at[1], at[2], at[3] = a, b, c, d
}

func (f *flatForest) walk1(root flatRoot, row []float64) uint32 {
	at, forest, x := root.at, unsafe.SliceData(f.nodes), unsafe.SliceData(row)
	for range root.depth {
		at = step(forest, x, at)
	}
	return at
}

// leafValue is the value of a row in tree i.
func (m *Model) leafValue(i int, x []float64) float64 {
	if r := m.flat.roots[i]; r.depth >= 0 {
		return m.flat.value[m.flat.walk1(r, x)]
	}
	return m.trees[i].leafValue[m.trees[i].leafOf(x)]
}

// raw adds the sums of the trees to out.
func (m *Model) raw(x, out []float64) {
	f, roots := &m.flat, m.flat.roots
	class, i := 0, 0
	add := func(leaf float64) {
		out[class] += leaf
		if class++; class == len(out) {
			class = 0
		}
	}
	present := true
	for _, v := range x[:m.features] {
		present = present && v == v
	}
	var at [abreast]uint32
	for ; i+abreast <= len(roots); i += abreast {
		if f.walk(roots[i:], x, present, &at) {
			for _, leaf := range at {
				add(f.value[leaf])
			}
			continue
		}
		for j := range abreast {
			add(m.leafValue(i+j, x))
		}
	}
	for ; i < len(roots); i++ {
		add(m.leafValue(i, x))
	}
}

func (m *Model) checkShape(x, out []float64, outputs int) error {
	if len(x) < m.features {
		return &ShapeError{"row", len(x), m.features}
	}
	if len(out) < outputs {
		return &ShapeError{"out", len(out), outputs}
	}
	return nil
}

// PredictRaw writes the raw scores of a row, NumOutputs values, to out: the
// start score and the sum over the trees (in a random forest too). It does not
// allocate.
func (m *Model) PredictRaw(x, out []float64) error {
	if err := m.checkShape(x, out, m.perRound); err != nil {
		return err
	}
	m.rawRow(x, out[:m.perRound])
	return nil
}

func (m *Model) rawRow(x, out []float64) {
	clear(out)
	m.raw(x, out)
	for k, b := range m.base {
		out[k] += b
	}
}

// Predict writes the predictions of a row, NumOutputs values, to out:
// probabilities, expected counts or values, by the objective. It does not
// allocate.
func (m *Model) Predict(x, out []float64) error {
	if err := m.checkShape(x, out, m.perRound); err != nil {
		return err
	}
	m.predictRow(x, out[:m.perRound])
	return nil
}

func (m *Model) predictRow(x, out []float64) {
	m.rawRow(x, out)
	m.transform(out)
}

// transform turns raw scores into predictions in place.
func (m *Model) transform(out []float64) {
	if m.average && len(m.trees) > 0 {
		rounds := float64(len(m.trees) / m.perRound)
		for k := range out {
			out[k] /= rounds
		}
	}
	m.link.apply(out, m.linkScale)
}

// PredictBatch returns the predictions of all rows, rows x NumOutputs. Workers
// below 1 means 1.
func (m *Model) PredictBatch(ctx context.Context, x Matrix, workers int) ([]float64, error) {
	return m.batch(ctx, x, workers, m.predictRow)
}

// PredictRawBatch returns the raw scores of all rows, rows x NumOutputs.
func (m *Model) PredictRawBatch(ctx context.Context, x Matrix, workers int) ([]float64, error) {
	return m.batch(ctx, x, workers, m.rawRow)
}

func (m *Model) batch(ctx context.Context, x Matrix, workers int, predict func(x, out []float64)) ([]float64, error) {
	if x.cols < m.features {
		return nil, &ShapeError{"row", x.cols, m.features}
	}
	out := make([]float64, x.rows*m.perRound)
	const block = 1024
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, workers))
	for from := 0; from < x.rows; from += block {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			row := make([]float64, x.cols)
			for i := from; i < min(from+block, x.rows); i++ {
				x.row(row, i)
				predict(row, out[i*m.perRound:(i+1)*m.perRound])
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// Leaves writes the leaf a row falls in, one value per tree, to out, which
// holds at least NumTrees values. Leaves have LightGBM's numbers, in a model
// read from XGBoost XGBoost's.
func (m *Model) Leaves(x []float64, out []int) error {
	if len(x) < m.features {
		return &ShapeError{"row", len(x), m.features}
	}
	if len(out) < len(m.trees) {
		return &ShapeError{"out", len(out), len(m.trees)}
	}
	for i := range m.trees {
		t := &m.trees[i]
		out[i] = t.leafOf(x)
		if t.leafID != nil {
			out[i] = int(t.leafID[out[i]])
		}
	}
	return nil
}
