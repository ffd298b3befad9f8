// Package anntest makes vectors to measure nearest-neighbour search with.
//
//	vectors := anntest.Clustered(anntest.Shape{Dim: 64, Clusters: 100}, 20_000, 1)
package anntest

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Shape of clustered vectors. Embeddings of products look like this: clusters
// of very different sizes, inside which few directions hold most of the
// variance.
type Shape struct {
	// Dim is the number of dimensions. Default 64.
	Dim int
	// Clusters is how many there are; cluster i gets a share of 1/(i+1)^Skew.
	// Default 1000.
	Clusters int
	// Skew of the sizes of clusters; 0 makes them equal. Default 0.
	Skew float64
	// Rank is the number of directions a cluster extends in, the j-th of them
	// with a deviation of 1/sqrt(j+1) of the first. Default 24.
	Rank int
	// Spread is the deviation of a vector from its cluster's centre, relative to
	// that of the centres from the origin. Default 0.5.
	Spread float64
	// Noise is the part of Spread's variance that lies in all directions
	// alike. Default 0.1.
	Noise float64
}

func (s Shape) withDefaults() Shape {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&s.Dim, 64)
	def(&s.Clusters, 1000)
	def(&s.Rank, 24)
	if s.Spread == 0 {
		s.Spread = 0.5
	}
	if s.Noise == 0 {
		s.Noise = 0.1
	}
	return s
}

// Source draws vectors of one shape. It is for one goroutine.
type Source struct {
	shape   Shape
	rng     *rand.Rand
	centres [][]float32
	axes    [][]float32 // Rank of each cluster, scaled
	upTo    []float64   // cumulated shares of the clusters
	noise   float64
}

// NewSource makes a source; equal shapes and seeds draw equal vectors.
func NewSource(shape Shape, seed uint64) *Source {
	s := &Source{shape: shape.withDefaults(), rng: rand.New(rand.NewPCG(seed, 0x616e6e))}
	shape = s.shape
	perAxis := make([]float64, shape.Rank)
	var sum float64
	for j := range perAxis {
		perAxis[j] = 1 / float64(j+1)
		sum += perAxis[j]
	}
	var share float64
	for c := range shape.Clusters {
		s.centres = append(s.centres, s.gaussian(1/math.Sqrt(float64(shape.Dim))))
		for j := range shape.Rank {
			variance := shape.Spread * shape.Spread * (1 - shape.Noise) * perAxis[j] / sum
			s.axes = append(s.axes, s.gaussian(math.Sqrt(variance/float64(shape.Dim))))
		}
		share += math.Pow(float64(c+1), -shape.Skew)
		s.upTo = append(s.upTo, share)
	}
	s.noise = shape.Spread * math.Sqrt(shape.Noise/float64(shape.Dim))
	return s
}

// Next draws n more vectors.
func (s *Source) Next(n int) [][]float32 {
	backing := make([]float32, n*s.shape.Dim)
	vectors := make([][]float32, n)
	for i := range vectors {
		vectors[i] = backing[i*s.shape.Dim : (i+1)*s.shape.Dim : (i+1)*s.shape.Dim]
		s.fill(vectors[i])
	}
	return vectors
}

func (s *Source) fill(v []float32) {
	at := s.rng.Float64() * s.upTo[len(s.upTo)-1]
	c, _ := slices.BinarySearch(s.upTo, at)
	copy(v, s.centres[c])
	for j := range s.shape.Rank {
		f := float32(s.rng.NormFloat64())
		for i, a := range s.axes[c*s.shape.Rank+j] {
			v[i] += f * a
		}
	}
	for i := range v {
		v[i] += float32(s.rng.NormFloat64() * s.noise)
	}
}

func (s *Source) gaussian(deviation float64) []float32 {
	v := make([]float32, s.shape.Dim)
	for i := range v {
		v[i] = float32(s.rng.NormFloat64() * deviation)
	}
	return v
}

// Clustered draws n vectors.
func Clustered(shape Shape, n int, seed uint64) [][]float32 { return NewSource(shape, seed).Next(n) }

// Uniform draws n vectors from the cube of side 2 around the origin.
func Uniform(dim, n int, seed uint64) [][]float32 {
	rng := rand.New(rand.NewPCG(seed, 0x616e6e))
	vectors := make([][]float32, n)
	for i := range vectors {
		vectors[i] = make([]float32, dim)
		for j := range vectors[i] {
			vectors[i][j] = rng.Float32()*2 - 1
		}
	}
	return vectors
}
