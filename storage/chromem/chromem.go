// Package chromem is a search.VectorIndex that chromem-go keeps, in a folder
// or in memory. Questions are answered by a search.FlatVectors beside it, which
// is as exact and several times as fast.
//
//	index, err := chromem.Open(ctx, "data/vectors")
//	err = index.Put(ctx, vectors)
//	matches, err := index.Nearest(ctx, question, search.Selection{}, 20)
package chromem

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/philippgille/chromem-go"

	"github.com/bodega-commerce/bodega/internal/linalg"
	"github.com/bodega-commerce/bodega/search"
)

// Index is a search.VectorIndex. It keeps each vector twice in memory, chromem's
// and its own. It keeps no documents: filters go by Selection.Has. It is safe
// for concurrent use.
type Index struct {
	flat *search.FlatVectors

	mu         sync.Mutex // of writers
	db         *chromem.DB
	collection *chromem.Collection // nil until there is a vector
	length     int
	stored     map[string][]uint64 // by id: the numbers it is stored under, the newest last
	taken      map[uint32]bool     // names of files
	last       uint64
}

var _ search.VectorIndex = (*Index)(nil)

// ErrFolder says that a folder holds what another program made.
var ErrFolder = errors.New("chromem: the folder holds collections of another program")

// A chromem document has a number for its id and this beside its vector. Each
// Put stores under a new number, so that a vector is there, old or new,
// whatever moment the program ends at.
const (
	keyID   = "id"
	keyZero = "zero" // the vector is zeros, which chromem would divide by their length
)

// collectionPrefix stands before the vectors' length in a collection's name:
// chromem hands out no metadata of collections.
const collectionPrefix = "bodega-vectors-"

// Open opens the index in the folder, or makes it. An empty path gives an
// index in memory. One process at a time can have a folder open. What a crash
// left half written is removed; a vector that Put had returned for can be among
// it when the machine lost power before it wrote its buffers.
func Open(ctx context.Context, path string) (*Index, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	i := &Index{flat: search.NewFlatVectors(), stored: map[string][]uint64{}, taken: map[uint32]bool{0: true}} // 0 is the collection's own file
	if path == "" {
		i.db = chromem.NewDB()
		return i, nil
	}
	var err error
	i.db, err = chromem.NewPersistentDB(path, false)
	if err != nil {
		repaired, failed := repair(path)
		if failed != nil || !repaired {
			return nil, fmt.Errorf("chromem: open %s: %w", path, errors.Join(err, failed))
		}
		if i.db, err = chromem.NewPersistentDB(path, false); err != nil {
			return nil, fmt.Errorf("chromem: open %s: %w", path, err)
		}
	}
	if err := i.load(ctx); err != nil {
		return nil, fmt.Errorf("chromem: open %s: %w", path, err)
	}
	return i, nil
}

// load reads what chromem keeps.
func (i *Index) load(ctx context.Context) error {
	for name, c := range i.db.ListCollections() {
		length, err := lengthOf(name)
		if err != nil || i.collection != nil {
			return ErrFolder
		}
		i.collection, i.length = c, length
	}
	if i.collection == nil || i.collection.Count() == 0 {
		return nil
	}
	// chromem lists documents only as the answer to a question.
	all, err := i.collection.QueryEmbedding(ctx, axis(i.length), i.collection.Count(), nil, nil)
	if err != nil {
		return err
	}
	newest := make(map[string]search.Vector, len(all))
	for _, doc := range all {
		number, err := strconv.ParseUint(doc.ID, 10, 64)
		id := doc.Metadata[keyID]
		if err != nil || id == "" {
			return ErrFolder
		}
		i.taken[fileOf(number)] = true
		i.last = max(i.last, number)
		numbers := append(i.stored[id], number)
		slices.Sort(numbers)
		i.stored[id] = numbers
		if numbers[len(numbers)-1] == number {
			v := search.Vector{ID: id, Values: doc.Embedding}
			if doc.Metadata[keyZero] != "" {
				v.Values = make([]float32, i.length)
			}
			newest[id] = v
		}
	}
	vectors := make([]search.Vector, 0, len(newest))
	for id, v := range newest {
		vectors = append(vectors, v)
		if n := len(i.stored[id]); n > 1 {
			if err := i.remove(ctx, id, n-1); err != nil {
				return err
			}
		}
	}
	return i.flat.Put(ctx, vectors)
}

