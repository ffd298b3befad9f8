package demo

// foliage is leaves that fan out from a point.
func (l *look) foliage(x, y, size float64, tone rgb) {
	for i := range 9 {
		t := (float64(i) - 4) / 4
		tipX, tipY := x+size*t*1.05, y-size*(1.15-.5*t*t)
		midX, midY := (x+tipX)/2, (y+tipY)/2
		l.fill(smooth(x, y, midX-size*.16, midY-size*.05, tipX, tipY, midX+size*.16, midY+size*.05), down(tone.lit(1.15-.05*float64(i%3)), tone.lit(.7)))
		l.fill(line(.4, x, y, midX, midY-.3, tipX, tipY), flat(tone.lit(.6)))
	}
}

func drawPot(l *look) {
	l.shadow(50, 50)
	green := leaf.mix(hex(0x3f7a5a), float64(l.seed%3)/3)
	switch l.form {
	case 3, 5: // trough
		for i, x := range []float64{28, 43, 57, 72} {
			l.foliage(x, 58, 13+2*float64(i%2), green.lit(.9+.08*float64(i)))
		}
		if l.form == 5 {
			for i := range 3 {
				l.fill(box(16, 56+8.4*float64(i), 68, 8, .6), flatLit(woodTone.lit(.95)).with(texture("oak", l.seed+uint64(i))))
			}
			l.wood(darkWood, box(16, 55, 4, 27, .5))
			l.wood(darkWood, box(80, 55, 4, 27, .5))
			return
		}
		l.fill(poly(16, 58, 84, 58, 80, 81, 20, 81), flatLit(metal.mix(l.col, .25)).with(texture("zinc", l.seed)))
		l.fill(box(15, 56, 70, 3.4, 1.4), down(metal.lit(1.2), metal.lit(.8)))
	case 2: // hanging
		for _, x := range []float64{32, 50, 68} {
			l.fill(straight(.8, 50, 8, x, 56), flat(hex(0xcbb894)))
		}
		l.foliage(50, 58, 20, green)
		for i, x := range []float64{30, 40, 62, 70} {
			l.fill(line(1.1, 50+(x-50)*.8, 58, x, 66, x+2-float64(i), 80), flat(green.lit(.85)))
			for k := range 3 {
				l.fill(ellipse(x+1, 66+6*float64(k), 2, 1.5), ball(green))
			}
		}
		l.body(turned(50, 2, 20, 57, 18, 66, 9, 74))
		l.fill(line(1.2, 30.5, 57, 50, 59, 69.5, 57), flat(l.col.lit(1.25)))
	default:
		l.foliage(50, 54, 27, green)
		l.fill(ellipse(50, 54, 18, 2.6), flat(soil))
		l.body(turned(50, 2.8, 18.6, 58, 16, 70, 13.4, 79.4))
		if l.form == 4 {
			l.of(l.col.lit(.9), turned(50, 2, 17, 78, 15, 81))
		}
		l.fill(turned(50, 2.8, 20.6, 53.4, 20.2, 59.4), round(l.col.lit(1.04)).with(l.grain))
		l.fill(ellipse(50, 53.4, 20.6, 3), flat(l.col.lit(.8)))
		l.fill(ellipse(50, 53.8, 18.8, 2.4), flat(soil))
		l.foliage(50, 54.4, 18, green.lit(1.06))
	}
}

func drawCan(l *look) {
	l.shadow(48, 58)
	l.fill(line(2.6, 30, 46, 22, 32, 40, 22, 58, 30, 60, 46), round(l.col.lit(.82)))
	l.fill(poly(60, 74, 63, 62, 88, 38, 91, 41), round(l.col.lit(.95)))
	l.fill(ellipse(89.5, 38.5, 5.4, 3.4), ball(goldTone))
	l.body(turned(44, 2.8, 17, 48, 18, 62, 19, 80))
	l.fill(ellipse(44, 48, 17, 3.2), flatLit(l.col.lit(1.1)))
	l.fill(smooth(29, 48, 36, 46, 44, 45.6, 44, 51, 36, 50.4), flat(l.col.lit(.45)))
	l.fill(line(.8, 26, 62, 44, 64.6, 62, 62), flat(l.col.lit(.65)))
	l.shine(1.8, .3, 32, 55, 31, 76)
}

