package httpapi

import (
	"io"
	"net/http"
	"strconv"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// storeImages serves renditions of images. It stands outside of the OpenAPI
// document, being no JSON.
func (a *api) storeImages() {
	a.plainRoute("GET "+Prefix+"/store/images/{image}/{width}", core.PermPublic, func(w http.ResponseWriter, r *http.Request) {
		width, err := strconv.Atoi(r.PathValue("width"))
		if err != nil || width < 0 || width > 100_000 {
			a.writeProblem(w, r, core.Invalid("width", "must be a number of pixels; 0 is the widest there is"))
			return
		}
		square := r.URL.Query().Get("square") == "true"
		b, err := a.services.Catalog.OpenImage(r.Context(), core.ImageID(r.PathValue("image")), width, square)
		if err != nil {
			a.writeProblem(w, r, err)
			return
		}
		defer func() { _ = b.Body.Close() }()
		h := w.Header()
		h.Set("Content-Type", b.ContentType)
		h.Set("ETag", `"`+b.ETag+`"`)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if square {
			h.Set("Cache-Control", "public, max-age=300") // cut anew when the focus is moved
		} else {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		if seeker, ok := b.Body.(io.ReadSeeker); ok {
			http.ServeContent(w, r, "", b.ModifiedAt, seeker) // knows If-None-Match and ranges
			return
		}
		if r.Header.Get("If-None-Match") == h.Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if b.Size > 0 {
			h.Set("Content-Length", strconv.FormatInt(b.Size, 10))
		}
		if r.Method != http.MethodHead {
			_, _ = io.Copy(w, b.Body) // the client may be gone
		}
	})
}
