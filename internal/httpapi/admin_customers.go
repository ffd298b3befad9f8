package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// CustomerInput is a customer to be made: a guest, until they claim the account
// through a mailed link.
type CustomerInput struct {
	Email     string            `json:"email" minLength:"3" maxLength:"254"`
	Name      string            `json:"name,omitempty" maxLength:"200"`
	Phone     string            `json:"phone,omitempty" maxLength:"60"`
	Locale    string            `json:"locale,omitempty" maxLength:"35"`
	Currency  money.Currency    `json:"currency,omitempty" maxLength:"3"`
	Reference string            `json:"reference,omitempty" maxLength:"200" doc:"Unique name in another system"`
	Groups    []string          `json:"groups,omitempty" maxItems:"100"`
	Marketing bool              `json:"marketing,omitempty" doc:"Marketing mail was agreed to"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Addresses []core.Address    `json:"addresses,omitempty" maxItems:"50" doc:"The first becomes both defaults"`
}

func (in CustomerInput) customer() account.NewCustomer {
	c := account.NewCustomer{Customer: account.Customer{Email: in.Email, Name: in.Name, Phone: in.Phone, Locale: in.Locale, Currency: in.Currency,
		Reference: in.Reference, Groups: in.Groups, Marketing: account.Consent{Granted: in.Marketing, Source: "staff"}, Metadata: in.Metadata}}
	if !in.Marketing {
		c.Marketing.Source = ""
	}
	for _, x := range in.Addresses {
		c.Addresses = append(c.Addresses, account.Address{Address: x})
	}
	return c
}

// CustomerPatch changes a customer.
type CustomerPatch struct {
	Email     *string            `json:"email,omitempty" maxLength:"254" doc:"A new one has to be proved again"`
	Name      *string            `json:"name,omitempty" maxLength:"200"`
	Phone     *string            `json:"phone,omitempty" maxLength:"60"`
	Locale    *string            `json:"locale,omitempty" maxLength:"35"`
	Currency  *money.Currency    `json:"currency,omitempty" maxLength:"3"`
	Reference *string            `json:"reference,omitempty" maxLength:"200"`
	Groups    *[]string          `json:"groups,omitempty" maxItems:"100" doc:"Replaces all"`
	Marketing *bool              `json:"marketing,omitempty" doc:"Consent given or withdrawn, now"`
	OptOut    *bool              `json:"personalization_opt_out,omitempty"`
	Shipping  *core.AddressID    `json:"default_shipping_address_id,omitempty" doc:"Empty for none"`
	Billing   *core.AddressID    `json:"default_billing_address_id,omitempty" doc:"Empty for none"`
	Metadata  *map[string]string `json:"metadata,omitempty" doc:"Replaces all"`
	Status    *account.Status    `json:"status,omitempty" enum:"active,disabled" doc:"Disabling ends all sessions"`
}

func (in CustomerPatch) update() account.CustomerUpdate {
	return account.CustomerUpdate{ProfileUpdate: account.ProfileUpdate{Name: in.Name, Phone: in.Phone, Locale: in.Locale, Currency: in.Currency, Marketing: in.Marketing,
		MarketingSource: "staff", PersonalizationOptOut: in.OptOut, DefaultShipping: in.Shipping, DefaultBilling: in.Billing},
		Email: in.Email, Reference: in.Reference, Groups: in.Groups, Metadata: in.Metadata, Status: in.Status}
}

type customerFilter struct {
	PageQuery
	Query       string               `query:"q" maxLength:"200" doc:"Part of name, email, phone or reference"`
	Email       string               `query:"email" maxLength:"254" doc:"The whole email"`
	Group       string               `query:"group" maxLength:"100"`
	Status      account.Status       `query:"status" enum:"active,disabled,erased" doc:"Erased ones are listed only when asked for"`
	Registered  string               `query:"registered" enum:"true,false" doc:"Accounts, or guests"`
	Marketing   string               `query:"marketing" enum:"true,false" doc:"Whether marketing mail was agreed to"`
	CreatedFrom time.Time            `query:"created_from"`
	CreatedTo   time.Time            `query:"created_before"`
	UpdatedFrom time.Time            `query:"updated_from"`
	Sort        account.CustomerSort `query:"sort" enum:"-created_at,created_at,email" default:"-created_at"`
}

// maybe reads a filter that has three answers.
func maybe(s string) *bool {
	if s == "" {
		return nil
	}
	v := s == "true"
	return &v
}

func (a *api) adminCustomers() {
	handle(a, route{method: http.MethodGet, path: "/admin/customers", perm: core.PermCustomersRead, tag: tagCustomers, summary: "List customers"},
		func(ctx context.Context, s Services, in *customerFilter) (*body[core.Page[account.Customer]], error) {
			return paged(s.Accounts.Customers(ctx, account.CustomerFilter{Query: in.Query, Email: in.Email, Group: in.Group, Status: in.Status,
				Registered: maybe(in.Registered), Marketing: maybe(in.Marketing), CreatedFrom: in.CreatedFrom, CreatedBefore: in.CreatedTo,
				UpdatedFrom: in.UpdatedFrom, Sort: in.Sort}, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/customers", perm: core.PermCustomersWrite, tag: tagCustomers, status: http.StatusCreated, summary: "Add a customer"},
		func(ctx context.Context, s Services, in *Post[CustomerInput]) (*body[account.Customer], error) {
			c, err := s.Accounts.CreateCustomer(ctx, in.Body.customer())
			return made(c, c.Version, err, "customers", string(c.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/customers/{id}", perm: core.PermCustomersRead, tag: tagCustomers, summary: "Show a customer"},
		func(ctx context.Context, s Services, in *Path[core.CustomerID]) (*body[account.Customer], error) {
			c, err := s.Accounts.Customer(ctx, in.ID)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/customers/{id}", perm: core.PermCustomersWrite, tag: tagCustomers, summary: "Change a customer"},
		func(ctx context.Context, s Services, in *Change[core.CustomerID, CustomerPatch]) (*body[account.Customer], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			c, err := s.Accounts.UpdateCustomer(ctx, in.ID, in.Body.update(), seen)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/customers/{id}/erase", perm: core.PermCustomersWrite, tag: tagCustomers, summary: "Erase everything personal of a customer",
		description: "The ID stays, so that orders and their sums remain. It cannot be undone."},
		about(func(ctx context.Context, s Services, id core.CustomerID) error {
			return s.Accounts.EraseCustomer(ctx, id)
		}))
	handle(a, route{method: http.MethodGet, path: "/admin/customers/{id}/personal-data", perm: core.PermCustomersRead, tag: tagCustomers,
		summary: "Show all that the account holds about a customer", description: "For a request of access; orders are kept elsewhere."},
		func(ctx context.Context, s Services, in *Path[core.CustomerID]) (*body[account.PersonalData], error) {
			d, err := s.Accounts.PersonalData(ctx, in.ID)
			return shown(d, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/customers/{id}/sessions", perm: core.PermCustomersRead, tag: tagCustomers, summary: "List where a customer is signed in"},
		func(ctx context.Context, s Services, in *Path[core.CustomerID]) (*body[list[account.Session]], error) {
			return listed(s.Accounts.SessionsOf(ctx, core.ActorCustomer, string(in.ID)))
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/customers/{id}/sessions", perm: core.PermCustomersWrite, tag: tagCustomers, summary: "Sign a customer out everywhere"},
		about(func(ctx context.Context, s Services, id core.CustomerID) error {
			return s.Accounts.RevokeSessionsOf(ctx, core.ActorCustomer, string(id))
		}))
}

// AddressEntry is an entry of a customer's address book.
type AddressEntry struct {
	Label           string       `json:"label,omitempty" maxLength:"100"`
	Address         core.Address `json:"address"`
	DefaultShipping bool         `json:"default_shipping,omitempty" doc:"A first address always becomes both defaults"`
	DefaultBilling  bool         `json:"default_billing,omitempty"`
}

// CustomerAddress names an entry of a customer's address book.
type CustomerAddress struct {
	Path[core.CustomerID]
	Address core.AddressID `path:"address" maxLength:"80"`
}

func (a *api) adminAddresses() {
	handle(a, route{method: http.MethodGet, path: "/admin/customers/{id}/addresses", perm: core.PermCustomersRead, tag: tagCustomers, summary: "List a customer's addresses"},
		func(ctx context.Context, s Services, in *Path[core.CustomerID]) (*body[list[account.Address]], error) {
			return listed(s.Accounts.Addresses(ctx, in.ID))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/customers/{id}/addresses", perm: core.PermCustomersWrite, tag: tagCustomers, status: http.StatusCreated, summary: "Add an address"},
		func(ctx context.Context, s Services, in *To[core.CustomerID, AddressEntry]) (*body[account.Address], error) {
			x, err := s.Accounts.AddAddress(ctx, in.ID, account.AddressParams(in.Body))
			return made(x, x.Version, err, "customers", string(in.ID), "addresses", string(x.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/customers/{id}/addresses/{address}", perm: core.PermCustomersRead, tag: tagCustomers, summary: "Show an address"},
		func(ctx context.Context, s Services, in *CustomerAddress) (*body[account.Address], error) {
			x, err := s.Accounts.Address(ctx, in.ID, in.Address)
			return shownAt(x, x.Version, err)
		})
	handle(a, route{method: http.MethodPut, path: "/admin/customers/{id}/addresses/{address}", perm: core.PermCustomersWrite, tag: tagCustomers, summary: "Replace an address"},
		func(ctx context.Context, s Services, in *struct {
			CustomerAddress
			VersionHeader
			Body AddressEntry
		}) (*body[account.Address], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			x, err := s.Accounts.UpdateAddress(ctx, in.ID, in.Address, account.AddressParams(in.Body), seen)
			return shownAt(x, x.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/customers/{id}/addresses/{address}", perm: core.PermCustomersWrite, tag: tagCustomers, summary: "Delete an address"},
		func(ctx context.Context, s Services, in *CustomerAddress) (*none, error) {
			return none204(s.Accounts.DeleteAddress(ctx, in.ID, in.Address))
		})
}
