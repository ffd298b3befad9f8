package demo

// wearKinds is clothing.
func wearKinds() []kind {
	sizes := []string{"XS", "S", "M", "L", "XL"}
	same := []int{100, 100, 100, 100, 100}
	fits := map[string][]string{"fit": {"women", "men", "unisex"}}
	return []kind{
		{code: "shirt", noun: "T-shirt", category: "tops", vendors: []string{"Tidewell", "Fennimoor"},
			size: [3]int64{300, 240, 25}, colors: []string{"chalk", "navy", "sage", "rust", "ink", "heather", "mustard"}, option: "Size", values: sizes, steps: same,
			forms: []form{
				{"Heavy Cotton T-Shirt", "cotton", "A dense jersey that hangs straight and keeps its collar flat after fifty washes."},
				{"Merino Base Layer Tee", "wool", "Wear it three days on the trail and nobody will move away from you."},
				{"Striped Breton Top", "cotton", "Twenty-one stripes, a boat neck and a sleeve that ends where the wrist begins."},
				{"Linen Summer Shirt", "linen", "Loose, cool and at its best when it is a little creased."},
				{"Organic Cotton Vest Top", "cotton", "Fine rib, no side seams, good on its own or underneath."},
			},
			intro: []string{"{it} is what is left when you take away everything a top does not need.", "Buy {it} once, then in three more colours; that is how it usually goes."},
			uses:  []use{{"summer", "It is airy on hot days and easy to layer on cold ones."}, {"travel", "It packs small and comes out presentable."}},
			facts: []fact{{"fabric_gsm", "The fabric weighs %d g per square metre."}}, choices: fits},
		{code: "sweater", noun: "sweater", category: "knitwear", vendors: []string{"Fennimoor"},
			size: [3]int64{340, 280, 60}, colors: []string{"oat", "forest", "navy", "rust", "ash", "berry"}, option: "Size", values: sizes, steps: same,
			forms: []form{
				{"Fisherman's Sweater", "lambswool", "Cables and moss stitch, dense enough for a grey day on deck."},
				{"Fine Merino Crew Neck", "wool", "Thin enough for a jacket, warm enough without one."},
				{"Alpaca Roll Neck", "alpaca", "A cloud with a collar, brushed so that it catches the light."},
				{"Shawl Collar Cardigan", "lambswool", "Horn buttons, two pockets and the shape of an afternoon by the window."},
				{"Cotton Summer Knit", "cotton", "A loose, open stitch for evenings by the water."},
			},
			intro: []string{"{it} is knitted in one piece, so there is no seam to rub.", "Somewhere between a coat and a hug: {it}."},
			uses:  []use{{"winter", "It is warm without bulk."}, {"office", "Over a shirt it is smart enough for most offices."}},
			facts: []fact{{"gauge", "It is knitted at gauge %d."}}, choices: fits},
		{code: "jacket", noun: "jacket", category: "jackets", vendors: []string{"Tidewell", "Kettlefell"},
			size: [3]int64{380, 300, 90}, colors: []string{"mustard", "navy", "forest", "rust", "slate"}, option: "Size", values: sizes, steps: same,
			forms: []form{
				{"Rain Jacket", "recycled-polyester", "Taped seams, a hood that turns with your head and pockets above the rucksack's belt."},
				{"Waxed Field Jacket", "canvas", "Four pockets, a corduroy collar and a smell of autumn."},
				{"Down Jacket", "down", "It packs into its own pocket and warms from the first minute."},
				{"Fleece Jacket", "recycled-polyester", "High collar, deep pile, and pockets for cold hands."},
				{"Wool Overshirt", "wool", "Heavier than a shirt, lighter than a coat, right for most of the year."},
			},
			intro: []string{"There is no bad weather for {it}, within reason.", "{it} hangs by the door because it is always the one you take."},
			uses:  []use{{"hiking", "The cut leaves room for a sweater and for swinging arms."}, {"winter", "Cuffs and hem close against the wind."}},
			facts: []fact{{"water_column_mm", "It withstands a water column of %d mm."}}, choices: fits, flags: []string{"weatherproof"}},
		{code: "beanie", noun: "beanie", category: "accessories", vendors: []string{"Fennimoor", "Tidewell"},
			size: [3]int64{230, 210, 40}, colors: []string{"mustard", "navy", "berry", "oat", "forest", "charcoal"},
			forms: []form{
				{"Ribbed Wool Beanie", "wool", "A deep cuff covers the ears twice over."},
				{"Alpaca Bobble Hat", "alpaca", "The bobble comes off for washing and for serious occasions."},
				{"Recycled Harbour Beanie", "recycled-polyester", "Short, close and above the ears, as dockers wear it."},
				{"Children's Ear Flap Hat", "lambswool", "Lined with fleece and tied under the chin, so it stays on through a snowball fight."},
			},
			intro: []string{"{it} is small, warm and lost less often than others, because you would miss it.", "From the first frost on, {it} lives in a coat pocket."},
			uses:  []use{{"winter", "It stretches to fit most heads and springs back."}, {"gift", "One size makes it an easy present."}},
			facts: []fact{{"circumference_cm", "It fits heads around %d cm."}}},
		{code: "scarf", noun: "scarf", category: "accessories", vendors: []string{"Fennimoor", "Maréa Studio"},
			size: [3]int64{260, 180, 50}, colors: []string{"rust", "teal", "ash", "plum", "mustard", "navy"},
			forms: []form{
				{"Brushed Wool Scarf", "lambswool", "Woven first, then brushed with thistles until the checks blur at the edges."},
				{"Oversized Blanket Scarf", "wool", "A scarf on the way out, a blanket on the train."},
				{"Summer Linen Scarf", "linen", "For cool churches, air-conditioned offices and evenings at sea."},
				{"Fine Alpaca Scarf", "alpaca", "It passes through a ring and warms like a coat."},
			},
			intro: []string{"{it} makes an old coat look deliberate.", "Wrap {it} twice and the wind loses interest."},
			uses:  []use{{"winter", "It is long enough for any knot you know."}, {"gift", "It comes folded in tissue, ready to give."}},
			facts: []fact{{"length_cm", "It is %d cm long."}}},
		{code: "socks", noun: "socks", category: "accessories", vendors: []string{"Fennimoor", "Tidewell"}, consumed: true,
			size: [3]int64{220, 100, 25}, colors: []string{"rust", "navy", "oat", "moss", "berry", "slate"}, option: "Size", values: []string{"36-38", "39-41", "42-44", "45-47"}, steps: []int{100, 100, 100, 100},
			forms: []form{
				{"Merino Hiking Socks", "wool", "Padded at heel and toe, flat over the instep: the best argument against blisters."},
				{"Everyday Cotton Socks, 3 Pairs", "cotton", "Hand-linked toes, so there is no seam to feel."},
				{"Chunky Boot Socks", "lambswool", "Thick, speckled and long enough to fold over."},
				{"Striped Dress Socks", "cotton", "A serious sock with a private sense of humour."},
				{"Wool House Socks", "wool", "With a sole of suede for wooden floors."},
			},
			intro: []string{"Nobody asks for {it}, and everybody is glad.", "{it} stays up, stays soft and stays a pair in the wash."},
			uses:  []use{{"hiking", "They cushion without squeezing."}, {"gift", "As a present they are better than their reputation."}},
			facts: []fact{{"height_cm", "The leg is %d cm high."}}},
	}
}
