package qdrant_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/qdrant/go-client/qdrant"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bodega-commerce/bodega/internal/qdranttest"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/qdrant"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func start(t *testing.T) *qdranttest.Server {
	t.Helper()
	server, err := qdranttest.Start("")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return server
}

func open(t *testing.T, config qdrant.Config) *qdrant.Index {
	t.Helper()
	index, err := qdrant.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, index.Close()) })
	return index
}

func collectionOf(t *testing.T) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" /'\\", r) {
			return '-'
		}
		return r
	}, t.Name())
}

func TestConformance(t *testing.T) {
	server := start(t)
	storagetest.VectorIndex(t, func(t *testing.T) search.VectorIndex {
		return open(t, qdrant.Config{Host: "127.0.0.1", Port: server.Port, Collection: collectionOf(t), Batch: 7})
	})
}

// BODEGA_TEST_QDRANT_URL names a real server, as in http://localhost:6334.
// Collections that begin with "TestRealServer" are replaced.
func TestRealServer(t *testing.T) {
	address := os.Getenv("BODEGA_TEST_QDRANT_URL")
	if address == "" {
		t.Skip("BODEGA_TEST_QDRANT_URL names no Qdrant server")
	}
	storagetest.VectorIndex(t, func(t *testing.T) search.VectorIndex {
		config, err := qdrant.ParseURL(address)
		require.NoError(t, err)
		config.Collection, config.Batch, config.Exact = collectionOf(t), 7, true
		index := open(t, config)
		require.NoError(t, index.Drop(t.Context()))
		t.Cleanup(func() { require.NoError(t, index.Drop(context.WithoutCancel(t.Context()))) })
		return index
	})
}

func TestAnotherProcess(t *testing.T) {
	server := start(t)
	config := qdrant.Config{Host: "127.0.0.1", Port: server.Port}
	one, two := open(t, config), open(t, config)
	red := &search.Document{Attributes: map[string][]string{"color": {"red"}}, Numbers: map[string]float64{"price": 5, "net weight": 2}}
	require.NoError(t, one.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{1, 0}, Document: red}}))
	require.Equal(t, []string{"bodega"}, server.Collections())
	require.Equal(t, map[string]api.FieldType{"values": api.FieldType_FieldTypeKeyword, "number_price": api.FieldType_FieldTypeFloat,
		"number_popularity": api.FieldType_FieldTypeFloat, "number_x_6e657420776569676874": api.FieldType_FieldTypeFloat}, server.Indexes("bodega"))

	n, err := two.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	var wrong *search.VectorError
	require.ErrorAs(t, two.Put(t.Context(), []search.Vector{{ID: "b", Values: []float32{1}}}), &wrong)
	indexed := server.Calls("Points/CreateFieldIndex")
	require.NoError(t, two.Put(t.Context(), []search.Vector{{ID: "b", Values: []float32{1, 1}, Document: red}}))
	require.Equal(t, indexed, server.Calls("Points/CreateFieldIndex"), "indexes that are there are not made again")

	names, err := qdrant.Collections(t.Context(), config)
	require.NoError(t, err)
	require.Equal(t, []string{"bodega"}, names)
	require.NoError(t, one.Drop(t.Context()))
	require.NoError(t, one.Drop(t.Context()))
	require.Empty(t, server.Collections())
	require.NoError(t, one.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{1, 0, 0}}}), "a new collection has a length of its own")
}

