// Package qdrant is a search.VectorIndex in a collection of a Qdrant server,
// 1.10 or newer, which filters while it looks for the nearest.
//
//	index, err := qdrant.Open(ctx, qdrant.Config{Host: "qdrant.internal", Collection: "products-en"})
//	defer index.Close()
//	err = index.Put(ctx, vectors)
//	matches, err := index.Nearest(ctx, question, within, 20)
//
// All calls take as long as their context lets them.
package qdrant

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"unicode/utf8"

	"github.com/google/uuid"
	api "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bodega-commerce/bodega/search"
)

// Index is a search.VectorIndex. It is safe for concurrent use, also of several
// processes. Above some ten thousand vectors the server's answers are
// approximate, unless Config.Exact asks otherwise.
type Index struct {
	client *api.Client
	config Config
	length atomic.Int64 // of vectors; 0: there was no collection yet

	turn    chan struct{}   // held to make the collection and its indexes
	indexed map[string]bool // keys of the payload that have an index
}

var _ search.VectorIndex = (*Index)(nil)

// Open connects to the server and reads what its collection holds. The first
// Put makes a collection that is not there: only then is the vectors' length
// known. One of other vectors than ours gives a *CollectionError.
func Open(ctx context.Context, config Config) (*Index, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	client, err := config.connect()
	if err != nil {
		return nil, err
	}
	i := &Index{client: client, config: config, turn: make(chan struct{}, 1), indexed: map[string]bool{}}
	if _, err := i.known(ctx); err != nil {
		return nil, errors.Join(err, disconnect(client))
	}
	return i, nil
}

func (c Config) connect() (*api.Client, error) {
	client, err := api.NewClient(&api.Config{Host: c.address(), Port: c.Port, APIKey: c.APIKey, UseTLS: c.TLS != nil, TLSConfig: c.TLS,
		SkipCompatibilityCheck: true, // it would not obey a context
		PoolSize:               1,    // it carries any number of calls
		GrpcOptions:            []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32))}})
	if err != nil {
		return nil, &Error{"connect to", c.Collection, err}
	}
	return client, nil
}

// Collections returns the names of all collections of the server, ordered.
func Collections(ctx context.Context, config Config) ([]string, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	client, err := config.connect()
	if err != nil {
		return nil, err
	}
	names, err := client.ListCollections(ctx)
	if err != nil {
		err = (&Index{config: config}).failed(ctx, "list collections beside", err)
	}
	slices.Sort(names)
	return names, errors.Join(err, disconnect(client))
}

// Close ends all use of the index: what is asked later gives an *Error.
func (i *Index) Close() error { return disconnect(i.client) }

// disconnect closes the client's one connection. Client.Close would forget it,
// and a call that comes later panic.
func disconnect(client *api.Client) error {
	if err := client.GetGrpcClient().Close(); err != nil && status.Code(err) != codes.Canceled { // closed before
		return err
	}
	return nil
}

// Drop deletes the collection. The next Put makes a new one.
func (i *Index) Drop(ctx context.Context) error {
	if err := i.lock(ctx); err != nil {
		return err
	}
	defer i.unlock()
	// Not the client's own method, to which one that is not there is an error.
	_, err := i.client.GetCollectionsClient().Delete(ctx, &api.DeleteCollection{CollectionName: i.config.Collection})
	if err != nil && status.Code(err) != codes.NotFound {
		return i.failed(ctx, "delete", err)
	}
	i.length.Store(0)
	clear(i.indexed)
	return nil
}

