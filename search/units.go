package search

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// measureUnit is a unit of measure and how many of its dimension's own it is.
type measureUnit struct {
	symbol    string // as it is shown
	dimension string
	scale     float64
}

// The dimensions of quantities, each with the unit it is counted in.
const (
	dimensionLength    = "length"    // m
	dimensionArea      = "area"      // m²
	dimensionVolume    = "volume"    // l
	dimensionMass      = "mass"      // kg
	dimensionPower     = "power"     // W
	dimensionVoltage   = "voltage"   // V
	dimensionEnergy    = "energy"    // Wh
	dimensionCharge    = "charge"    // mAh
	dimensionFrequency = "frequency" // Hz
	dimensionData      = "data"      // GB
)

// QuantityField names the number, in a document's title and attributes, that is
// measured in a dimension: length (m), area (m²), volume (l), mass (kg), power
// (W), voltage (V), energy (Wh), charge (mAh), frequency (Hz), data (GB).
func QuantityField(dimension string) string { return "quantity." + dimension }

// units are those that are read, by how they are written in lower case; the
// first name of each is its symbol.
var units = allUnits()

func allUnits() map[string]measureUnit {
	all := map[string]measureUnit{}
	for _, u := range []struct {
		names     string
		dimension string
		scale     float64
	}{
		{"mm millimeter millimeters millimetre millimetres", dimensionLength, 0.001},
		{"cm centimeter centimeters centimetre centimetres zentimeter centimetro centimetros centimetri centimètre centimètres", dimensionLength, 0.01},
		{"dm", dimensionLength, 0.1},
		{"m meter meters metre metres metro metros metri mètre mètres", dimensionLength, 1},
		{"km kilometer kilometers", dimensionLength, 1000},
		{"in inch inches zoll pouce pouces pulgada pulgadas pollice pollici polegada polegadas \" ″ ”", dimensionLength, 0.0254},
		{"ft foot feet fuß ' ′ ’", dimensionLength, 0.3048},
		{"yd yard yards", dimensionLength, 0.9144},
		{"m² m2 sqm qm quadratmeter", dimensionArea, 1},
		{"cm² cm2", dimensionArea, 0.0001},
		{"sqft", dimensionArea, 0.09290304},
		{"ml milliliter milliliters millilitre millilitres", dimensionVolume, 0.001},
		{"cl", dimensionVolume, 0.01},
		{"dl", dimensionVolume, 0.1},
		{"l liter liters litre litres litro litros litri", dimensionVolume, 1},
		{"floz", dimensionVolume, 0.0295735},
		{"pint pints pt", dimensionVolume, 0.473176},
		{"quart quarts qt", dimensionVolume, 0.946353},
		{"gal gallon gallons", dimensionVolume, 3.785412},
		{"mg milligram milligrams milligramm", dimensionMass, 1e-6},
		{"g gr gram grams gramm gramme grammes gramo gramos grammi", dimensionMass, 0.001},
		{"kg kilo kilos kilogram kilograms kilogramm", dimensionMass, 1},
		{"oz ounce ounces", dimensionMass, 0.02834952},
		{"lb lbs", dimensionMass, 0.4535924},
		{"W watt watts", dimensionPower, 1},
		{"kW kilowatt", dimensionPower, 1000},
		{"V volt volts", dimensionVoltage, 1},
		{"Wh", dimensionEnergy, 1},
		{"kWh", dimensionEnergy, 1000},
		{"mAh", dimensionCharge, 1},
		{"Ah", dimensionCharge, 1000},
		{"Hz hertz", dimensionFrequency, 1},
		{"kHz", dimensionFrequency, 1e3},
		{"MHz", dimensionFrequency, 1e6},
		{"GHz", dimensionFrequency, 1e9},
		{"MB", dimensionData, 0.001},
		{"GB gigabyte gigabytes", dimensionData, 1},
		{"TB terabyte terabytes", dimensionData, 1000},
	} {
		names := strings.Fields(u.names)
		for _, name := range names {
			all[strings.ToLower(name)] = measureUnit{names[0], u.dimension, u.scale}
		}
	}
	return all
}

// measure is a quantity in a text, in its dimension's own unit.
type measure struct {
	measureUnit     // that it is written in
	from, to    int // all that is written together: 80 x 180 cm
	values      []float64
}

// said is a value in the unit that the quantity is written in.
func (m *measure) said(value float64) string { return fmt.Sprintf("%.6g %s", value/m.scale, m.symbol) }

// measures returns the quantities of a text.
func measures(text string) []measure {
	var found []measure
	for at := 0; at < len(text); {
		if !isDigit(text, at) {
			_, n := utf8.DecodeRuneInString(text[at:])
			at += n
			continue
		}
		m, to := measured(text, at)
		if before, _ := utf8.DecodeLastRuneInString(text[:at]); m.dimension != "" && (at == 0 || !unicode.IsLetter(before) && !strings.ContainsRune(".,/'’-", before)) {
			found = append(found, m)
		}
		at = to
	}
	return found
}

func isDigit(text string, at int) bool { return at < len(text) && text[at] >= '0' && text[at] <= '9' }

// measured reads what begins with a digit: numbers parted by x or by, then a
// unit. It returns where it ends.
func measured(text string, at int) (m measure, to int) {
	m.from = at
	for {
		n, end := mixed(text, at)
		m.values = append(m.values, n)
		name, after := unitName(text, end)
		if u, known := units[name]; known {
			m.measureUnit, m.to = u, after
			end = after
		}
		next := times(text, end)
		if next < 0 {
			if m.to < end { // what follows a unit has none: 6 ft x 4
				m.dimension = ""
			}
			for i := range m.values {
				m.values[i] *= m.scale
			}
			return m, end
		}
		at = next
	}
}

