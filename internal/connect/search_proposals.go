package connect

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/search"
)

// How far back searches count for proposals, and how many events are read.
const (
	proposedFrom = 90 * 24 * time.Hour
	proposedOf   = 200_000
)

// Proposals returns synonyms that the products and the searches of a locale
// speak for, and that are not there; "" is the shop's first locale. It reads
// the whole catalog. Needs PermMerchRead.
func (s *Search) Proposals(ctx context.Context, locale string, limit int) ([]search.Proposal, error) {
	if err := core.Require(ctx, core.PermMerchRead); err != nil {
		return nil, err
	}
	facts, err := s.facts(ctx)
	if err != nil {
		return nil, err
	}
	locale = cmp.Or(locale, facts.locales()[0])
	if !slices.Contains(facts.locales(), locale) {
		return nil, core.Invalid("locale", "must be one of %v", facts.locales())
	}
	var docs []search.Document
	if err := s.eachBatch(ctx, func(ps []catalog.Product) error {
		for _, p := range ps {
			if d, ok := facts.document(p, nil, locale); ok {
				docs = append(docs, search.Document{ID: d.ID, Attributes: d.Attributes, Categories: d.Categories,
					Text: map[string]string{search.FieldTitle: d.Text[search.FieldTitle], search.FieldBrand: d.Text[search.FieldBrand], search.FieldColor: d.Text[search.FieldColor]}})
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	searches, err := s.searched(ctx)
	if err != nil {
		return nil, err
	}
	known, _, err := settingOf[search.Synonym](ctx, s, synonymsKey)
	if err != nil {
		return nil, err
	}
	return search.ProposeSynonyms(docs, searches, search.ProposalConfig{Locale: locale, Known: known, Limit: limit}), nil
}

// searched returns the searches of late. Clicks come after the answers they
// follow.
func (s *Search) searched(ctx context.Context) ([]search.Searched, error) {
	var all []search.Searched
	by := map[core.EventID]int{}
	at, id := s.cfg.Clock.Now().Add(-proposedFrom), core.EventID("")
	for read := 0; read < proposedOf; {
		var page []analytics.Event
		if err := s.db.View(ctx, func(tx SearchTx) (err error) {
			page, err = tx.Analytics().After(ctx, []analytics.Kind{analytics.Answer, analytics.Click}, at, id, analytics.MaxBatch)
			return err
		}); err != nil {
			return nil, err
		}
		for _, e := range page {
			at, id = e.At, e.ID
			switch {
			case e.Kind == analytics.Answer && e.Placement == analytics.PlacementSearch && e.Query != "" && e.Session != "":
				by[e.ID] = len(all)
				all = append(all, search.Searched{Session: e.Session, Query: e.Query, At: e.At})
			case e.Kind == analytics.Click:
				if i, ok := by[e.Answer]; ok {
					all[i].Clicked = true
				}
			}
		}
		if read += len(page); len(page) < analytics.MaxBatch {
			break
		}
	}
	return all, nil
}