func (i *Index) lock(ctx context.Context) error {
	select {
	case i.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (i *Index) unlock() { <-i.turn }

// known returns the vectors' length, 0 while there is no collection. Another
// process may have made one since.
func (i *Index) known(ctx context.Context) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if n := i.length.Load(); n > 0 {
		return int(n), nil
	}
	if err := i.lock(ctx); err != nil {
		return 0, err
	}
	defer i.unlock()
	return i.describe(ctx)
}

// describe reads what the collection is. Its caller has the turn.
func (i *Index) describe(ctx context.Context) (int, error) {
	info, err := i.client.GetCollectionInfo(ctx, i.config.Collection)
	if status.Code(err) == codes.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, i.failed(ctx, "look for", err)
	}
	params := info.GetConfig().GetParams().GetVectorsConfig().GetParams()
	switch {
	case params == nil:
		return 0, &CollectionError{i.config.Collection, "has no vector without a name"}
	case params.GetDistance() != api.Distance_Cosine:
		return 0, &CollectionError{i.config.Collection, "compares by " + params.GetDistance().String() + ", not by cosine"}
	case params.GetSize() == 0 || params.GetSize() > math.MaxInt32:
		return 0, &CollectionError{i.config.Collection, "does not say how long its vectors are"}
	}
	for key := range info.GetPayloadSchema() {
		i.indexed[key] = true
	}
	i.length.Store(int64(params.GetSize())) //nolint:gosec // checked above
	return int(i.length.Load()), nil
}

