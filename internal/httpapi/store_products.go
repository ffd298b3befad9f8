package httpapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/danielgtaylor/huma/v2"
)

const tagBrowse = "store: catalog"

type productsInput struct {
	Market
	PageQuery
	Category   string       `query:"category" maxLength:"200" doc:"ID or slug; products of the categories below it are listed, too"`
	Collection string       `query:"collection" maxLength:"200" doc:"ID or slug"`
	Tag        string       `query:"tag" maxLength:"500"`
	Vendor     string       `query:"vendor" maxLength:"500"`
	Brand      string       `query:"brand" maxLength:"500"`
	Kind       catalog.Kind `query:"kind" enum:"physical,digital,service"`
	MinPrice   int64        `query:"min_price" minimum:"0" doc:"Minor units of the currency"`
	MaxPrice   int64        `query:"max_price" minimum:"0" doc:"Minor units of the currency; 0 is any"`
	Query      string       `query:"q" maxLength:"200" doc:"Part of title, vendor, brand, tag or SKU"`
	IDs        []string     `query:"ids" maxItems:"200" doc:"Only these products"`
	Sort       catalog.Sort `query:"sort" enum:"newest,title,price,-price,created,updated,position" doc:"Default: newest; position within a collection"`
	Expand     []string     `query:"expand" enum:"availability" doc:"What to add to each product"`

	attributes []catalog.AttributeFilter
	raw        string // the query as it was sent
}

// Resolve reads the filters by attribute, whose names the shop chooses:
// attr.<code>=a,b for any of the values, attr.<code>.min and .max for numbers.
func (in *productsInput) Resolve(ctx huma.Context, _ *huma.PathBuffer) []error {
	u := ctx.URL()
	in.raw = u.RawQuery
	if !strings.Contains(u.RawQuery, "attr.") {
		return nil
	}
	var errs []error
	by := map[string]*catalog.AttributeFilter{}
	for name, values := range u.Query() {
		code, isAttr := strings.CutPrefix(name, "attr.")
		if !isAttr {
			continue
		}
		code, bound, _ := strings.Cut(code, ".")
		f := by[code]
		if f == nil {
			f = &catalog.AttributeFilter{Code: code}
			by[code] = f
		}
		if bound == "" {
			for _, v := range values {
				f.Values = append(f.Values, strings.Split(v, ",")...)
			}
			continue
		}
		n, err := strconv.ParseFloat(values[0], 64)
		switch {
		case err != nil || bound != "min" && bound != "max" || n != n:
			errs = append(errs, &huma.ErrorDetail{Location: "query." + name, Message: "must be a number, as attr.<code>.min or attr.<code>.max", Value: values[0]})
		case bound == "min":
			f.Min = &n
		default:
			f.Max = &n
		}
	}
	for _, f := range by {
		in.attributes = append(in.attributes, *f)
	}
	slices.SortFunc(in.attributes, func(x, y catalog.AttributeFilter) int { return strings.Compare(x.Code, y.Code) })
	return errs
}

func (in *productsInput) params(ctx context.Context, s Services, p place) (catalog.ListParams, error) {
	out := catalog.ListParams{Channel: p.channel.ID, Currency: p.currency, Locale: p.locale, Tag: in.Tag, Vendor: in.Vendor, Brand: in.Brand, Kind: in.Kind,
		Attributes: in.attributes, Query: in.Query, Sort: in.Sort}
	if in.MinPrice > 0 {
		out.MinPrice = &in.MinPrice
	}
	if in.MaxPrice > 0 {
		out.MaxPrice = &in.MaxPrice
	}
	for _, id := range in.IDs {
		out.IDs = append(out.IDs, core.ProductID(id))
	}
	var err error
	if in.Category != "" {
		if out.Category, err = categoryID(ctx, s, in.Category, p.locale); err != nil {
			return out, err
		}
	}
	if in.Collection != "" {
		if out.Collection, err = collectionID(ctx, s, in.Collection, p.locale); err != nil {
			return out, err
		}
		if out.Sort == "" {
			out.Sort = catalog.SortPosition
		}
	}
	return out, nil
}

// categoryID finds a category by ID or slug, also an earlier slug.
func categoryID(ctx context.Context, s Services, ref, locale string) (core.CategoryID, error) {
	if core.ValidID(ref, core.PrefixCategory) {
		return core.CategoryID(ref), nil
	}
	c, err := s.Catalog.CategoryBySlug(ctx, ref, locale)
	var m *catalog.SlugMovedError
	if errors.As(err, &m) {
		return core.CategoryID(m.ID), nil
	}
	return c.ID, err
}

