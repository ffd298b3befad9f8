package demo

// material is what things are made of.
type material struct {
	code, name string
	text       string // one true sentence about it
	care       string
}

func materials() []material {
	return []material{
		{"stoneware", "stoneware", "Fired at high temperature, the stoneware keeps its warmth for a long while and shrugs off everyday knocks.", "Dishwasher and microwave safe."},
		{"porcelain", "porcelain", "The porcelain is thin enough to feel delicate and hard enough for daily use.", "Dishwasher safe; keep pieces with a gilded rim out of the microwave."},
		{"enamel", "enamelled steel", "Enamelled steel is light, easy to wipe clean and does not mind being dropped on a stone floor.", "Wash by hand and dry at once so that chipped edges do not rust."},
		{"glass", "recycled glass", "The glass is pressed from recycled bottles, which gives it a faint green shimmer.", "Dishwasher safe up to 60 degrees."},
		{"borosilicate", "borosilicate glass", "Borosilicate glass takes boiling water without cracking and never holds on to flavours.", "Dishwasher safe; let it cool before rinsing."},
		{"cast-iron", "cast iron", "Cast iron is slow to heat and slow to cool, which is exactly what browning needs.", "Wipe clean with hot water, dry well and rub in a drop of oil."},
		{"steel", "stainless steel", "The stainless steel is brushed rather than polished, so fingerprints and scratches hardly show.", "Dishwasher safe."},
		{"carbon-steel", "carbon steel", "Carbon steel takes a finer edge than stainless and can be sharpened at home in minutes.", "Wash by hand, dry at once and oil from time to time."},
		{"copper", "copper", "Copper carries heat quickly and evenly and darkens to a warm brown over the years.", "Polish with lemon and salt when it should shine."},
		{"oak", "solid oak", "The oak comes from managed forests within two hundred kilometres of the workshop.", "Wipe with a damp cloth and oil twice a year."},
		{"beech", "beech wood", "Beech is dense and fine-grained, so it stays smooth after many washes.", "Wipe with a damp cloth; do not soak."},
		{"walnut", "walnut", "The walnut is finished with plant oil only, which lets the dark grain come forward.", "Wipe with a damp cloth and oil twice a year."},
		{"bamboo", "bamboo", "Bamboo grows back within five years and is harder than most timber of its weight.", "Wipe clean; do not leave standing in water."},
		{"rattan", "rattan", "Rattan is woven while damp and tightens as it dries, so nothing needs to be glued.", "Dust with a soft brush and keep out of the rain."},
		{"linen", "linen", "The linen is woven from European flax and becomes softer with every wash.", "Machine wash at 40 degrees; iron while damp if you must."},
		{"cotton", "organic cotton", "The cotton is grown without pesticides and dyed with low-impact colours.", "Machine wash at 40 degrees with similar colours."},
		{"wool", "merino wool", "Fine merino does not scratch, warms even when damp and needs airing more often than washing.", "Wool cycle at 30 degrees, dry flat."},
		{"lambswool", "lambswool", "Lambswool from the first shearing is soft, springy and naturally repels water.", "Wash by hand in cool water, dry flat."},
		{"alpaca", "alpaca", "Alpaca fibre is hollow, which makes it warmer than its weight suggests.", "Wash by hand in cool water, dry flat."},
		{"recycled-polyester", "recycled polyester", "The fabric is spun from old bottles and discarded fishing nets.", "Machine wash at 30 degrees, no softener."},
		{"ripstop", "ripstop nylon", "Ripstop nylon has a grid of stronger threads that stops a small tear from becoming a big one.", "Sponge clean with lukewarm water and dry before packing."},
		{"canvas", "waxed canvas", "Waxed canvas sheds rain and takes on marks that tell where it has been.", "Brush off dirt when dry; re-wax once a year."},
		{"leather", "vegetable-tanned leather", "Vegetable-tanned leather starts out firm, softens with wear and darkens in the sun.", "Feed with a colourless balm every few months."},
		{"suede", "suede", "The suede is brushed to a short, even nap and lined with undyed calfskin.", "Brush when dry; protect with spray before the first walk."},
		{"terracotta", "terracotta", "Terracotta breathes, so roots get air and excess water finds its way out.", "Bring indoors before hard frost."},
		{"zinc", "galvanised steel", "Galvanised steel weathers to a soft matt grey and does not rust.", "Rinse with the hose when muddy."},
		{"aluminium", "aluminium", "The aluminium is recycled for the most part and can be recycled again.", "Wipe with a soft cloth."},
		{"brass", "brushed brass", "Solid brass is left without lacquer so that it can age gracefully.", "Polish when it should shine; leave it alone when it should not."},
		{"paper", "recycled paper", "The paper is acid-free, mostly recycled and takes ink without bleeding through.", "Keep dry."},
		{"card", "recycled card", "The board is pressed from recycled card and printed with vegetable inks.", "Keep dry and out of the reach of dogs."},
		{"cork", "natural cork", "Cork is peeled from living trees that grow a new bark within nine years.", "Wipe with a damp cloth and let it air."},
		{"rubber", "natural rubber", "Natural rubber grips well on any floor and contains no plasticisers.", "Wipe with mild soap; keep out of direct sun."},
		{"beeswax", "beeswax", "Pure beeswax burns slowly, with a steady flame and a faint scent of honey.", "Trim the wick to five millimetres before lighting."},
		{"soy-wax", "soy wax", "Soy wax burns cooler than paraffin and washes out of cloth with warm water.", "Let the surface melt to the rim the first time it burns."},
		{"plant-oils", "plant oils", "It is made from cold-pressed plant oils, without palm oil, microplastics or synthetic perfume.", "Keep dry between uses; avoid contact with the eyes."},
		{"food", "natural ingredients", "Nothing is added that would not be found in a good kitchen.", "Store in a cool, dry and dark place."},
		{"seed", "open-pollinated seed", "The seed is open-pollinated, so you can save your own for the year after.", "Store cool and dry; sow within two years."},
		{"down", "responsible down", "The down is a by-product, traceable to the farm and never live-plucked.", "Air after each trip and store loosely, not in its stuff sack."},
	}
}

