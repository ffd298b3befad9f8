package storagetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/storage"
)

// Review tests reviews through the service and the store.
func Review(t *testing.T, open func(t *testing.T) *storage.DB) {
	for name, test := range map[string]func(*testing.T, *critics){
		"one each": reviewOnce, "moderation": reviewModeration, "summaries are sums": reviewSums, "at once": reviewAtOnce, "lists": reviewLists, "votes": reviewVotes,
		"import and forget": reviewImport,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newCritics(t, open(t)))
		})
	}
}

// critics is a review service over a database with one product.
type critics struct {
	*review.Service
	*orgShelf
	product core.ProductID
	staff   context.Context
}

func newCritics(t *testing.T, db *storage.DB) *critics {
	c := &critics{orgShelf: newOrgShelf(t, db)}
	c.product = c.orgShelf.product(t, nil).ID
	c.staff = core.WithActor(t.Context(), core.Actor{Kind: core.ActorStaff, ID: "staff_1", Permissions: []core.Permission{core.PermReviewsWrite}})
	clock := core.Clock(func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.now = c.now.Add(time.Microsecond)
		return c.now
	})
	c.Service = review.New(core.Narrow(db, func(tx storage.Tx) review.Tx { return tx }), review.Config{Clock: clock,
		Purchased: func(_ context.Context, id core.CustomerID, _ core.ProductID) (bool, error) {
			return id == "cus_buyer", nil
		}})
	return c
}

func as(ctx context.Context, customer core.CustomerID) context.Context {
	return core.WithActor(ctx, core.Actor{Kind: core.ActorCustomer, ID: string(customer), Customer: customer})
}

func (c *critics) submit(t *testing.T, customer core.CustomerID, rating int) review.Review {
	t.Helper()
	r, err := c.Submit(as(t.Context(), customer), review.Submission{ProductID: c.product, Rating: rating, Title: "T", Body: "B", Author: "Ann"})
	require.NoError(t, err)
	return r
}

// summary checks that lists show what the reviews amount to.
func (c *critics) summary(t *testing.T) review.Summary {
	t.Helper()
	sums, err := c.Summaries(t.Context(), c.product)
	require.NoError(t, err)
	c.view(t, func(st catalog.Store) {
		ps, err := st.Products(c.ctx, []core.ProductID{c.product})
		require.NoError(t, err)
		require.Equal(t, catalog.Rating{Average: sums[c.product].Average, Count: sums[c.product].Count}, ps[0].Rating)
	})
	off, err := c.Unbalanced(c.staff)
	require.NoError(t, err)
	require.Empty(t, off)
	return sums[c.product]
}

func reviewOnce(t *testing.T, c *critics) {
	r := c.submit(t, "cus_a", 4)
	require.Equal(t, review.Pending, r.Status)
	require.False(t, r.Verified)
	require.True(t, c.submit(t, "cus_buyer", 5).Verified)
	var again *review.AlreadyReviewedError
	_, err := c.Submit(as(t.Context(), "cus_a"), review.Submission{ProductID: c.product, Rating: 1, Author: "Ann"})
	require.ErrorAs(t, err, &again)
	_, err = c.Submit(as(t.Context(), "cus_a"), review.Submission{ProductID: "prod_nowhere", Rating: 1, Author: "Ann"})
	require.True(t, core.IsKind(err, core.KindNotFound), "%v", err)
	_, err = c.Submit(t.Context(), review.Submission{ProductID: c.product, Rating: 1, Author: "Ann"})
	require.True(t, core.IsKind(err, core.KindUnauthenticated))
	_, err = c.Submit(as(t.Context(), "cus_b"), review.Submission{ProductID: c.product, Rating: 6, Title: "<b>no</b>"})
	require.ErrorContains(t, err, "rating")
	require.ErrorContains(t, err, "HTML")
	require.ErrorContains(t, err, "author")

	// Only its author changes it, and staff and the author see it meanwhile.
	body := "Changed"
	_, err = c.Update(as(t.Context(), "cus_b"), r.ID, review.Update{Version: 1, Body: &body})
	require.True(t, core.IsKind(err, core.KindNotFound))
	_, err = c.Service.Review(as(t.Context(), "cus_b"), r.ID)
	require.True(t, core.IsKind(err, core.KindNotFound))
	got, err := c.Update(as(t.Context(), "cus_a"), r.ID, review.Update{Version: 1, Body: &body})
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Version)
	_, err = c.Update(as(t.Context(), "cus_a"), r.ID, review.Update{Version: 1, Body: &body})
	require.True(t, core.IsKind(err, core.KindStale))
	require.True(t, core.IsKind(c.Delete(as(t.Context(), "cus_b"), r.ID), core.KindNotFound))
	require.NoError(t, c.Delete(as(t.Context(), "cus_a"), r.ID))
	c.submit(t, "cus_a", 2) // may write again
}

