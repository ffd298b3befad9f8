package core

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/money"
)

// Kind says what sort of failure an error is. Kinds are few, and one table
// maps them to HTTP.
type Kind uint8

// The kinds. Their order is fixed: new ones go to the end.
const (
	KindInternal        Kind = iota // a defect or a broken machine: nothing the caller did
	KindInvalid                     // the input is wrong; Field says where
	KindNotFound                    // no such thing, or not for this actor
	KindExists                      // a unique thing is there already
	KindConflict                    // the state does not allow it
	KindStale                       // the version the caller saw is not the newest
	KindUnauthenticated             // nobody known is asking
	KindForbidden                   // known, and not allowed
	KindOutOfStock                  // not enough available
	KindDeclined                    // the payment was declined
	KindRateLimited                 // too often
	KindUnavailable                 // something we depend on does not answer; try again
	KindTooLarge                    // a body, file or list over its cap
	KindCanceled                    // the caller went away or its time ran out
)

var kindNames = [...]string{"internal", "invalid", "not_found", "exists", "conflict", "stale", "unauthenticated",
	"forbidden", "out_of_stock", "declined", "rate_limited", "unavailable", "too_large", "canceled"}

// String returns the kind's name, such as "not_found".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Classified is what typed errors of other packages implement to have a kind
// and a stable code.
type Classified interface {
	error
	ErrorKind() Kind
	ErrorCode() string
}

// Detailed errors add members to what a client is told, for instance the
// quantity still available. Values must be safe to show.
type Detailed interface {
	ErrorDetails() map[string]any
}

// Error is the general classified error.
type Error struct {
	Kind    Kind
	Code    string // stable, snake_case: "product_not_found"
	Field   string // path of the input at fault: "variants[2].sku"; may be empty
	Message string // for people; safe to show to the caller
	Err     error  // cause; never shown to a caller
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Message)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrorKind implements [Classified].
func (e *Error) ErrorKind() Kind { return e.Kind }

// ErrorCode implements [Classified].
func (e *Error) ErrorCode() string {
	if e.Code == "" {
		return e.Kind.String()
	}
	return e.Code
}

// Errorf makes an error of a kind with a code.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes a KindInvalid error about one field.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Kind: KindInvalid, Code: "invalid", Field: field, Message: fmt.Sprintf(format, args...)}
}

// NotFound says that no such thing exists: NotFound("product", id).
func NotFound[T ~string](what string, id T) *Error {
	return &Error{Kind: KindNotFound, Code: what + "_not_found", Message: fmt.Sprintf("no %s %q", strings.ReplaceAll(what, "_", " "), string(id))}
}

// Stale says that the caller's version of a thing is not the newest.
func Stale[T ~string](what string, id T, seen, newest int64) *StaleError {
	return &StaleError{What: what, ID: string(id), Seen: seen, Newest: newest}
}

// StaleError is a write against a version that is no longer the newest.
type StaleError struct {
	What, ID     string
	Seen, Newest int64
}

func (e *StaleError) Error() string {
	return fmt.Sprintf("%s %q has version %d, not %d: read it again", e.What, e.ID, e.Newest, e.Seen)
}

// ErrorKind implements [Classified].
func (e *StaleError) ErrorKind() Kind { return KindStale }

// ErrorCode implements [Classified].
func (e *StaleError) ErrorCode() string { return "stale_version" }

// ErrorDetails implements [Detailed].
func (e *StaleError) ErrorDetails() map[string]any {
	return map[string]any{"current_version": e.Newest}
}

// Violations is several invalid fields at once.
type Violations []*Error

func (v Violations) Error() string {
	parts := make([]string, len(v))
	for i, e := range v {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// ErrorKind implements [Classified].
func (v Violations) ErrorKind() Kind { return KindInvalid }

// ErrorCode implements [Classified].
func (v Violations) ErrorCode() string { return "invalid" }

// Check appends a violation when ok is false.
func (v *Violations) Check(ok bool, field, format string, args ...any) {
	if !ok {
		*v = append(*v, Invalid(field, format, args...))
	}
}

// Err returns the violations as an error, or nil when there are none.
func (v Violations) Err() error {
	if len(v) == 0 {
		return nil
	}
	return v
}

// KindOf returns the kind of an error: that of the first classified error in
// its chain, KindInvalid for an error of package money, KindCanceled for a
// context's end, else KindInternal.
func KindOf(err error) Kind {
	var c Classified
	if errors.As(err, &c) {
		return c.ErrorKind()
	}
	// Package money is below this one and cannot name a Kind.
	var m money.Error
	if errors.As(err, &m) {
		return KindInvalid
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return KindCanceled
	}
	return KindInternal
}

// CodeOf returns the stable code of an error.
func CodeOf(err error) string {
	var c Classified
	if errors.As(err, &c) {
		return c.ErrorCode()
	}
	var m money.Error
	if errors.As(err, &m) {
		return m.ErrorCode()
	}
	return KindOf(err).String()
}

// IsKind reports whether err is of the kind; false for nil.
func IsKind(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
