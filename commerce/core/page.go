package core

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Limits of a page.
const (
	DefaultPageSize = 20
	MaxPageSize     = 200
)

// PageQuery asks for one page of a list. Pages are cut by key, not by
// counting, so that they stay stable while rows are inserted.
type PageQuery struct {
	Limit int    // 0 means DefaultPageSize; more than MaxPageSize is cut to it
	After string // cursor of the page before, from Page.Next; "" is the first page
}

// Size returns the limit in force.
func (q PageQuery) Size() int {
	switch {
	case q.Limit <= 0:
		return DefaultPageSize
	case q.Limit > MaxPageSize:
		return MaxPageSize
	}
	return q.Limit
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor,omitempty"` // cursor of the following page, "" at the end
}

// Cut makes a page out of up to size+1 rows: the extra row only tells that
// there is a next page. key returns the sort key of a row for the cursor.
func Cut[T any](rows []T, q PageQuery, key func(T) []any) Page[T] {
	size := q.Size()
	if len(rows) <= size {
		return Page[T]{Items: rows}
	}
	rows = rows[:size]
	return Page[T]{Items: rows, Next: EncodeCursor(key(rows[size-1])...)}
}

// EncodeCursor packs a sort key (strings and int64s) into an opaque cursor.
func EncodeCursor(key ...any) string {
	raw, err := json.Marshal(key)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// DecodeCursor unpacks a cursor into pointers to strings and int64s; an empty
// cursor leaves them alone and reports false.
func DecodeCursor(cursor string, key ...any) (bool, error) {
	if cursor == "" {
		return false, nil
	}
	bad := Invalid("after", "not a cursor of this list")
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) > 4096 {
		return false, bad
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != len(key) {
		return false, bad
	}
	for i, part := range parts {
		if err := json.Unmarshal(part, key[i]); err != nil || string(part) == "null" {
			return false, bad
		}
		if s, ok := key[i].(*string); ok && strings.ContainsRune(*s, 0) {
			return false, bad // NUL is not text to PostgreSQL
		}
	}
	return true, nil
}
