package ann

import (
	"fmt"
	"math"
	"runtime"
)

// Metric says what nearest means. A score is always greater for the nearer.
type Metric uint8

// The metrics.
const (
	// Cosine is the cosine of the angle; a vector of zeros has the score 0
	// with every other. Vectors are kept scaled to length 1.
	Cosine Metric = iota
	// InnerProduct is the plain sum of products.
	InnerProduct
	// L2 is the squared Euclidean distance, negated.
	L2
)

func (m Metric) String() string {
	switch m {
	case Cosine:
		return "cosine"
	case InnerProduct:
		return "inner product"
	case L2:
		return "L2"
	}
	return fmt.Sprintf("Metric(%d)", uint8(m))
}

// Quantize says what a search reads of each vector.
type Quantize uint8

// The ways to read vectors. Scores are exact with each: codes only choose the
// candidates.
const (
	// Auto is Int8, and None for an exact index.
	Auto Quantize = iota
	// None reads the float32 values.
	None
	// Int8 reads codes of one byte a dimension and scores the best of them
	// again from the float32 values.
	Int8
)

// Config of an index.
type Config struct {
	// Metric is fixed for the life of an index. Default Cosine.
	Metric Metric
	// Exact makes each search read every vector. Default false.
	Exact bool
	// Quantize is what a search reads. Default Auto.
	Quantize Quantize
	// ListSize is how many vectors a list holds on average; lists are split
	// at twice as many. Default 256, and 1024 for an exact index.
	ListSize int
	// Recall is the share of the ten nearest that a search is tuned to find,
	// above 0 and below 1; an exact index finds all. Default 0.98.
	Recall float64
	// Workers bounds the goroutines of a build, and of a search in an exact
	// index. Results do not depend on it. Default GOMAXPROCS.
	Workers int
	// Seed of the clustering. Default 0.
	Seed uint64
}

const (
	maxDim      = 1 << 14
	maxListSize = 1 << 16
	maxIDLen    = 1 << 12
	// maxNorm keeps squared norms, and sums of a few, inside float32.
	maxNorm = 1e15
)

func (c Config) withDefaults() Config {
	if c.Quantize == Auto {
		c.Quantize = Int8
		if c.Exact {
			c.Quantize = None
		}
	}
	if c.ListSize == 0 {
		c.ListSize = 256
		if c.Exact {
			c.ListSize = 1024
		}
	}
	if c.Recall == 0 {
		c.Recall = 0.98
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return c
}

func (c Config) validate() error {
	switch {
	case c.Metric > L2:
		return &ConfigError{"Metric", "is none of Cosine, InnerProduct and L2"}
	case c.Quantize > Int8:
		return &ConfigError{"Quantize", "is none of Auto, None and Int8"}
	case c.ListSize < 8 || c.ListSize > maxListSize:
		return &ConfigError{"ListSize", fmt.Sprintf("is %d, it must be from 8 to %d", c.ListSize, maxListSize)}
	case !(c.Recall > 0 && c.Recall < 1):
		return &ConfigError{"Recall", fmt.Sprintf("is %v, it must be above 0 and below 1", c.Recall)}
	case c.Workers < 1:
		return &ConfigError{"Workers", fmt.Sprintf("is %d, it must be at least 1", c.Workers)}
	}
	return nil
}

// ConfigError says which field of a Config, or which argument, is wrong.
type ConfigError struct {
	Field, Reason string
}

func (e *ConfigError) Error() string { return "ann: " + e.Field + " " + e.Reason }

// DimensionError reports a vector of the wrong length. ID is empty for a query.
type DimensionError struct {
	ID        string
	Got, Want int
}

func (e *DimensionError) Error() string {
	return fmt.Sprintf("ann: %s has %d dimensions, the index has %d", nameOf(e.ID), e.Got, e.Want)
}

// VectorError reports a vector or an id that cannot be indexed. ID is empty
// for a query.
type VectorError struct {
	ID, Reason string
}

func (e *VectorError) Error() string { return "ann: " + nameOf(e.ID) + " " + e.Reason }

func nameOf(id string) string {
	if id == "" {
		return "the query"
	}
	return fmt.Sprintf("vector %q", id[:min(len(id), 80)])
}

// checkVector returns the norm of a vector that can be indexed.
func checkVector(id string, v []float32, dim int) (float64, error) {
	if len(v) != dim {
		return 0, &DimensionError{ID: id, Got: len(v), Want: dim}
	}
	var sum float64
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	switch norm := math.Sqrt(sum); {
	case norm <= maxNorm:
		return norm, nil
	case math.IsNaN(norm):
		return 0, &VectorError{id, "holds a NaN"}
	default:
		return 0, &VectorError{id, fmt.Sprintf("has the norm %g, more than %g", norm, float64(maxNorm))}
	}
}
