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
	rows    []uint32 // the rows of each leaf are consecutive
	scratch []uint32
	free    [][]int64 // histograms not in use
	parts   [][]int64 // histograms of parts of a leaf
	found   []split   // per slot and child
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
	g.found = make([]split, 2*len(d.slots))
	g.use = make([]bool, len(d.slots))
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
	return (g.p.MaxDepth == 0 || l.depth < g.p.MaxDepth) && l.sum.n >= 2*int64(g.p.MinDataInLeaf) && len(g.d.slots) > 0
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
	direction := g.p.Monotone[g.d.slots[n.slot]]
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
	b := g.d.binners[g.d.slots[n.slot]]
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

// partitionChunk is fixed, so that the order of the rows is the same with any
// number of workers.
const partitionChunk = 1 << 14

// partition puts the rows that go left first, keeping their order on both sides,
// and returns their number.
func (g *grower) partition(rows, scratch []uint32, n *node) int {
	bins, shift := g.d.tiles[n.slot/tileWidth], 8*(n.slot%tileWidth)
	chunks := (len(rows) + partitionChunk - 1) / partitionChunk
	counts := make([]int, chunks)
	g.pool.chunks(len(rows), partitionChunk, func(from, to int) {
		counts[from/partitionChunk] = partitionRows(rows[from:to], scratch[from:to], bins, uint(shift), &n.table)
	})
	left := 0
	for c, k := range counts {
		copy(rows[left:], rows[c*partitionChunk:][:k])
		left += k
	}
	at := left
	for c, k := range counts {
		size := min(partitionChunk, len(rows)-c*partitionChunk) - k
		copy(rows[at:], scratch[c*partitionChunk:][:size])
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
	parts := 1
	if g.pool.workers > tiles && len(rows) > 4*smallLeaf {
		parts = min((g.pool.workers+tiles-1)/tiles, len(rows)/smallLeaf)
		g.countParts(s, rows, parts, size)
	}
	task := func(tile int) {
		h := s.hist[tile*size:][:size]
		if !g.tileInUse(tile) {
			return
		}
		if parts == 1 {
			clear(h)
			g.pack.accumulate(h, g.d.tiles[tile], g.words, rows)
		}
		if large >= 0 {
			from := g.leaves[large].hist[tile*size:][:size]
			for i, v := range h {
				from[i] -= v
			}
		}
		for slot := tile * tileWidth; slot < min((tile+1)*tileWidth, len(g.d.slots)); slot++ {
			g.found[2*slot] = g.findIn(small, slot)
			if large >= 0 {
				g.found[2*slot+1] = g.findIn(large, slot)
			}
		}
	}
	p := g.pool
	if len(rows) < smallLeaf/4 && tiles < 16 {
		p.workers = 1
	}
	p.run(tiles, task)
	for slot := range g.d.slots {
		if !g.use[slot] {
			continue
		}
		if f := &g.found[2*slot]; f.gain > g.leaves[small].best.gain {
			g.leaves[small].best = *f
		}
		if large < 0 {
			continue
		}
		if f := &g.found[2*slot+1]; f.gain > g.leaves[large].best.gain {
			g.leaves[large].best = *f
		}
	}
}

func (g *grower) tileInUse(tile int) bool {
	return slices.Contains(g.use[tile*tileWidth:min((tile+1)*tileWidth, len(g.use))], true)
}

func (g *grower) findIn(at, slot int) split {
	l := &g.leaves[at]
	if !g.use[slot] || !g.canSplit(l) {
		return split{}
	}
	words := 256 * g.pack.words()
	s := g.find(slot, l.hist[slot*words:][:words], l.sum, l.limits)
	if math.IsNaN(s.gain) {
		return split{}
	}
	return s
}

// countParts divides the rows too, where there are more workers than tiles.
func (g *grower) countParts(s *leaf, rows []uint32, parts, size int) {
	tiles := len(g.d.tiles)
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
		g.pack.accumulate(h, g.d.tiles[tile], g.words, rows[part*len(rows)/parts:(part+1)*len(rows)/parts])
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
		bin := uint8(g.d.tiles[n.slot/tileWidth][r] >> (8 * (n.slot % tileWidth)))
		if n.table[bin] == 1 {
			at = n.left
		} else {
			at = n.right
		}
	}
	return ^at
}
