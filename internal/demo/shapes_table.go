package demo

func drawMug(l *look) {
	// The handle goes behind the body.
	w := []float64{19, 24, 18, 19, 14, 18}[l.form]
	top := []float64{44, 56, 36, 46, 56, 42}[l.form]
	l.shadow(50, w*2.1)
	if l.form != 4 || l.seed%2 == 0 {
		l.fill(line(4.4, 50+w-1, top+7, 50+w+11, top+8, 50+w+12, (top+78)/2+2, 50+w-1, 74), round(l.col.lit(.9)))
	}
	foot := w * .82
	if l.form == 1 {
		foot = w * .55
	}
	if l.material == "borosilicate" {
		l.fill(turned(50, 2.6, w, top, w*.99, 66, foot, 80), glassy(hex(0xd5e6ea)))
		l.fill(turned(50, 2.2, w*.84, top+9, w*.84, 66, foot*.8, 74), round(hex(0x5a3520)))
		l.fill(ellipse(50, top+9, w*.84, 2.4), flat(hex(0xa87b50)))
	} else {
		l.body(turned(50, 2.6, w, top, w*.99, 64, foot, 80))
		l.fill(ellipse(50, top, w, 3.6), flatLit(l.col.lit(1.12)))
		l.fill(ellipse(50, top+.7, w*.93, 2.9), flat(l.col.lit(.7)))
		l.fill(ellipse(50, top+1.6, w*.86, 2.1), flat(hex(0x4a2e20)))
	}
	if l.material == "enamel" {
		l.fill(line(1.1, 50-w, top, 50-w*.6, top+2.9, 50, top+3.7, 50+w*.6, top+2.9, 50+w, top), flat(darkMetal.alpha(.9)))
	}
	l.shine(1.8, .32, 50-w*.62, top+7, 50-w*.62, 70)
}

func drawGlass(l *look) {
	for i, x := range []float64{34, 66, 50} {
		top, w := []float64{50, 50, 42}[i], 12.5
		l.shadow(x, 24)
		l.fill(turned(x, 2, w, top, w*.95, 68, w*.8, 80), glassy(l.col))
		l.fill(turned(x, 1.8, w*.9, top+13, w*.88, 68, w*.72, 77), flat(hex(0xbfdce6).mix(l.col, .4).alpha(.45)))
		l.fill(ellipse(x, top+13, w*.9, 2), flat(rgb{1, 1, 1, .35}))
		if l.form == 0 {
			for k := -3.0; k <= 3; k++ {
				l.shine(.7, .28, x+k*3.2, top+3, x+k*2.9, 78)
			}
		}
		l.fill(line(.8, x-w, top, x-w*.6, top+1.7, x, top+2.1, x+w*.6, top+1.7, x+w, top), flat(rgb{1, 1, 1, .75}))
		l.fill(line(.8, x-w, top, x-w*.6, top-1.7, x, top-2.1, x+w*.6, top-1.7, x+w, top), flat(rgb{1, 1, 1, .6}))
		l.shine(1.3, .5, x-w*.6, top+5, x-w*.55, 72)
	}
}

func drawBowl(l *look) {
	one := func(cx, y, w, h float64) {
		l.body(turned(cx, 1.4, w, y, w*.9, y+h*.5, w*.42, y+h))
		l.fill(ellipse(cx, y, w, w*.2), flatLit(l.col.lit(1.14)))
		l.fill(ellipse(cx, y+w*.02, w*.94, w*.17), down(l.col.lit(.62), l.col.lit(.92)))
	}
	switch l.form {
	case 3, 4:
		l.shadow(50, 74)
		for _, x := range []float64{30, 70, 50} {
			y := 60.0
			if x == 50 {
				y = 66
			}
			one(x, y, 17, 15)
		}
	case 2:
		l.shadow(50, 76)
		l.col = woodTone.mix(l.col, .12)
		one(50, 54, 36, 27)
		for i, x := range []float64{32, 44, 56, 67, 38, 60} {
			l.fill(smooth(x-6, 55, x-3, 46+float64(i%3)*2, x+3, 45, x+7, 52, x+2, 58), ball(leaf.lit(.9+.08*float64(i%4))))
		}
		l.fill(ellipse(47, 52, 3.4, 3.2), ball(hex(0xc8402f)))
		l.fill(ellipse(57, 53, 3, 2.8), ball(hex(0xc8402f)))
	default:
		l.shadow(50, 62)
		one(50, 55, 30, 25)
	}
	l.shine(1.6, .25, 28+4*float64(l.form%2), 62, 34, 72)
}

