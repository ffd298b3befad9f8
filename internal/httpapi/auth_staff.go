package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// recoveryCodes are shown once.
type recoveryCodes struct {
	Codes []string `json:"recovery_codes" doc:"Each is good for one sign-in without the authenticator"`
}

func (a *api) authStaff() {
	own := func(method, path, summary string) route {
		return route{method: method, path: path, perm: core.PermSelf, tag: tagAuth, summary: summary, staff: true, secret: true, ownKeys: true}
	}
	login := secret(http.MethodPost, "/auth/staff/login", "Sign a member of staff in", 0)
	login.description = "With a second factor and without a code, the right password is answered with 401 totp_required: ask for the code and send all again. " +
		"With must_change_password or must_enrol_totp the session can do nothing but that."
	handle(a, login, func(ctx context.Context, s Services, in *struct {
		Agent
		Body struct {
			Email    string `json:"email" maxLength:"254"`
			Password string `json:"password" maxLength:"1024"`
			Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the authenticator, or a recovery code"`
			Device   string `json:"device,omitempty" maxLength:"100"`
		}
	}) (*body[account.Grant], error) {
		b := in.Body
		g, err := s.Accounts.LoginStaff(ctx, account.Login{Email: b.Email, Password: b.Password, Code: b.Code, Client: in.client(ctx, b.Device)})
		return granted(g), err
	})
	handle(a, own(http.MethodGet, "/auth/staff/me", "Show the signed-in member of staff"),
		func(ctx context.Context, s Services, _ *struct{}) (*body[account.Staff], error) {
			me, err := s.Accounts.MyStaff(ctx)
			return versioned(me, me.Version), err
		})
	password := own(http.MethodPost, "/auth/staff/password", "Change one's own password")
	password.description = "All sessions end; the answer begins a new one. Also how a one-time password is replaced."
	handle(a, password, changePassword)
	handle(a, own(http.MethodPost, "/auth/staff/totp/enrol", "Begin to set up a second factor"),
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Password string `json:"password" minLength:"1" maxLength:"1024"`
			}
		}) (*body[account.Enrolment], error) {
			e, err := s.Accounts.EnrolTOTP(ctx, in.Body.Password)
			return granted(e), err
		})
	confirm := own(http.MethodPost, "/auth/staff/totp/confirm", "Switch the second factor on")
	confirm.description = "With a code of the enrolled authenticator. Other sessions end."
	handle(a, confirm, func(ctx context.Context, s Services, in *struct {
		Body struct {
			Code string `json:"code" minLength:"1" maxLength:"40"`
		}
	}) (*body[recoveryCodes], error) {
		codes, err := s.Accounts.ConfirmTOTP(ctx, in.Body.Code)
		return granted(recoveryCodes{codes}), err
	})
	handle(a, own(http.MethodPost, "/auth/staff/totp/disable", "Switch the second factor off"),
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Password string `json:"password" minLength:"1" maxLength:"1024"`
				Code     string `json:"code" minLength:"1" maxLength:"40" doc:"Of the authenticator, or a recovery code"`
			}
		}) (*none, error) {
			return nil, s.Accounts.DisableTOTP(ctx, in.Body.Password, in.Body.Code)
		})
	sessions := own("", "/auth/staff/sessions", "")
	sessionRoutes(a, sessions)
}
