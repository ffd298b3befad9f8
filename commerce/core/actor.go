package core

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/money"
)

// ActorKind says who is asking.
type ActorKind string

// The kinds of actor. The zero value is an anonymous shopper.
const (
	ActorAnonymous ActorKind = ""
	ActorCustomer  ActorKind = "customer"
	ActorStaff     ActorKind = "staff"
	ActorAPIKey    ActorKind = "api_key"
	ActorAgent     ActorKind = "agent" // software acting for a shopper
	ActorSystem    ActorKind = "system"
)

// Actor is who asks. It travels in the context; services check it, and a
// transaction never does.
type Actor struct {
	Kind        ActorKind
	ID          string     // customer, staff or key ID; for the system the name of the work
	Customer    CustomerID // whose things may be seen as one's own; "" for none
	Permissions []Permission
	Session     SessionID // the login this came with, if any
	Channel     ChannelID // the sales channel a publishable key is bound to, if any
	Limits      Limits    // what narrows the permissions further
}

// Limits narrow what an actor may do with the permissions it holds; keys given
// to agents carry them. The zero value limits nothing.
type Limits struct {
	MaxRefund   *money.Money `json:"max_refund,omitempty"`    // of one refund; other currencies are refused
	ReadOnlyPII bool         `json:"read_only_pii,omitempty"` // personal data may be read, not changed
}

// System is the program itself: allowed everything. Name the work it does; it
// appears in timelines.
func System(work string) Actor { return Actor{Kind: ActorSystem, ID: work} }

// String names the actor for timelines and logs: "staff:staff_01...".
func (a Actor) String() string {
	if a.Kind == ActorAnonymous {
		return "anonymous"
	}
	return string(a.Kind) + ":" + a.ID
}

// Can reports whether the actor holds the permission.
func (a Actor) Can(p Permission) bool {
	return a.Kind == ActorSystem || p == PermPublic || slices.Contains(a.Permissions, p) || slices.Contains(a.Permissions, PermAll)
}

type actorKey struct{}

// WithActor returns a context in which the actor asks.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns who asks: an anonymous shopper unless [WithActor] said
// otherwise.
func ActorFrom(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// Require returns nil when the context's actor holds the permission, else a
// KindUnauthenticated or KindForbidden error that names it.
func Require(ctx context.Context, p Permission) error {
	a := ActorFrom(ctx)
	if a.Can(p) {
		return nil
	}
	if a.Kind == ActorAnonymous {
		return Errorf(KindUnauthenticated, "unauthenticated", "sign in: this needs the permission %s", p)
	}
	return Errorf(KindForbidden, "forbidden", "this needs the permission %s", p)
}

// Permission is the right to do one sort of thing: "<area>:<act>".
type Permission string

// The permissions.
const (
	PermPublic         Permission = "public" // everybody holds it
	PermSelf           Permission = "self"   // a signed-in customer, about own things
	PermAll            Permission = "*"      // holds every permission: the owner role
	PermCatalogRead    Permission = "catalog:read"
	PermCatalogWrite   Permission = "catalog:write"
	PermStockRead      Permission = "stock:read"
	PermStockWrite     Permission = "stock:write"
	PermOrdersRead     Permission = "orders:read"
	PermOrdersWrite    Permission = "orders:write"
	PermOrdersRefund   Permission = "orders:refund"
	PermPaymentsRead   Permission = "payments:read"
	PermPaymentsWrite  Permission = "payments:write"
	PermCustomersRead  Permission = "customers:read"
	PermCustomersWrite Permission = "customers:write"
	PermPromosRead     Permission = "promotions:read"
	PermPromosWrite    Permission = "promotions:write"
	PermReviewsWrite   Permission = "reviews:write"
	PermSettingsRead   Permission = "settings:read" // channels, taxes, shipping
	PermSettingsWrite  Permission = "settings:write"
	PermStaffRead      Permission = "staff:read"
	PermStaffWrite     Permission = "staff:write"
	PermKeysRead       Permission = "keys:read"
	PermKeysWrite      Permission = "keys:write"
	PermEventsRead     Permission = "events:read"
	PermEventsWrite    Permission = "events:write"
	PermAnalyticsRead  Permission = "analytics:read"      // what shoppers did, reports
	PermMerchRead      Permission = "merchandising:read"  // search and recommendations: synonyms, rules, models
	PermMerchWrite     Permission = "merchandising:write" // also rebuilding indexes and training
)

// Permissions lists every permission that can be granted to staff and keys.
func Permissions() []Permission {
	return []Permission{PermCatalogRead, PermCatalogWrite, PermStockRead, PermStockWrite, PermOrdersRead, PermOrdersWrite,
		PermOrdersRefund, PermPaymentsRead, PermPaymentsWrite, PermCustomersRead, PermCustomersWrite, PermPromosRead,
		PermPromosWrite, PermReviewsWrite, PermSettingsRead, PermSettingsWrite, PermStaffRead, PermStaffWrite,
		PermKeysRead, PermKeysWrite, PermEventsRead, PermEventsWrite, PermAnalyticsRead, PermMerchRead, PermMerchWrite}
}