// prepare makes the collection and the indexes its payload needs, where missing,
// and checks the vectors.
func (i *Index) prepare(ctx context.Context, vectors []search.Vector, points []*api.PointStruct) error {
	if err := i.lock(ctx); err != nil {
		return err
	}
	defer i.unlock()
	length, err := search.CheckVectors(vectors, int(i.length.Load()))
	if err != nil {
		return err
	}
	if i.length.Load() == 0 {
		err := i.client.CreateCollection(ctx, &api.CreateCollection{CollectionName: i.config.Collection,
			VectorsConfig: api.NewVectorsConfig(&api.VectorParams{Size: uint64(length), Distance: api.Distance_Cosine})}) //nolint:gosec // a length is positive
		made, described := i.describe(ctx) // another process may have been faster
		if made == 0 {
			return cmp.Or(described, i.failed(ctx, "make", cmp.Or(err, errors.New("it is not there afterwards"))))
		}
		if _, err := search.CheckVectors(vectors, made); err != nil {
			return err
		}
	}
	if err := i.makeIndex(ctx, keyValues, api.FieldType_FieldTypeKeyword); err != nil {
		return err
	}
	for _, p := range points {
		for key := range p.Payload {
			if key != keyID && key != keyValues {
				if err := i.makeIndex(ctx, key, api.FieldType_FieldTypeFloat); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (i *Index) makeIndex(ctx context.Context, key string, of api.FieldType) error {
	if i.indexed[key] {
		return nil
	}
	_, err := i.client.CreateFieldIndex(ctx, &api.CreateFieldIndexCollection{CollectionName: i.config.Collection, Wait: api.PtrOf(true), FieldName: key, FieldType: &of})
	if err != nil {
		return i.failed(ctx, "index "+key+" of", err)
	}
	i.indexed[key] = true
	return nil
}

// pointID makes a point's id of a vector's: Qdrant takes numbers and UUIDs.
func pointID(id string) *api.PointId {
	return api.NewIDUUID(uuid.NewSHA1(uuid.NameSpaceURL, []byte("bodega:vector:"+id)).String())
}

// Put adds vectors in batches, each in place of the one with its id. After an
// error that is not a *search.VectorError earlier batches are there.
func (i *Index) Put(ctx context.Context, vectors []search.Vector) error {
	length, err := i.known(ctx)
	if err != nil {
		return err
	}
	if _, err := search.CheckVectors(vectors, length); err != nil || len(vectors) == 0 {
		return err
	}
	points := make([]*api.PointStruct, 0, len(vectors))
	at := make(map[string]int, len(vectors))
	for _, v := range vectors {
		if !utf8.ValidString(v.ID) {
			return &search.VectorError{ID: v.ID, Reason: "the id is not UTF-8"}
		}
		point := &api.PointStruct{Id: pointID(v.ID), Vectors: api.NewVectorsDense(v.Values), Payload: payload(v)}
		if n, twice := at[v.ID]; twice { // the last counts
			points[n] = point
			continue
		}
		at[v.ID] = len(points)
		points = append(points, point)
	}
	if err := i.prepare(ctx, vectors, points); err != nil {
		return err
	}
	for batch := range slices.Chunk(points, i.config.Batch) {
		_, err := i.client.Upsert(ctx, &api.UpsertPoints{CollectionName: i.config.Collection, Wait: api.PtrOf(true), Points: batch})
		if err != nil {
			return i.failed(ctx, "put into", err)
		}
	}
	return nil
}

// Delete removes vectors; ids that are not there are ignored.
func (i *Index) Delete(ctx context.Context, ids []string) error {
	length, err := i.known(ctx)
	if err != nil || length == 0 {
		return err
	}
	for batch := range slices.Chunk(ids, i.config.Batch) {
		_, err := i.client.Delete(ctx, &api.DeletePoints{CollectionName: i.config.Collection, Wait: api.PtrOf(true), Points: api.NewPointsSelectorIDs(pointIDs(batch))})
		if err != nil {
			return i.failed(ctx, "delete from", err)
		}
	}
	return nil
}

func pointIDs(ids []string) []*api.PointId {
	points := make([]*api.PointId, len(ids))
	for n, id := range ids {
		points[n] = pointID(id)
	}
	return points
}

// maxPoints is the most that is asked for at once.
const maxPoints = 1 << 30

// Nearest returns the vectors of the selection with the greatest cosine. The
// server filters; it is asked for more until enough pass what Has says beyond
// filters, and until equals at the edge are all there.
func (i *Index) Nearest(ctx context.Context, vector []float32, within search.Selection, limit int) ([]search.Match, error) {
	length, err := i.known(ctx)
	if err != nil || length == 0 || limit <= 0 {
		return nil, err
	}
	if err := search.CheckQuestion(vector, length); err != nil {
		return nil, err
	}
	request := &api.QueryPoints{CollectionName: i.config.Collection, Query: api.NewQueryDense(vector), Filter: condition(within.Filters),
		Params: &api.SearchParams{Exact: api.PtrOf(i.config.Exact)}, WithPayload: api.NewWithPayloadInclude(keyID)}
	for size := min(limit, maxPoints-1) + 1; ; size = min(size*4, maxPoints) {
		request.Limit = api.PtrOf(uint64(size)) //nolint:gosec // it is positive
		points, err := i.client.Query(ctx, request)
		if err != nil {
			return nil, i.failed(ctx, "search", err)
		}
		matches := make([]search.Match, 0, len(points))
		for _, p := range points {
			id := p.GetPayload()[keyID].GetStringValue()
			if within.Has == nil || within.Has(id) {
				matches = append(matches, search.Match{ID: id, Score: float64(min(max(p.GetScore(), -1), 1))})
			}
		}
		slices.SortFunc(matches, func(a, b search.Match) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
		})
		if len(points) < size || size == maxPoints ||
			len(matches) >= limit && matches[limit-1].Score > float64(points[len(points)-1].GetScore()) {
			return matches[:min(limit, len(matches))], nil
		}
	}
}

// Get returns the vectors, at length 1, of those ids that are there.
func (i *Index) Get(ctx context.Context, ids []string) ([]search.Vector, error) {
	length, err := i.known(ctx)
	if err != nil || length == 0 {
		return nil, err
	}
	values := make(map[string][]float32, len(ids))
	for batch := range slices.Chunk(ids, i.config.Batch) {
		points, err := i.client.Get(ctx, &api.GetPoints{CollectionName: i.config.Collection, Ids: pointIDs(batch),
			WithPayload: api.NewWithPayloadInclude(keyID), WithVectors: api.NewWithVectors(true)})
		if err != nil {
			return nil, i.failed(ctx, "read", err)
		}
		for _, p := range points {
			values[p.GetPayload()[keyID].GetStringValue()] = p.GetVectors().GetVector().GetDenseVector().GetData()
		}
	}
	var found []search.Vector
	for _, id := range ids {
		if v, ok := values[id]; ok {
			found = append(found, search.Vector{ID: id, Values: slices.Clone(v)})
		}
	}
	return found, nil
}

// Count returns how many vectors there are.
func (i *Index) Count(ctx context.Context) (int, error) {
	length, err := i.known(ctx)
	if err != nil || length == 0 {
		return 0, err
	}
	n, err := i.client.Count(ctx, &api.CountPoints{CollectionName: i.config.Collection, Exact: api.PtrOf(true)})
	return int(n), i.failed(ctx, "count", err) //nolint:gosec // no collection holds 2^63 points
}
