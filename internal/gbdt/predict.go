package gbdt

import (
	"context"
	"math"

	"golang.org/x/sync/errgroup"
)

// flatNode is a node laid out for prediction: its children are neighbours, and a
// leaf is its own left child behind a threshold that nothing exceeds, so that
// several trees can be walked side by side without asking which have ended.
type flatNode struct {
	threshold float64
	feature   uint32 // with nanRight and special
	left      uint32
}

const (
	nanRight    = 1 << 31
	special     = 1 << 30 // decided by tree.goesLeft
	featureBits = special - 1
)

type flatForest struct {
	nodes   []flatNode
	value   []float64 // of leaves
	leaf    []int32   // number of a leaf; of special nodes: the node's number in its tree
	root    []uint32  // per tree
	special []int32   // tree of each node; nil when no node is special
}

func flatten(trees []tree) flatForest {
	total, anySpecial := 0, false
	for i := range trees {
		total += 2*trees[i].leaves() - 1
		for _, d := range trees[i].decision {
			anySpecial = anySpecial || d&categorical != 0 || d&missingMask == missingZero
		}
	}
	f := flatForest{
		nodes: make([]flatNode, 0, total), value: make([]float64, total), leaf: make([]int32, total),
		root: make([]uint32, len(trees)),
	}
	if anySpecial {
		f.special = make([]int32, total)
	}
	var queue []int32
	for i := range trees {
		t := &trees[i]
		f.root[i] = uint32(len(f.nodes))
		at := len(f.nodes)
		f.nodes = append(f.nodes, flatNode{})
		queue = append(queue[:0], 0)
		if len(t.feature) == 0 {
			queue[0] = ^0
		}
		for ; len(queue) > 0; at++ {
			c := queue[0]
			queue = queue[1:]
			if anySpecial {
				f.special[at] = int32(i)
			}
			if c < 0 {
				f.nodes[at] = flatNode{threshold: math.Inf(1), left: uint32(at)}
				f.value[at], f.leaf[at] = t.leafValue[^c], ^c
				continue
			}
			f.nodes[at] = flatNode{t.threshold[c], flatFeature(t, c), uint32(len(f.nodes))}
			f.leaf[at] = c
			f.nodes = append(f.nodes, flatNode{}, flatNode{})
			queue = append(queue, t.left[c], t.right[c])
		}
	}
	return f
}

func flatFeature(t *tree, node int32) uint32 {
	f, d := uint32(t.feature[node]), t.decision[node]
	if d&categorical != 0 || d&missingMask == missingZero {
		return f | special
	}
	if !t.goesLeft(int(node), math.NaN()) {
		f |= nanRight
	}
	return f
}

// step moves from a node to its child.
func (f *flatForest) step(n *flatNode, v float64, at uint32, trees []tree) uint32 {
	if v != v || n.feature&special != 0 {
		return f.rareStep(n, v, at, trees)
	}
	next := n.left
	if v > n.threshold {
		next++
	}
	return next
}

// rareStep decides missing values and special nodes.
func (f *flatForest) rareStep(n *flatNode, v float64, at uint32, trees []tree) uint32 {
	if n.feature&special == 0 {
		return n.left + n.feature>>31
	}
	if trees[f.special[at]].goesLeft(int(f.leaf[at]), v) {
		return n.left
	}
	return n.left + 1
}

// walk4 walks four trees side by side: the loads of one hide behind another's.
func (f *flatForest) walk4(root []uint32, x []float64, trees []tree) (a, b, c, d uint32) {
	a, b, c, d = root[0], root[1], root[2], root[3]
	nodes := f.nodes
	for {
		na, nb, nc, nd := &nodes[a], &nodes[b], &nodes[c], &nodes[d]
		a2 := f.step(na, x[na.feature&featureBits], a, trees)
		b2 := f.step(nb, x[nb.feature&featureBits], b, trees)
		c2 := f.step(nc, x[nc.feature&featureBits], c, trees)
		d2 := f.step(nd, x[nd.feature&featureBits], d, trees)
		if (a^a2)|(b^b2)|(c^c2)|(d^d2) == 0 {
			return a, b, c, d
		}
		a, b, c, d = a2, b2, c2, d2
	}
}

func (f *flatForest) walk1(at uint32, x []float64, trees []tree) uint32 {
	for {
		n := &f.nodes[at]
		next := f.step(n, x[n.feature&featureBits], at, trees)
		if next == at {
			return at
		}
		at = next
	}
}

// raw adds the sums of the trees from the first on to out.
func (m *Model) raw(x, out []float64, first int) {
	f, root := &m.flat, m.flat.root[first:]
	i := 0
	if m.perRound == 1 {
		sum := out[0]
		for ; i+4 <= len(root); i += 4 {
			a, b, c, d := f.walk4(root[i:i+4], x, m.trees)
			sum = sum + f.value[a] + f.value[b] + f.value[c] + f.value[d]
		}
		for ; i < len(root); i++ {
			sum += f.value[f.walk1(root[i], x, m.trees)]
		}
		out[0] = sum
		return
	}
	class := 0
	var at [4]uint32
	for ; i < len(root); i += 4 {
		k := min(4, len(root)-i)
		if k == 4 {
			at[0], at[1], at[2], at[3] = f.walk4(root[i:i+4], x, m.trees)
		} else {
			for j := range k {
				at[j] = f.walk1(root[i+j], x, m.trees)
			}
		}
		for _, leaf := range at[:k] {
			out[class] += f.value[leaf]
			if class++; class == m.perRound {
				class = 0
			}
		}
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
	m.raw(x, out, 0)
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
