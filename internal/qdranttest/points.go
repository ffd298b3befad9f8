package qdranttest

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"

	"github.com/google/uuid"
	api "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type pointsService struct {
	api.UnimplementedPointsServer
	server *Server
}

func (s pointsService) CreateFieldIndex(_ context.Context, r *api.CreateFieldIndexCollection) (*api.PointsOperationResponse, error) {
	c, done, err := s.server.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	defer done()
	return &api.PointsOperationResponse{Result: c.write(r.GetWait(), func() { c.indexes[r.GetFieldName()] = r.GetFieldType() })}, nil
}

func (s pointsService) Upsert(_ context.Context, r *api.UpsertPoints) (*api.PointsOperationResponse, error) {
	c, done, err := s.server.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	defer done()
	if len(r.GetPoints()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "Wrong input: Empty update request")
	}
	added := map[string]*point{}
	for _, p := range r.GetPoints() {
		id, err := uuid.Parse(p.GetId().GetUuid())
		if err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "Unable to parse UUID: %s", p.GetId().GetUuid())
		}
		vector := p.GetVectors().GetVector().GetDense().GetData()
		if vector == nil {
			vector = p.GetVectors().GetVector().GetData() //nolint:staticcheck // clients still send it
		}
		if len(vector) != c.length {
			return nil, status.Errorf(codes.InvalidArgument, "Wrong input: Vector dimension error: expected dim: %d, got %d", c.length, len(vector))
		}
		added[id.String()] = &point{normal(vector), p.GetPayload()}
	}
	return &api.PointsOperationResponse{Result: c.write(r.GetWait(), func() { maps.Copy(c.points, added) })}, nil
}

// normal returns a vector at length 1, zeros as they are.
func normal(v []float32) []float32 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	unit := slices.Clone(v)
	for i, x := range v {
		if sum > 0 {
			unit[i] = float32(float64(x) / math.Sqrt(sum))
		}
	}
	return unit
}

func (s pointsService) Delete(_ context.Context, r *api.DeletePoints) (*api.PointsOperationResponse, error) {
	c, done, err := s.server.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	defer done()
	return &api.PointsOperationResponse{Result: c.write(r.GetWait(), func() {
		for _, id := range r.GetPoints().GetPoints().GetIds() {
			delete(c.points, id.GetUuid())
		}
	})}, nil
}

// shown returns what of a payload a request wants to see.
func shown(payload map[string]*api.Value, with *api.WithPayloadSelector) map[string]*api.Value {
	if with.GetEnable() {
		return payload
	}
	part := map[string]*api.Value{}
	for _, key := range with.GetInclude().GetFields() {
		if v, ok := payload[key]; ok {
			part[key] = v
		}
	}
	return part
}

// Get answers in an order of its own, as a real server may.
func (s pointsService) Get(_ context.Context, r *api.GetPoints) (*api.GetResponse, error) {
	c, done, err := s.server.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	defer done()
	response := &api.GetResponse{}
	wanted := map[string]bool{}
	for _, id := range r.GetIds() {
		wanted[id.GetUuid()] = true
	}
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		p, ok := c.points[id]
		if !ok {
			continue
		}
		got := &api.RetrievedPoint{Id: api.NewIDUUID(id), Payload: shown(p.payload, r.GetWithPayload())}
		if r.GetWithVectors().GetEnable() {
			got.Vectors = &api.VectorsOutput{VectorsOptions: &api.VectorsOutput_Vector{Vector: &api.VectorOutput{Vector: &api.VectorOutput_Dense{Dense: &api.DenseVector{Data: p.vector}}}}}
		}
		response.Result = append(response.Result, got)
	}
	return response, nil
}

func (s pointsService) Count(_ context.Context, r *api.CountPoints) (*api.CountResponse, error) {
	c, done, err := s.server.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	defer done()
	n := uint64(0)
	for _, p := range c.points {
		if ok, err := passes(p.payload, r.GetFilter()); err != nil {
			return nil, err
		} else if ok {
			n++
		}
	}
	if !r.GetExact() {
		n += n / 10 // an estimate is not to be counted on
	}
	return &api.CountResponse{Result: &api.CountResult{Count: n}}, nil
}

// Query orders equals by their UUID, which is not the order of ids.
func (s pointsService) Query(_ context.Context, r *api.QueryPoints) (*api.QueryResponse, error) {
	c, done, err := s.server.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	defer done()
	question := r.GetQuery().GetNearest().GetDense().GetData()
	if len(question) != c.length {
		return nil, status.Errorf(codes.InvalidArgument, "Wrong input: Vector dimension error: expected dim: %d, got %d", c.length, len(question))
	}
	question = normal(question)
	var found []*api.ScoredPoint
	for id, p := range c.points {
		ok, err := passes(p.payload, r.GetFilter())
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		var score float32
		for i, x := range p.vector {
			score += x * question[i]
		}
		found = append(found, &api.ScoredPoint{Id: api.NewIDUUID(id), Payload: shown(p.payload, r.GetWithPayload()), Score: score})
	}
	slices.SortFunc(found, func(a, b *api.ScoredPoint) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.GetId().GetUuid(), b.GetId().GetUuid()))
	})
	limit := uint64(10)
	if r.Limit != nil {
		limit = r.GetLimit()
	}
	return &api.QueryResponse{Result: found[:min(limit, uint64(len(found)))]}, nil
}