// colors are the swatches of the shop: code, name and sRGB value.
func colors() []swatch {
	return []swatch{
		{"oat", "Oat", 0xe6dcc6}, {"chalk", "Chalk", 0xf1eee6}, {"sand", "Sand", 0xd2b98f}, {"clay", "Clay", 0xb5714f}, {"rust", "Rust", 0xa24a2a},
		{"ochre", "Ochre", 0xc9912f}, {"mustard", "Mustard", 0xd9a520}, {"butter", "Butter", 0xf3dd92}, {"moss", "Moss", 0x6b7a3f}, {"sage", "Sage", 0x9caf8f},
		{"forest", "Forest", 0x2f4f3a}, {"olive", "Olive", 0x70703c}, {"teal", "Teal", 0x2b7a78}, {"sky", "Sky", 0x9cc3da}, {"denim", "Denim", 0x4b6a92},
		{"navy", "Navy", 0x22314f}, {"ink", "Ink", 0x1f2530}, {"slate", "Slate", 0x5e6a74}, {"ash", "Ash", 0xb3b7b8}, {"charcoal", "Charcoal", 0x3a3d40},
		{"plum", "Plum", 0x5f3350}, {"heather", "Heather", 0x9a86a4}, {"rose", "Rose", 0xd79a9b}, {"coral", "Coral", 0xe2735b}, {"berry", "Berry", 0x96283f},
		{"red", "Signal Red", 0xc22f2b}, {"cocoa", "Cocoa", 0x5b3b2b}, {"caramel", "Caramel", 0xb07a46}, {"natural", "Natural", 0xcfa976}, {"amber", "Amber", 0xc9862b},
		{"mint", "Mint", 0xb6dcc6}, {"steel", "Steel", 0xaab2b8}, {"brass", "Brass", 0xc2a05a}, {"copper", "Copper", 0xb87346}, {"clear", "Clear", 0xd8e8e4},
	}
}

type swatch struct {
	code, name string
	rgb        uint32
}
