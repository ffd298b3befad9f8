package search

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
)

// Memo keeps bytes under keys, for as long as it cares to. Implementations are
// safe for concurrent use.
type Memo interface {
	// Get returns the values of those keys that are kept.
	Get(ctx context.Context, keys []string) (map[string][]byte, error)
	Put(ctx context.Context, values map[string][]byte) error
}

// recentQueries is how many queries are remembered, or up to twice as many.
const recentQueries = 5000

// Remember makes an embedder that asks another only for what it has not been
// asked before: vectors of documents are kept in memo, under a hash of model and
// texts, those of the latest queries in memory. Rebuilding an index, also one
// that was broken off, then costs no calls for texts that did not change. The
// model names all that vectors depend on beside the texts; the embedder must
// look at nothing else of a document.
func Remember(embedder Embedder, model string, memo Memo) Embedder {
	return &remembering{embedder: embedder, model: model, memo: memo, young: map[string][]float32{}}
}

type remembering struct {
	embedder Embedder
	model    string
	memo     Memo

	mu         sync.Mutex
	young, old map[string][]float32 // of queries
}

// EmbedDocuments returns a vector for each document.
func (r *remembering) EmbedDocuments(ctx context.Context, docs []Document) ([][]float32, error) {
	keys := make([]string, len(docs))
	for i := range docs {
		keys[i] = r.key(&docs[i])
	}
	known, err := r.memo.Get(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(docs))
	var missing []Document
	wanted := map[string]int{} // key to its place among the missing
	for i, key := range keys {
		if out[i] = decodeVector(known[key]); out[i] != nil {
			continue
		}
		if _, ok := wanted[key]; !ok {
			wanted[key] = len(missing)
			missing = append(missing, docs[i])
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	made, err := embedDocuments(ctx, r.embedder, missing)
	if err != nil {
		return nil, err
	}
	fresh := make(map[string][]byte, len(wanted))
	for key, i := range wanted {
		fresh[key] = encodeVector(made[i])
	}
	if err := r.memo.Put(ctx, fresh); err != nil {
		return nil, err
	}
	for i, key := range keys {
		if out[i] == nil {
			out[i] = made[wanted[key]]
		}
	}
	return out, nil
}

// EmbedQueries returns a vector for each query.
func (r *remembering) EmbedQueries(ctx context.Context, queries []string) ([][]float32, error) {
	out := make([][]float32, len(queries))
	var missing []string
	var places []int
	for i, q := range queries {
		if out[i] = r.recall(q); out[i] == nil {
			missing, places = append(missing, q), append(places, i)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	made, err := embedQueries(ctx, r.embedder, missing)
	if err != nil {
		return nil, err
	}
	for i, at := range places {
		out[at] = made[i]
		r.note(missing[i], made[i])
	}
	return out, nil
}

func (r *remembering) recall(query string) []float32 {
	r.mu.Lock()
	v, ok := r.young[query]
	if !ok {
		v = r.old[query]
	}
	r.mu.Unlock()
	if !ok && v != nil {
		r.note(query, v)
	}
	return slices.Clone(v)
}

// note keeps a query among the young; when those are many they are the old ones,
// and what was old is forgotten.
func (r *remembering) note(query string, vector []float32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.young) >= recentQueries {
		r.young, r.old = map[string][]float32{}, r.young
	}
	r.young[strings.Clone(query)] = slices.Clone(vector)
}

func (r *remembering) key(d *Document) string {
	h := sha256.New()
	part := func(s string) {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		_, _ = io.WriteString(h, s)
	}
	part(r.model)
	part(d.Locale)
	for _, f := range d.Fields() {
		part(f.Name)
		part(f.Text)
	}
	return "vector." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func encodeVector(v []float32) []byte {
	out := make([]byte, 0, 4*len(v))
	for _, x := range v {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
	}
	return out
}

// decodeVector returns nil for what is no vector.
func decodeVector(b []byte) []float32 {
	if len(b) == 0 || len(b)%4 != 0 {
		return nil
	}
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	if !finite(out) {
		return nil
	}
	return out
}