// The process that makes a collection may be another, and may make it for
// vectors of another length.
func TestCollectionIsMadeOnce(t *testing.T) {
	for length, other := range map[int]int{2: 2, 3: 2} {
		server := start(t)
		config := qdrant.Config{Host: "127.0.0.1", Port: server.Port}
		one, two := open(t, config), open(t, config)
		faster := false
		server.Before(func(method string) error {
			if method == "Collections/Create" && !faster {
				faster = true
				return two.Put(t.Context(), []search.Vector{{ID: "b", Values: make([]float32, other)}})
			}
			return nil
		})
		err := one.Put(t.Context(), []search.Vector{{ID: "a", Values: make([]float32, length)}})
		if length == other {
			require.NoError(t, err)
			continue
		}
		var wrong *search.VectorError
		require.ErrorAs(t, err, &wrong)
		n, err := one.Count(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
}

func TestBatches(t *testing.T) {
	server := start(t)
	index := open(t, qdrant.Config{Host: "127.0.0.1", Port: server.Port, Batch: 10})
	vectors := make([]search.Vector, 25)
	ids := make([]string, len(vectors))
	for n := range vectors {
		ids[n] = fmt.Sprint(n)
		vectors[n] = search.Vector{ID: ids[n], Values: []float32{1, float32(n)}}
	}
	require.NoError(t, index.Put(t.Context(), vectors))
	require.Equal(t, 3, server.Calls("Points/Upsert"))
	found, err := index.Get(t.Context(), ids)
	require.NoError(t, err)
	require.Len(t, found, 25)
	require.Equal(t, 3, server.Calls("Points/Get"))
	require.NoError(t, index.Delete(t.Context(), ids[:20]))
	require.Equal(t, 2, server.Calls("Points/Delete"))

	failure := status.Error(codes.Internal, "disk full")
	server.Before(func(method string) error {
		if method == "Points/Upsert" && server.Calls(method) == 5 {
			return failure
		}
		return nil
	})
	var failed *qdrant.Error
	require.ErrorAs(t, index.Put(t.Context(), vectors), &failed)
	require.Equal(t, "bodega", failed.Collection)
	require.Equal(t, codes.Internal, status.Code(failed))
	require.ErrorContains(t, failed, "disk full")
	n, err := index.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 15, n, "the batch before is there")
}

// The server filters: what passes is found without asking for more.
func TestFiltersArePushedDown(t *testing.T) {
	server := start(t)
	index := open(t, qdrant.Config{Host: "127.0.0.1", Port: server.Port})
	var vectors []search.Vector
	for n := range 500 {
		d := &search.Document{Numbers: map[string]float64{"n": float64(n)}}
		vectors = append(vectors, search.Vector{ID: fmt.Sprintf("v%03d", n), Values: []float32{1, float32(n)}, Document: d})
	}
	require.NoError(t, index.Put(t.Context(), vectors))
	low := 490.0
	within := search.Selection{Filters: []search.Filter{{Field: "n", Min: &low}}, Has: func(id string) bool { return id >= "v490" }}
	matches, err := index.Nearest(t.Context(), []float32{1, 0}, within, 5)
	require.NoError(t, err)
	require.Len(t, matches, 5)
	require.Equal(t, "v490", matches[0].ID)
	require.Equal(t, 1, server.Calls("Points/Query"))

	within.Has = func(id string) bool { return id == "v499" }
	matches, err = index.Nearest(t.Context(), []float32{1, 0}, within, 1)
	require.NoError(t, err)
	require.Equal(t, "v499", matches[0].ID)
	require.Equal(t, 4, server.Calls("Points/Query"), "2 and 8 are not enough of 10, 32 are")
}

func TestErrors(t *testing.T) {
	t.Run("no server", func(t *testing.T) {
		server := start(t)
		index := open(t, qdrant.Config{Host: "127.0.0.1", Port: server.Port})
		stopped, err := qdranttest.Start("")
		require.NoError(t, err)
		require.NoError(t, stopped.Close())
		_, err = qdrant.Open(t.Context(), qdrant.Config{Host: "127.0.0.1", Port: stopped.Port})
		var failed *qdrant.Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, codes.Unavailable, status.Code(err))
		_, err = qdrant.Collections(t.Context(), qdrant.Config{Host: "127.0.0.1", Port: stopped.Port})
		require.ErrorAs(t, err, &failed)

		server.Before(func(string) error { return status.Error(codes.Unavailable, "starting") })
		for name, call := range calls(index) {
			require.ErrorAs(t, call(t.Context()), &failed, name)
		}
	})
	t.Run("of time", func(t *testing.T) {
		server := start(t)
		index := open(t, qdrant.Config{Host: "127.0.0.1", Port: server.Port})
		require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{1}}}))
		for name, call := range calls(index) {
			entered, leave := make(chan struct{}, 10), make(chan struct{})
			server.Before(func(string) error { entered <- struct{}{}; <-leave; return nil })
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-entered; cancel() }()
			require.ErrorIs(t, call(ctx), context.Canceled, name)

			late, stop := context.WithTimeout(t.Context(), time.Millisecond)
			require.ErrorIs(t, call(late), context.DeadlineExceeded, name)
			stop()
			close(leave)
		}
	})
	t.Run("of another's collection", func(t *testing.T) {
		server := start(t)
		client, err := api.NewClient(&api.Config{Host: "127.0.0.1", Port: server.Port, SkipCompatibilityCheck: true})
		require.NoError(t, err)
		defer func() { require.NoError(t, client.Close()) }()
		require.NoError(t, client.CreateCollection(t.Context(), &api.CreateCollection{CollectionName: "bodega",
			VectorsConfig: api.NewVectorsConfig(&api.VectorParams{Size: 2, Distance: api.Distance_Euclid})}))
		_, err = qdrant.Open(t.Context(), qdrant.Config{Host: "127.0.0.1", Port: server.Port})
		var other *qdrant.CollectionError
		require.ErrorAs(t, err, &other)
		require.ErrorContains(t, err, "compares by Euclid")
	})
	t.Run("of the key", func(t *testing.T) {
		server, err := qdranttest.Start("secret")
		require.NoError(t, err)
		defer func() { require.NoError(t, server.Close()) }()
		config := qdrant.Config{Host: "127.0.0.1", Port: server.Port, APIKey: "wrong"}
		_, err = qdrant.Open(t.Context(), config)
		require.Equal(t, codes.Unauthenticated, status.Code(err))
		require.NotContains(t, err.Error(), "wrong")
		config.APIKey = "secret"
		require.NoError(t, open(t, config).Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{1}}}))
	})
	t.Run("of ids", func(t *testing.T) {
		index := open(t, qdrant.Config{Host: "127.0.0.1", Port: start(t).Port})
		var wrong *search.VectorError
		require.ErrorAs(t, index.Put(t.Context(), []search.Vector{{ID: "\xff", Values: []float32{1}}}), &wrong)
	})
}

