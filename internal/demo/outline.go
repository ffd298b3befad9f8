package demo

import "math"

// ellipse is a round outline.
func ellipse(cx, cy, rx, ry float64) shape {
	const n = 72
	ring := make([]pt, n)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		ring[i] = pt{cx + rx*cos, cy + ry*sin}
	}
	return shape{ring}
}

// box is a rectangle with rounded corners.
func box(x, y, w, h, r float64) shape {
	r = min(r, w/2, h/2)
	var ring []pt
	for i, corner := range []pt{{x + w - r, y + h - r}, {x + r, y + h - r}, {x + r, y + r}, {x + w - r, y + r}} {
		for j := range 9 {
			sin, cos := math.Sincos(math.Pi / 2 * (float64(i) + float64(j)/8))
			ring = append(ring, pt{corner.x + r*cos, corner.y + r*sin})
		}
	}
	return shape{ring}
}

// poly is an outline with corners: x, y, x, y...
func poly(xy ...float64) shape { return shape{points(xy)} }

func points(xy []float64) []pt {
	ring := make([]pt, len(xy)/2)
	for i := range ring {
		ring[i] = pt{xy[2*i], xy[2*i+1]}
	}
	return ring
}

// smooth is a closed outline that runs softly through points.
func smooth(xy ...float64) shape { return shape{spline(points(xy), true)} }

// spline is a Catmull-Rom curve through points.
func spline(ps []pt, closed bool) []pt {
	at := func(i int) pt {
		if closed {
			return ps[(i+len(ps))%len(ps)]
		}
		return ps[max(0, min(len(ps)-1, i))]
	}
	last := len(ps)
	if !closed {
		last--
	}
	var out []pt
	for i := range last {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		for k := range 14 {
			t := float64(k) / 14
			curve := func(a, b, c, d float64) float64 {
				return .5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
			}
			out = append(out, pt{curve(a.x, b.x, c.x, d.x), curve(a.y, b.y, c.y, d.y)})
		}
	}
	if !closed {
		out = append(out, ps[len(ps)-1])
	}
	return out
}

// line is a thick curve through points with round ends.
func line(width float64, xy ...float64) shape { return thick(width, spline(points(xy), false)) }

// straight is a thick line with corners.
func straight(width float64, xy ...float64) shape { return thick(width, points(xy)) }

// thick draws along a curve. Its pieces overlap and turn the same way, so that
// together they are one area.
func thick(width float64, ps []pt) shape {
	r := width / 2
	var s shape
	for i, p := range ps {
		s = append(s, ellipseOf(p, r))
		if i == 0 {
			continue
		}
		q := ps[i-1]
		dx, dy := p.x-q.x, p.y-q.y
		d := math.Hypot(dx, dy)
		if d == 0 {
			continue
		}
		nx, ny := -dy/d*r, dx/d*r
		s = append(s, []pt{{q.x - nx, q.y - ny}, {p.x - nx, p.y - ny}, {p.x + nx, p.y + ny}, {q.x + nx, q.y + ny}})
	}
	return s
}

func ellipseOf(p pt, r float64) []pt {
	const n = 16
	ring := make([]pt, n)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		ring[i] = pt{p.x + r*cos, p.y + r*sin}
	}
	return ring
}

// turned is the side view of something turned on a lathe: half widths at
// heights from top to bottom, with a curved top and bottom edge.
func turned(cx, lift float64, profile ...float64) shape {
	half := spline(points(profile), false) // x is the half width
	var right, left []pt
	for _, p := range half {
		right = append(right, pt{cx + p.x, p.y})
		left = append(left, pt{cx - p.x, p.y})
	}
	ring := append([]pt{}, right...)
	bottom := half[len(half)-1]
	for i := 1; i < 12; i++ { // the bottom edge bulges towards us
		sin, cos := math.Sincos(math.Pi * float64(i) / 12)
		ring = append(ring, pt{cx + bottom.x*cos, bottom.y + lift*sin})
	}
	for i := len(left) - 1; i >= 0; i-- {
		ring = append(ring, left[i])
	}
	top := half[0]
	for i := 1; i < 12; i++ {
		sin, cos := math.Sincos(math.Pi * float64(i) / 12)
		ring = append(ring, pt{cx - top.x*cos, top.y - lift*sin})
	}
	return shape{ring}
}
