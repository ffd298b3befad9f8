package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

const tagAuth = "auth"

// loginView is what a customer's sign-in yields.
type loginView struct {
	account.Grant
	Cart        core.CartID `json:"cart_id,omitempty" doc:"The cart to go on with, when a cart was brought along and merged"`
	CartProblem string      `json:"cart_problem,omitempty" doc:"Why the cart brought along was not merged" example:"cart_not_found"`
}

type emailInput struct {
	Agent
	Body struct {
		Email string `json:"email" minLength:"3" maxLength:"254"`
	}
}

// secret makes a route of signing in: nothing of it is stored for replays.
func secret(method, path, summary string, status int) route {
	return route{method: method, path: path, perm: core.PermPublic, tag: tagAuth, summary: summary, status: status, secret: true, ownKeys: true}
}

func (a *api) auth() {
	described := func(r route, text string) route {
		r.description = text
		return r
	}
	handle(a, described(secret(http.MethodPost, "/auth/register", "Open an account", http.StatusAccepted),
		"A link that proves the email is mailed. The answer does not tell whether the email has an account: its owner is mailed instead."),
		func(ctx context.Context, s Services, in *struct {
			Agent
			Body struct {
				Email     string         `json:"email" minLength:"3" maxLength:"254"`
				Password  string         `json:"password" minLength:"1" maxLength:"1024"`
				Name      string         `json:"name,omitempty" maxLength:"200"`
				Phone     string         `json:"phone,omitempty" maxLength:"50"`
				Locale    string         `json:"locale,omitempty" maxLength:"35"`
				Currency  money.Currency `json:"currency,omitempty" maxLength:"3"`
				Marketing bool           `json:"marketing,omitempty" doc:"Consents to marketing mail"`
			}
		}) (*none, error) {
			b := in.Body
			return nil, s.Accounts.Register(ctx, account.Registration{Email: b.Email, Password: b.Password, Name: b.Name, Phone: b.Phone, Locale: b.Locale,
				Currency: b.Currency, Marketing: b.Marketing, Client: in.client(ctx, "")})
		})
	handle(a, described(secret(http.MethodPost, "/auth/login", "Sign a customer in", 0),
		"Whatever is wrong, the answer is the same 401 invalid_credentials. An anonymous cart brought along is merged into the customer's; if it cannot be, the sign-in stands."),
		func(ctx context.Context, s Services, in *struct {
			Agent
			Body struct {
				Email    string      `json:"email" maxLength:"254"`
				Password string      `json:"password" maxLength:"1024"`
				Device   string      `json:"device,omitempty" maxLength:"100" doc:"A name for the list of sessions" example:"Anna's phone"`
				Cart     core.CartID `json:"cart_id,omitempty" maxLength:"80"`
			}
		}) (*body[loginView], error) {
			g, err := s.Accounts.LoginCustomer(ctx, account.Login{Email: in.Body.Email, Password: in.Body.Password, Client: in.client(ctx, in.Body.Device)})
			if err != nil {
				return nil, err
			}
			out := loginView{Grant: g}
			if in.Body.Cart != "" {
				v, err := s.Carts.Claim(core.WithActor(ctx, g.Actor), in.Body.Cart)
				out.Cart, out.CartProblem = v.Cart.ID, ""
				if err != nil {
					p := problemOf(a.fail(ctx, err)) // logged when it is our fault
					out.Cart, out.CartProblem = "", p.Code
				}
			}
			return granted(out), nil
		})
	handle(a, described(secret(http.MethodPost, "/auth/refresh", "Exchange a refresh token for new tokens", 0),
		"Each refresh token works once. Using a replaced one ends the session."),
		func(ctx context.Context, s Services, in *struct {
			Agent
			Body struct {
				Refresh string `json:"refresh_token" minLength:"1" maxLength:"500"`
			}
		}) (*body[account.Grant], error) {
			g, err := s.Accounts.Refresh(ctx, in.Body.Refresh, in.client(ctx, ""))
			return granted(g), err
		})
	handle(a, described(secret(http.MethodPost, "/auth/logout", "Sign out", 0), "Ends the session of the refresh token, or of the access token one asks with."),
		func(ctx context.Context, s Services, in *struct {
			Body *struct {
				Refresh string `json:"refresh_token,omitempty" maxLength:"500"`
			}
		}) (*none, error) {
			if in.Body == nil {
				return nil, s.Accounts.Logout(ctx, "")
			}
			return nil, s.Accounts.Logout(ctx, in.Body.Refresh)
		})
	forgot := func(path string, kind core.ActorKind) {
		handle(a, described(secret(http.MethodPost, path, "Mail a link to set a new password", http.StatusAccepted), "The answer is the same whether the email has an account or not."),
			func(ctx context.Context, s Services, in *emailInput) (*none, error) {
				return nil, s.Accounts.RequestPasswordReset(ctx, kind, in.Body.Email, in.client(ctx, ""))
			})
	}
	forgot("/auth/password/forgot", core.ActorCustomer)
	forgot("/auth/staff/password/forgot", core.ActorStaff)
	handle(a, described(secret(http.MethodPost, "/auth/password/reset", "Set a password with a mailed token", 0), "For customers, guests who claim their account, and staff. All sessions end."),
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Token    string `json:"token" minLength:"1" maxLength:"500"`
				Password string `json:"password" minLength:"1" maxLength:"1024"`
			}
		}) (*none, error) {
			return nil, s.Accounts.ResetPassword(ctx, in.Body.Token, in.Body.Password)
		})
	handle(a, secret(http.MethodPost, "/auth/email/verify", "Prove an email with a mailed token", 0),
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Token string `json:"token" minLength:"1" maxLength:"500"`
			}
		}) (*none, error) {
			return nil, s.Accounts.ConfirmEmail(ctx, in.Body.Token)
		})
	a.authStaff()
}
