package demo

// paperKinds is what one reads and writes.
func paperKinds() []kind {
	return []kind{
		{code: "book", noun: "book", category: "books", vendors: []string{"Lanternwick Press", "Marrow & Moon"}, tax: "reduced",
			size: [3]int64{230, 160, 28}, colors: []string{"berry", "teal", "ochre", "navy", "moss", "coral", "plum", "slate"}, noColor: true,
			forms: []form{
				{"The Slow Kitchen: Recipes for Long Sundays", "paper", "Eighty dishes that take their time, from bone broth to quince paste, each with the story of where it was learned."},
				{"Bread from One Bowl", "paper", "Thirty loaves without a machine, with photographs of every stage of the dough, including the wrong ones."},
				{"The Small Garden Year", "paper", "Twelve chapters, one for each month, on what can be grown in ten square metres."},
				{"Walking the Ridge: Forty Day Hikes", "paper", "Maps, heights and honest times, with the places to swim and the places to eat cake."},
				{"The Lighthouse Keeper's Daughter", "paper", "A novel about an island, a winter and a letter that arrives forty years late."},
				{"Night Trains: A Traveller's Notebook", "paper", "Twenty journeys across Europe, written in corridors and dining cars."},
				{"A Short History of Coffee", "paper", "From Yemeni monks to the corner café, in two hundred lively pages."},
				{"Fox and Badger Build a House", "paper", "A picture book for children from three, about planning, quarrelling and making up."},
				{"The Clockmaker's Cipher", "paper", "A crime story in the Prague of 1911, with a map and a real cipher for the reader to solve."},
				{"Knots, Fires, Stars", "paper", "Everything a ten-year-old needs for a summer outdoors."},
			},
			intro: []string{"{it} is a book to be lent out and asked back.", "Start {it} on a Friday evening; Saturday is gone anyway."},
			uses:  []use{{"reading", "It is thread-sewn and lies open flat."}, {"gift", "It makes a present for people who have everything except time."}},
			facts: []fact{{"pages", "It has %d pages."}}},
		{code: "notebook", noun: "notebook", category: "stationery", vendors: []string{"Quillhaven"},
			size: [3]int64{210, 148, 16}, colors: []string{"navy", "moss", "rust", "oat", "plum", "ink"},
			forms: []form{
				{"Dotted Hardcover Notebook", "paper", "Numbered pages, an index in front and a ribbon that is long enough."},
				{"Leather Journal", "leather", "A refillable cover with a wrap, which will be older than all of its notebooks."},
				{"Pocket Notebooks, Set of 3", "paper", "Rounded corners and a sewn spine: they survive a back pocket."},
				{"Recipe Journal", "paper", "Room for a hundred recipes, with space for stains, scores and second thoughts."},
				{"Watercolour Sketchbook", "paper", "Heavy cotton paper that does not buckle, stitched so that a picture may cross the fold."},
				{"Weekly Planner", "paper", "The week on the left, the rest of life on the right, and no dates, so you can begin in May."},
			},
			intro: []string{"{it} is good enough for ideas and plain enough for lists.", "The first page of {it} is the hardest; leave it empty and start on the second."},
			uses:  []use{{"office", "It lies flat from the first page to the last."}, {"travel", "A pocket at the back keeps tickets and leaves."}, {"school", "Ink dries quickly and does not show through."}},
			facts: []fact{{"pages", "It has %d pages."}}},
		{code: "pen", noun: "pen", category: "stationery", vendors: []string{"Quillhaven", "Ferrow"},
			size: [3]int64{140, 14, 14}, colors: []string{"ink", "navy", "berry", "forest", "brass"},
			forms: []form{
				{"Brass Ballpoint Pen", "brass", "Heavy, six-sided and without a clip to break; it takes standard refills."},
				{"Fountain Pen, Fine Nib", "aluminium", "The nib is springy and forgiving, and the cap closes with a click you will hear in meetings."},
				{"Pencils, Set of 6", "beech", "Three hard, three soft, and all of them sharpened."},
				{"Ink in a Glass Bottle", "glass", "Made from oak galls and logwood, it flows blue and dries black."},
				{"Brush Pens, Set of 8", "bamboo", "Flexible tips and muted colours, for letters that look drawn."},
			},
			intro: []string{"{it} makes handwriting better, or at least slower.", "Lend {it} only to people you trust."},
			uses:  []use{{"office", "It sits well in the hand on long days."}, {"gift", "It arrives in a slim box with a blank card."}, {"school", "It is sturdy enough for a pencil case."}},
			facts: []fact{{"length_mm", "It is %d mm long."}}},
	}
}
