package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestIDsSortByTimeAndDoNotRepeat(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ids := core.NewIDs(func() time.Time { at = at.Add(time.Millisecond); return at }, nil)
	last := ""
	for range 1000 {
		id := ids.New("prod")
		require.Greater(t, id, last)
		require.True(t, core.ValidID(id, "prod"))
		last = id
	}
	var mu sync.Mutex
	seen := map[core.OrderID]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				id := core.NewID[core.OrderID](nil, core.PrefixOrder)
				mu.Lock()
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, 4000)
}

func TestSeededIDsRepeat(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return time.Unix(1, 0) }
	var seed [32]byte
	make10 := func() (out []string) {
		ids := core.NewIDs(clock, rand.NewChaCha8(seed))
		for range 10 {
			out = append(out, ids.New("x"))
		}
		return out
	}
	require.Equal(t, make10(), make10())
	exhausted := core.NewIDs(clock, bytes.NewReader(nil))
	require.NotEqual(t, exhausted.New("x"), exhausted.New("x"), "an exhausted source must not repeat identifiers")
}

func TestValidIDRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "prod", "prod_", "ord_01", "prod_A", "prod_' or 1=1", "prod_\x00", "prod_" + strings.Repeat("a", 65)} {
		require.False(t, core.ValidID(s, "prod"), "%q", s)
	}
}

func TestClockIsUTCInMicroseconds(t *testing.T) {
	t.Parallel()
	local := time.FixedZone("x", 3600)
	c := core.Clock(func() time.Time { return time.Date(2026, 5, 1, 1, 2, 3, 456789012, local) })
	require.Equal(t, time.Date(2026, 5, 1, 0, 2, 3, 456789000, time.UTC), c.Now())
	require.Equal(t, time.UTC, core.Clock(nil).Now().Location())
}

type thing struct{ name string }

func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, n := strings.ReplaceAll(rapid.String().Draw(t, "s"), "\x00", ""), rapid.Int64().Draw(t, "n")
		s = strings.ToValidUTF8(s, "")
		var gotS string
		var gotN int64
		ok, err := core.DecodeCursor(core.EncodeCursor(s, n), &gotS, &gotN)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, s, gotS)
		require.Equal(t, n, gotN)
	})
}

func FuzzDecodeCursor(f *testing.F) {
	f.Add(core.EncodeCursor("a", 1))
	f.Add("WyJhIiwxXQ")
	f.Add("!!")
	f.Fuzz(func(t *testing.T, cursor string) {
		var s string
		var n int64
		if _, err := core.DecodeCursor(cursor, &s, &n); err != nil && core.KindOf(err) != core.KindInvalid {
			t.Fatalf("%q: %v", cursor, err)
		}
	})
}

func TestForeignCursorsAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"x", core.EncodeCursor("a"), core.EncodeCursor(1, 2), core.EncodeCursor("a", "b"), core.EncodeCursor(nil, 1),
		core.EncodeCursor("a\x00b", 1)} {
		var s string
		var n int64
		_, err := core.DecodeCursor(c, &s, &n)
		require.Equal(t, core.KindInvalid, core.KindOf(err), "%q", c)
	}
}

func TestCutKeepsTheExtraRowOut(t *testing.T) {
	t.Parallel()
	rows := []thing{{"a"}, {"b"}, {"c"}}
	key := func(x thing) []any { return []any{x.name} }
	p := core.Cut(rows, core.PageQuery{Limit: 2}, key)
	require.Len(t, p.Items, 2)
	var after string
	_, err := core.DecodeCursor(p.Next, &after)
	require.NoError(t, err)
	require.Equal(t, "b", after)
	require.Empty(t, core.Cut(rows, core.PageQuery{Limit: 3}, key).Next)
	require.Equal(t, core.DefaultPageSize, core.PageQuery{}.Size())
	require.Equal(t, core.MaxPageSize, core.PageQuery{Limit: 1 << 30}.Size())
}

func TestKindsSurviveWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("loading: %w", core.NotFound("product", core.ProductID("prod_1")))
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	require.Equal(t, "product_not_found", core.CodeOf(err))
	require.Equal(t, core.KindInternal, core.KindOf(errors.New("x")))
	require.Equal(t, core.KindCanceled, core.KindOf(fmt.Errorf("x: %w", context.Canceled)))
	require.False(t, core.IsKind(nil, core.KindInternal))
	var v core.Violations
	v.Check(true, "a", "never")
	require.NoError(t, v.Err())
	v.Check(false, "b", "must be %d", 1)
	require.EqualError(t, v.Err(), "b: must be 1")
	stale := core.Stale("product", core.ProductID("prod_1"), 3, 5)
	require.Equal(t, core.KindStale, core.KindOf(stale))
	require.EqualValues(t, 5, stale.ErrorDetails()["current_version"])
}

func TestRequire(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	require.NoError(t, core.Require(ctx, core.PermPublic))
	require.Equal(t, core.KindUnauthenticated, core.KindOf(core.Require(ctx, core.PermOrdersRead)))
	clerk := core.WithActor(ctx, core.Actor{Kind: core.ActorStaff, ID: "staff_1", Permissions: []core.Permission{core.PermOrdersRead}})
	require.NoError(t, core.Require(clerk, core.PermOrdersRead))
	require.Equal(t, core.KindForbidden, core.KindOf(core.Require(clerk, core.PermOrdersRefund)))
	require.NoError(t, core.Require(core.WithActor(ctx, core.Actor{Kind: core.ActorStaff, Permissions: []core.Permission{core.PermAll}}), core.PermKeysWrite))
	require.NoError(t, core.Require(core.WithActor(ctx, core.System("test")), core.PermKeysWrite))
}

func TestEmails(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"a@example.org": true, "ä.b+c@exämple.org": true, "": false, "a": false, "@b.org": false, "a@": false,
		"a@b": false, "a b@c.org": false, "a@b@c.org": false, "a@c.org.": false, "a\x00@c.org": false, strings.Repeat("a", 250) + "@c.org": false} {
		require.Equal(t, want, core.ValidEmail(s), "%q", s)
	}
	require.Equal(t, "a@example.org", core.NormalEmail("  A@Example.ORG "))
}

func TestAddress(t *testing.T) {
	t.Parallel()
	a := core.Address{Name: " Ann ", Line1: "1 Road", City: "Town", Country: "gb"}.Normalize()
	require.NoError(t, a.Validate("shipping_address"))
	require.Equal(t, "GB", a.Country)
	err := core.Address{Country: "Germany", Phone: strings.Repeat("1", 201)}.Validate("shipping_address")
	for _, field := range []string{"country", "line1", "city", "name", "phone"} {
		require.ErrorContains(t, err, "shipping_address."+field)
	}
}

func Example() {
	ctx := core.WithActor(context.Background(), core.Actor{Kind: core.ActorStaff, ID: "staff_ann"})
	err := core.Require(ctx, core.PermCatalogWrite)
	fmt.Println(core.KindOf(err), "-", err)
	// Output: forbidden - this needs the permission catalog:write
}
