package demo

import "math"

// noise is a fixed random number from 0 to 1 for a cell.
func noise(x, y int64, seed uint64) float64 {
	h := uint64(x)*0x9e3779b97f4a7c15 ^ uint64(y)*0xc2b2ae3d27d4eb4f ^ seed*0x165667b19e3779f9
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	return float64(h%10007) / 10007
}

// smoothNoise runs softly between the cells.
func smoothNoise(x, y float64, seed uint64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	tx, ty := x-fx, y-fy
	tx, ty = tx*tx*(3-2*tx), ty*ty*(3-2*ty)
	ix, iy := int64(fx), int64(fy)
	a := noise(ix, iy, seed) + (noise(ix+1, iy, seed)-noise(ix, iy, seed))*tx
	b := noise(ix, iy+1, seed) + (noise(ix+1, iy+1, seed)-noise(ix, iy+1, seed))*tx
	return a + (b-a)*ty
}

// texture is the look of a material: how bright it is at a place.
func texture(material string, seed uint64) func(x, y float64) float64 {
	switch material {
	case "stoneware", "terracotta":
		return func(x, y float64) float64 {
			f := .985 + .03*smoothNoise(x/3, y/1.5, seed)
			if noise(int64(x*2.2), int64(y*2.2), seed) > .982 {
				return f * .72 // a fleck of iron
			}
			return f
		}
	case "oak", "beech", "walnut", "bamboo":
		ring := map[string]float64{"oak": 1.5, "beech": .9, "walnut": 1.9, "bamboo": 3.1}[material]
		return func(x, y float64) float64 {
			w := y/ring + 2.4*smoothNoise(x/26, y/7, seed)
			return .95 + .07*math.Sin(w*2*math.Pi) + .05*smoothNoise(x/2, y*2, seed)
		}
	case "rattan":
		return func(x, y float64) float64 {
			a := math.Sin(x*1.9+math.Pi*math.Floor(y/2.2)) * .5
			return .9 + .13*math.Abs(math.Sin(y*math.Pi/2.2)) + .08*a
		}
	case "wool", "lambswool", "alpaca":
		return func(x, y float64) float64 {
			v := math.Mod(x, 2.2) / 2.2
			w := math.Mod(y+math.Abs(v-.5)*1.8, 1.7) / 1.7
			return .9 + .11*math.Sin(w*math.Pi) + .05*smoothNoise(x, y, seed)
		}
	case "linen", "cotton", "canvas":
		return func(x, y float64) float64 {
			return .97 + .022*math.Sin(x*9) + .022*math.Sin(y*9) + .03*smoothNoise(x/2, y/6, seed)
		}
	case "leather", "suede", "cork":
		return func(x, y float64) float64 { return .94 + .1*smoothNoise(x*1.1, y*1.1, seed) }
	case "cast-iron", "zinc":
		return func(x, y float64) float64 { return .95 + .1*smoothNoise(x*3, y*3, seed) }
	case "steel", "aluminium", "copper", "brass", "carbon-steel":
		return func(x, y float64) float64 { return .98 + .05*smoothNoise(x/9, y*5, seed) }
	}
	return func(_, _ float64) float64 { return 1 }
}

// ribs is a knitted or pleated surface with lines from top to bottom.
func ribs(width float64) func(x, y float64) float64 {
	return func(x, _ float64) float64 { return .92 + .1*math.Abs(math.Sin(x*math.Pi/width)) }
}

// see-through things: a tint, with light at the edges.
func glassy(c rgb) paint {
	return func(_, _, u, v float64) rgb {
		edge := math.Abs(2*u - 1)
		return c.lit(1.1 - .25*edge*edge).alpha(.42 + .4*edge*edge*edge - .08*v)
	}
}

// look is what a shape is drawn with.
type look struct {
	*canvas
	col      rgb // the variant's
	material string
	form     int
	seed     uint64
	grain    func(x, y float64) float64
}

// body fills with the color, lit as something round and with its material.
func (l *look) body(s shape) { l.fill(s, round(l.col).with(l.grain)) }

// of fills with another color as something round.
func (l *look) of(c rgb, s shape) { l.fill(s, round(c)) }

// wood fills with a wooden surface.
func (l *look) wood(c rgb, s shape) { l.fill(s, round(c).with(texture("oak", l.seed))) }

// shine is a streak of light.
func (l *look) shine(width, strength float64, xy ...float64) {
	l.fill(line(width, xy...), flat(rgb{1, 1, 1, strength}))
}

// ink draws a thin darker line of the color.
func (l *look) ink(width float64, xy ...float64) {
	l.fill(line(width, xy...), flat(l.col.lit(.62).alpha(.75)))
}

// colors things are made of whatever the variant's color.
var (
	woodTone  = hex(0xc29a6b)
	darkWood  = hex(0x7a5234)
	metal     = hex(0xb9bfc3)
	darkMetal = hex(0x3b3f43)
	paperTone = hex(0xf3ecdf)
	soil      = hex(0x4a382c)
	leaf      = hex(0x5d8a4a)
	goldTone  = hex(0xc9a453)
)
