package demo

// careKinds is for body and movement.
func careKinds() []kind {
	return []kind{
		{code: "soap", noun: "soap", category: "bath-body", vendors: []string{"Pellora"}, consumed: true,
			size: [3]int64{80, 55, 30}, colors: []string{"sage", "rose", "oat", "charcoal", "amber"}, noColor: true,
			forms: []form{
				{"Olive Oil Soap", "plant-oils", "Matured for nine months, mild and nearly without scent, for hands and faces."},
				{"Lavender Goat Milk Soap", "plant-oils", "Creamy foam and the smell of a linen cupboard."},
				{"Charcoal Face Soap", "plant-oils", "Fine charcoal takes up what the city leaves behind."},
				{"Solid Shampoo Bar", "plant-oils", "One bar replaces two bottles and passes every airport."},
				{"Gardener's Scrub Soap", "plant-oils", "Poppy seed and pumice get the soil out from under the nails."},
			},
			intro: []string{"{it} is stirred cold, cut by hand and left alone for weeks.", "A bar of {it} on the edge of the basin, and the bathroom smells clean."},
			uses:  []use{{"bathroom", "It lasts about six weeks if it can dry between washes."}, {"travel", "It fits the matching tin."}},
			facts: []fact{{"net_weight_g", "One bar weighs %d g."}}, flags: []string{"vegan"}},
		{code: "cream", noun: "care", category: "bath-body", vendors: []string{"Pellora", "Fennimoor"}, consumed: true,
			size: [3]int64{60, 60, 130}, colors: []string{"amber", "chalk", "sage", "rose"}, noColor: true,
			forms: []form{
				{"Hand Cream with Calendula", "plant-oils", "It sinks in within a minute and leaves no prints on the keyboard."},
				{"Body Oil with Rose Hip", "plant-oils", "A few drops on wet skin after the shower are enough."},
				{"Lip Balm, Set of 3", "plant-oils", "Beeswax, honey and mint, in tins that survive a coat pocket."},
				{"Mineral Sun Cream", "plant-oils", "Zinc instead of chemistry, kind to reefs and to children's skin."},
				{"Bath Salt with Pine", "plant-oils", "Half an hour in it undoes a day in the hills."},
			},
			intro: []string{"{it} does one thing and says so on the label.", "Winter air, hot water, garden soil: {it} makes up for them."},
			uses:  []use{{"bathroom", "The glass goes back into the kitchen when it is empty."}, {"winter", "It is a comfort when the heating is on."}},
			facts: []fact{{"content_ml", "It contains %d ml."}}, flags: []string{"vegetarian"}},
		{code: "bottle", noun: "bottle", category: "fitness", vendors: []string{"Tidewell", "Velmora"},
			size: [3]int64{75, 75, 260}, colors: []string{"teal", "ink", "coral", "steel", "sage", "mustard"},
			forms: []form{
				{"Insulated Drinking Bottle", "steel", "Tea is hot at four o'clock and water cold after a day in the car."},
				{"Glass Bottle with Sleeve", "borosilicate", "No taste but that of water, and a knitted sleeve for the fall nobody planned."},
				{"Sport Bottle", "aluminium", "Opens with one hand and locks with the thumb."},
				{"Travel Mug with Lid", "steel", "It closes so tightly that it may lie in the bag, next to the laptop."},
				{"Children's Bottle", "steel", "A straw that does not drip and a dent that tells of adventures."},
			},
			intro: []string{"{it} goes wherever you go and comes back without a drop in the bag.", "Fill {it} in the morning and forget the kiosk."},
			uses:  []use{{"sport", "The wide mouth takes ice cubes and a bottle brush."}, {"hiking", "A loop hangs it from any strap."}, {"school", "It does not leak, not even upside down."}},
			facts: []fact{{"capacity_ml", "It holds %d ml."}}, flags: []string{"dishwasher_safe"}},
		{code: "yogamat", noun: "mat", category: "fitness", vendors: []string{"Tidewell"},
			size: [3]int64{660, 130, 130}, colors: []string{"plum", "sage", "slate", "coral", "teal"},
			forms: []form{
				{"Natural Rubber Yoga Mat", "rubber", "It holds wet hands in place and smells of trees for the first few days."},
				{"Cork Yoga Mat", "cork", "The more you sweat, the better it grips."},
				{"Travel Yoga Mat", "rubber", "Thin as a towel, it folds and fits in hand luggage."},
				{"Thick Pilates Mat", "recycled-polyester", "Knees and spine will notice the extra millimetres."},
			},
			intro: []string{"{it} stays where it is, even when you do not.", "Roll out {it} and the living room has a new purpose."},
			uses:  []use{{"sport", "Lines on its surface help to find the middle."}, {"travel", "A cotton strap is included."}},
			facts: []fact{{"thickness_mm", "It is %d mm thick."}}},
	}
}
