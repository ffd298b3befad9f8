package search

import "strings"

// The stemmers take words in lower case without accents and take off what
// number, gender and case add, and no more: the light stemming of Savoy ("Light
// stemming approaches for the French, Portuguese, German and Hungarian
// languages", SAC 2006), adapted to words without accents. Derived words stay
// apart: for products that is the difference between things.

// ending is an ending, what stands in its place, and how many letters must be
// before it.
type ending struct {
	from, to string
	least    int
}

// without replaces the first of the endings that a word has.
func without(w string, endings []ending) string {
	for _, e := range endings {
		if len(w) >= len(e.from)+e.least && strings.HasSuffix(w, e.from) {
			return w[:len(w)-len(e.from)] + e.to
		}
	}
	return w
}

// endsIn reports whether the last letter of a word is one of letters.
func endsIn(w, letters string) bool {
	return w != "" && strings.IndexByte(letters, w[len(w)-1]) >= 0
}

// stem takes English plural and verb endings off.
func stem(w string) string {
	n := len(w)
	switch {
	case n > 4 && strings.HasSuffix(w, "ies"):
		return w[:n-3] + "y"
	case n > 4 && (strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "shes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "xes")):
		return w[:n-2]
	case n > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		return w[:n-1]
	case n > 5 && strings.HasSuffix(w, "ing"):
		return undouble(w[:n-3])
	case n > 4 && strings.HasSuffix(w, "ed"):
		return undouble(w[:n-2])
	}
	return w
}

// undouble turns runn into run.
func undouble(w string) string {
	if n := len(w); n > 3 && w[n-1] == w[n-2] && !strings.ContainsRune("lsz", rune(w[n-1])) {
		return w[:n-1]
	}
	return w
}

var (
	endingsGerman = []ending{{"eln", "el", 3}, {"ern", "", 3}, {"em", "", 3}, {"en", "", 3}, {"er", "", 3}, {"es", "", 3}, {"e", "", 3}}
	casesGerman   = []ending{{"er", "", 4}, {"en", "", 4}}
)

// stemGerman: Lampen -> lamp, Stühle -> stuhl, roter -> rot.
func stemGerman(w string) string {
	switch {
	case strings.HasSuffix(w, "leder"): // or else it were an LED
		return w
	case len(w) > 3 && strings.HasSuffix(w, "s") && endsIn(w[:len(w)-1], "bdfghklmnt"), len(w) > 4 && strings.HasSuffix(w, "s") && endsIn(w[:len(w)-1], "aoy"):
		return w[:len(w)-1] // Tischs, Sofas
	}
	return without(without(w, endingsGerman), casesGerman)
}

var (
	pluralsFrench  = []ending{{"eaux", "eau", 1}, {"aux", "al", 3}, {"eux", "eu", 2}, {"oux", "ou", 2}}
	femininFrench  = []ending{{"euse", "eu", 2}, {"enne", "en", 2}, {"onne", "on", 1}, {"ette", "et", 3}, {"elle", "el", 3}, {"nche", "nc", 2}, {"eche", "ec", 1}, {"ive", "if", 2}}
	keptSingularFr = []string{"ss", "ais", "ois"}
)

// stemFrench: chaises -> chais, bateaux -> bateau, blanche -> blanc.
func stemFrench(w string) string {
	switch {
	case strings.HasSuffix(w, "x"):
		w = without(w, pluralsFrench)
	case len(w) > 3 && strings.HasSuffix(w, "s") && (!strings.HasSuffix(w, "is") || len(w) > 6):
		for _, kept := range keptSingularFr {
			if strings.HasSuffix(w, kept) {
				return w
			}
		}
		w = w[:len(w)-1]
	}
	if shorter := without(w, femininFrench); shorter != w {
		return shorter
	}
	for len(w) > 4 && strings.HasSuffix(w, "e") {
		w = w[:len(w)-1]
	}
	return w
}

// stemSpanish: sillones -> sillon, luces -> luz, rojas -> roj.
func stemSpanish(w string) string {
	switch {
	case len(w) < 4:
		return w
	case strings.HasSuffix(w, "ces"):
		return w[:len(w)-3] + "z"
	case strings.HasSuffix(w, "es") && !endsIn(w[:len(w)-2], "aeiou") && len(w) > 4:
		w = w[:len(w)-2]
		return w
	case strings.HasSuffix(w, "s") && !endsIn(w[:len(w)-1], "isu"):
		w = w[:len(w)-1]
	}
	if len(w) > 3 && endsIn(w, "aeo") {
		return w[:len(w)-1]
	}
	return w
}

// stemItalian: sedie -> sed, bianche -> bianc, specchi -> specc.
func stemItalian(w string) string {
	if len(w) < 4 || !endsIn(w, "aeio") {
		return w
	}
	w = w[:len(w)-1]
	if len(w) > 3 && endsIn(w, "i") {
		w = w[:len(w)-1]
	}
	if len(w) > 3 && (strings.HasSuffix(w, "ch") || strings.HasSuffix(w, "gh")) {
		w = w[:len(w)-1]
	}
	return w
}

var pluralsPortuguese = []ending{{"oes", "ao", 2}, {"aes", "ao", 1}, {"aos", "ao", 1}, {"ais", "al", 2}, {"eis", "el", 2}, {"ois", "ol", 2}, {"uis", "ul", 2},
	{"ns", "m", 2}, {"res", "r", 2}, {"zes", "z", 2}, {"ses", "s", 2}, {"is", "is", 0}, {"us", "us", 0}, {"ss", "ss", 0}, {"s", "", 3}}

// stemPortuguese: botões -> botao, azuis -> azul, camisas -> camis.
func stemPortuguese(w string) string {
	w = without(w, pluralsPortuguese)
	if len(w) > 3 && endsIn(w, "aeo") && !strings.HasSuffix(w, "ao") {
		return w[:len(w)-1]
	}
	return w
}

// stemDutch: kussens -> kus, rode, rood -> rod, laarzen -> laars.
func stemDutch(w string) string {
	w = singularDutch(w)
	if len(w) > 4 && strings.HasSuffix(w, "en") && !endsIn(w[:len(w)-2], "aeiou") {
		w = shutDutch(w[:len(w)-2])
		w = singularDutch(w)
	} else if len(w) > 3 && strings.HasSuffix(w, "e") && !endsIn(w[:len(w)-1], "aeiou") {
		w = shutDutch(w[:len(w)-1])
	}
	if n := len(w); n > 3 && w[n-2] == w[n-3] && endsIn(w[:n-1], "aeou") && !endsIn(w, "aeiou") { // rood
		w = w[:n-2] + w[n-1:]
	}
	return w
}

// singularDutch takes the plural's s off where it is likely one: tafels, foto's,
// T-shirts, and not laars, jas.
func singularDutch(w string) string {
	if len(w) < 5 || !strings.HasSuffix(w, "s") {
		return w
	}
	one := w[:len(w)-1]
	if endsIn(one, "aeoytkpm") || endsIn(one, "lnr") && one[len(one)-2] == 'e' {
		return one
	}
	return w
}

// shutDutch writes a syllable as it is without an ending behind it: bedd, hoez,
// schroev.
func shutDutch(w string) string {
	n := len(w)
	switch {
	case n > 2 && w[n-1] == w[n-2] && !endsIn(w, "aeiou"):
		return w[:n-1]
	case n > 2 && w[n-1] == 'z':
		return w[:n-1] + "s"
	case n > 2 && w[n-1] == 'v':
		return w[:n-1] + "f"
	}
	return w
}