func drawTrowel(l *look) {
	l.tilt = -.32
	l.fill(ellipse(54, 52, 17, 46), soft(rgb{.1, .08, .06, .55}))
	grip := func(y0, y1 float64) {
		l.fill(smooth(46.6, y1, 46.8, (y0+y1)/2, 46.4, y0, 50, y0-1.4, 53.6, y0, 53.2, (y0+y1)/2, 53.4, y1, 50, y1+1), round(l.col).with(texture("oak", l.seed)))
	}
	steel := hex(0x9aa1a6)
	switch l.form {
	case 1: // shears
		for _, d := range []float64{-1, 1} {
			l.fill(line(5, 50+d*1.5, 50, 50+d*10, 68, 50+d*8, 94), round(l.col.lit(.9)))
			l.fill(smooth(50-d*1, 52, 50+d*6.5, 36, 50+d*4.5, 20, 50-d*1, 12, 50-d*2.5, 34), down(steel.lit(1.2), steel.lit(.8)))
		}
		l.fill(ellipse(50, 51, 3.4, 3.4), ball(darkMetal))
		l.fill(ellipse(50, 51, 1.3, 1.3), flat(metal))
	case 2: // fork
		for _, x := range []float64{42, 50, 58} {
			l.fill(line(2.2, 50, 50, x, 40, x, 12), round(steel))
		}
		l.fill(straight(3, 50, 60, 50, 48), round(steel))
		grip(60, 94)
	case 3: // sickle
		l.fill(smooth(50, 46, 48, 34, 38, 24, 22, 20, 34, 17, 48, 20, 55, 32, 54, 46), down(steel.lit(1.2), steel.lit(.7)))
		grip(46, 94)
	case 4: // hoe
		l.fill(straight(3, 50, 96, 50, 24), round(l.col).with(texture("oak", l.seed)))
		l.fill(line(1.8, 50, 26, 38, 20, 34, 10), round(steel))
		l.fill(line(1.8, 50, 26, 62, 20, 66, 10), round(steel))
		l.fill(box(32, 8, 36, 3.4, .8), down(steel.lit(1.25), steel.lit(.8)))
	default:
		l.fill(straight(3, 50, 60, 50, 48), round(steel))
		l.fill(smooth(50, 8, 58, 18, 60, 34, 58, 46, 50, 50, 42, 46, 40, 34, 42, 18), down(steel.lit(1.18), steel.lit(.8)))
		l.fill(line(.8, 50, 14, 50, 46), flat(steel.lit(.66)))
		grip(60, 94)
	}
}

func drawSeeds(l *look) {
	l.shadow(50, 52)
	l.fill(box(29, 20, 42, 61, 1.4), flatLit(hex(0xe9dcc0)).with(texture("paper", l.seed)))
	l.fill(poly(29, 22, 71, 22, 66, 31, 34, 31), flat(hex(0xd9c8a4)))
	l.fill(box(33, 34, 34, 34, 1), flatLit(l.col.lit(1.35)))
	fruit := []rgb{hex(0xc93f2c), hex(0xd6779a), hex(0x6da052), hex(0x7d5f9c), hex(0xd98fb4), hex(0xe0b13a)}[l.form]
	for i, x := range []float64{43, 57, 50} {
		y := []float64{55, 56, 46}[i]
		l.fill(line(1, 50, 67, (x+50)/2, (y+67)/2, x, y), flat(leaf.lit(.75)))
		l.fill(smooth(x-5, y+9, x-1, y+4, x+3, y+8, x-1, y+10), ball(leaf))
		if l.form == 0 {
			l.fill(ellipse(x, y, 5.2, 4.9), ball(fruit))
			l.fill(smooth(x-2.4, y-4, x, y-5.6, x+2.4, y-4, x, y-3), flat(leaf.lit(.8)))
			continue
		}
		for k := range 6 {
			dx, dy := []float64{0, 3, 3, 0, -3, -3}[k], []float64{-3.4, -1.7, 1.7, 3.4, 1.7, -1.7}[k]
			l.fill(ellipse(x+dx, y+dy, 2.6, 2.4), ball(fruit))
		}
		l.fill(ellipse(x, y, 1.9, 1.9), ball(hex(0xf1cc58)))
	}
	for i := range 3 {
		l.fill(box(38+2*float64(i), 71+2.6*float64(i), 24-4*float64(i), 1.1, .4), flat(darkMetal.alpha(.6)))
	}
}

