package demo

// demand is how a kind sells.
type demand struct {
	taste      taste
	weight     float64 // how often it is bought, beside others
	season     string  // key of seasons
	elasticity float64 // percent of demand for a percent of price; negative
	repeat     int     // days between purchases of what is used up; 0 for none
	gift       bool    // bought for others before the holidays
}

// taste is what customers differ by: what they like.
type taste int

const (
	cooking taste = iota
	coffeeAndTea
	homely
	gardening
	outdoors
	dressing
	reading
	family
	caring
	tastes
)

func demands() map[string]demand {
	return map[string]demand{
		"mug": {coffeeAndTea, 1.1, "gift", -1.3, 0, true}, "glass": {cooking, .7, "flat", -1.4, 0, false}, "bowl": {cooking, .8, "flat", -1.3, 0, false},
		"plate": {cooking, .8, "flat", -1.5, 0, false}, "teapot": {coffeeAndTea, .5, "tea", -1.1, 0, true}, "skillet": {cooking, .7, "flat", -1.2, 0, false},
		"casserole": {cooking, .5, "tea", -1.0, 0, true}, "knife": {cooking, .6, "gift", -.9, 0, true}, "board": {cooking, .6, "gift", -1.2, 0, false},
		"grinder": {coffeeAndTea, .5, "gift", -1.6, 0, true}, "press": {coffeeAndTea, .6, "gift", -1.4, 0, false}, "kettle": {coffeeAndTea, .4, "tea", -1.5, 0, false},
		"coffee": {coffeeAndTea, 1.9, "flat", -.6, 26, false}, "tea": {coffeeAndTea, 1.3, "tea", -.7, 38, true}, "oil": {cooking, 1.0, "flat", -.8, 55, false},
		"honey": {cooking, .9, "flat", -1.0, 48, false}, "chocolate": {cooking, 1.2, "gift", -1.2, 33, true},
		"lamp": {homely, .5, "tea", -1.3, 0, false}, "chair": {homely, .3, "flat", -1.1, 0, false}, "stool": {homely, .35, "flat", -1.3, 0, false},
		"vase": {homely, .6, "spring", -1.5, 0, true}, "basket": {homely, .5, "flat", -1.6, 0, false}, "candle": {homely, 1.2, "gift", -1.5, 45, true},
		"blanket": {homely, .6, "winter", -1.2, 0, true}, "cushion": {homely, .7, "flat", -1.7, 0, false}, "towel": {caring, .8, "flat", -1.5, 0, false},
		"pot": {gardening, 1.2, "spring", -1.6, 0, false}, "can": {gardening, .5, "spring", -1.2, 0, false}, "trowel": {gardening, .6, "spring", -1.1, 0, false},
		"seeds": {gardening, 1.6, "spring", -.8, 0, false}, "gloves": {gardening, .6, "spring", -1.4, 0, false}, "feeder": {gardening, .6, "birds", -1.1, 0, true},
		"tent": {outdoors, .5, "summer", -1.8, 0, false}, "sleepbag": {outdoors, .5, "summer", -1.6, 0, false}, "mat": {outdoors, .5, "summer", -1.5, 0, false},
		"lantern": {outdoors, .6, "summer", -1.4, 0, false}, "stove": {outdoors, .45, "summer", -1.2, 0, false}, "backpack": {outdoors, .7, "school", -1.7, 0, false},
		"shirt": {dressing, 1.5, "warm", -1.9, 0, false}, "sweater": {dressing, .9, "winter", -1.7, 0, false}, "jacket": {dressing, .7, "winter", -1.8, 0, false},
		"beanie": {dressing, .7, "winter", -1.6, 0, true}, "scarf": {dressing, .6, "winter", -1.5, 0, true}, "socks": {dressing, 1.2, "winter", -1.3, 95, true},
		"sneaker": {dressing, .8, "warm", -2.1, 0, false}, "boot": {outdoors, .6, "winter", -1.6, 0, false}, "tote": {dressing, .7, "flat", -1.8, 0, false},
		"book": {reading, 1.7, "gift", -.7, 0, true}, "notebook": {reading, 1.0, "school", -1.3, 70, false}, "pen": {reading, .8, "school", -1.1, 0, true},
		"blocks": {family, .8, "gift", -1.3, 0, true}, "puzzle": {family, .9, "gift", -1.4, 0, true}, "plush": {family, .7, "gift", -1.2, 0, true},
		"soap": {caring, 1.2, "flat", -1.0, 42, false}, "cream": {caring, 1.0, "winter", -1.1, 60, false}, "bottle": {caring, .9, "warm", -1.6, 0, false},
		"yogamat": {caring, .5, "new-year", -1.5, 0, false},
	}
}

