package searcheval

// What made-up catalogs are made of.
var (
	syntheticDepartments = []struct {
		name   string
		groups []string
	}{
		{"Furniture", []string{"sofa", "armchair", "bookcase", "table", "stool", "wardrobe", "bed", "desk", "cabinet", "bench"}},
		{"Kitchen", []string{"pan", "kettle", "knife", "cutting board", "mug", "plate", "bowl", "toaster", "blender", "grater"}},
		{"Clothing", []string{"shirt", "jacket", "trousers", "skirt", "dress", "sweater", "socks", "scarf", "belt", "hat"}},
		{"Shoes", []string{"sneakers", "boots", "sandals", "slippers", "loafers", "heels", "laces", "insoles", "clogs", "trainers"}},
		{"Electronics", []string{"headphones", "speaker", "charger", "cable", "keyboard", "monitor", "camera", "tripod", "router", "projector"}},
		{"Garden", []string{"spade", "hose", "planter", "trellis", "lantern", "hammock", "parasol", "mower", "rake", "seeds"}},
		{"Sports", []string{"bicycle", "helmet", "dumbbell", "yoga mat", "racket", "tent", "backpack", "bottle", "goggles", "kayak"}},
		{"Toys", []string{"puzzle", "doll", "train set", "kite", "board game", "robot", "ball", "castle", "crayons", "blocks"}},
		{"Beauty", []string{"shampoo", "lotion", "perfume", "brush", "mirror", "soap", "serum", "lipstick", "razor", "towel"}},
		{"Tools", []string{"drill", "hammer", "screwdriver", "saw", "ladder", "wrench", "toolbox", "sander", "clamp", "level"}},
		{"Stationery", []string{"notebook", "pen", "folder", "stapler", "calendar", "envelope", "marker", "ruler", "easel", "ink"}},
		{"Lighting", []string{"lamp", "chandelier", "bulb", "spotlight", "candle", "dimmer", "night light", "sconce", "shade", "strip"}},
	}
	syntheticUses      = []string{"kids", "outdoor", "travel", "office", "professional", "compact", "folding", "wall", "corner", "party"}
	syntheticColors    = []string{"black", "white", "grey", "blue", "red", "green", "brown", "beige", "pink", "yellow", "navy", "purple", "orange", "turquoise", "silver", "gold", "ivory", "olive", "burgundy", "teal"}
	syntheticMaterials = []string{"cotton", "leather", "oak", "steel", "plastic", "wool", "glass", "ceramic", "bamboo", "linen", "aluminium", "velvet", "silicone", "walnut", "marble", "paper"}
	syntheticStyles    = []string{"modern", "classic", "vintage", "slim", "deluxe", "basic", "premium", "lightweight", "large", "small", "waterproof", "handmade", "soft", "round", "adjustable", "portable", "scandinavian", "rustic", "organic", "quiet"}
	syntheticSizes     = []string{"XS", "S", "M", "L", "XL", "XXL", "36", "38", "40", "42", "44", "46"}
	commonWords        = []string{"the", "and", "with", "for", "our", "your", "quality", "design", "easy", "new", "perfect", "use", "home", "made", "high", "great", "any", "gift", "set", "color", "comfortable", "durable", "size", "clean", "material"}
)
