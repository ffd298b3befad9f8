package demo

// textileKinds is what makes a home soft.
func textileKinds() []kind {
	return []kind{
		{code: "blanket", noun: "blanket", category: "textiles", vendors: []string{"Fennimoor", "Quillhaven"},
			size: [3]int64{400, 300, 110}, colors: []string{"oat", "rust", "forest", "navy", "heather", "ash"},
			forms: []form{
				{"Herringbone Wool Blanket", "lambswool", "The zigzag of two tones gives depth without a pattern that could go out of fashion."},
				{"Waffle Cotton Throw", "cotton", "Its deep squares trap air in winter and let it through in July."},
				{"Alpaca Sofa Throw", "alpaca", "So light that you forget it and so warm that you do not want to get up."},
				{"Picnic Blanket with Strap", "recycled-polyester", "A waterproof back, a warm top and a strap to carry it by."},
				{"Chunky Knit Throw", "wool", "Stitches as thick as a thumb turn an armchair into a place to spend the winter."},
			},
			intro: []string{"{it} is the reason the heating can stay off until November.", "There are evenings that ask for {it} and nothing else."},
			uses:  []use{{"bedroom", "At the foot of the bed it looks tidy and is within reach."}, {"reading", "It covers two people on a sofa, if they like each other."}},
			facts: []fact{{"length_cm", "It is %d cm long."}}},
		{code: "cushion", noun: "cushion", category: "textiles", vendors: []string{"Fennimoor", "Sorrelby"},
			size: [3]int64{480, 480, 140}, colors: []string{"mustard", "teal", "rose", "oat", "rust", "ink", "sage"},
			forms: []form{
				{"Washed Linen Cushion", "linen", "Prewashed with stones, it looks from the first day as if it had always been there."},
				{"Velvet Cotton Cushion", "cotton", "The pile changes its shade with the light and with every hand that strokes it."},
				{"Striped Outdoor Cushion", "recycled-polyester", "It dries quickly, keeps its colour in the sun and does not mind the odd spilled drink."},
				{"Knitted Cable Cushion", "lambswool", "The cables are those of a fisherman's sweater, and just as warm to lean on."},
				{"Block-Printed Cushion", "cotton", "Carved wooden blocks leave small gaps and overlaps that no machine would make."},
			},
			intro: []string{"{it} is the quickest way to change a sofa.", "Two of {it} and a bench becomes a place to sit."},
			uses:  []use{{"bedroom", "The cover closes with a hidden zip and comes off for washing."}, {"entertaining", "The filling is plump and keeps its shape after a night of guests."}},
			facts: []fact{{"side_cm", "It measures %d cm on each side."}}},
		{code: "towel", noun: "towel", category: "textiles", vendors: []string{"Fennimoor", "Pellora"},
			size: [3]int64{320, 220, 70}, colors: []string{"chalk", "sage", "sky", "clay", "slate", "rose"}, option: "Size", values: []string{"50 x 100 cm", "70 x 140 cm"}, steps: []int{100, 185},
			forms: []form{
				{"Waffle Bath Towel", "linen", "Thin on the rail, thirsty on the skin and dry again by the afternoon."},
				{"Thick Terry Towel", "cotton", "Long loops of combed cotton give the weight that hotels charge for."},
				{"Striped Hammam Towel", "cotton", "Light as a scarf, with knotted fringes, and large enough for beach and sauna."},
				{"Sauna Towel", "linen", "Long, smooth and quick to dry, with a loop at each end."},
				{"Tea Towels, Set of 3", "linen", "Half linen for polish, half cotton for thirst; glasses come out without a trace."},
			},
			intro: []string{"{it} gets better with the first ten washes and then stays that way.", "After a cold swim nothing is as welcome as {it}."},
			uses:  []use{{"bathroom", "A sewn-in loop fits any hook."}, {"travel", "It folds small enough for a gym bag."}},
			facts: []fact{{"fabric_gsm", "The fabric weighs %d g per square metre."}}},
	}
}