// times returns where the number behind "x" or "by" begins, or -1.
func times(text string, at int) int {
	rest := strings.TrimLeft(text[at:], " ")
	for _, sign := range []string{"x", "X", "×", "-by-", "by "} {
		if tail, ok := strings.CutPrefix(rest, sign); ok {
			tail = strings.TrimLeft(tail, " ")
			if next := len(text) - len(tail); isDigit(text, next) {
				return next
			}
		}
	}
	return -1
}

// mixed reads 12, 1.5, 1,299, 1/2 and 1-1/2.
func mixed(text string, at int) (float64, int) {
	n, to := decimal(text, at)
	whole := 0.0
	if to < len(text) && (text[to] == '-' || text[to] == ' ') && isDigit(text, to+1) {
		if over, slash := decimal(text, to+1); slash < len(text) && text[slash] == '/' && over < 100 {
			whole, n, to = n, over, slash
		}
	}
	if to < len(text) && text[to] == '/' && isDigit(text, to+1) {
		if under, end := decimal(text, to+1); under > 0 {
			return whole + n/under, end
		}
	}
	return n, to
}

func decimal(text string, at int) (float64, int) {
	to := at
	for isDigit(text, to) || to < len(text) && (text[to] == '.' || text[to] == ',') && isDigit(text, to+1) {
		to++
	}
	n, ok := parseNumber(text[at:to])
	if !ok {
		n = math.NaN() // in no bounds
	}
	return n, to
}

// unitName reads a unit's name behind a number, in lower case, and returns
// where it ends. "in" behind a space may be the word.
func unitName(text string, at int) (string, int) {
	start := at
	if start < len(text) && (text[start] == ' ' || text[start] == '-') {
		start++
	}
	to := start
	for to < len(text) {
		r, n := utf8.DecodeRuneInString(text[to:])
		if !unicode.IsLetter(r) && r != '²' {
			break
		}
		to += n
	}
	name := strings.ToLower(text[start:to])
	r, n := utf8.DecodeRuneInString(text[to:])
	switch {
	case to == start && start == at && strings.ContainsRune("\"″”'′’", r) && n > 0:
		after, _ := utf8.DecodeRuneInString(text[to+n:])
		if unicode.IsDigit(after) || unicode.IsLetter(after) && after != 'x' {
			return "", at
		}
		return string(r), to + n
	case r == '2' && (name == "m" || name == "cm") && !isDigit(text, to+1):
		return name + "2", to + 1
	case unicode.IsDigit(r):
		return "", at
	case name == "in" && start > at && text[at] == ' ' && to < len(text) && strings.IndexByte(".,;)/", text[to]) < 0 && times(text, to) < 0:
		return "", at
	case name == "fl" || name == "sq":
		for _, rest := range []string{". oz", " oz", ". ft", " ft"} {
			if tail := min(to+len(rest), len(text)); strings.EqualFold(text[to:tail], rest) {
				return name + rest[len(rest)-2:], tail
			}
		}
	}
	return name, to
}

// measured is what a document measures in a field: an attribute, or what a
// QuantityField is of.
type measurement struct {
	field     string
	dimension string
	value     float64
}

// measurementsOf reads the title and the attributes of a document, and those of
// its numbers that have a unit.
func measurementsOf(d *Document) (all []measurement, forms []wording) {
	add := func(field, text string) {
		for _, m := range measures(text) {
			for _, v := range m.values {
				if math.IsNaN(v) {
					continue
				}
				all = append(all, measurement{QuantityField(m.dimension), m.dimension, v})
				if field != "" {
					all = append(all, measurement{field, m.dimension, v})
				}
			}
			if len(m.values) == 1 {
				forms = append(forms, wording{m.dimension, m.values[0], strings.ToLower(text[m.from:m.to])})
			}
		}
	}
	add("", d.Text[FieldTitle])
	for field, values := range d.Attributes {
		for _, v := range values {
			add(field, v)
		}
	}
	for field, n := range d.Numbers {
		if u, known := units[strings.ToLower(d.Units[field])]; known {
			all = append(all, measurement{QuantityField(u.dimension), u.dimension, n * u.scale})
		}
	}
	return all, forms
}

// wording is how a quantity is written.
type wording struct {
	dimension string
	value     float64
	text      string
}

// tolerance is how far quantities may be apart that are taken for the same, as
// 6 ft and 183 cm are, or 12 inches and 30 cm.
const tolerance = 0.02

func (m *measure) means(value float64) bool {
	return math.Abs(m.values[0]-value) <= tolerance*math.Abs(m.values[0])
}

// wordings counts how the quantities of a dimension are written.
type wordings map[string]map[wording]int

func (w wordings) add(forms []wording) {
	for _, f := range forms {
		if w[f.dimension] == nil {
			w[f.dimension] = map[wording]int{}
		}
		w[f.dimension][f]++
	}
}

// others returns the usual ways to write a quantity beside the one it has.
func (w wordings) others(m *measure, text string, most int) []string {
	count := map[string]int{}
	for f, n := range w[m.dimension] {
		if m.means(f.value) && f.text != strings.ToLower(text[m.from:m.to]) {
			count[f.text] += n
		}
	}
	texts := make([]string, 0, len(count))
	for text := range count {
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	return texts[:min(most, len(texts))]
}
