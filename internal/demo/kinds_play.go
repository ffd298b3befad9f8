package demo

// playKinds is what one plays with.
func playKinds() []kind {
	age := "It is made for ages %d and up."
	return []kind{
		{code: "blocks", noun: "toy", category: "wooden-toys", vendors: []string{"Marrow & Moon", "Oakhush"},
			size: [3]int64{320, 240, 90}, colors: []string{"mustard", "coral", "teal", "natural", "sage"}, noColor: true,
			forms: []form{
				{"Building Blocks, 60 Pieces", "beech", "One unit, its halves and its doubles: children discover fractions without being told."},
				{"Rainbow Stacking Arches", "beech", "Seven arches become bridges, caves, cradles and, now and then, a rainbow."},
				{"Wooden Train Set", "beech", "Two metres of track, a bridge and magnets that always find each other."},
				{"Animal Ark", "oak", "Ten pairs, sanded round, and a roof that lifts off when the rain stops."},
				{"Marble Run", "beech", "Notched rails and drums with holes; the marble goes where you thought, or not."},
				{"Toy Kitchen Set", "beech", "Pot, pan, four spoons and two fried eggs that never get cold."},
			},
			intro: []string{"{it} has no batteries and no right way to play.", "Grown-ups sit down with {it} to help and stay for an hour."},
			uses:  []use{{"children", "Edges are rounded and colours are safe for curious mouths."}, {"gift", "It comes in a cloth bag or a box that lasts."}},
			facts: []fact{{"age_from", age}, {"pieces", "There are %d pieces."}}},
		{code: "puzzle", noun: "game", category: "games-puzzles", vendors: []string{"Marrow & Moon", "Lanternwick Press"},
			size: [3]int64{270, 270, 55}, colors: []string{"teal", "plum", "mustard", "coral", "forest"}, noColor: true,
			forms: []form{
				{"Botanical Puzzle, 1000 Pieces", "card", "Old plates of mushrooms and ferns, printed on card that fits with a soft click."},
				{"World Map Puzzle for Children", "card", "Large pieces in the shape of animals show who lives where."},
				{"Card Game Lantern", "card", "Two lie, three guess and everybody laughs: ten minutes a round, never just one."},
				{"Wooden Chess Set", "walnut", "Weighted pieces, a folding board and felt that forgives a thoughtless move."},
				{"Cooperative Forest Game", "card", "Everybody plays against the fog, so there is no sore loser."},
				{"Strategy Game Harbours", "card", "Ships, salt and silver: an evening for four, with rules on two pages."},
			},
			intro: []string{"{it} clears the table of telephones.", "Rainy weekends are the natural home of {it}."},
			uses:  []use{{"children", "The rules are explained in five minutes."}, {"entertaining", "It brings out the worst in good friends, in the best way."}, {"gift", "The box is sturdy and opens like a book."}},
			facts: []fact{{"age_from", age}, {"players", "It is for up to %d."}}},
		{code: "plush", noun: "soft toy", category: "soft-toys", vendors: []string{"Marrow & Moon"},
			size: [3]int64{260, 160, 300}, colors: []string{"caramel", "ash", "oat", "cocoa", "rose"},
			forms: []form{
				{"Bear", "wool", "Arms long enough for a hug and a weight that sits well in the crook of an elbow."},
				{"Rabbit with Long Ears", "linen", "The ears are for chewing, tying and carrying."},
				{"Knitted Whale", "cotton", "Round as a cushion, with a smile that can only be seen from the side."},
				{"Sleepy Fox", "cotton", "Its eyes are embroidered shut, which helps at half past seven."},
				{"Elephant Comforter", "cotton", "Half toy, half cloth, wholly indispensable."},
			},
			intro: []string{"{it} is waiting for a name.", "Buy two of {it}; whoever has washed one at midnight knows why."},
			uses:  []use{{"children", "Seams are double and eyes are sewn."}, {"gift", "It is a first friend from the day of birth."}},
			facts: []fact{{"height_cm", "It is %d cm tall."}, {"age_from", age}}},
	}
}
