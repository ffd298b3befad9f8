package gbdt

import (
	"context"
	"math"
	"slices"
)

// grower grows trees on one dataset. Its buffers live for a training.
type grower struct {
	splitter
	pool    pool
	words   []int64  // fixed-point gradients, one or two a row
	ordered []int64  // those of the leaf at hand, in the order of its rows
	rows    []uint32 // the rows of each leaf are consecutive
	scratch []uint32
	free    [][]int64 // histograms not in use
	parts   [][]int64 // histograms of parts of a leaf
	found   []split   // per feature and child
	use     []bool    // features this tree may split

	leaves []leaf
	nodes  []node
}

// leaf is a leaf of the growing tree.
type leaf struct {
	from, to int // in rows
	hist     []int64
	sum      sums
	depth    int
	l2       float64
	limits   leafLimits
	best     split
	parent   int // node, -1 at the root
	onLeft   bool
}

// node is a split that was done.
type node struct {
	split
	table       [256]uint8 // 1: the bin goes left
	left, right int        // node or ^leaf
	sum         sums
	value       float64
}

func newGrower(p *Params, d *Dataset) *grower {
	g := &grower{splitter: splitter{p: p, d: d}, pool: pool{p.Workers}}
	g.rows = make([]uint32, 0, d.rows)
	g.scratch = make([]uint32, d.rows)
	g.found = make([]split, 2*len(d.binners))
	g.use = make([]bool, len(d.binners))
	g.bounded = p.MaxDeltaStep > 0 || slices.ContainsFunc(p.Monotone, func(v int) bool { return v != 0 })
	return g
}

// smallLeaf is the number of rows below which a goroutine costs more than it brings.
const smallLeaf = 4096

// grow grows one tree on rows from the packed gradients.
func (g *grower) grow(ctx context.Context) error {
	g.leaves, g.nodes = g.leaves[:0], g.nodes[:0]
	root := leaf{to: len(g.rows), limits: noLimits, parent: -1, l2: g.p.L2}
	partial := make([]sums, (len(g.rows)+1<<16-1)>>16)
	g.pool.chunks(len(g.rows), 1<<16, func(from, to int) {
		partial[from>>16] = g.pack.total(g.words, g.rows[from:to])
	})
	for _, s := range partial {
		root.sum = root.sum.add(s)
	}
	g.leaves = append(g.leaves, root)
	if g.p.MaxLeaves > 1 && g.canSplit(&root) {
		g.leaves[0].hist = g.histogram()
		g.study(0, -1)
	}
	for len(g.leaves) < g.p.MaxLeaves {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := -1
		for i := range g.leaves {
			if l := &g.leaves[i]; l.best.gain > 0 && (at < 0 || l.best.gain > g.leaves[at].best.gain) {
				at = i
			}
		}
		if at < 0 {
			break
		}
		g.divide(at)
	}
	for i := range g.leaves {
		g.release(&g.leaves[i])
	}
	return nil
}

func (g *grower) canSplit(l *leaf) bool {
	return (g.p.MaxDepth == 0 || l.depth < g.p.MaxDepth) && l.sum.n >= 2*int64(g.p.MinDataInLeaf)
}

func (g *grower) histogram() []int64 {
	size := len(g.d.tiles) * histWords * g.pack.words()
	for len(g.free) > 0 {
		h := g.free[len(g.free)-1]
		g.free = g.free[:len(g.free)-1]
		if cap(h) >= size {
			return h[:size]
		}
	}
	return make([]int64, size)
}

func (g *grower) release(l *leaf) {
	if l.hist != nil {
		g.free = append(g.free, l.hist)
		l.hist = nil
	}
}

