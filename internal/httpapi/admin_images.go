package httpapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/danielgtaylor/huma/v2"
)

// adminImage is an image as staff edits it; where its blobs are kept is not
// shown.
type adminImage struct {
	ID         core.ImageID      `json:"id"`
	ProductID  core.ProductID    `json:"product_id"`
	Position   int               `json:"position" doc:"From 1; the first is the product's thumbnail"`
	URL        string            `json:"url"`
	Alt        string            `json:"alt" doc:"What it shows, in words"`
	AltTexts   map[string]string `json:"alt_texts,omitempty" doc:"By locale"`
	Width      int               `json:"width" doc:"Pixels of the original"`
	Height     int               `json:"height"`
	Color      string            `json:"color,omitempty"`
	Focus      catalog.Focus     `json:"focus"`
	Renditions []renditionView   `json:"renditions"`
	Version    int64             `json:"version"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

func viewAdminImage(ctx context.Context, i catalog.Image) adminImage {
	v := viewImage(ctx, i)
	return adminImage{ID: i.ID, ProductID: i.ProductID, Position: i.Position, URL: v.URL, Alt: i.Alt, AltTexts: i.AltTexts, Width: i.Width, Height: i.Height,
		Color: i.Color, Focus: i.Focus, Renditions: v.Renditions, Version: i.Version, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt}
}

func viewAdminImages(ctx context.Context, in []catalog.Image, err error) (*body[list[adminImage]], error) {
	out := make([]adminImage, len(in))
	for i := range in {
		out[i] = viewAdminImage(ctx, in[i])
	}
	return listed(out, err)
}

// Upload is a picture with what is known of it.
type Upload struct {
	File     huma.FormFile `form:"file" required:"true" contentType:"image/*,application/octet-stream" doc:"JPEG, PNG, WebP or GIF, told by its content; at most 10 MiB"`
	Alt      string        `form:"alt" required:"false" doc:"What it shows, in words"`
	Position int           `form:"position" required:"false" doc:"Among the product's images, from 1; 0 is the end"`
	FocusX   int           `form:"focus_x" required:"false" minimum:"0" maximum:"1000" doc:"Thousandths from the left: what must stay in sight. Both left out, or 0: the middle"`
	FocusY   int           `form:"focus_y" required:"false" minimum:"0" maximum:"1000" doc:"Thousandths from the top"`
}

type imageOrder struct {
	Images []core.ImageID `json:"image_ids" minItems:"1" maxItems:"250" doc:"All images of the product"`
}

func (a *api) adminImages() {
	handle(a, route{method: http.MethodGet, path: "/admin/products/{id}/images", perm: core.PermCatalogRead, tag: tagCatalog, summary: "List a product's images"},
		func(ctx context.Context, s Services, in *Path[core.ProductID]) (*body[list[adminImage]], error) {
			images, err := s.Catalog.Images(ctx, in.ID)
			return viewAdminImages(ctx, images, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/products/{id}/images", perm: core.PermCatalogWrite, tag: tagCatalog, status: http.StatusCreated, maxBody: maxUpload,
		ownKeys: true, summary: "Upload an image", description: "Renditions in several widths are made at once; what the camera wrote beside the picture is dropped."},
		func(ctx context.Context, s Services, in *struct {
			Path[core.ProductID]
			RawBody huma.MultipartFormFiles[Upload]
		}) (*body[adminImage], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }()
			data, err := io.ReadAll(form.File)
			if err != nil {
				return nil, core.Invalid("file", "cannot be read")
			}
			p := catalog.NewImage{Alt: form.Alt, Position: form.Position}
			if form.FocusX != 0 || form.FocusY != 0 {
				p.Focus = &catalog.Focus{X: form.FocusX, Y: form.FocusY}
			}
			i, err := s.Catalog.AddImage(ctx, in.ID, data, p)
			return made(viewAdminImage(ctx, i), i.Version, err, "images", string(i.ID))
		})
	handle(a, route{method: http.MethodPut, path: "/admin/products/{id}/images/order", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Put a product's images in order"},
		func(ctx context.Context, s Services, in *To[core.ProductID, imageOrder]) (*body[list[adminImage]], error) {
			images, err := s.Catalog.ReorderImages(ctx, in.ID, in.Body.Images...)
			return viewAdminImages(ctx, images, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/images/{id}", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show an image"},
		func(ctx context.Context, s Services, in *Path[core.ImageID]) (*body[adminImage], error) {
			i, err := s.Catalog.Image(ctx, in.ID)
			return shownAt(viewAdminImage(ctx, i), i.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/images/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Change an image's words or focus"},
		func(ctx context.Context, s Services, in *Change[core.ImageID, catalog.ImageUpdate]) (*body[adminImage], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			i, err := s.Catalog.UpdateImage(ctx, in.ID, seen, in.Body)
			return shownAt(viewAdminImage(ctx, i), i.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/images/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Delete an image"},
		about(func(ctx context.Context, s Services, id core.ImageID) error { return s.Catalog.DeleteImage(ctx, id) }))
}
