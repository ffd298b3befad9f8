package demo

func drawBlanket(l *look) {
	l.shadow(50, 78)
	knit := l.grain
	if l.form == 1 { // waffle
		knit = func(x, y float64) float64 {
			if int(x/2)%2 == 0 != (int(y/2)%2 == 0) {
				return .9
			}
			return 1.04
		}
	}
	if l.form == 3 { // rolled up with a strap
		l.fill(box(18, 52, 62, 29, 14), down(l.col.lit(1.15), l.col.lit(.7)).with(checks(l.col)))
		l.fill(ellipse(79, 66.5, 7, 14.4), ball(l.col.lit(.75)))
		l.fill(line(1.4, 79, 66, 82, 63, 79, 60, 75, 66, 80, 74), flat(l.col.lit(.45)))
		for _, x := range []float64{32, 60} {
			l.fill(box(x, 51.6, 5, 29.8, 1), down(hex(0x9a6a40), hex(0x6b4526)))
		}
		l.fill(line(3, 34, 52, 48, 40, 63, 52), round(hex(0x8a5a34)))
		return
	}
	for i := range 4 { // a folded pile, lowest first
		y := 68 - 10.5*float64(i)
		f := .86 + .07*float64(i)
		l.fill(box(17, y, 66, 13, 5.4), down(l.col.lit(f*1.12), l.col.lit(f*.76)).with(knit))
		l.fill(ellipse(82, y+6.5, 2.6, 5.6), flat(l.col.lit(f*.62)))
	}
}

// checks is a pattern of crossing bands.
func checks(_ rgb) func(x, y float64) float64 {
	return func(x, y float64) float64 {
		f := 1.0
		if int(x/5)%2 == 0 {
			f -= .14
		}
		if int(y/5)%2 == 0 {
			f -= .14
		}
		return f
	}
}

func drawCushion(l *look) {
	l.shadow(50, 64)
	s := smooth(20, 28, 35, 31, 50, 32, 65, 31, 80, 28, 78, 42, 77, 54, 78, 66, 81, 81, 65, 80.4, 50, 80, 35, 80.4, 19, 81, 22, 66, 23, 54, 22, 42)
	grain := l.grain
	switch l.form {
	case 2:
		grain = func(x, _ float64) float64 {
			if int(x/4.4)%2 == 0 {
				return 1.34
			}
			return .98
		}
	case 3:
		grain = func(x, y float64) float64 { return ribs(7)(x, y) * texture("wool", 1)(x, y) }
	case 4:
		grain = func(x, y float64) float64 {
			dx, dy := x-8*float64(int(x/8))-4, y-8*float64(int(y/8))-4
			if d := dx*dx + dy*dy; d < 7 && d > 2 {
				return 1.4
			}
			return .97
		}
	}
	l.fill(s, ball(l.col).with(grain))
	l.ink(.7, 24, 33, 30, 36, 37, 36)
	l.ink(.7, 76, 33, 70, 36, 64, 36)
	l.ink(.7, 26, 75, 33, 73, 40, 73)
	l.ink(.7, 74, 75, 67, 73, 60, 73)
}

func drawTowel(l *look) {
	l.shadow(50, 62)
	tone := l.col
	for i := range 3 {
		y, f := 67-14*float64(i), .88+.07*float64(i)
		c := tone
		if i == 1 {
			c = tone.lit(1.35)
		}
		grain := texture("leather", l.seed+uint64(i))
		if l.form == 0 || l.form == 4 {
			grain = func(x, y float64) float64 {
				if int(x/1.6)%2 == int(y/1.6)%2 {
					return .93
				}
				return 1.03
			}
		}
		l.fill(box(22, y, 56, 14, 6), down(c.lit(f*1.14), c.lit(f*.8)).with(grain))
		if l.form == 2 || l.form == 4 {
			l.fill(box(29, y+.4, 2.2, 13.2, 0), flat(c.lit(.6).alpha(.6)))
			l.fill(box(33, y+.4, 1, 13.2, 0), flat(c.lit(.6).alpha(.6)))
		}
		l.fill(line(.8, 24, y+7, 40, y+7.6, 76, y+7), flat(c.lit(.62).alpha(.5)))
	}
}
