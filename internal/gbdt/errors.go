package gbdt

import "fmt"

// InputError says which part of the data or parameters cannot be used and why.
type InputError struct {
	Field  string // a field of Table, DatasetConfig or Params
	Reason string
}

func (e *InputError) Error() string { return fmt.Sprintf("gbdt: %s %s", e.Field, e.Reason) }

// FormatError says why a model file cannot be read.
type FormatError struct {
	Format string // "LightGBM" or "XGBoost"
	Tree   int    // -1: not in a tree
	Reason string
}

func (e *FormatError) Error() string {
	if e.Tree < 0 {
		return fmt.Sprintf("gbdt: %s model: %s", e.Format, e.Reason)
	}
	return fmt.Sprintf("gbdt: %s model, tree %d: %s", e.Format, e.Tree, e.Reason)
}

// ShapeError says that a row or a result slice has the wrong length.
type ShapeError struct {
	What      string // "row" or "out"
	Got, Want int
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("gbdt: %s has %d values, the model needs %d", e.What, e.Got, e.Want)
}
