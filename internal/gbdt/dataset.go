package gbdt

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
)

// DatasetConfig says how NewDataset bins. The zero value works.
type DatasetConfig struct {
	// Names of the features. Default Column_0, Column_1 ...
	Names []string
	// Categorical lists the columns that hold categories, numbers from 0 to
	// 1,048,575; what is negative or NaN is missing. Default none.
	Categorical []int
	// MaxBins bounds the bins of a feature, 2 to 255. Default 255.
	MaxBins int
	// SampleRows is the number of rows that decide the bins. Default 50,000.
	SampleRows int
	// ZeroAsMissing treats zeros as missing values. Default false.
	ZeroAsMissing bool
	// Workers is the number of goroutines. Default: GOMAXPROCS.
	Workers int
}

func (c DatasetConfig) withDefaults() DatasetConfig {
	c.MaxBins = or(c.MaxBins, 255)
	c.SampleRows = or(c.SampleRows, 50_000)
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return c
}

func (c *DatasetConfig) validate(cols int) error {
	if c.MaxBins < 2 || c.MaxBins > 255 {
		return &InputError{"MaxBins", fmt.Sprintf("is %d, it must be from 2 to 255", c.MaxBins)}
	}
	if c.SampleRows < 2 {
		return &InputError{"SampleRows", fmt.Sprintf("is %d, it must be at least 2", c.SampleRows)}
	}
	if c.Names != nil && len(c.Names) != cols {
		return &InputError{"Names", fmt.Sprintf("has %d values for %d columns", len(c.Names), cols)}
	}
	if cols > maxFeatures {
		return &InputError{"X", fmt.Sprintf("has %d columns, at most %d are handled", cols, maxFeatures)}
	}
	for _, j := range c.Categorical {
		if j < 0 || j >= cols {
			return &InputError{"Categorical", fmt.Sprintf("names column %d of %d", j, cols)}
		}
	}
	return nil
}

// tileWidth features share a tile: their bins of one row are one word, and their
// histograms fit the first-level cache.
const tileWidth = 8

// Dataset is binned training data. It is immutable and safe for concurrent use:
// several models may be trained from it at a time.
type Dataset struct {
	table   Table // without X
	rows    int
	names   []string
	binners []*binner // per feature
	slots   []int     // features with more than one bin, in order; slot s is byte s%8 of tile s/8
	tiles   [][]uint64
}

// NewDataset bins a table. It keeps the labels, weights, groups and start scores
// (do not change them), not the features.
func NewDataset(ctx context.Context, t Table, cfg DatasetConfig) (*Dataset, error) {
	cfg = cfg.withDefaults()
	if err := t.validate(); err != nil {
		return nil, err
	}
	if err := cfg.validate(t.X.cols); err != nil {
		return nil, err
	}
	d := &Dataset{table: t, rows: t.X.rows, names: slices.Clone(cfg.Names), binners: make([]*binner, t.X.cols)}
	d.table.X = Matrix{}
	if d.names == nil {
		for j := range t.X.cols {
			d.names = append(d.names, fmt.Sprintf("Column_%d", j))
		}
	}
	p := pool{cfg.Workers}
	var firstErr error
	var mu sync.Mutex
	p.run(t.X.cols, func(j int) {
		if ctx.Err() != nil {
			return
		}
		b, err := makeBinner(t.X, j, &cfg)
		d.binners[j] = b
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			firstErr = err
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if firstErr != nil {
		return nil, firstErr
	}
	for j, b := range d.binners {
		if b.bins() > 1 || b.missing && b.bins() > 0 {
			d.slots = append(d.slots, j)
		}
	}
	d.fill(t.X, p)
	return d, ctx.Err()
}

// NumRows returns the number of rows.
func (d *Dataset) NumRows() int { return d.rows }

// NumFeatures returns the number of features.
func (d *Dataset) NumFeatures() int { return len(d.binners) }

// makeBinner reads a column once: numbers decide their bins on a sample.
func makeBinner(x Matrix, j int, cfg *DatasetConfig) (*binner, error) {
	const block = 4096
	buf := make([]float64, min(block, x.rows))
	if slices.Contains(cfg.Categorical, j) {
		counts := map[int32]int{}
		for from := 0; from < x.rows; from += block {
			part := buf[:min(block, x.rows-from)]
			x.column(part, j, from)
			for i, v := range part {
				if v >= maxCategory {
					return nil, &InputError{"Categorical", fmt.Sprintf("column %d has the category %g at row %d; 0 to %d are handled", j, v, from+i, maxCategory-1)}
				}
				if v > -1 {
					counts[int32(v)]++
				}
			}
		}
		return categoryBinner(counts, cfg.MaxBins-1), nil
	}
	size := min(x.rows, cfg.SampleRows)
	sample := make([]float64, 0, size)
	missing, low, high := false, math.Inf(1), math.Inf(-1)
	taken := 0
	for from := 0; from < x.rows; from += block {
		part := buf[:min(block, x.rows-from)]
		x.column(part, j, from)
		for _, v := range part {
			if v != v || cfg.ZeroAsMissing && math.Abs(v) <= zeroThreshold {
				missing = true
				continue
			}
			low, high = min(low, v), max(high, v)
		}
		for ; taken < size; taken++ {
			// One row of each of size equal stretches, at a place that depends on the stretch.
			begin, end := taken*x.rows/size, (taken+1)*x.rows/size
			at := begin + int(hash(uint64(taken), 1)%uint64(end-begin))
			if at >= from+len(part) {
				break
			}
			if v := part[max(0, at-from)]; v == v && !(cfg.ZeroAsMissing && math.Abs(v) <= zeroThreshold) {
				sample = append(sample, v)
			}
		}
	}
	most := cfg.MaxBins
	if missing {
		most--
	}
	b := numberBinner(sample, most, cfg.ZeroAsMissing)
	b.missing, b.low, b.high = missing, low, high
	return b, nil
}

// fill writes the tiles.
func (d *Dataset) fill(x Matrix, p pool) {
	d.tiles = make([][]uint64, (len(d.slots)+tileWidth-1)/tileWidth)
	for k := range d.tiles {
		d.tiles[k] = make([]uint64, d.rows)
	}
	const block = 512
	p.chunks(d.rows, 16*block, func(from, to int) {
		var buf [block]float64
		for ; from < to; from += block {
			part := buf[:min(block, to-from)]
			for s, j := range d.slots {
				x.column(part, j, from)
				tile := d.tiles[s/tileWidth][from:][:len(part)]
				shift := 8 * (s % tileWidth)
				b := d.binners[j]
				for i, v := range part {
					tile[i] |= uint64(b.bin(v)) << shift
				}
			}
		}
	})
}
