package gbdt

import (
	"context"
	"errors"
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
	// SampleRows is the number of rows that decide the bins. Default 200,000.
	SampleRows int
	// ZeroAsMissing treats zeros as missing values. Default false.
	ZeroAsMissing bool
	// Workers is the number of goroutines. Default: GOMAXPROCS.
	Workers int
}

func (c DatasetConfig) withDefaults() DatasetConfig {
	c.MaxBins = or(c.MaxBins, 255)
	c.SampleRows = or(c.SampleRows, 200_000)
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
	binners []*binner // per feature; feature j is byte j%8 of tile j/8
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
	errs := make([]error, t.X.cols)
	p.run(t.X.cols, func(j int) {
		if errs[j] = ctx.Err(); errs[j] == nil {
			d.binners[j], errs[j] = makeBinner(t.X, j, &cfg)
		}
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	d.fill(t.X, p)
	return d, ctx.Err()
}

// NumRows returns the number of rows.
func (d *Dataset) NumRows() int { return d.rows }

// NumFeatures returns the number of features.
func (d *Dataset) NumFeatures() int { return len(d.binners) }

// makeBinner decides the bins of a column, of numbers on a sample: one row from
// each of equal stretches.
func makeBinner(x Matrix, j int, cfg *DatasetConfig) (*binner, error) {
	if slices.Contains(cfg.Categorical, j) {
		return makeCategoryBinner(x, j, cfg)
	}
	sample := make([]float64, min(x.rows, cfg.SampleRows))
	var rows [512]int
	for begin := 0; begin < len(sample); begin += len(rows) {
		part := rows[:min(len(rows), len(sample)-begin)]
		for i := range part {
			low, high := (begin+i)*x.rows/len(sample), (begin+i+1)*x.rows/len(sample)
			part[i] = low + int(hash(uint64(begin+i), 1)%uint64(high-low))
		}
		x.gather(sample[begin:], j, part)
	}
	sample = slices.DeleteFunc(sample, func(v float64) bool { return v != v || cfg.ZeroAsMissing && math.Abs(v) <= zeroThreshold })
	return numberBinner(sample, cfg.MaxBins, cfg.ZeroAsMissing), nil
}

func makeCategoryBinner(x Matrix, j int, cfg *DatasetConfig) (*binner, error) {
	counts := map[int32]int{}
	var buf [4096]float64
	for from := 0; from < x.rows; from += len(buf) {
		part := buf[:min(len(buf), x.rows-from)]
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
	return categoryBinner(counts, cfg.MaxBins), nil
}

// fill writes the tiles, and notes the ranges of the features and whether values
// are missing. It keeps the features that can be split.
func (d *Dataset) fill(x Matrix, p pool) {
	tiles := (len(d.binners) + tileWidth - 1) / tileWidth
	for range tiles {
		d.tiles = append(d.tiles, make([]uint64, d.rows))
	}
	const block = 512
	var mu sync.Mutex
	p.chunks(d.rows, 32*block, func(from, to int) {
		var buf [block]float64
		low, high := make([]float64, len(d.binners)), make([]float64, len(d.binners))
		missing := make([]bool, len(d.binners))
		for j := range low {
			low[j], high[j] = math.Inf(1), math.Inf(-1)
		}
		for ; from < to; from += block {
			part := buf[:min(block, to-from)]
			for j, b := range d.binners {
				x.column(part, j, from)
				d.fillColumn(part, j, from)
				none, l, h := uint8(b.bins()), low[j], high[j]
				tile, shift := d.tiles[j/tileWidth][from:][:len(part)], 8*(j%tileWidth)
				for i, v := range part {
					if bin := uint8(tile[i] >> shift); bin == none {
						missing[j] = true
						continue
					}
					l, h = min(l, v), max(h, v)
				}
				low[j], high[j] = l, h
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for j, b := range d.binners {
			b.low, b.high = min(b.low, low[j]), max(b.high, high[j])
			b.missing = b.missing || missing[j]
		}
	})
}

func (d *Dataset) fillColumn(part []float64, j, from int) {
	tile, shift, b := d.tiles[j/tileWidth][from:][:len(part)], 8*(j%tileWidth), d.binners[j]
	for i, v := range part {
		tile[i] |= uint64(b.bin(v)) << shift
	}
}
