package httpapi_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/account"
)

func TestAnswersAreAlikeForKnownAndUnknownEmails(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	f.customer("known@example.org")
	same := func(path string, body func(email string) object) {
		known := f.guest().post(path, body("known@example.org"))
		unknown := f.guest().post(path, body("unknown@example.org"))
		require.Equal(t, known.StatusCode, unknown.StatusCode, path)
		for _, member := range []string{"code", "detail", "title", "errors"} {
			require.Equal(t, known.get(member), unknown.get(member), path)
		}
	}
	same("/auth/login", func(e string) object { return object{"email": e, "password": "wrong"} })
	same("/auth/password/forgot", func(e string) object { return object{"email": e} })
	same("/auth/staff/password/forgot", func(e string) object { return object{"email": e} })
	same("/auth/staff/login", func(e string) object { return object{"email": e, "password": "wrong"} })
	same("/auth/register", func(e string) object { return object{"email": e, "password": goodPassword} })
	f.mailed(account.MailExists, "known@example.org")
	f.mailed(account.MailReset, "known@example.org")
	f.mailed(account.MailVerify, "unknown@example.org")
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	before := f.mailCount()
	for field, body := range map[string]object{
		"password": {"email": "ann@example.org", "password": "123"},
		"email":    {"email": "nobody", "password": goodPassword},
		"groups":   {"email": "ann@example.org", "password": goodPassword, "groups": []string{"vip"}},
		"locale":   {"email": "ann@example.org", "password": goodPassword, "locale": "!"},
	} {
		a := f.guest().post("/auth/register", body).is(422, "invalid")
		require.Equal(t, field, a.str("errors.0.field"), "%s", a.raw)
	}
	require.Equal(t, before, f.mailCount())
}

func TestRefreshAndLogout(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, func(c *bodega.Config) { c.Account.RefreshGrace = -1 })
	f.customer("ann@example.org")
	in := f.guest().post("/auth/login", object{"email": "ANN@example.org", "password": goodPassword}).is(200)
	require.Equal(t, "no-store", in.Header.Get("Cache-Control"))
	require.Equal(t, "Bearer", in.str("token_type"))
	next := f.guest().post("/auth/refresh", object{"refresh_token": in.str("refresh_token")}).is(200)
	require.NotEqual(t, in.str("refresh_token"), next.str("refresh_token"))
	require.Equal(t, in.str("session_id"), next.str("session_id"))
	// A replaced token is a theft: the session ends.
	f.guest().post("/auth/refresh", object{"refresh_token": in.str("refresh_token")}).is(401, "session_ended")
	f.guest().post("/auth/refresh", object{"refresh_token": next.str("refresh_token")}).is(401, "session_ended")

	in = f.guest().post("/auth/login", object{"email": "ann@example.org", "password": goodPassword}).is(200)
	ann := caller{f: f, token: in.str("access_token")}
	ann.get("/store/account").is(200)
	require.Equal(t, 204, ann.with("Idempotency-Key", "out").post("/auth/logout", nil).StatusCode, "without a body")
	a := ann.get("/store/account").is(401, "session_ended")
	require.Contains(t, a.Header.Get("WWW-Authenticate"), "Bearer")
	require.Equal(t, 204, f.guest().post("/auth/logout", object{"refresh_token": "nonsense"}).StatusCode)
}

func TestBadCredentialsAreRefusedNotIgnored(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	for _, token := range []string{"x", "a.b.c", "bk_live_x"} {
		caller{f: f, token: token}.get("/store/products").is(401)
	}
	f.guest().with("Authorization", "Basic eDp5").get("/store/products").is(401, "unauthenticated")
}

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann := f.customer("ann@example.org")
	f.guest().post("/auth/password/forgot", object{"email": "ann@example.org"}).is(202)
	token := f.mailed(account.MailReset, "ann@example.org").Token
	weak := f.guest().post("/auth/password/reset", object{"token": token, "password": "short"}).is(422)
	require.Equal(t, "password", weak.str("errors.0.field"))
	require.Equal(t, 204, f.guest().post("/auth/password/reset", object{"token": token, "password": "a whole new passphrase"}).StatusCode)
	f.guest().post("/auth/password/reset", object{"token": token, "password": "a whole new passphrase"}).is(422, "invalid_token")
	ann.get("/store/account").is(401)
	f.guest().post("/auth/login", object{"email": "ann@example.org", "password": goodPassword}).is(401, "invalid_credentials")
	f.guest().post("/auth/login", object{"email": "ann@example.org", "password": "a whole new passphrase"}).is(200)
}