// divide carries out the best split of a leaf and studies the children. The left
// child keeps the leaf's number.
func (g *grower) divide(at int) {
	l := g.leaves[at]
	s := l.best
	n := node{split: s, left: ^at, right: ^len(g.leaves), sum: l.sum}
	n.value = g.leafValue(&l)
	g.table(&n)
	middle := l.from + g.partition(g.rows[l.from:l.to], g.scratch[l.from:l.to], &n)
	if l.parent >= 0 {
		if l.onLeft {
			g.nodes[l.parent].left = len(g.nodes)
		} else {
			g.nodes[l.parent].right = len(g.nodes)
		}
	}
	child := leaf{depth: l.depth + 1, l2: s.l2, limits: l.limits, parent: len(g.nodes)}
	left, right := child, child
	left.from, left.to, left.sum, left.onLeft = l.from, middle, s.left, true
	right.from, right.to, right.sum = middle, l.to, s.right
	g.limitChildren(&left, &right, &n)
	g.nodes = append(g.nodes, n)
	g.leaves[at] = left
	g.leaves = append(g.leaves, right)
	other := len(g.leaves) - 1

	lastSplit := len(g.leaves) == g.p.MaxLeaves
	if lastSplit || !g.canSplit(&left) && !g.canSplit(&right) {
		g.release(&l)
		return
	}
	small, large := at, other
	if left.to-left.from > right.to-right.from {
		small, large = other, at
	}
	g.leaves[large].hist = l.hist
	g.leaves[small].hist = g.histogram()
	g.study(small, large)
	for _, i := range []int{small, large} {
		if g.leaves[i].best.gain <= 0 {
			g.release(&g.leaves[i])
		}
	}
}

// limitChildren narrows the children's values at a split on a monotone feature:
// all below the left one stay on one side of the middle.
func (g *grower) limitChildren(left, right *leaf, n *node) {
	if g.p.Monotone == nil || n.isSet {
		return
	}
	direction := g.p.Monotone[n.feature]
	if direction == 0 {
		return
	}
	middle := (g.leafValue(left) + g.leafValue(right)) / 2
	if direction > 0 {
		left.limits.high, right.limits.low = middle, middle
	} else {
		left.limits.low, right.limits.high = middle, middle
	}
}

// leafValue is the value of a leaf before the learning rate.
func (g *grower) leafValue(l *leaf) float64 {
	gr, h := g.pack.real(l.sum)
	return g.value(gr, h, l.l2, l.limits)
}

// table lists the bins that go left.
func (g *grower) table(n *node) {
	b := g.d.binners[n.feature]
	for bin := range n.table {
		left := bin <= n.bin
		if n.isSet {
			left = n.set.has(bin)
		} else if bin >= b.bins() {
			left = n.toLeft
		}
		if left {
			n.table[bin] = 1
		}
	}
}

// partition puts the rows that go left first, keeping their order on both sides,
// and returns their number.
func (g *grower) partition(rows, scratch []uint32, n *node) int {
	bins, shift := g.d.tiles[n.feature/tileWidth], 8*(n.feature%tileWidth)
	chunk := len(rows)
	if len(rows) > 2*smallLeaf {
		chunk = max(smallLeaf, (len(rows)+g.pool.workers-1)/g.pool.workers)
	}
	counts := make([]int, (len(rows)+chunk-1)/chunk)
	g.pool.chunks(len(rows), chunk, func(from, to int) {
		counts[from/chunk] = partitionRows(rows[from:to], scratch[from:to], bins, uint(shift), &n.table)
	})
	left := 0
	for c, k := range counts {
		if left != c*chunk {
			copy(rows[left:], rows[c*chunk:][:k])
		}
		left += k
	}
	at := left
	for c, k := range counts {
		size := min(chunk, len(rows)-c*chunk) - k
		copy(rows[at:], scratch[c*chunk:][:size])
		at += size
	}
	return left
}

// partitionRows moves the rows that go left to the front, the others to scratch.
// It writes each row to both and so needs no branch.
func partitionRows(rows, scratch []uint32, bins []uint64, shift uint, table *[256]uint8) int {
	scratch = scratch[:len(rows)]
	left, right := 0, 0
	for _, r := range rows {
		rows[left], scratch[right] = r, r
		l := int(table[uint8(bins[r]>>(shift&63))])
		left += l
		right += 1 - l
	}
	return left
}