func drawGloves(l *look) {
	hand := func(cx, mirror float64) {
		at := func(x float64) float64 { return cx + mirror*x }
		for i, x := range []float64{-8, -2.8, 2.6, 7.8} {
			l.fill(straight(5.2, at(x*.9), 46, at(x*1.2), []float64{26, 20, 20, 27}[i]), round(l.col))
		}
		l.fill(line(5.4, at(8), 56, at(14), 48, at(17), 40), round(l.col.lit(.95)))
		l.fill(smooth(at(-11), 44, at(-10.6), 58, at(-9), 66, at(9), 66, at(11), 56, at(10.6), 44, at(0), 40), round(l.col).with(l.grain))
		end := 80.0
		if l.form == 0 {
			end = 90
		}
		l.fill(box(cx-9.6, 64, 19.2, end-64, 2), round(l.col.lit(.72)).with(ribs(2.2)))
	}
	l.fill(ellipse(52, 60, 40, 38), soft(rgb{.1, .08, .06, .5}))
	hand(30, 1)
	hand(70, -1)
}

func drawFeeder(l *look) {
	l.shadow(50, 44)
	tone := l.col
	if l.form == 1 {
		l.fill(box(26, 30, 48, 46, 2), glassy(hex(0xcfe3ea)))
		l.fill(poly(22, 32, 50, 14, 78, 32), flatLit(tone))
	} else {
		l.fill(box(29, 36, 42, 42, 1), flatLit(woodTone.lit(1.05)).with(texture("oak", l.seed)))
		l.fill(poly(22, 40, 50, 16, 78, 40, 74, 43, 50, 22, 26, 43), flatLit(tone.lit(.9)))
		l.fill(poly(29, 40, 50, 22, 71, 40), flatLit(woodTone.lit(.98)).with(texture("oak", l.seed+1)))
	}
	switch l.form {
	case 2:
		l.fill(ellipse(50, 50, 5.4, 5.4), flat(hex(0x241a12)))
		l.fill(straight(1.6, 50, 60, 50, 63), round(darkWood))
	case 3:
		for i := range 5 {
			for j := range 5 {
				x, y := 34+8*float64(i), 46+7*float64(j)
				l.fill(ellipse(x, y, 3.3, 3.1), ball(hex(0xd6b77c)))
				l.fill(ellipse(x, y, 1.9, 1.8), flat(hex(0x2e2115)))
			}
		}
	default:
		l.fill(box(34, 46, 32, 22, 1), flat(hex(0x33271c).alpha(.85)))
		l.fill(ellipse(50, 70, 15, 5), ball(hex(0xc49a55)).with(func(x, y float64) float64 { return .8 + .4*noise(int64(x*2), int64(y*2), 5) }))
		// a robin
		l.fill(ellipse(57, 63, 5.4, 4.8), ball(hex(0x7d6a53)))
		l.fill(ellipse(55, 64, 3.6, 3.6), ball(hex(0xcf6a36)))
		l.fill(ellipse(53.4, 58.6, 3.2, 3), ball(hex(0x84705a)))
		l.fill(poly(50.6, 58.4, 47.8, 59.4, 50.6, 60), flat(hex(0x3a2c1c)))
		l.fill(ellipse(52.4, 58, .6, .6), flat(hex(0x111111)))
	}
	l.fill(box(25, 74, 50, 5, 1), flatLit(woodTone.lit(.85)).with(texture("oak", l.seed+2)))
}