func drawPlate(l *look) {
	// Seen from above, with a soft shadow all around.
	rx, ry := 36.0, 36.0
	if l.form == 4 {
		rx, ry = 42, 26
	}
	l.fill(ellipse(53, 54, rx*1.12, ry*1.12), soft(rgb{.1, .08, .08, .75}))
	l.fill(ellipse(50, 50, rx, ry), ball(l.col).with(l.grain))
	l.fill(ellipse(50.6, 50.8, rx*.72, ry*.72), flat(l.col.lit(.8)))
	l.fill(ellipse(50, 50, rx*.7, ry*.7), hollow(l.col.lit(1.04)).with(l.grain))
	if l.form == 0 { // the glaze pools
		for i := range 5 {
			f := .66 - .12*float64(i)
			l.fill(ellipse(50, 50, rx*f, ry*f), ball(l.col.mix(hex(0x3e5a66), .08*float64(i+1))).with(l.grain))
		}
	}
	if l.material == "enamel" {
		l.fill(append(ellipse(50, 50, rx, ry), reversed(ellipse(50, 50, rx*.97, ry*.97)[0])), flat(darkMetal))
	}
	l.shine(1.6, .35, 50-rx*.66, 50-ry*.5, 50-rx*.5, 50-ry*.68, 50-rx*.3, 50-ry*.82)
}

func reversed(ring []pt) []pt {
	out := make([]pt, len(ring))
	for i, p := range ring {
		out[len(ring)-1-i] = p
	}
	return out
}

func drawTeapot(l *look) {
	l.shadow(50, 62)
	switch l.form {
	case 4: // handle at the side
		l.fill(line(6, 70, 58, 84, 52), round(l.col.lit(.85)))
	case 2:
		l.fill(line(2.6, 30, 52, 34, 26, 50, 20, 66, 26, 70, 52), round(darkMetal))
	default:
		l.fill(line(4.2, 71, 50, 85, 49, 86, 64, 73, 72), round(l.col.lit(.88)))
	}
	l.fill(poly(32, 66, 22, 58, 15, 43, 20, 42, 30, 52, 36, 56), round(l.col.lit(.97)))
	pot := turned(50, 2.4, 9, 45, 22, 52, 25, 63, 15, 80)
	if l.material == "borosilicate" {
		l.fill(pot, glassy(hex(0xcfe0e2)))
		l.fill(turned(50, 2.2, 22, 58, 23, 64, 14, 78), round(hex(0xb9762f)).with(func(_, _ float64) float64 { return 1.08 }))
		l.fill(box(43, 48, 14, 22, 2), flat(metal.alpha(.65)))
	} else {
		l.body(pot)
	}
	l.of(l.col.lit(.95), turned(50, 1.4, 5, 41.5, 10, 44, 12, 46))
	l.fill(ellipse(50, 39.5, 3.2, 3), ball(l.col.lit(.8)))
	l.shine(2, .3, 33, 56, 31, 64, 35, 72)
}

func drawKettle(l *look) {
	l.shadow(50, 60)
	l.fill(line(3.4, 34, 50, 36, 27, 52, 22, 66, 28, 68, 50), round(darkWood))
	if l.form == 0 {
		l.fill(line(3, 68, 74, 80, 68, 80, 50, 90, 44), round(l.col.lit(.9)))
	} else {
		l.fill(poly(66, 60, 84, 47, 89, 48, 72, 72), round(l.col.lit(.94)))
	}
	l.body(turned(50, 2.4, 13, 48, 20, 55, 24, 70, 23, 80))
	l.of(l.col.lit(.92), turned(50, 1.2, 6, 45, 13.5, 49))
	l.fill(ellipse(50, 43.5, 2.8, 2.6), ball(darkWood))
	if l.form == 1 {
		l.of(darkMetal, turned(50, 1.5, 25, 79, 25.5, 83))
	}
	l.shine(2.2, .34, 36, 56, 32, 68, 32, 76)
}
