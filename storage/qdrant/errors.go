package qdrant

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Error is a call to the server that failed. It wraps context.Canceled or
// context.DeadlineExceeded where that was why, and else the gRPC status.
type Error struct {
	Op         string // what was done
	Collection string
	Err        error
}

func (e *Error) Error() string {
	return fmt.Sprintf("qdrant: %s %s: %v", e.Op, e.Collection, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CollectionError says why a collection that is there cannot be used.
type CollectionError struct {
	Collection string
	Reason     string
}

func (e *CollectionError) Error() string {
	return fmt.Sprintf("qdrant: the collection %s %s", e.Collection, e.Reason)
}

// failed makes an Error, nil of nil.
func (i *Index) failed(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case status.Code(err) == codes.DeadlineExceeded:
		err = context.DeadlineExceeded // gRPC's clock was ahead of the context's
	}
	return &Error{op, i.config.Collection, err}
}
