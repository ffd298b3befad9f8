package demo

import (
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
)

func (m *maker) collections() {
	add := func(slug, title, text string, rule *catalog.Rule) core.CollectionID {
		c := catalog.Collection{ID: newID[core.CollectionID](m, core.PrefixCollection), Slug: slug, Title: title, Description: text, Rule: rule,
			Version: 1, CreatedAt: m.clock, UpdatedAt: m.clock}
		if rule != nil {
			c.DueAt = m.clock
		}
		m.Collections = append(m.Collections, c)
		return c.ID
	}
	byHand := func(id core.CollectionID, kinds ...string) {
		for n, code := range kinds {
			product := m.firstOf[code] + n%3
			m.Members = append(m.Members, catalog.Member{CollectionID: id, ProductID: m.Products[product].ID, Position: n + 1})
		}
	}
	all := func(cs ...catalog.Condition) *catalog.Rule { return &catalog.Rule{Conditions: cs} }
	tag := func(t string) catalog.Condition {
		return catalog.Condition{Field: catalog.FieldTag, Values: []string{t}}
	}
	small, few := int64(3000), int64(1)
	byHand(add("editors-picks", "Editor's Picks", "What we would buy ourselves this month.", nil),
		"mug", "grinder", "lamp", "blanket", "book", "tent", "pot", "soap", "knife", "notebook", "blocks", "sweater")
	byHand(add("first-flat", "First Flat", "Everything for a table, a kitchen and a bed of one's own.", nil),
		"plate", "bowl", "glass", "skillet", "board", "knife", "kettle", "towel", "chair", "lamp", "basket")
	add("new", "New In", "What came in within the last three months.", all(catalog.Condition{Field: catalog.FieldCreated, Days: 90}))
	add("gifts-under-30", "Gifts under 30", "Small presents with a big effect.",
		all(tag("gift idea"), catalog.Condition{Field: catalog.FieldPrice, Currency: eur, Min: &few, Max: &small}))
	add("winter-warmers", "Winter Warmers", "Wool, wax and warm drinks.", &catalog.Rule{Any: true, Conditions: []catalog.Condition{tag("winter"), tag("tea")}})
	add("made-of-wood", "Made of Wood", "Oak, beech, walnut and bamboo.",
		all(catalog.Condition{Field: catalog.FieldAttribute, Attribute: &catalog.AttributeFilter{Code: "material", Values: []string{"oak", "beech", "walnut", "bamboo"}}}))
	add("camping-trip", "Off into the Woods", "For a night or a fortnight outdoors.", &catalog.Rule{Any: true, Conditions: []catalog.Condition{tag("camping"), tag("hiking")}})
}

// campaign is a promotion while it is on.
type campaign struct {
	promo.Promotion
	percent    int64
	code       string
	categories map[core.CategoryID]bool // nil: all
	pull       float64                  // how many times more orders it brings
}

func (m *maker) promotions() {
	add := func(c campaign) {
		c.ID = newID[core.PromotionID](m, core.PrefixPromotion)
		c.Active, c.Version, c.CreatedAt, c.UpdatedAt, c.NeedsCode = true, 1, m.clock, m.clock, c.code != ""
		for i := range c.Actions {
			c.Actions[i].Rate = money.Percent(c.percent)
		}
		if c.code != "" {
			m.Codes = append(m.Codes, promo.Code{Code: c.code, PromotionID: c.ID, CreatedAt: m.clock})
		}
		m.Promotions = append(m.Promotions, c.Promotion)
		m.campaigns = append(m.campaigns, c)
	}
	add(campaign{percent: 10, code: "WELCOME10", Promotion: promo.Promotion{Name: "Welcome: 10% off your first order", Priority: 20, Class: "order",
		Conditions: []promo.Condition{{Kind: promo.FirstOrder}}, Actions: []promo.Action{{Kind: promo.PercentOffOrder}}, Limits: promo.Limits{PerCustomer: 1}}})
	add(campaign{percent: 15, code: "FRIENDS15", Promotion: promo.Promotion{Name: "Friends of the house: 15% off", Priority: 21, Class: "order",
		Conditions: []promo.Condition{{Kind: promo.MinSubtotal, Amounts: []money.Money{money.New(6000, eur), money.New(6500, usd), money.New(5500, gbp)}}},
		Actions:    []promo.Action{{Kind: promo.PercentOffOrder}}, Limits: promo.Limits{PerCustomer: 3}}})
	add(campaign{code: "SHIPFREE", Promotion: promo.Promotion{Name: "Free shipping", Priority: 30, Class: "shipping", Actions: []promo.Action{{Kind: promo.FreeShipping}},
		Conditions: []promo.Condition{{Kind: promo.MinSubtotal, Amounts: []money.Money{money.New(3500, eur), money.New(4000, usd), money.New(3000, gbp)}}}}})
	under := func(slug string) (map[core.CategoryID]bool, []core.CategoryID) {
		set, list := map[core.CategoryID]bool{}, []core.CategoryID{}
		for _, c := range m.Categories {
			if c.Slug == slug {
				list = append(list, c.ID)
			}
			if c.Path[0] == idOf(m.Categories, slug) {
				set[c.ID] = true
			}
		}
		return set, list
	}
	for year := m.From.Year(); year <= m.Now.Year()+1; year++ {
		season := func(name, slug string, from time.Month, day, days int, percent int64, pull float64) {
			start := time.Date(year, from, day, 0, 0, 0, 0, time.UTC)
			c := campaign{percent: percent, pull: pull, Promotion: promo.Promotion{Name: fmt.Sprintf("%s %d", name, year), Priority: 10, Class: "items",
				StartsAt: start, EndsAt: start.AddDate(0, 0, days), Actions: []promo.Action{{Kind: promo.PercentOffItems}}}}
			if slug != "" {
				var list []core.CategoryID
				c.categories, list = under(slug)
				c.Actions[0].Items.CategoryIDs = list
			}
			if c.EndsAt.After(m.From) && start.Before(m.Now.AddDate(1, 0, 0)) {
				add(c)
			}
		}
		season("Garden Weeks", "garden", time.March, 20, 14, 15, 1.15)
		season("Camping Days", "outdoor", time.June, 24, 12, 12, 1.15)
		season("Back to School", "books-paper", time.August, 16, 14, 10, 1.1)
		season("Week of Lights", "", time.November, 24, 7, 20, 2.1)
	}
}

func idOf(cs []catalog.Category, slug string) core.CategoryID {
	for _, c := range cs {
		if c.Slug == slug {
			return c.ID
		}
	}
	return ""
}
