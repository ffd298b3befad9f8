// Package qdranttest is a small Qdrant server for tests. It keeps points in
// memory and answers the calls the driver makes, through the services the
// official client generates: cosine over every point, filters evaluated on
// payloads, and the errors a real one gives.
package qdranttest

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	api "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Server is a server on a port of its own.
type Server struct {
	Port int

	server *grpc.Server
	served chan error
	apiKey string

	mu          sync.Mutex
	collections map[string]*collection
	before      func(method string) error
	calls       map[string]int
}

type collection struct {
	length  int
	dist    api.Distance
	points  map[string]*point // by UUID
	indexes map[string]api.FieldType
	waiting []func() // writes that nobody waits for
}

type point struct {
	vector  []float32 // at length 1
	payload map[string]*api.Value
}

// Start starts a server on 127.0.0.1. An empty key lets everybody in.
func Start(apiKey string) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return nil, errors.Join(errors.New("qdranttest: no TCP"), listener.Close())
	}
	s := &Server{Port: address.Port, apiKey: apiKey, served: make(chan error, 1), collections: map[string]*collection{}, calls: map[string]int{}}
	// A real server takes messages of 32 MiB, and pings as often as clients like.
	s.server = grpc.NewServer(grpc.UnaryInterceptor(s.intercept), grpc.MaxRecvMsgSize(32<<20),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}))
	api.RegisterCollectionsServer(s.server, collectionsService{server: s})
	api.RegisterPointsServer(s.server, pointsService{server: s})
	go func() { s.served <- s.server.Serve(listener) }()
	return s, nil
}

// Close stops the server.
func (s *Server) Close() error {
	s.server.Stop()
	if err := <-s.served; !errors.Is(err, grpc.ErrServerStopped) { // stopped before it served
		return err
	}
	return nil
}

// Before sets what is called ahead of each call, with its name such as
// "Points/Upsert"; its error is the answer.
func (s *Server) Before(fn func(method string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = fn
}

// Calls returns how often a method was called.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Indexes returns the payload indexes of a collection.
func (s *Server) Indexes(name string) map[string]api.FieldType {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.collections[name]; ok {
		return c.indexes
	}
	return nil
}

// Collections returns the names of all collections.
func (s *Server) Collections() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name := range s.collections {
		names = append(names, name)
	}
	return names
}

func (s *Server) intercept(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if md, _ := metadata.FromIncomingContext(ctx); s.apiKey != "" && (len(md.Get("api-key")) != 1 || md.Get("api-key")[0] != s.apiKey) {
		return nil, status.Error(codes.Unauthenticated, "Must provide an API key or an Authorization bearer token")
	}
	method := strings.TrimPrefix(info.FullMethod, "/qdrant.")
	s.mu.Lock()
	s.calls[method]++
	before := s.before
	s.mu.Unlock()
	if before != nil {
		if err := before(method); err != nil {
			return nil, err
		}
	}
	return handle(ctx, request)
}

// collection returns a collection with the server locked until done is called.
func (s *Server) collection(name string) (c *collection, done func(), err error) {
	s.mu.Lock()
	c, ok := s.collections[name]
	if !ok {
		s.mu.Unlock()
		return nil, nil, status.Errorf(codes.NotFound, "Not found: Collection `%s` doesn't exist!", name)
	}
	return c, s.mu.Unlock, nil
}

// write does what a request asks; unless its caller waits, after the next one.
func (c *collection) write(wait bool, change func()) *api.UpdateResult {
	if !wait {
		c.waiting = append(c.waiting, change)
		return &api.UpdateResult{Status: api.UpdateStatus_Acknowledged}
	}
	for _, earlier := range c.waiting {
		earlier()
	}
	c.waiting = nil
	change()
	return &api.UpdateResult{Status: api.UpdateStatus_Completed}
}

type collectionsService struct {
	api.UnimplementedCollectionsServer
	server *Server
}

func (s collectionsService) Get(_ context.Context, r *api.GetCollectionInfoRequest) (*api.GetCollectionInfoResponse, error) {
	c, done, err := s.server.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	defer done()
	schema := map[string]*api.PayloadSchemaInfo{}
	for key, of := range c.indexes {
		kind := api.PayloadSchemaType_Keyword
		if of == api.FieldType_FieldTypeFloat {
			kind = api.PayloadSchemaType_Float
		}
		schema[key] = &api.PayloadSchemaInfo{DataType: kind}
	}
	vectors := api.NewVectorsConfig(&api.VectorParams{Size: uint64(c.length), Distance: c.dist}) //nolint:gosec // a length is positive
	return &api.GetCollectionInfoResponse{Result: &api.CollectionInfo{Status: api.CollectionStatus_Green, PayloadSchema: schema,
		Config: &api.CollectionConfig{Params: &api.CollectionParams{VectorsConfig: vectors}}}}, nil
}

func (s collectionsService) Create(_ context.Context, r *api.CreateCollection) (*api.CollectionOperationResponse, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	params := r.GetVectorsConfig().GetParams()
	if params.GetSize() < 1 || params.GetSize() > 65536 {
		return nil, status.Error(codes.InvalidArgument, "Validation error in body: vectors.size: must be from 1 to 65536")
	}
	if s.server.collections[r.GetCollectionName()] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "Wrong input: Collection `%s` already exists!", r.GetCollectionName())
	}
	s.server.collections[r.GetCollectionName()] = &collection{length: int(params.GetSize()), dist: params.GetDistance(), points: map[string]*point{}, indexes: map[string]api.FieldType{}} //nolint:gosec // checked above
	return &api.CollectionOperationResponse{Result: true}, nil
}

func (s collectionsService) Delete(_ context.Context, r *api.DeleteCollection) (*api.CollectionOperationResponse, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	_, there := s.server.collections[r.GetCollectionName()]
	delete(s.server.collections, r.GetCollectionName())
	return &api.CollectionOperationResponse{Result: there}, nil
}

func (s collectionsService) List(context.Context, *api.ListCollectionsRequest) (*api.ListCollectionsResponse, error) {
	response := &api.ListCollectionsResponse{}
	for _, name := range s.server.Collections() {
		response.Collections = append(response.Collections, &api.CollectionDescription{Name: name})
	}
	return response, nil
}
