package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Market is embedded by inputs of what depends on where one shops.
type Market struct {
	Channel  string         `query:"channel" maxLength:"80" doc:"ID or code of the sales channel. Default: the publishable key's, else the shop's default one"`
	Currency money.Currency `query:"currency" maxLength:"3" doc:"ISO 4217 code. Default: the channel's first" example:"EUR"`
	Locale   string         `query:"locale" maxLength:"35" doc:"BCP 47 tag; falls back to a wider one and to the channel's first" example:"de-CH"`
}

// place is a market found.
type place struct {
	channel  catalog.Channel
	currency money.Currency
	locale   string
}

func (m Market) find(ctx context.Context, s Services) (p place, err error) {
	if p.channel, err = s.Catalog.Market(ctx, channelRef(ctx, m.Channel)); err != nil {
		return p, err
	}
	p.locale = p.channel.Locale(m.Locale)
	p.currency, err = p.channel.Currency(m.Currency)
	return p, err
}

// channelRef is the channel asked for, else that of the key one asks with.
func channelRef(ctx context.Context, asked string) string {
	if asked == "" {
		return string(core.ActorFrom(ctx).Channel)
	}
	return asked
}

// moved answers for an old name of something: it is at the new one, with the
// same query. The reference is relative, so that it holds below any prefix.
func moved(slug string, in url.Values) error {
	to := url.PathEscape(slug)
	if len(in) > 0 {
		to += "?" + in.Encode()
	}
	return &problem{kind: "moved", Title: "Moved", Status: http.StatusPermanentRedirect, Code: "moved", Detail: "this has another slug now: " + slug,
		Details: map[string]any{"slug": slug}, location: to}
}

// values is the market as a query.
func (m Market) values() url.Values {
	v := url.Values{}
	for name, s := range map[string]string{"channel": m.Channel, "currency": string(m.Currency), "locale": m.Locale} {
		if s != "" {
			v.Set(name, s)
		}
	}
	return v
}

// Widths of images, in pixels, that pages ask for.
const (
	cardWidth = 480
	pageWidth = 1200
)

// imageURL is where an image's rendition for a width is served.
func imageURL(ctx context.Context, id core.ImageID, width int) string {
	return mountOf(ctx) + Prefix + "/store/images/" + string(id) + "/" + strconv.Itoa(width)
}

// channelView is a channel as shoppers see it.
type channelView struct {
	ID               core.ChannelID   `json:"id"`
	Code             string           `json:"code"`
	Name             string           `json:"name"`
	Currencies       []money.Currency `json:"currencies" doc:"The first is the default"`
	Locales          []string         `json:"locales" doc:"The first is the default"`
	Countries        []string         `json:"countries,omitempty" doc:"Sold to; empty is every country"`
	PricesIncludeTax bool             `json:"prices_include_tax"`
}

func (a *api) storeMarket() {
	handle(a, route{method: http.MethodGet, path: "/store/channel", perm: core.PermPublic, tag: tagBrowse, summary: "Show the sales channel in force"},
		func(ctx context.Context, s Services, in *struct {
			Channel string `query:"channel" maxLength:"80" doc:"ID or code. Default: the publishable key's, else the shop's default one"`
		}) (*body[channelView], error) {
			c, err := s.Catalog.Market(ctx, channelRef(ctx, in.Channel))
			if err != nil {
				return nil, err
			}
			return ok(channelView{c.ID, c.Code, c.Name, c.Currencies, c.Locales, c.Countries, c.PricesIncludeTax}), nil
		})
}
