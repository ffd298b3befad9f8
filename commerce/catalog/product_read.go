package catalog

import (
	"context"
	"iter"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// visible reports whether the actor may see a product: everybody what is
// published, staff everything.
func (s *Service) visible(ctx context.Context, status Status, published time.Time) bool {
	p := Product{Status: status, PublishedAt: published}
	return p.Published(s.now()) || core.ActorFrom(ctx).Can(core.PermCatalogRead)
}

// Product returns a whole product, for staff; shoppers see [Service.View].
func (s *Service) Product(ctx context.Context, id core.ProductID) (Product, error) {
	ps, err := s.Products(ctx, []core.ProductID{id})
	if err == nil && len(ps) == 0 {
		err = core.NotFound("product", id)
	}
	if err != nil {
		return Product{}, err
	}
	return ps[0], nil
}

// Products returns up to MaxBatch whole products by ID; those not found are
// missing.
func (s *Service) Products(ctx context.Context, ids []core.ProductID) (ps []Product, err error) {
	if err := core.Require(ctx, core.PermCatalogRead); err != nil {
		return nil, err
	}
	if len(ids) > MaxBatch {
		return nil, core.Errorf(core.KindTooLarge, "too_many", "at most %d products at once", MaxBatch)
	}
	err = s.db.View(ctx, func(tx Tx) error {
		ps, err = tx.Catalog().Products(ctx, ids)
		return err
	})
	return ps, err
}

// BySKU returns the variant with a SKU, for staff.
func (s *Service) BySKU(ctx context.Context, sku string) (v Variant, err error) {
	if err := core.Require(ctx, core.PermCatalogRead); err != nil {
		return Variant{}, err
	}
	if !core.ValidText(sku) {
		return Variant{}, core.NotFound("variant", "")
	}
	err = s.db.View(ctx, func(tx Tx) error {
		id, err := tx.Catalog().VariantIDBySKU(ctx, sku)
		if err != nil {
			return err
		}
		v, err = s.variant(ctx, tx.Catalog(), id)
		return err
	})
	return v, err
}

// Variant returns one variant, for staff.
func (s *Service) Variant(ctx context.Context, id core.VariantID) (v Variant, err error) {
	if err := core.Require(ctx, core.PermCatalogRead); err != nil {
		return Variant{}, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		v, err = s.variant(ctx, tx.Catalog(), id)
		return err
	})
	return v, err
}

func (s *Service) variant(ctx context.Context, st Store, id core.VariantID) (Variant, error) {
	vs, err := st.Variants(ctx, []core.VariantID{id})
	if err == nil && len(vs) == 0 {
		err = core.NotFound("variant", id)
	}
	if err != nil {
		return Variant{}, err
	}
	return vs[0], nil
}

// exportBatch is how many products an export holds at once.
const exportBatch = 100

// Export streams all products by ID, in batches; what is created meanwhile
// comes at the end. The stream ends at its first error.
//
//	for p, err := range catalog.Export(ctx) {
//		if err != nil {
//			return err
//		}
//		...
//	}
func (s *Service) Export(ctx context.Context) iter.Seq2[Product, error] {
	return func(yield func(Product, error) bool) {
		if err := core.Require(ctx, core.PermCatalogRead); err != nil {
			yield(Product{}, err)
			return
		}
		var after core.ProductID
		for {
			var ps []Product
			var ids []core.ProductID
			err := s.db.View(ctx, func(tx Tx) (err error) {
				if ids, err = tx.Catalog().ProductIDs(ctx, after, exportBatch); err != nil {
					return err
				}
				ps, err = tx.Catalog().Products(ctx, ids)
				return err
			})
			if err != nil {
				yield(Product{}, err)
				return
			}
			for _, p := range ps {
				if !yield(p, nil) {
					return
				}
			}
			if len(ids) < exportBatch {
				return
			}
			after = ids[len(ids)-1]
		}
	}
}