// study fills the histogram of leaf small, makes that of its sibling large by
// subtraction from the parent's, which large holds, and finds both best splits.
// large is -1 at the root.
func (g *grower) study(small, large int) {
	s := &g.leaves[small]
	rows := g.rows[s.from:s.to]
	size := histWords * g.pack.words()
	tiles := len(g.d.tiles)
	words := g.order(rows)
	parts := 1
	if g.pool.workers > tiles && len(rows) > 4*smallLeaf {
		parts = min((g.pool.workers+tiles-1)/tiles, len(rows)/smallLeaf)
		g.countParts(s, rows, words, parts, size)
	}
	task := func(tile int) {
		h := s.hist[tile*size:][:size]
		if !g.tileInUse(tile) {
			return
		}
		if parts == 1 {
			clear(h)
			g.pack.accumulate(h, g.d.tiles[tile], words, rows)
		}
		if large >= 0 {
			from := g.leaves[large].hist[tile*size:][:size]
			for i, v := range h {
				from[i] -= v
			}
		}
		for j := tile * tileWidth; j < min((tile+1)*tileWidth, len(g.use)); j++ {
			g.found[2*j] = g.findIn(small, j)
			if large >= 0 {
				g.found[2*j+1] = g.findIn(large, j)
			}
		}
	}
	p := g.pool
	if len(rows) < smallLeaf/4 && tiles < 16 {
		p.workers = 1
	}
	p.run(tiles, task)
	for j, used := range g.use {
		if !used {
			continue
		}
		if f := &g.found[2*j]; f.gain > g.leaves[small].best.gain {
			g.leaves[small].best = *f
		}
		if large < 0 {
			continue
		}
		if f := &g.found[2*j+1]; f.gain > g.leaves[large].best.gain {
			g.leaves[large].best = *f
		}
	}
}

// order returns the words of rows in their order, so that each tile reads them in
// sequence.
func (g *grower) order(rows []uint32) []int64 {
	width := g.pack.words()
	if len(rows) == g.d.rows {
		return g.words
	}
	if len(g.ordered) < len(rows)*width {
		g.ordered = make([]int64, len(rows)*width)
	}
	g.pool.chunks(len(rows), 4*smallLeaf, func(from, to int) {
		if width == 1 {
			for i := from; i < to; i++ {
				g.ordered[i] = g.words[rows[i]]
			}
			return
		}
		for i := from; i < to; i++ {
			r := 2 * rows[i]
			g.ordered[2*i], g.ordered[2*i+1] = g.words[r], g.words[r+1]
		}
	})
	return g.ordered
}

func (g *grower) tileInUse(tile int) bool {
	return slices.Contains(g.use[tile*tileWidth:min((tile+1)*tileWidth, len(g.use))], true)
}

func (g *grower) findIn(at, feature int) split {
	l := &g.leaves[at]
	if !g.use[feature] || !g.canSplit(l) {
		return split{}
	}
	words := 256 * g.pack.words()
	s := g.find(feature, l.hist[feature*words:][:words], l.sum, l.limits)
	if math.IsNaN(s.gain) {
		return split{}
	}
	return s
}

// countParts divides the rows too, where there are more workers than tiles.
func (g *grower) countParts(s *leaf, rows []uint32, words []int64, parts, size int) {
	tiles, width := len(g.d.tiles), g.pack.words()
	for len(g.parts) < tiles*(parts-1) {
		g.parts = append(g.parts, make([]int64, 2*histWords))
	}
	target := func(tile, part int) []int64 {
		if part == 0 {
			return s.hist[tile*size:][:size]
		}
		return g.parts[tile*(parts-1)+part-1][:size]
	}
	g.pool.run(tiles*parts, func(i int) {
		tile, part := i/parts, i%parts
		if !g.tileInUse(tile) {
			return
		}
		h := target(tile, part)
		clear(h)
		from, to := part*len(rows)/parts, (part+1)*len(rows)/parts
		g.pack.accumulate(h, g.d.tiles[tile], words[from*width:to*width], rows[from:to])
	})
	g.pool.run(tiles, func(tile int) {
		h := target(tile, 0)
		for part := 1; part < parts; part++ {
			for i, v := range target(tile, part) {
				h[i] += v
			}
		}
	})
}

// leafOfRow walks the grown tree by bins.
func (g *grower) leafOfRow(r int) int {
	if len(g.nodes) == 0 {
		return 0
	}
	at := 0
	for at >= 0 {
		n := &g.nodes[at]
		bin := uint8(g.d.tiles[n.feature/tileWidth][r] >> (8 * (n.feature % tileWidth)))
		if n.table[bin] == 1 {
			at = n.left
		} else {
			at = n.right
		}
	}
	return ^at
}