// calls are all calls that ask the server.
func calls(index *qdrant.Index) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"put": func(ctx context.Context) error {
			return index.Put(ctx, []search.Vector{{ID: "b", Values: []float32{1}}})
		},
		"delete": func(ctx context.Context) error { return index.Delete(ctx, []string{"b"}) },
		"nearest": func(ctx context.Context) error {
			_, err := index.Nearest(ctx, []float32{1}, search.Selection{}, 1)
			return err
		},
		"get":   func(ctx context.Context) error { _, err := index.Get(ctx, []string{"b"}); return err },
		"count": func(ctx context.Context) error { _, err := index.Count(ctx); return err },
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []qdrant.Config{{Port: -1}, {Port: 70000}, {Batch: -1}, {Collection: "a/b"}, {Collection: strings.Repeat("x", 256)}} {
		_, err := qdrant.Open(t.Context(), c)
		require.ErrorContains(t, err, "Config.")
	}
}

func TestParseURL(t *testing.T) {
	c, err := qdrant.ParseURL("http://localhost")
	require.NoError(t, err)
	require.Equal(t, qdrant.Config{Host: "localhost"}, c)
	c, err = qdrant.ParseURL("https://:s%40cret@[::1]:16334/shop-one")
	require.NoError(t, err)
	require.NotNil(t, c.TLS)
	c.TLS = nil
	require.Equal(t, qdrant.Config{Host: "::1", Port: 16334, APIKey: "s@cret", Collection: "shop-one"}, c)
	for address, why := range map[string]string{"": "begins", "localhost:6334": "begins", "grpc://h": "begins", "http://": "no host", "http://h:0": "port", "http://h:99999": "port",
		"http://h?x=1": "parameters", "http://h#x": "parameters", "http://key@h": "a user", "http://:sec\x7fret@h": "not a URL", "http://h/a/b": "Collection", "https://:secret@h:0": "port"} {
		_, err := qdrant.ParseURL(address)
		require.ErrorContains(t, err, why, address)
		require.NotContains(t, err.Error(), "secret")
	}
}

func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{"http://localhost:6334", "https://:key@h/c", "http://[::1]:1", "x", "http://:@/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		c, err := qdrant.ParseURL(address)
		if err != nil {
			require.Equal(t, qdrant.Config{}, c)
			return
		}
		require.NotEmpty(t, c.Host)
		require.True(t, c.Port >= 0 && c.Port <= 65535)
		require.False(t, slices.Contains([]byte(c.Collection), '/'))
	})
}

// A search may outlive the index that a rebuild took the place of.
func TestAskedAfterClose(t *testing.T) {
	server := start(t)
	index := open(t, qdrant.Config{Host: "127.0.0.1", Port: server.Port, Collection: collectionOf(t)})
	require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "x", Values: []float32{1}}}))
	require.NoError(t, index.Close())
	require.NoError(t, index.Close())
	_, err := index.Nearest(t.Context(), []float32{1}, search.Selection{}, 1)
	var failed *qdrant.Error
	require.ErrorAs(t, err, &failed)
	require.ErrorAs(t, index.Put(t.Context(), []search.Vector{{ID: "y", Values: []float32{1}}}), &failed)
}