func reviewModeration(t *testing.T, c *critics) {
	r := c.submit(t, "cus_a", 4)
	require.Zero(t, c.summary(t).Count)
	_, err := c.Approve(as(t.Context(), "cus_a"), r.ID)
	require.True(t, core.IsKind(err, core.KindForbidden))
	for range 2 { // twice changes nothing
		_, err = c.Approve(c.staff, r.ID)
		require.NoError(t, err)
		require.Equal(t, review.Summary{ProductID: c.product, Count: 1, Average: 400, Stars: [5]int64{0, 0, 0, 1, 0}}, c.summary(t))
	}
	_, err = c.Reply(c.staff, r.ID, "Thank you")
	require.NoError(t, err)
	page, err := c.List(t.Context(), c.product, review.ListParams{}, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Equal(t, "Thank you", page.Items[0].Reply.Body)
	require.Empty(t, page.Items[0].Customer, "whose it is is nobody's business")

	two := 2
	_, err = c.Update(as(t.Context(), "cus_a"), r.ID, review.Update{Version: page.Items[0].Version, Rating: &two})
	require.NoError(t, err)
	require.Zero(t, c.summary(t).Count, "a changed review is moderated anew")
	rejected, err := c.Reject(c.staff, r.ID, "off topic")
	require.NoError(t, err)
	require.Equal(t, "off topic", rejected.Reason)
	_, err = c.Approve(c.staff, r.ID)
	require.NoError(t, err)
	require.EqualValues(t, 200, c.summary(t).Average)
	require.NoError(t, c.Delete(c.staff, r.ID))
	require.Zero(t, c.summary(t).Average)
}

func reviewSums(t *testing.T, c *critics) {
	n := 0
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		if runs++; runs > 10 {
			return
		}
		var mine []core.ReviewID
		for range 5 {
			n++
			r := c.submit(t, core.CustomerID(fmt.Sprintf("cus_%d", n)), rapid.IntRange(1, 5).Draw(rt, "rating"))
			mine = append(mine, r.ID)
		}
		for range 8 {
			id := rapid.SampledFrom(mine).Draw(rt, "review")
			var err error
			switch rapid.IntRange(0, 3).Draw(rt, "act") {
			case 0:
				err = c.Delete(c.staff, id)
			case 1:
				_, err = c.Reject(c.staff, id, "")
			default:
				_, err = c.Approve(c.staff, id)
			}
			require.True(t, err == nil || core.IsKind(err, core.KindNotFound), "%v", err)
		}
		c.summary(t)
	})
}

