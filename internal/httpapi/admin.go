package httpapi

import (
	"context"
	"reflect"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/danielgtaylor/huma/v2"
)

// Tags of the routes for staff.
const (
	tagCatalog   = "admin: catalog"
	tagStock     = "admin: stock"
	tagSales     = "admin: orders"
	tagPayments  = "admin: payments"
	tagCustomers = "admin: customers"
	tagSettings  = "admin: settings"
	tagAccess    = "admin: access"
	tagEvents    = "admin: events"
)

// admin registers the operations for staff and services.
func (a *api) admin() {
	a.adminProducts()
	a.adminVariants()
	a.adminImages()
	a.adminAttributes()
	a.adminCategories()
	a.adminCollections()
	a.adminReviews()
	a.adminAnalytics()
	a.adminSearch()
	a.adminRecommend()
	a.adminStock()
	a.adminStockMoves()
	a.adminOrders()
	a.adminFulfilments()
	a.adminCarts()
	a.adminPayments()
	a.adminCustomers()
	a.adminAddresses()
	a.adminPromotions()
	a.adminTax()
	a.adminShipping()
	a.adminChannels()
	a.adminStaff()
	a.adminRoles()
	a.adminKeys()
	a.adminEvents()
	a.adminOverview()
}

// Path is embedded by inputs about one thing.
type Path[T ~string] struct {
	ID T `path:"id" maxLength:"80"`
}

// Change is the input of a change of something that may have a version.
type Change[T ~string, B any] struct {
	Path[T]
	VersionHeader
	Body B
}

// To is the input of what is done with one thing.
type To[T ~string, B any] struct {
	Path[T]
	Body B
}

// Post is the input of what makes something.
type Post[B any] struct {
	Body B
}

// shown answers with something.
func shown[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return ok(v), nil
}

// shownAt answers with something that has a version.
func shownAt[T any](v T, version int64, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return versioned(v, version), nil
}

// made answers with something new, which lives below /admin.
func made[T any](v T, version int64, err error, location ...string) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return created(v, version, append([]string{"admin"}, location...)...), nil
}

// listed answers with a list of one page.
func listed[T any](items []T, err error) (*body[list[T]], error) {
	if err != nil {
		return nil, err
	}
	if items == nil {
		items = []T{}
	}
	return ok(list[T]{items}), nil
}

// paged answers with a page of a list.
func paged[T any](p core.Page[T], err error) (*body[core.Page[T]], error) {
	if err != nil {
		return nil, err
	}
	if p.Items == nil {
		p.Items = []T{}
	}
	return ok(p), nil
}

// deref returns what p points to, or the zero value.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// TranslationPatch is a translation to be set, or null to be removed.
type TranslationPatch catalog.Translation

// Schema implements huma.SchemaProvider.
func (TranslationPatch) Schema(r huma.Registry) *huma.Schema {
	s := huma.SchemaFromType(r, reflect.TypeFor[catalog.Translation]())
	s.Nullable = true
	return s
}

// none204 is for handlers that only fail or succeed.
func none204(err error) (*none, error) { return nil, err }

// about is a handler of something that is done with one thing by its ID.
func about[T ~string](do func(ctx context.Context, s Services, id T) error) func(context.Context, Services, *Path[T]) (*none, error) {
	return func(ctx context.Context, s Services, in *Path[T]) (*none, error) { return none204(do(ctx, s, in.ID)) }
}
