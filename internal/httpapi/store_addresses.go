package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/review"
)

// AddressInput is an address of the address book.
type AddressInput struct {
	Label           string       `json:"label,omitempty" maxLength:"100" doc:"The customer's own name for it" example:"office"`
	Address         core.Address `json:"address"`
	DefaultShipping bool         `json:"default_shipping,omitempty" doc:"Make it the default; a first address becomes both defaults"`
	DefaultBilling  bool         `json:"default_billing,omitempty"`
}

func (in AddressInput) params() account.AddressParams {
	return account.AddressParams{Label: in.Label, Address: in.Address, DefaultShipping: in.DefaultShipping, DefaultBilling: in.DefaultBilling}
}

// OwnAddressPath names one of the signed-in customer's addresses.
type OwnAddressPath struct {
	ID core.AddressID `path:"address" maxLength:"80"`
}

func (a *api) storeAddresses() {
	handle(a, route{method: http.MethodGet, path: "/store/account/addresses", perm: core.PermSelf, tag: tagAccount, summary: "List one's own addresses"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[account.Address]], error) {
			all, err := s.Accounts.Addresses(ctx, "")
			return ok(list[account.Address]{append([]account.Address{}, all...)}), err
		})
	handle(a, route{method: http.MethodPost, path: "/store/account/addresses", perm: core.PermSelf, tag: tagAccount, status: http.StatusCreated, summary: "Add an address"},
		func(ctx context.Context, s Services, in *struct{ Body AddressInput }) (*body[account.Address], error) {
			x, err := s.Accounts.AddAddress(ctx, "", in.Body.params())
			return created(x, x.Version, "store", "account", "addresses", string(x.ID)), err
		})
	handle(a, route{method: http.MethodGet, path: "/store/account/addresses/{address}", perm: core.PermSelf, tag: tagAccount, summary: "Show an address"},
		func(ctx context.Context, s Services, in *OwnAddressPath) (*body[account.Address], error) {
			x, err := s.Accounts.Address(ctx, "", in.ID)
			return versioned(x, x.Version), err
		})
	handle(a, route{method: http.MethodPut, path: "/store/account/addresses/{address}", perm: core.PermSelf, tag: tagAccount, summary: "Replace an address"},
		func(ctx context.Context, s Services, in *struct {
			OwnAddressPath
			VersionHeader
			Body AddressInput
		}) (*body[account.Address], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			x, err := s.Accounts.UpdateAddress(ctx, "", in.ID, in.Body.params(), seen)
			return versioned(x, x.Version), err
		})
	handle(a, route{method: http.MethodDelete, path: "/store/account/addresses/{address}", perm: core.PermSelf, tag: tagAccount, summary: "Delete an address"},
		func(ctx context.Context, s Services, in *OwnAddressPath) (*none, error) {
			return nil, s.Accounts.DeleteAddress(ctx, "", in.ID)
		})
}

// personalData is all that is kept about a customer.
type personalData struct {
	account.PersonalData
	Orders  []order.Order   `json:"orders"`
	Reviews []review.Review `json:"reviews"`
}

func (a *api) storeExport() {
	handle(a, route{method: http.MethodGet, path: "/store/account/export", perm: core.PermSelf, tag: tagAccount, summary: "Export all that is kept about oneself",
		description: "Account, addresses, sessions, orders and reviews, as the right of access asks for."},
		func(ctx context.Context, s Services, _ *struct{}) (*body[personalData], error) {
			own, err := s.Accounts.PersonalData(ctx, "")
			if err != nil {
				return nil, err
			}
			out := personalData{PersonalData: own, Orders: []order.Order{}, Reviews: []review.Review{}}
			f := order.Filter{Customer: own.Customer.ID, WithLines: true, Sort: order.Oldest}
			if err := everything(&out.Orders, func(q core.PageQuery) (core.Page[order.Order], error) { return s.Orders.List(ctx, f, q) }); err != nil {
				return nil, err
			}
			err = everything(&out.Reviews, func(q core.PageQuery) (core.Page[review.Review], error) { return s.Reviews.Mine(ctx, q) })
			return granted(out), err
		})
}

// everything reads all pages of a list.
func everything[T any](all *[]T, read func(core.PageQuery) (core.Page[T], error)) error {
	q := core.PageQuery{Limit: core.MaxPageSize}
	for {
		page, err := read(q)
		if err != nil {
			return err
		}
		*all = append(*all, page.Items...)
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