func collectionID(ctx context.Context, s Services, ref, locale string) (core.CollectionID, error) {
	if core.ValidID(ref, core.PrefixCollection) {
		c, err := s.Catalog.Collection(ctx, core.CollectionID(ref)) // a hidden one is nobody's business
		return c.ID, err
	}
	c, err := s.Catalog.CollectionBySlug(ctx, ref, locale)
	var m *catalog.SlugMovedError
	if errors.As(err, &m) {
		return core.CollectionID(m.ID), nil
	}
	return c.ID, err
}

// encoded is an answer the handler encoded itself.
type encoded struct {
	ContentType   string `header:"Content-Type"`
	ContentLength int    `header:"Content-Length" hidden:"true"` // spares the chunks' own write
	Body          []byte
}

func encodedJSON(raw []byte, err error) (*encoded, error) {
	return &encoded{"application/json", len(raw), raw}, err
}

// productPage is an encoded page of products.
func (a *api) productPage(ctx context.Context, s Services, in *productsInput) ([]byte, error) {
	p, err := in.find(ctx, s)
	if err != nil {
		return nil, err
	}
	params, err := in.params(ctx, s, p)
	if err != nil {
		return nil, err
	}
	page, err := s.Catalog.List(ctx, params, in.page())
	if err != nil {
		return nil, err
	}
	var known map[core.ProductID]*availability
	if slices.Contains(in.Expand, "availability") {
		if known, err = productAvailability(ctx, s, page.Items); err != nil {
			return nil, err
		}
	}
	return a.cards.page(ctx, page, p.locale, known)
}

func (a *api) storeProducts() {
	handle(a, route{method: http.MethodGet, path: "/store/products", perm: core.PermPublic, tag: tagBrowse, summary: "List products", anyQuery: "attr.",
		answer: core.Page[cardView]{}, description: "Lists what is published and has a price in the channel and currency. Filters by attribute are `attr.<code>=a,b` (any of the values), " +
			"`attr.<code>.min=` and `attr.<code>.max=`. All filters must hold."},
		func(ctx context.Context, s Services, in *productsInput) (*encoded, error) {
			read := func(ctx context.Context) ([]byte, error) { return a.productPage(ctx, s, in) }
			actor := core.ActorFrom(ctx)
			if actor.Can(core.PermCatalogRead) { // sees more than others
				return encodedJSON(read(ctx))
			}
			return encodedJSON(a.lists.do(ctx, strings.Join([]string{in.raw, string(actor.Channel), mountOf(ctx)}, "\n"), read))
		})
	handle(a, route{method: http.MethodGet, path: "/store/products/{product}", perm: core.PermPublic, tag: tagBrowse, summary: "Show a product",
		description: "By ID or slug. A slug of before, or of another locale, is answered with 308 and the present one."},
		func(ctx context.Context, s Services, in *struct {
			Market
			Product string `path:"product" maxLength:"250"`
		}) (*body[productView], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			id := core.ProductID(in.Product)
			if !core.ValidID(in.Product, core.PrefixProduct) {
				if id, err = s.Catalog.Resolve(ctx, in.Product, p.locale); err != nil {
					return nil, movedProduct(err, in.values())
				}
			}
			v, err := s.Catalog.View(ctx, id, catalog.ViewParams{Channel: p.channel.ID, Currency: p.currency, Locale: p.locale})
			if err != nil {
				return nil, err
			}
			out, err := viewProduct(ctx, s, v, p.locale)
			return ok(out), err
		})
	handle(a, route{method: http.MethodGet, path: "/store/attributes", perm: core.PermPublic, tag: tagBrowse, summary: "List the attributes that products can be filtered by"},
		func(ctx context.Context, s Services, in *Market) (*body[list[attributeView]], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			all, err := s.Catalog.Attributes(ctx)
			out := list[attributeView]{Items: []attributeView{}}
			for _, x := range all {
				if x.Filterable {
					out.Items = append(out.Items, viewAttribute(x, p.locale))
				}
			}
			return ok(out), err
		})
}

func movedProduct(err error, query url.Values) error {
	var m *catalog.MovedError
	if errors.As(err, &m) {
		return moved(m.Slug, query)
	}
	return err
}

// productAvailability tells what is there of each product, in two reads.
func productAvailability(ctx context.Context, s Services, cards []catalog.Card) (map[core.ProductID]*availability, error) {
	ids := make([]core.ProductID, len(cards))
	for i, c := range cards {
		ids[i] = c.ID
	}
	items, err := s.Catalog.StockItems(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []core.StockItemID
	for _, of := range items {
		all = append(all, of...)
	}
	levels, err := stockLevels(ctx, s, all)
	if err != nil {
		return nil, err
	}
	out := make(map[core.ProductID]*availability, len(ids))
	for _, id := range ids {
		out[id] = availabilityOf(levels, items[id]...)
	}
	return out, nil
}