func TestTooManyWrongPasswordsHaveToWait(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	f.customer("ann@example.org")
	for range 50 {
		w := f.guest().post("/auth/login", object{"email": "ann@example.org", "password": "wrong"})
		if w.StatusCode == http.StatusTooManyRequests {
			w.is(429, "rate_limited")
			require.NotEmpty(t, w.Header.Get("Retry-After"))
			return
		}
		w.is(401, "invalid_credentials")
	}
	require.Fail(t, "never limited")
}

// oneTime is the RFC 6238 code for a secret as an authenticator shows it.
func oneTime(t *testing.T, secret string, at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	require.NoError(t, err)
	mac := hmac.New(sha1.New, key)
	require.NoError(t, binary.Write(mac, binary.BigEndian, at.Unix()/30))
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[from:])&0x7fffffff)%1_000_000)
}

func TestStaffSignIn(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	first, made, err := f.shop.Accounts.Bootstrap(f.staff, "owner@example.org")
	require.NoError(t, err)
	require.True(t, made)
	in := f.guest().post("/auth/staff/login", object{"email": "owner@example.org", "password": first}).is(200)
	require.Equal(t, true, in.get("must_change_password"))
	owner := caller{f: f, token: in.str("access_token")}
	in = owner.post("/auth/staff/password", object{"current_password": first, "new_password": goodPassword}).is(200)
	owner.token = in.str("access_token")
	require.Equal(t, "owner@example.org", owner.get("/auth/staff/me").is(200).str("email"))
	owner.get("/store/account").is(401, "unauthenticated") // staff are no customers

	owner.post("/auth/staff/totp/enrol", object{"password": "wrong"}).is(422, "wrong_password")
	secret := owner.post("/auth/staff/totp/enrol", object{"password": goodPassword}).is(200).str("secret")
	owner.post("/auth/staff/totp/confirm", object{"code": "000000x"}).is(422, "invalid")
	codes := owner.post("/auth/staff/totp/confirm", object{"code": oneTime(t, secret, time.Now())}).is(200)
	require.Positive(t, codes.num("recovery_codes.#"))

	login := object{"email": "owner@example.org", "password": goodPassword}
	f.guest().post("/auth/staff/login", login).is(401, "totp_required")
	login["code"] = "123"
	f.guest().post("/auth/staff/login", login).is(401, "invalid_credentials")
	login["code"] = codes.str("recovery_codes.0")
	f.guest().post("/auth/staff/login", login).is(200)
	f.guest().post("/auth/staff/login", login).is(401, "invalid_credentials") // once each

	require.Equal(t, int64(2), owner.get("/auth/staff/sessions").is(200).num("items.#"))
	require.Equal(t, 204, owner.do("DELETE", "/auth/staff/sessions?keep_current=true", nil).StatusCode)
	require.Equal(t, int64(1), owner.get("/auth/staff/sessions").is(200).num("items.#"))
	require.Equal(t, 204, owner.post("/auth/staff/totp/disable", object{"password": goodPassword, "code": codes.str("recovery_codes.1")}).StatusCode)
	delete(login, "code")
	f.guest().post("/auth/staff/login", login).is(200)
}

func TestStaffRoutesAreForStaff(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann := f.customer("ann@example.org")
	for _, r := range []struct{ method, path string }{{"GET", "/auth/staff/me"}, {"GET", "/auth/staff/sessions"}, {"DELETE", "/auth/staff/sessions"},
		{"DELETE", "/auth/staff/sessions/sess_1"}, {"POST", "/auth/staff/totp/enrol"}, {"POST", "/auth/staff/totp/confirm"}, {"POST", "/auth/staff/totp/disable"},
		{"POST", "/auth/staff/password"}} {
		var body any
		if r.method == "POST" {
			switch r.path {
			case "/auth/staff/totp/enrol":
				body = object{"password": "x"}
			case "/auth/staff/totp/confirm":
				body = object{"code": "x"}
			case "/auth/staff/totp/disable":
				body = object{"password": "x", "code": "x"}
			default:
				body = object{"current_password": "x", "new_password": "x"}
			}
		}
		f.guest().do(r.method, r.path, body).is(401, "unauthenticated")
		ann.do(r.method, r.path, body).is(403, "forbidden")
	}
	f.guest().post("/auth/staff/login", object{"email": "ann@example.org", "password": goodPassword}).is(401, "invalid_credentials")
}

func TestCustomersTokenWorksInTheBrowser(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, func(c *bodega.Config) { c.HTTP.AllowedOrigins = []string{"https://shop.example"} })
	r := httptest.NewRequest(http.MethodOptions, "/api/v1/store/account", nil)
	r.Header.Set("Origin", "https://shop.example")
	r.Header.Set("Access-Control-Request-Method", "PATCH")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	require.Equal(t, 204, w.Code)
	require.Equal(t, "https://shop.example", w.Header().Get("Access-Control-Allow-Origin"))
	r.Header.Set("Origin", "https://evil.example")
	w = httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
}
