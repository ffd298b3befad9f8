package demo

import (
	"strings"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

func lower(s string) string { return strings.ToLower(s) }

// tree is the categories: each with its name, its German name and a sentence;
// those below a top one are indented.
func tree() [][4]string {
	return [][4]string{
		{"", "kitchen-table", "Kitchen & Table|Küche & Tisch", "Tools and tableware for people who eat at home and like it."},
		{"kitchen-table", "cups-glasses", "Cups & Glasses|Becher & Gläser", "Mugs, tumblers and everything else one drinks from."},
		{"kitchen-table", "plates-bowls", "Plates & Bowls|Teller & Schalen", "Tableware that can be bought piece by piece."},
		{"kitchen-table", "cookware", "Cookware|Kochen", "Pans, pots, knives and boards."},
		{"kitchen-table", "coffee-tea-gear", "Coffee & Tea Gear|Kaffee- & Teezubehör", "Grinders, presses, kettles and teapots."},
		{"", "pantry", "Pantry|Speisekammer", "Good things to eat and drink, in small batches."},
		{"pantry", "coffee", "Coffee|Kaffee", "Freshly roasted beans, sent out within three days."},
		{"pantry", "tea-cocoa", "Tea & Cocoa|Tee & Kakao", "Loose leaves, herbs and drinking cocoa."},
		{"pantry", "oils-preserves", "Oils & Preserves|Öle & Eingemachtes", "Oil, vinegar, honey and jam."},
		{"pantry", "sweets", "Chocolate|Schokolade", "Bars and pralines, made from the bean."},
		{"", "home-living", "Home & Living|Wohnen", "Furniture, light and textiles to come home to."},
		{"home-living", "lighting", "Lighting|Leuchten", "Lamps for table, desk and bed."},
		{"home-living", "furniture", "Furniture|Möbel", "Chairs, stools and small tables."},
		{"home-living", "decoration", "Vases & Baskets|Vasen & Körbe", "Beautiful places for flowers and for clutter."},
		{"home-living", "textiles", "Textiles|Textilien", "Blankets, cushions and towels."},
		{"home-living", "candles-scent", "Candles & Scent|Kerzen & Duft", "Light and fragrance from wax and wick."},
		{"", "garden", "Garden|Garten", "For beds, balconies and window sills."},
		{"garden", "pots-planters", "Pots & Planters|Töpfe & Kübel", "A place to grow."},
		{"garden", "garden-tools", "Garden Tools|Gartengeräte", "Tools that last longer than a season."},
		{"garden", "seeds-bulbs", "Seeds & Bulbs|Saatgut & Zwiebeln", "Open-pollinated seed for kitchen garden and meadow."},
		{"garden", "wildlife", "Wildlife|Wildtiere", "Feeders and houses for birds and bees."},
		{"", "outdoor", "Outdoor & Camping|Outdoor & Camping", "What one needs away from a roof."},
		{"outdoor", "tents-sleeping", "Tents & Sleeping|Zelte & Schlafen", "Tents, sleeping bags and mats."},
		{"outdoor", "camp-kitchen-light", "Camp Kitchen & Light|Campingküche & Licht", "Stoves, pots and lanterns."},
		{"", "clothing", "Clothing & Shoes|Kleidung & Schuhe", "Clothes to be worn for years."},
		{"clothing", "tops", "Tops|Oberteile", "T-shirts and summer shirts."},
		{"clothing", "knitwear", "Knitwear|Strick", "Sweaters and cardigans."},
		{"clothing", "jackets", "Jackets|Jacken", "Against rain, wind and cold."},
		{"clothing", "accessories", "Hats, Scarves & Socks|Mützen, Schals & Socken", "The small things that keep one warm."},
		{"clothing", "shoes", "Shoes|Schuhe", "Sneakers and boots that can be resoled."},
		{"", "bags-backpacks", "Bags & Backpacks|Taschen & Rucksäcke", "For the city, the weekend and the trail."},
		{"", "books-paper", "Books & Paper|Bücher & Papier", "To read, to write and to draw."},
		{"books-paper", "books", "Books|Bücher", "Novels, cookbooks and picture books."},
		{"books-paper", "stationery", "Stationery|Schreibwaren", "Notebooks, pens and ink."},
		{"", "toys-games", "Toys & Games|Spielzeug & Spiele", "For children, and for those who were."},
		{"toys-games", "wooden-toys", "Wooden Toys|Holzspielzeug", "Blocks, trains and arks."},
		{"toys-games", "games-puzzles", "Games & Puzzles|Spiele & Puzzles", "For rainy weekends."},
		{"toys-games", "soft-toys", "Soft Toys|Kuscheltiere", "To be hugged."},
		{"", "bath-sport", "Bath, Body & Sport|Bad, Körper & Sport", "Care for the body, and movement."},
		{"bath-sport", "bath-body", "Bath & Body|Bad & Körper", "Soap, cream and oil from plants."},
		{"bath-sport", "fitness", "Bottles & Yoga|Flaschen & Yoga", "For the gym, the mat and the way there."},
	}
}

func (m *maker) structure() {
	ids, positions := map[string]core.CategoryID{}, map[string]int{}
	for _, row := range tree() {
		name, german, _ := strings.Cut(row[2], "|")
		id := newID[core.CategoryID](m, core.PrefixCategory)
		ids[row[1]] = id
		positions[row[0]]++
		c := catalog.Category{ID: id, ParentID: ids[row[0]], Path: []core.CategoryID{id}, Position: positions[row[0]], Slug: row[1], Title: name,
			Description: row[3], Translations: map[string]catalog.Translation{"de": {Title: german, Slug: catalog.Slugify(german, "de")}},
			Version: 1, CreatedAt: m.clock, UpdatedAt: m.clock}
		if c.ParentID != "" {
			c.Path = []core.CategoryID{c.ParentID, id}
		}
		m.Categories = append(m.Categories, c)
	}
	m.attributes()
}

// numeric are the attributes that are numbers: code, name, German name, unit.
func numeric() [][4]string {
	return [][4]string{
		{"age_from", "Age from", "Alter ab", "years"}, {"altitude_m", "Altitude", "Anbauhöhe", "m"}, {"blade_cm", "Blade length", "Klingenlänge", "cm"},
		{"brewing_minutes", "Brewing time", "Ziehzeit", "min"}, {"burn_hours", "Burning time", "Brenndauer", "h"}, {"cable_cm", "Cable length", "Kabellänge", "cm"},
		{"capacity_ml", "Capacity", "Fassungsvermögen", "ml"}, {"circumference_cm", "Head circumference", "Kopfumfang", "cm"}, {"cocoa_percent", "Cocoa", "Kakaoanteil", "%"},
		{"comfort_temp_c", "Comfort temperature", "Komforttemperatur", "°C"}, {"content_ml", "Content", "Inhalt", "ml"}, {"diameter_cm", "Diameter", "Durchmesser", "cm"},
		{"fabric_gsm", "Fabric weight", "Stoffgewicht", "g/m²"}, {"gauge", "Gauge", "Feinheit", ""}, {"germination_days", "Germination", "Keimdauer", "days"},
		{"grind_settings", "Grind settings", "Mahlgrade", ""}, {"handle_cm", "Handle length", "Grifflänge", "cm"}, {"height_cm", "Height", "Höhe", "cm"},
		{"length_cm", "Length", "Länge", "cm"}, {"length_mm", "Length", "Länge", "mm"}, {"lumens", "Brightness", "Helligkeit", "lm"}, {"max_load_kg", "Maximum load", "Belastbarkeit", "kg"},
		{"net_weight_g", "Net weight", "Nettogewicht", "g"}, {"pages", "Pages", "Seiten", ""}, {"pieces", "Pieces", "Teile", ""}, {"players", "Players up to", "Spieler bis", ""},
		{"power_w", "Power", "Leistung", "W"}, {"roast_level", "Roast level", "Röstgrad", ""}, {"seat_height_cm", "Seat height", "Sitzhöhe", "cm"}, {"shaft_cm", "Shaft height", "Schafthöhe", "cm"},
		{"side_cm", "Side length", "Seitenlänge", "cm"}, {"sleeps", "Sleeps", "Schlafplätze", ""}, {"sole_mm", "Sole height", "Sohlenhöhe", "mm"}, {"thickness_mm", "Thickness", "Dicke", "mm"},
		{"volume_l", "Volume", "Volumen", "l"}, {"water_column_mm", "Water column", "Wassersäule", "mm"},
	}
}

func (m *maker) attributes() {
	add := func(a catalog.Attribute, german string) {
		a.Names = map[string]string{"de": german}
		a.Filterable, a.Position, a.Version, a.CreatedAt, a.UpdatedAt = true, len(m.Attributes)+1, 1, m.clock, m.clock
		m.Attributes = append(m.Attributes, a)
	}
	enum := func(code, name, german string, multiple bool, values ...string) {
		a := catalog.Attribute{Code: code, Name: name, Type: catalog.AttributeEnum, Multiple: multiple}
		for _, v := range values {
			a.Values = append(a.Values, catalog.AttributeChoice{Code: choiceCode(v), Name: v})
		}
		add(a, german)
	}
	palette := catalog.Attribute{Code: "color", Name: "Color", Type: catalog.AttributeSwatch, Multiple: true}
	for _, s := range colors() {
		palette.Values = append(palette.Values, catalog.AttributeChoice{Code: s.code, Name: s.name, Color: s.hex()})
	}
	add(palette, "Farbe")
	stuff := catalog.Attribute{Code: "material", Name: "Material", Type: catalog.AttributeEnum}
	for _, x := range materials() {
		stuff.Values = append(stuff.Values, catalog.AttributeChoice{Code: x.code, Name: strings.ToUpper(x.name[:1]) + x.name[1:]})
	}
	add(stuff, "Material")
	uses, seen := []string{}, map[string]bool{}
	enums := map[string][]string{}
	for _, k := range kinds() {
		for _, u := range k.uses {
			if !seen[u.code] {
				seen[u.code] = true
				uses = append(uses, strings.ToUpper(u.code[:1])+u.code[1:])
			}
		}
		for code, values := range k.choices {
			for _, v := range values {
				if !seen[code+"="+v] {
					seen[code+"="+v] = true
					enums[code] = append(enums[code], v)
				}
			}
		}
	}
	enum("use", "Good for", "Geeignet für", true, uses...)
	enum("fit", "Fit", "Schnitt", false, enums["fit"]...)
	enum("origin", "Origin", "Herkunft", false, enums["origin"]...)
	enum("sow_in", "Sow in", "Aussaat", false, enums["sow_in"]...)
	for _, f := range [][3]string{{"dishwasher_safe", "Dishwasher safe", "Spülmaschinenfest"}, {"induction", "Suits induction", "Für Induktion"},
		{"organic", "Organic", "Bio"}, {"vegan", "Vegan", "Vegan"}, {"vegetarian", "Vegetarian", "Vegetarisch"}, {"waterproof", "Waterproof", "Wasserdicht"},
		{"weatherproof", "Weatherproof", "Wetterfest"}} {
		add(catalog.Attribute{Code: f[0], Name: f[1], Type: catalog.AttributeBool}, f[2])
	}
	for _, n := range numeric() {
		add(catalog.Attribute{Code: n[0], Name: n[1], Type: catalog.AttributeNumber, Unit: n[3]}, n[2])
	}
	add(catalog.Attribute{Code: "care", Name: "Care", Type: catalog.AttributeText}, "Pflege")
	add(catalog.Attribute{Code: "launched", Name: "In the shop since", Type: catalog.AttributeDate}, "Im Sortiment seit")
}

func choiceCode(name string) string { return catalog.Slugify(name, "en") }
