package demo

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// canvas is a square picture of 100 by 100 units that is drawn with shapes.
type canvas struct {
	img    *image.RGBA
	raster *vector.Rasterizer
	mask   *image.Alpha
	scale  float64 // pixels of a unit
	// What is drawn is stretched around the middle of the floor and turned.
	sx, sy float64
	tilt   float64 // radians, around the middle
}

// floor is where things stand.
const floor = 82

func newCanvas(side int) *canvas {
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, side, side)), raster: vector.NewRasterizer(side, side), mask: image.NewAlpha(image.Rect(0, 0, side, side)),
		scale: float64(side) / 100, sx: 1, sy: 1}
}

// rgb is a color with parts from 0 to 1, and a how opaque it is.
type rgb struct{ r, g, b, a float64 }

func hex(v uint32) rgb {
	return rgb{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255, 1}
}

// lit makes a color lighter (above 1) or darker.
func (c rgb) lit(f float64) rgb {
	if f <= 1 {
		return rgb{c.r * f, c.g * f, c.b * f, c.a}
	}
	f-- // towards white
	return rgb{c.r + (1-c.r)*f, c.g + (1-c.g)*f, c.b + (1-c.b)*f, c.a}
}

func (c rgb) alpha(a float64) rgb { c.a = a; return c }

func (c rgb) mix(o rgb, t float64) rgb {
	return rgb{c.r + (o.r-c.r)*t, c.g + (o.g-c.g)*t, c.b + (o.b-c.b)*t, c.a + (o.a-c.a)*t}
}

// luma is how bright a color looks.
func (c rgb) luma() float64 { return .3*c.r + .59*c.g + .11*c.b }

// pt is a point in units.
type pt struct{ x, y float64 }

// shape is an outline: closed curves of points.
type shape [][]pt

// paint says which color a point of a shape has. u and v are where it lies in
// the box around the shape, from 0 to 1.
type paint func(x, y, u, v float64) rgb

func (c *canvas) device(p pt) (float64, float64) {
	x, y := 50+(p.x-50)*c.sx, floor+(p.y-floor)*c.sy
	if c.tilt != 0 {
		sin, cos := math.Sincos(c.tilt)
		x, y = 50+(x-50)*cos-(y-50)*sin, 50+(x-50)*sin+(y-50)*cos
	}
	return x * c.scale, y * c.scale
}

// fill draws a shape.
func (c *canvas) fill(s shape, p paint) {
	side := float64(c.img.Rect.Dx())
	x0, y0, x1, y1 := side, side, 0.0, 0.0
	for _, ring := range s {
		for _, q := range ring {
			x, y := c.device(q)
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
	}
	box := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(c.img.Rect)
	if box.Empty() {
		return
	}
	// The rasterizer covers only the box.
	c.raster.Reset(box.Dx(), box.Dy())
	for _, ring := range s {
		for i, q := range ring {
			x, y := c.device(q)
			px, py := float32(x)-float32(box.Min.X), float32(y)-float32(box.Min.Y)
			if i == 0 {
				c.raster.MoveTo(px, py)
			} else {
				c.raster.LineTo(px, py)
			}
		}
		c.raster.ClosePath()
	}
	mask := &image.Alpha{Pix: c.mask.Pix[:box.Dx()*box.Dy()], Stride: box.Dx(), Rect: image.Rect(0, 0, box.Dx(), box.Dy())}
	clear(mask.Pix)
	c.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	du, dv := 1/max(1, x1-x0), 1/max(1, y1-y0)
	for y := range box.Dy() {
		row := c.img.Pix[c.img.PixOffset(box.Min.X, box.Min.Y+y):]
		py := float64(box.Min.Y+y) + .5
		for x := range box.Dx() {
			cover := mask.Pix[y*mask.Stride+x]
			if cover == 0 {
				continue
			}
			px := float64(box.Min.X+x) + .5
			q := p(px/c.scale, py/c.scale, (px-x0)*du, (py-y0)*dv)
			blend(row[4*x:4*x+4], q, float64(cover)/255)
		}
	}
}

func blend(dst []uint8, q rgb, cover float64) {
	a := q.a * cover
	for i, v := range [3]float64{q.r, q.g, q.b} {
		dst[i] = uint8(float64(dst[i])*(1-a) + 255*max(0, min(1, v))*a + .5)
	}
	dst[3] = 255
}

// flat paints one color.
func flat(c rgb) paint { return func(_, _, _, _ float64) rgb { return c } }

// down paints from one color at the top to another at the bottom.
func down(a, b rgb) paint { return func(_, _, _, v float64) rgb { return a.mix(b, v) } }

// round paints something curved that is lit from the left.
func round(c rgb) paint {
	return func(_, _, u, _ float64) rgb {
		d := u - .3
		return c.lit(1.16 - 1.1*d*d - .06*u)
	}
}

// ball paints something curved in both directions.
func ball(c rgb) paint {
	return func(_, _, u, v float64) rgb {
		du, dv := u-.34, v-.28
		return c.lit(1.2 - .95*(du*du+dv*dv))
	}
}

// hollow paints the inside of something: light falls on its far side.
func hollow(c rgb) paint {
	return func(_, _, u, v float64) rgb {
		du, dv := u-.7, v-.74
		return c.lit(1.08 - .3*(du*du+dv*dv))
	}
}

// flatLit paints a surface that faces us, a little lighter at its top.
func flatLit(c rgb) paint { return func(_, _, u, v float64) rgb { return c.lit(1.07 - .13*v - .06*u) } }

// soft paints a spot that fades towards the edge of its box.
func soft(c rgb) paint {
	return func(_, _, u, v float64) rgb {
		du, dv := 2*u-1, 2*v-1
		return c.alpha(c.a * max(0, 1-math.Sqrt(du*du+dv*dv)))
	}
}

// with changes the brightness of a paint by a texture.
func (p paint) with(texture func(x, y float64) float64) paint {
	return func(x, y, u, v float64) rgb { return p(x, y, u, v).lit(texture(x, y)) }
}

// backdrop is the wall and the table things are photographed before, or the
// sheet they are laid on.
func (c *canvas) backdrop(tint rgb, laid bool) {
	wall := hex(0xf4f1ec).mix(tint, .10)
	if tint.luma() > .8 {
		wall = hex(0xdfe3e2).mix(tint, .15)
	}
	table := wall.lit(.93)
	side := c.img.Rect.Dx()
	for y := range side {
		v := float64(y) / float64(side)
		line := wall.mix(wall.lit(1.25), .5*(1-v))
		if laid {
			line = wall.mix(wall.lit(1.18), .6*(1-v))
		} else if v > .72 {
			line = table.mix(table.lit(1.18), min(1, (v-.72)*3))
			line = wall.mix(line, min(1, (v-.72)*40))
		}
		row := c.img.Pix[y*c.img.Stride : (y+1)*c.img.Stride]
		for x := range side {
			u := float64(x)/float64(side) - .42
			q := line.lit(1.02 - .16*u*u)
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = uint8(255*min(1, q.r)), uint8(255*min(1, q.g)), uint8(255*min(1, q.b)), 255
		}
	}
}

// shadow is what something throws on the table, so wide around the middle.
func (c *canvas) shadow(x, width float64) {
	c.fill(ellipse(x+3, floor+1, width*.72, 5.5), soft(rgb{.12, .1, .09, .5}))
	c.fill(ellipse(x+1, floor+.4, width*.52, 2.4), soft(rgb{.1, .08, .08, .6}))
}