func reviewAtOnce(t *testing.T, c *critics) {
	var ids []core.ReviewID
	for n := range 8 {
		ids = append(ids, c.submit(t, core.CustomerID(fmt.Sprintf("cus_%d", n)), 1+n%5).ID)
	}
	var wg sync.WaitGroup
	for _, id := range append(ids, ids...) { // each is approved twice
		wg.Go(func() {
			if _, err := c.Approve(c.staff, id); err != nil {
				t.Errorf("approving: %v", err)
			}
		})
	}
	var mu sync.Mutex
	won := 0
	for range 4 {
		wg.Go(func() {
			if _, err := c.Submit(as(t.Context(), "cus_twice"), review.Submission{ProductID: c.product, Rating: 1, Author: "A"}); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, won)
	require.EqualValues(t, 8, c.summary(t).Count)
}

func reviewLists(t *testing.T, c *critics) {
	for n, rating := range []int{3, 5, 1, 5, 4, 3, 5} {
		r := c.submit(t, core.CustomerID(fmt.Sprintf("cus_%d", n)), rating)
		_, err := c.Approve(c.staff, r.ID)
		require.NoError(t, err)
		for v := range n % 3 {
			require.NoError(t, c.Vote(as(t.Context(), core.CustomerID(fmt.Sprintf("cus_voter%d", v))), r.ID, true))
		}
	}
	r := c.submit(t, "cus_buyer", 2)
	_, err := c.Approve(c.staff, r.ID)
	require.NoError(t, err)
	all := func(p review.ListParams) (out []review.Review) {
		for after := ""; ; {
			page, err := c.List(t.Context(), c.product, p, core.PageQuery{Limit: 3, After: after})
			require.NoError(t, err)
			out = append(out, page.Items...)
			if after = page.Next; after == "" {
				return out
			}
		}
	}
	key := map[review.Sort]func(r review.Review) int64{review.Newest: func(r review.Review) int64 { return r.CreatedAt.UnixMicro() }, review.Helpful: func(r review.Review) int64 { return r.Helpful },
		review.Highest: func(r review.Review) int64 { return int64(r.Rating) }, review.Lowest: func(r review.Review) int64 { return -int64(r.Rating) }}
	for sort, of := range key {
		got := all(review.ListParams{Sort: sort})
		require.Len(t, got, 8)
		for i := 1; i < len(got); i++ {
			require.GreaterOrEqual(t, of(got[i-1]), of(got[i]), "%s", sort)
			require.True(t, of(got[i-1]) > of(got[i]) || got[i-1].CreatedAt.After(got[i].CreatedAt), "then the newest: %s", sort)
		}
	}
	require.Len(t, all(review.ListParams{Rating: 5}), 3)
	require.Len(t, all(review.ListParams{Verified: true}), 1)
	mine, err := c.Mine(as(t.Context(), "cus_0"), core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, mine.Items, 1)
	_, err = c.List(t.Context(), c.product, review.ListParams{Sort: "worst"}, core.PageQuery{})
	require.True(t, core.IsKind(err, core.KindInvalid))
	queue, err := c.Queue(c.staff, review.Query{Status: review.Pending}, core.PageQuery{})
	require.NoError(t, err)
	require.Empty(t, queue.Items)
}

func reviewVotes(t *testing.T, c *critics) {
	r := c.submit(t, "cus_a", 4)
	require.True(t, core.IsKind(c.Vote(as(t.Context(), "cus_b"), r.ID, true), core.KindNotFound), "not approved")
	_, err := c.Approve(c.staff, r.ID)
	require.NoError(t, err)
	require.Equal(t, "own_review", core.CodeOf(c.Vote(as(t.Context(), "cus_a"), r.ID, true)))
	for _, helpful := range []bool{true, true, false, false, true} {
		require.NoError(t, c.Vote(as(t.Context(), "cus_b"), r.ID, helpful))
	}
	require.NoError(t, c.Vote(as(t.Context(), "cus_c"), r.ID, true))
	got, err := c.Service.Review(t.Context(), r.ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Helpful)
}

func reviewImport(t *testing.T, c *critics) {
	at := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	rs, err := c.Import(c.staff, []review.Review{
		{ProductID: c.product, Rating: 5, Author: "Old shop", Status: review.Approved, CreatedAt: at, Helpful: 3},
		{ProductID: c.product, Rating: 2, Author: "Old shop", Status: review.Approved, CreatedAt: at},
		{ProductID: c.product, Rating: 1, Author: "Ann", Customer: "cus_a"},
	})
	require.NoError(t, err)
	require.Equal(t, [5]int64{0, 1, 0, 0, 1}, c.summary(t).Stars)
	require.EqualValues(t, 350, c.summary(t).Average)

	require.NoError(t, c.Vote(as(t.Context(), "cus_a"), rs[0].ID, true))
	n, err := c.Forget(c.staff, "cus_a")
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	got, err := c.Service.Review(c.staff, rs[2].ID)
	require.NoError(t, err)
	require.Equal(t, "Anonymous", got.Author)
	require.Empty(t, got.Customer)
	got, err = c.Service.Review(c.staff, rs[0].ID)
	require.NoError(t, err)
	require.EqualValues(t, 4, got.Helpful, "the count stays")
}
