package catalog_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

// A tree of categories and a collection that fills itself.
func Example_organize() {
	ctx := core.WithActor(context.Background(), core.System("example"))
	db, err := memory.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	shop := catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{})

	clothing, _ := shop.CreateCategory(ctx, catalog.Category{Title: "Clothing"})
	jackets, _ := shop.CreateCategory(ctx, catalog.Category{Title: "Jackets", ParentID: clothing.ID})
	summer, _ := shop.CreateCollection(ctx, catalog.Collection{Title: "Summer", Rule: &catalog.Rule{Conditions: []catalog.Condition{
		{Field: catalog.FieldTag, Values: []string{"summer"}},
		{Field: catalog.FieldCategory, Values: []string{string(clothing.ID)}},
	}}})
	_, err = shop.CreateProduct(ctx, catalog.Product{Title: "Linen jacket", Status: catalog.StatusActive, Tags: []string{"Summer"},
		Categories: []core.CategoryID{jackets.ID}, Variants: []catalog.Variant{{SKU: "LINEN"}}})
	if err != nil {
		fmt.Println(err)
		return
	}

	tree, _ := shop.CategoryTree(ctx)
	fmt.Println(tree[0].Title, tree[0].Products.Total, "/", tree[0].Children[0].Title, tree[0].Children[0].Products.Direct)
	sizes, _ := shop.CollectionSizes(ctx, []core.CollectionID{summer.ID})
	fmt.Println(summer.Slug, sizes[summer.ID])
	_, err = shop.MoveCategory(ctx, clothing.ID, jackets.ID, 0)
	fmt.Println(core.CodeOf(err))
	// Output:
	// Clothing 1 / Jackets 1
	// summer 1
	// category_cycle
}
