package demo

// shoeBagKinds is shoes and bags.
func shoeBagKinds() []kind {
	sizes := []string{"37", "38", "39", "40", "41", "42", "43", "44"}
	same := []int{100, 100, 100, 100, 100, 100, 100, 100}
	fits := map[string][]string{"fit": {"women", "men", "unisex"}}
	return []kind{
		{code: "sneaker", noun: "sneaker", category: "shoes", vendors: []string{"Tidewell", "Ferrow"},
			size: [3]int64{330, 210, 120}, colors: []string{"chalk", "navy", "sage", "ink"}, option: "Size", values: sizes, steps: same,
			forms: []form{
				{"Canvas Low Sneaker", "canvas", "Stitched, not glued, so a cobbler can give it a second sole."},
				{"Leather Court Sneaker", "leather", "Plain white in spirit, whatever the colour: no stripes, no letters, no fuss."},
				{"Suede Runner", "suede", "A sole like a small cloud and colours like an old photograph."},
				{"Wool Everyday Sneaker", "wool", "Warm in winter, cool in summer, and it goes into the washing machine."},
				{"Cork Slip-On", "cork", "Step in and go; the footbed takes your shape within a week."},
			},
			intro: []string{"{it} is comfortable on the first day and better on the hundredth.", "It walks to work and out again: {it}."},
			uses:  []use{{"summer", "The lining breathes, with socks and without."}, {"travel", "One pair for the whole city."}},
			facts: []fact{{"sole_mm", "The sole is %d mm high."}}, choices: fits},
		{code: "boot", noun: "boot", category: "shoes", vendors: []string{"Kettlefell", "Ferrow"},
			size: [3]int64{350, 240, 140}, colors: []string{"cocoa", "caramel", "ink", "moss"}, option: "Size", values: sizes, steps: same,
			forms: []form{
				{"Leather Hiking Boot", "leather", "A rubber rand keeps scree off and the tongue is sewn in up to the fourth eyelet."},
				{"Light Trail Boot", "recycled-polyester", "For people who used to walk in running shoes and regretted it only downhill."},
				{"Chelsea Boot", "leather", "Two loops, two wedges of elastic and a last that flatters any foot."},
				{"Winter Boot with Wool Lining", "suede", "Felted wool down to the toes and a sole that bites into ice."},
				{"Natural Rubber Rain Boot", "rubber", "Poured from natural rubber by hand, with a lining that dries by the stove."},
			},
			intro: []string{"{it} will carry you further than you planned.", "Break in {it} at home for two evenings; after that it belongs to you."},
			uses:  []use{{"hiking", "The heel is firm, the forefoot rolls."}, {"winter", "There is room for a thick sock."}},
			facts: []fact{{"shaft_cm", "The shaft is %d cm high."}}, choices: fits, flags: []string{"waterproof"}},
		{code: "tote", noun: "bag", category: "bags-backpacks", vendors: []string{"Tidewell", "Ferrow", "Sorrelby"},
			size: [3]int64{400, 340, 120}, colors: []string{"oat", "caramel", "navy", "ink", "sage", "red"},
			forms: []form{
				{"Canvas Tote Bag", "canvas", "Long handles for the shoulder, short ones for the stairs."},
				{"Leather Shopper", "leather", "Unlined, so it weighs less, with one pocket for keys and one for pride."},
				{"Folding Market Bag", "cotton", "A net the size of a fist that grows with the shopping."},
				{"Waxed Weekend Bag", "canvas", "Two days, one bag, no wheels."},
				{"Crossbody Pouch", "leather", "Telephone, card, keys: everything else can stay at home."},
			},
			intro: []string{"{it} starts the day half empty and comes home full.", "There is always a bag behind the door. Make it {it}."},
			uses:  []use{{"travel", "It closes with a zip or a strap, as you like."}, {"office", "A folder in A4 goes in without bending."}},
			facts: []fact{{"volume_l", "It holds %d litres."}}},
	}
}
