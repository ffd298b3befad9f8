package qdranttest

import (
	"slices"

	api "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// passes evaluates a filter: every must, no must_not, and one of should where
// there are some.
func passes(payload map[string]*api.Value, f *api.Filter) (bool, error) {
	if f == nil {
		return true, nil
	}
	if f.GetMinShould() != nil {
		return false, unknown("min_should")
	}
	for _, c := range f.GetMust() {
		if ok, err := holds(payload, c); err != nil || !ok {
			return false, err
		}
	}
	for _, c := range f.GetMustNot() {
		if ok, err := holds(payload, c); err != nil || ok {
			return false, err
		}
	}
	for _, c := range f.GetShould() {
		if ok, err := holds(payload, c); err != nil || ok {
			return ok, err
		}
	}
	return len(f.GetShould()) == 0, nil
}

func unknown(what string) error {
	return status.Errorf(codes.Unimplemented, "this server for tests knows no %s", what)
}

func holds(payload map[string]*api.Value, c *api.Condition) (bool, error) {
	switch c := c.GetConditionOneOf().(type) {
	case *api.Condition_Filter:
		return passes(payload, c.Filter)
	case *api.Condition_IsEmpty:
		return len(flat(payload[c.IsEmpty.GetKey()])) == 0, nil
	case *api.Condition_Field:
		values := flat(payload[c.Field.GetKey()])
		switch {
		case c.Field.GetMatch() != nil:
			return anyOf(values, func(v *api.Value) (bool, error) { return matches(v, c.Field.GetMatch()) })
		case c.Field.GetRange() != nil:
			return anyOf(values, func(v *api.Value) (bool, error) { return within(v, c.Field.GetRange()), nil })
		}
		return false, unknown("such condition on a field")
	}
	return false, unknown("such condition")
}

// flat returns the values of a key; of a list, its members.
func flat(v *api.Value) []*api.Value {
	switch v.GetKind().(type) {
	case nil, *api.Value_NullValue:
		return nil
	case *api.Value_ListValue:
		return v.GetListValue().GetValues()
	}
	return []*api.Value{v}
}

func anyOf(values []*api.Value, test func(v *api.Value) (bool, error)) (bool, error) {
	for _, v := range values {
		if ok, err := test(v); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func matches(v *api.Value, m *api.Match) (bool, error) {
	text, isText := v.GetKind().(*api.Value_StringValue)
	switch m := m.GetMatchValue().(type) {
	case *api.Match_Keyword:
		return isText && text.StringValue == m.Keyword, nil
	case *api.Match_Keywords:
		return isText && slices.Contains(m.Keywords.GetStrings(), text.StringValue), nil
	case *api.Match_Boolean:
		b, is := v.GetKind().(*api.Value_BoolValue)
		return is && b.BoolValue == m.Boolean, nil
	}
	return false, unknown("such match")
}

func within(v *api.Value, r *api.Range) bool {
	var x float64
	switch v := v.GetKind().(type) {
	case *api.Value_DoubleValue:
		x = v.DoubleValue
	case *api.Value_IntegerValue:
		x = float64(v.IntegerValue)
	default:
		return false
	}
	return (r.Gte == nil || x >= *r.Gte) && (r.Gt == nil || x > *r.Gt) && (r.Lte == nil || x <= *r.Lte) && (r.Lt == nil || x < *r.Lt)
}
