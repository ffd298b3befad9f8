package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

const tagAccount = "store: account"

// accountView is a customer as they see themselves: without what the shop notes
// about them.
type accountView struct {
	ID                    core.CustomerID `json:"id"`
	Email                 string          `json:"email,omitempty"`
	EmailVerified         time.Time       `json:"email_verified_at,omitzero"`
	Name                  string          `json:"name,omitempty"`
	Phone                 string          `json:"phone,omitempty"`
	Locale                string          `json:"locale,omitempty"`
	Currency              money.Currency  `json:"currency,omitempty"`
	Marketing             account.Consent `json:"marketing"`
	PersonalizationOptOut bool            `json:"personalization_opt_out"`
	DefaultShipping       core.AddressID  `json:"default_shipping_address_id,omitempty"`
	DefaultBilling        core.AddressID  `json:"default_billing_address_id,omitempty"`
	Version               int64           `json:"version"`
	CreatedAt             time.Time       `json:"created_at"`
	UpdatedAt             time.Time       `json:"updated_at"`
}

func viewAccount(c account.Customer, err error) (*body[accountView], error) {
	return versioned(accountView{c.ID, c.Email, c.EmailVerified, c.Name, c.Phone, c.Locale, c.Currency, c.Marketing, c.PersonalizationOptOut,
		c.DefaultShipping, c.DefaultBilling, c.Version, c.CreatedAt, c.UpdatedAt}, c.Version), err
}

// Agent is embedded by inputs of what starts or continues a session.
type Agent struct {
	UserAgent string `header:"User-Agent"`
}

// client is where a request comes from.
func (u Agent) client(ctx context.Context, device string) account.Client {
	return account.Client{IP: clientIP(ctx), UserAgent: u.UserAgent, Device: device}
}

func (a *api) storeAccount() {
	handle(a, route{method: http.MethodGet, path: "/store/account", perm: core.PermSelf, tag: tagAccount, summary: "Show one's own account"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[accountView], error) {
			return viewAccount(s.Accounts.Me(ctx))
		})
	handle(a, route{method: http.MethodPatch, path: "/store/account", perm: core.PermSelf, tag: tagAccount, summary: "Change one's own account, preferences and consent"},
		func(ctx context.Context, s Services, in *struct {
			VersionHeader
			Body struct {
				Name                  *string         `json:"name,omitempty" maxLength:"200"`
				Phone                 *string         `json:"phone,omitempty" maxLength:"50"`
				Locale                *string         `json:"locale,omitempty" maxLength:"35" example:"de-CH"`
				Currency              *money.Currency `json:"currency,omitempty" example:"EUR"`
				Marketing             *bool           `json:"marketing,omitempty" doc:"Gives or withdraws the consent to marketing mail"`
				PersonalizationOptOut *bool           `json:"personalization_opt_out,omitempty" doc:"Behavior is not used to choose what is shown"`
				DefaultShipping       *core.AddressID `json:"default_shipping_address_id,omitempty" doc:"An own address, or empty for none"`
				DefaultBilling        *core.AddressID `json:"default_billing_address_id,omitempty" doc:"An own address, or empty for none"`
			}
		}) (*body[accountView], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			b := in.Body
			return viewAccount(s.Accounts.UpdateProfile(ctx, account.ProfileUpdate{Name: b.Name, Phone: b.Phone, Locale: b.Locale, Currency: b.Currency,
				Marketing: b.Marketing, PersonalizationOptOut: b.PersonalizationOptOut, DefaultShipping: b.DefaultShipping, DefaultBilling: b.DefaultBilling}, seen))
		})
	handle(a, route{method: http.MethodDelete, path: "/store/account", perm: core.PermSelf, tag: tagAccount, summary: "Erase one's own account",
		description: "Everything personal goes, and all sessions end. Orders stay, without a person."},
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Password string `json:"password" minLength:"1" maxLength:"1024"`
			}
		}) (*none, error) {
			return nil, s.Accounts.EraseMe(ctx, in.Body.Password)
		})
	handle(a, route{method: http.MethodPost, path: "/store/account/email", perm: core.PermSelf, tag: tagAccount, status: http.StatusAccepted, secret: true,
		summary:     "Ask for another email",
		description: "A link is mailed to it; the email changes when POST /auth/email/verify takes its token. Whether somebody has that email is not told."},
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Email    string `json:"email" minLength:"3" maxLength:"254"`
				Password string `json:"password" minLength:"1" maxLength:"1024"`
			}
		}) (*none, error) {
			return nil, s.Accounts.ChangeEmail(ctx, in.Body.Email, in.Body.Password)
		})
	handle(a, route{method: http.MethodPost, path: "/store/account/email/verification", perm: core.PermSelf, tag: tagAccount, status: http.StatusAccepted, secret: true,
		summary: "Mail the link that proves the email once more"},
		func(ctx context.Context, s Services, _ *struct{}) (*none, error) {
			return nil, s.Accounts.RequestEmailVerification(ctx)
		})
	handle(a, route{method: http.MethodPost, path: "/store/account/password", perm: core.PermSelf, tag: tagAccount, secret: true, summary: "Change one's own password",
		description: "All sessions end; the answer begins a new one."}, changePassword)
	a.storeAddresses()
	a.storeExport()
	sessionRoutes(a, route{path: "/store/account/sessions", perm: core.PermSelf, tag: tagAccount})
}

type passwordInput struct {
	Agent
	Body struct {
		Current string `json:"current_password" minLength:"1" maxLength:"1024"`
		New     string `json:"new_password" minLength:"1" maxLength:"1024"`
	}
}

func changePassword(ctx context.Context, s Services, in *passwordInput) (*body[account.Grant], error) {
	g, err := s.Accounts.ChangePassword(ctx, in.Body.Current, in.Body.New, in.client(ctx, ""))
	return granted(g), err
}

// granted answers with tokens, which nobody on the way may keep.
func granted[T any](v T) *body[T] {
	out := ok(v)
	out.Cache = "no-store"
	return out
}

// sessionRoutes are the routes about one's own sessions, for customers and for
// staff.
func sessionRoutes(a *api, r route) {
	at := func(method, below, summary string) route {
		one := r
		one.method, one.path, one.summary = method, r.path+below, summary
		return one
	}
	handle(a, at(http.MethodGet, "", "List one's own sessions, the one used last first"),
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[account.Session]], error) {
			all, err := s.Accounts.Sessions(ctx)
			return ok(list[account.Session]{append([]account.Session{}, all...)}), err
		})
	handle(a, at(http.MethodDelete, "/{session}", "End one of one's own sessions"),
		func(ctx context.Context, s Services, in *struct {
			ID core.SessionID `path:"session" maxLength:"80"`
		}) (*none, error) {
			return nil, s.Accounts.RevokeSession(ctx, in.ID)
		})
	handle(a, at(http.MethodDelete, "", "End all of one's own sessions"),
		func(ctx context.Context, s Services, in *struct {
			Keep bool `query:"keep_current" doc:"Leave the session that asks"`
		}) (*none, error) {
			return nil, s.Accounts.RevokeSessions(ctx, in.Keep)
		})
}