// seasons are the demand of each month in percent of the year's average.
func seasons() map[string][12]float64 {
	return map[string][12]float64{
		"flat":     {100, 100, 100, 100, 100, 95, 90, 95, 100, 100, 105, 115},
		"spring":   {40, 75, 170, 230, 215, 150, 90, 70, 80, 60, 35, 35},
		"summer":   {45, 50, 80, 115, 155, 190, 200, 160, 85, 50, 40, 65},
		"warm":     {55, 65, 95, 125, 150, 155, 140, 115, 85, 65, 65, 85},
		"winter":   {150, 115, 80, 50, 30, 20, 20, 35, 85, 145, 195, 215},
		"gift":     {60, 70, 75, 80, 85, 80, 70, 75, 85, 100, 165, 320},
		"school":   {85, 80, 80, 80, 80, 80, 115, 185, 160, 85, 85, 110},
		"tea":      {130, 120, 100, 80, 65, 55, 55, 70, 105, 125, 140, 165},
		"birds":    {135, 95, 60, 50, 40, 30, 30, 40, 75, 130, 190, 190},
		"new-year": {215, 155, 120, 110, 100, 95, 80, 80, 100, 85, 80, 90},
	}
}

// complement says how likely a kind is bought along with another.
type complement struct {
	with   string
	chance float64
}

func complements() map[string][]complement {
	return map[string][]complement{
		"grinder": {{"coffee", .45}, {"press", .2}}, "press": {{"coffee", .35}, {"grinder", .14}}, "kettle": {{"tea", .22}, {"press", .18}},
		"coffee": {{"press", .03}, {"chocolate", .04}}, "teapot": {{"tea", .5}, {"mug", .14}}, "tea": {{"honey", .14}, {"teapot", .04}},
		"mug": {{"coffee", .1}, {"teapot", .04}}, "bowl": {{"plate", .3}}, "plate": {{"bowl", .3}, {"glass", .15}}, "glass": {{"plate", .12}},
		"skillet": {{"board", .12}, {"oil", .12}}, "casserole": {{"board", .1}, {"book", .06}}, "knife": {{"board", .4}}, "board": {{"knife", .32}},
		"oil": {{"honey", .08}}, "honey": {{"tea", .08}}, "chocolate": {{"candle", .08}}, "blanket": {{"cushion", .35}, {"candle", .15}},
		"cushion": {{"blanket", .22}}, "towel": {{"soap", .3}}, "soap": {{"cream", .28}}, "cream": {{"soap", .24}}, "vase": {{"candle", .18}},
		"chair": {{"cushion", .25}}, "stool": {{"lamp", .14}}, "basket": {{"blanket", .12}}, "lamp": {{"book", .08}},
		"pot": {{"seeds", .35}, {"trowel", .14}}, "seeds": {{"pot", .22}, {"trowel", .12}, {"can", .1}}, "trowel": {{"gloves", .42}}, "can": {{"pot", .25}},
		"gloves": {{"trowel", .36}}, "feeder": {{"seeds", .12}}, "tent": {{"sleepbag", .45}, {"mat", .4}, {"stove", .25}, {"lantern", .2}},
		"sleepbag": {{"mat", .42}, {"tent", .14}}, "mat": {{"sleepbag", .26}}, "lantern": {{"stove", .16}}, "stove": {{"lantern", .15}, {"bottle", .12}},
		"backpack": {{"bottle", .24}, {"socks", .14}}, "sweater": {{"scarf", .18}}, "jacket": {{"beanie", .18}}, "beanie": {{"scarf", .4}}, "scarf": {{"beanie", .36}},
		"sneaker": {{"socks", .3}}, "boot": {{"socks", .45}}, "tote": {{"bottle", .08}}, "book": {{"notebook", .1}, {"tea", .06}}, "notebook": {{"pen", .42}},
		"pen": {{"notebook", .38}}, "blocks": {{"plush", .18}}, "puzzle": {{"blocks", .12}, {"chocolate", .06}}, "plush": {{"blocks", .14}},
		"yogamat": {{"bottle", .34}}, "bottle": {{"backpack", .06}},
	}
}
