package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/klauspost/compress/gzhttp"
)

type (
	requestIDKey struct{}
	mountKey     struct{}
	clientIPKey  struct{}
)

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// clientIP is the address the request came from, as far as the proxies in
// between are trusted.
func clientIP(ctx context.Context) string {
	ip, _ := ctx.Value(clientIPKey{}).(string)
	return ip
}

// chain wraps the routes in what every request goes through, outermost first:
// prefix, recovery and log, headers and CORS, limits, compression, who asks,
// idempotency.
func (a *api) chain(h http.Handler) http.Handler {
	h = a.idempotent(h)
	h = a.authenticate(h)
	if gz, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(1)); err == nil {
		h = gz(h)
	}
	h = a.limit(h)
	h = a.headers(h)
	h = a.observe(h)
	return a.strip(h)
}

// strip takes off the prefix the handler is mounted under: of the ServeMux
// pattern that led here, else the configured one.
func (a *api) strip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		prefix := a.cfg.BasePath
		if _, path, ok := strings.Cut(r.Pattern, "/"); ok && prefix == "" {
			prefix, _, _ = strings.Cut("/"+path, "{")
		}
		prefix = strings.TrimSuffix(prefix, "/")
		if rest, ok := strings.CutPrefix(r.URL.Path, prefix); ok && prefix != "" && strings.HasPrefix(rest, "/") {
			r2 := r.WithContext(context.WithValue(r.Context(), mountKey{}, prefix))
			u := *r.URL
			u.Path = rest
			u.RawPath = strings.TrimPrefix(r.URL.RawPath, prefix)
			r2.URL = &u
			r = r2
		}
		next.ServeHTTP(w, r)
	})
}

// mountOf is the prefix the handler is mounted under, "" for none: paths that
// clients are told begin with it.
func mountOf(ctx context.Context) string {
	prefix, _ := ctx.Value(mountKey{}).(string)
	return prefix
}

// recorder notes what was answered, for the log, and completes the Location.
type recorder struct {
	http.ResponseWriter
	mount  string
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	if to := r.Header().Get("Location"); r.mount != "" && strings.HasPrefix(to, Prefix+"/") {
		r.Header().Set("Location", r.mount+to)
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observe gives the request an ID, logs it and turns a panic into a 500.
func (a *api) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := r.Header.Get("X-Request-Id")
		if id == "" || len(id) > 64 || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
			id = (*core.IDs)(nil).New("req")
		}
		w.Header().Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		ctx = context.WithValue(ctx, clientIPKey{}, a.addressOf(r))
		rec := &recorder{ResponseWriter: w, mount: mountOf(ctx)}
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler { //nolint:errorlint // the sentinel net/http compares by identity
					panic(v)
				}
				a.cfg.Logger.ErrorContext(ctx, "panic", "value", v, "request_id", id, "stack", string(debug.Stack()))
				if rec.status == 0 {
					a.writeProblem(rec, r.WithContext(ctx), errors.New("panic"))
				}
			}
			if a.cfg.Logger.Enabled(ctx, accessLevel(rec.status)) {
				a.cfg.Logger.Log(ctx, accessLevel(rec.status), "request", "method", r.Method, "path", r.URL.Path, "status", rec.status, "bytes", rec.bytes,
					"duration", time.Since(start), "request_id", id)
			}
		}()
		next.ServeHTTP(rec, r.WithContext(ctx))
	})
}

// headers sets what protects a browser, and answers CORS.
func (a *api) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		origin := r.Header.Get("Origin")
		if origin != "" && len(a.cfg.AllowedOrigins) > 0 {
			h.Add("Vary", "Origin")
			if slices.Contains(a.cfg.AllowedOrigins, "*") || slices.Contains(a.cfg.AllowedOrigins, origin) {
				h.Set("Access-Control-Allow-Origin", origin)
				h.Set("Access-Control-Expose-Headers", "ETag, Location, Idempotent-Replayed, Retry-After, X-Request-Id")
				if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
					h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
					h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match")
					h.Set("Access-Control-Max-Age", "600")
					w.WriteHeader(http.StatusNoContent)
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// maxUpload bounds the routes that take files.
const maxUpload = 11 << 20

// limit bounds a request's time and, beyond what each route allows, its body.
func (a *api) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := readable(r.URL); err != nil {
			a.writeProblem(w, r, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), a.cfg.Timeout)
		defer cancel()
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, max(maxUpload, a.cfg.MaxBody))
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// readable refuses addresses that are no text to databases: valid UTF-8 without
// NUL. Nothing has such an ID.
func readable(u *url.URL) error {
	if !core.ValidText(u.Path) {
		return core.Errorf(core.KindNotFound, "not_found", "nothing has such an ID")
	}
	if !strings.Contains(u.RawQuery, "%") && core.ValidText(u.RawQuery) {
		return nil
	}
	for name, values := range u.Query() {
		for _, v := range values {
			if !core.ValidText(name) || !core.ValidText(v) {
				return core.Invalid(strings.ToValidUTF8(name, "?"), "must be valid text")
			}
		}
	}
	return nil
}

// authenticate finds out who asks. No credentials are an anonymous shopper;
// bad ones are refused rather than ignored.
func (a *api) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Whoever embeds the shop may know its user already, but only an
		// explicit actor of its own counts: see bodega.Config.
		if header := r.Header.Get("Authorization"); header != "" {
			scheme, token, _ := strings.Cut(header, " ")
			if !strings.EqualFold(scheme, "Bearer") || token == "" {
				a.writeProblem(w, r, core.Errorf(core.KindUnauthenticated, "unauthenticated", "send Authorization: Bearer <token>"))
				return
			}
			actor, err := a.services.Accounts.Authenticate(r.Context(), strings.TrimSpace(token))
			if err != nil {
				a.writeProblem(w, r, err)
				return
			}
			r = r.WithContext(core.WithActor(r.Context(), actor))
		}
		next.ServeHTTP(w, r)
	})
}

// writeProblem answers with a problem outside of an operation's handler.
func (a *api) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(a.fail(r.Context(), err))
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// addressOf returns the client's address: the connection's, or, behind trusted
// proxies, the last address of X-Forwarded-For that is not one of them.
func (a *api) addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if len(a.cfg.TrustedProxies) == 0 || !a.trusted(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		hop = strings.TrimSpace(hop)
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
		if !a.trusted(hop) {
			break
		}
	}
	return host
}

func (a *api) trusted(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(a.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// accessLevel keeps the log of a healthy shop quiet: requests are logged at
// debug, failures of ours as errors.
func accessLevel(status int) slog.Level {
	if status >= 500 {
		return slog.LevelError
	}
	return slog.LevelDebug
}
