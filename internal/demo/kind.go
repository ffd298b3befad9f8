package demo

// kind is a sort of product: how its products are named, described, priced and
// drawn. Each form makes one product.
type kind struct {
	code     string // "mug"; the shape drawn has the same name
	noun     string // in running text: "mug"
	category string // slug of the leaf category
	vendors  []string
	size     [3]int64 // mm: length, width, height
	tax      string   // code of the tax class, "" is standard
	colors   []string // codes; each product has some of them
	noColor  bool     // the colors are for drawing, not to choose by
	option   string   // a further option: "Size"
	values   []string // its values
	steps    []int    // price of each value in percent of the first
	forms    []form
	intro    []string // opening sentences; {it} is the title's short name
	uses     []use
	facts    []fact
	flags    []string            // boolean attributes that hold
	choices  map[string][]string // of enums: one value for each form, or any of them
	consumed bool                // used up and bought again
}

// form is one product of a kind.
type form struct {
	title    string // "Speckled Stoneware Mug"
	material string // code
	text     string // what is special about it
}

// use is an occasion with the sentence that tells of it.
type use struct{ code, text string }

// fact is a number that differs between products, see numbers: its attribute
// and the sentence that mentions it as %d.
type fact struct{ attribute, text string }

// kinds are all sorts of product in the order of the catalog.
func kinds() []kind {
	var all []kind
	for _, group := range [][]kind{tableKinds(), cookKinds(), pantryKinds(), roomKinds(), textileKinds(), gardenKinds(), campKinds(),
		wearKinds(), shoeBagKinds(), paperKinds(), playKinds(), careKinds()} {
		all = append(all, group...)
	}
	return all
}