func lengthOf(collection string) (int, error) {
	digits, ok := strings.CutPrefix(collection, collectionPrefix)
	if !ok {
		return 0, ErrFolder
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > math.MaxInt32 {
		return 0, ErrFolder
	}
	return n, nil
}

// axis returns a vector of length 1.
func axis(length int) []float32 {
	v := make([]float32, length)
	v[0] = 1
	return v
}

// fileOf returns the name, as a number, of the file chromem keeps a document
// in: four bytes of a hash, which two of some ten thousand documents share.
func fileOf(number uint64) uint32 {
	sum := sha256.Sum256([]byte(strconv.FormatUint(number, 10)))
	return binary.BigEndian.Uint32(sum[:])
}

// Put adds vectors, each in place of the one with its id. After an error that
// is not a *search.VectorError those before it are there.
func (i *Index) Put(ctx context.Context, vectors []search.Vector) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	length, err := search.CheckVectors(vectors, i.length)
	if err != nil || len(vectors) == 0 {
		return err
	}
	if i.collection == nil {
		i.collection, err = i.db.CreateCollection(collectionPrefix+strconv.Itoa(length), nil, noEmbedding)
		if err != nil {
			i.collection = nil
			return fmt.Errorf("chromem: %w", err)
		}
		i.length = length
	}
	for _, v := range vectors {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := i.put(ctx, v); err != nil {
			return fmt.Errorf("chromem: put %q: %w", v.ID, err)
		}
	}
	return nil
}

// noEmbedding stands where chromem would otherwise ask a service.
func noEmbedding(context.Context, string) ([]float32, error) {
	return nil, errors.New("chromem: vectors are given")
}

func (i *Index) put(ctx context.Context, v search.Vector) error {
	doc := chromem.Document{Metadata: map[string]string{keyID: v.ID}, Embedding: slices.Clone(v.Values)}
	if linalg.Normalize(doc.Embedding) == 0 {
		doc.Embedding, doc.Metadata[keyZero] = axis(i.length), "1"
	}
	number := i.last + 1
	for i.taken[fileOf(number)] {
		number++
	}
	doc.ID = strconv.FormatUint(number, 10)
	i.last = number
	i.taken[fileOf(number)] = true
	before := len(i.stored[v.ID])
	i.stored[v.ID] = append(i.stored[v.ID], number)
	if err := i.collection.AddDocument(ctx, doc); err != nil {
		return errors.Join(err, i.removeNumber(ctx, v.ID, number))
	}
	if err := i.flat.Put(ctx, []search.Vector{v}); err != nil {
		return errors.Join(err, i.removeNumber(ctx, v.ID, number))
	}
	return i.remove(ctx, v.ID, before)
}

// remove removes the n oldest of what is stored for an id. What cannot be
// removed stays noted, for the next attempt.
func (i *Index) remove(ctx context.Context, id string, n int) error {
	for _, number := range slices.Clone(i.stored[id][:n]) {
		if err := i.removeNumber(ctx, id, number); err != nil {
			return err
		}
	}
	return nil
}

func (i *Index) removeNumber(ctx context.Context, id string, number uint64) error {
	if err := i.collection.Delete(ctx, nil, nil, strconv.FormatUint(number, 10)); err != nil {
		return err
	}
	delete(i.taken, fileOf(number))
	i.stored[id] = slices.DeleteFunc(i.stored[id], func(n uint64) bool { return n == number })
	if len(i.stored[id]) == 0 {
		delete(i.stored, id)
	}
	return nil
}

// Delete removes vectors; ids that are not there are ignored.
func (i *Index) Delete(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := i.remove(ctx, id, len(i.stored[id])); err != nil {
			return fmt.Errorf("chromem: delete %q: %w", id, err)
		}
		if err := i.flat.Delete(ctx, []string{id}); err != nil {
			return err
		}
	}
	return nil
}

// Nearest returns the vectors of the selection with the greatest cosine.
func (i *Index) Nearest(ctx context.Context, vector []float32, within search.Selection, limit int) ([]search.Match, error) {
	return i.flat.Nearest(ctx, vector, within, limit)
}

// Get returns the vectors of those ids that are there.
func (i *Index) Get(ctx context.Context, ids []string) ([]search.Vector, error) {
	return i.flat.Get(ctx, ids)
}

// Count returns how many vectors there are.
func (i *Index) Count(ctx context.Context) (int, error) { return i.flat.Count(ctx) }
