package demo

func drawBook(l *look) {
	l.fill(ellipse(55, 56, 36, 46), soft(rgb{.1, .08, .08, .7}))
	l.fill(poly(74, 16, 78, 19, 78, 88, 74, 86), flat(hex(0xe9e0cd)))
	l.fill(poly(26, 86, 74, 86, 78, 89, 30, 89), flat(hex(0xd9cfb8)))
	l.fill(box(25, 14, 50, 72, 1), flatLit(l.col))
	l.fill(box(25, 14, 4, 72, .6), flat(l.col.lit(.78)))
	ink := paperTone
	if l.col.luma() > .6 {
		ink = hex(0x3a332a)
	}
	// A picture that stands for what it is about.
	switch l.form % 5 {
	case 0:
		l.fill(ellipse(52, 52, 14, 14), flat(ink.alpha(.95)))
		l.fill(ellipse(52, 52, 11, 11), flat(l.col.lit(1.2)))
		l.fill(line(1.6, 66, 36, 70, 44, 68, 68), flat(ink))
	case 1:
		l.fill(smooth(36, 60, 40, 46, 52, 41, 64, 46, 68, 60, 52, 66), flat(ink))
		for _, x := range []float64{45, 52, 59} {
			l.fill(line(1.2, x-3, 56, x, 51, x+2, 47), flat(l.col))
		}
	case 2:
		l.foliage(52, 66, 20, ink.mix(leaf, .4))
	case 3:
		l.fill(poly(32, 66, 46, 42, 53, 53, 60, 46, 72, 66), flat(ink))
		l.fill(ellipse(64, 38, 4.6, 4.6), flat(hex(0xe8b84a)))
	case 4:
		l.fill(poly(49, 66, 50.6, 38, 55.4, 38, 57, 66), flat(ink))
		l.fill(poly(55, 40, 74, 34, 74, 46), flat(hex(0xf2cf63).alpha(.7)))
		l.fill(box(49.4, 34, 7.2, 4, .5), flat(ink))
	}
	l.fill(box(34, 21, 36, 3, .5), flat(ink))
	l.fill(box(38, 26, 28, 1.6, .4), flat(ink.alpha(.8)))
	l.fill(box(42, 77, 20, 1.8, .4), flat(ink.alpha(.85)))
	l.shine(.7, .25, 30.4, 16, 30.4, 84)
}

func drawNotebook(l *look) {
	l.tilt = .12
	l.fill(ellipse(54, 56, 34, 46), soft(rgb{.1, .08, .08, .65}))
	n := 1
	if l.form == 2 {
		n = 3
	}
	for i := range n {
		d := 5 * float64(n-1-i)
		c := l.col.lit(1 + .16*float64(n-1-i))
		l.fill(box(29+d, 15+d*.6, 44, 70, 3), flat(hex(0xe8dfcb)))
		l.fill(box(27+d, 14+d*.6, 44, 70, 3), flatLit(c).with(l.grain))
		l.fill(box(27+d, 14+d*.6, 6, 70, 2), flat(c.lit(.82)))
	}
	switch l.form {
	case 1:
		l.fill(box(26, 46, 47, 3, .5), flatLit(hex(0x5b3b2b)))
		l.fill(ellipse(66, 47.5, 2.4, 2.4), ball(goldTone))
	case 4:
		for i, c := range []uint32{0xd9755a, 0xe3b04b, 0x6f9b7c, 0x5b86a8} {
			l.fill(ellipse(42+6*float64(i), 40+3*float64(i%2), 5, 5), flat(hex(c).alpha(.85)))
		}
	default:
		l.fill(box(64, 14, 2.4, 70, 0), flat(l.col.lit(.55)))
		l.fill(box(38, 26, 20, 11, .8), flatLit(paperTone))
		l.fill(box(41, 29.4, 14, 1, .3), flat(darkMetal.alpha(.6)))
		l.fill(box(41, 32.4, 10, 1, .3), flat(darkMetal.alpha(.6)))
	}
	l.fill(poly(44, 84, 47, 84, 47, 92, 45.5, 90, 44, 92), flat(hex(0xb23a36)))
}

func drawPen(l *look) {
	switch l.form {
	case 3: // ink
		l.shadow(50, 44)
		l.fill(box(32, 52, 36, 29, 5), glassy(hex(0xd5e4ea)))
		l.fill(box(34.4, 60, 31.2, 19, 4), round(l.col.lit(.75)))
		l.of(darkMetal, turned(50, 1.6, 9, 40, 9, 51))
		l.label(39, 63, 22, 12, l.col)
	case 2, 4: // several
		for i := range 6 {
			x := 27 + 9.2*float64(i)
			c := l.col.lit(.7 + .16*float64(i))
			l.fill(box(x-2+2, 20, 6, 62, 1), soft(rgb{0, 0, 0, .35}))
			l.fill(box(x-3, 30, 6, 54, .6), round(c))
			l.fill(poly(x-3, 30, x+3, 30, x+.7, 17, x-.7, 17), round(hex(0xe2c497)))
			l.fill(poly(x-1.2, 21, x+1.2, 21, x, 15), flat(c.lit(.5)))
			l.fill(box(x-3, 80, 6, 5, .6), round(goldTone))
		}
	default:
		l.tilt = .62
		l.fill(box(49, 10, 9, 84, 4), soft(rgb{0, 0, 0, .5}))
		c := l.col
		if l.material == "brass" {
			c = goldTone.mix(l.col, .15)
		}
		l.fill(box(45.4, 10, 9.2, 62, 3.4), round(c))
		l.fill(poly(45.4, 70, 54.6, 70, 51.4, 86, 48.6, 86), round(c.lit(.8)))
		l.fill(poly(48.6, 86, 51.4, 86, 50, 93), round(metal))
		if l.form == 1 {
			l.fill(poly(46.6, 80, 53.4, 80, 50, 94), round(goldTone))
			l.fill(straight(.4, 50, 84, 50, 92), flat(darkMetal))
		}
		l.fill(box(45, 40, 10, 2.4, .4), round(goldTone.lit(.9)))
		l.fill(box(53, 13, 2.2, 24, 1), round(goldTone))
		l.shine(1, .45, 47.6, 15, 47.6, 66)
	}
}

func drawSoap(l *look) {
	l.shadow(50, 66)
	l.fill(box(22, 54, 56, 27, 8), down(l.col.lit(1.1), l.col.lit(.72)).with(texture("stoneware", l.seed)))
	l.fill(smooth(24, 57, 32, 47, 50, 45, 68, 47, 76, 57, 68, 63, 50, 65, 32, 63), ball(l.col.lit(1.1)).with(texture("stoneware", l.seed)))
	l.fill(ellipse(50, 55, 14, 5), flat(l.col.lit(.9)))
	l.fill(ellipse(50, 55.5, 13, 4.4), flatLit(l.col.lit(1.05)))
	for i, x := range []float64{18, 24, 79, 85, 82} {
		r := []float64{4.6, 2.8, 5, 3, 2}[i]
		l.fill(ellipse(x, 80-r-float64(i%2)*3, r, r), glassy(hex(0xe8f3f6)))
		l.fill(ellipse(x-r*.35, 80-r*1.4-float64(i%2)*3, r*.22, r*.22), flat(rgb{1, 1, 1, .9}))
	}
	l.foliage(70, 46, 9, leaf.mix(l.col, .3))
}

func drawCream(l *look) {
	l.shadow(50, 38)
	switch l.form {
	case 1: // dropper
		l.fill(turned(50, 2, 5, 44, 14, 52, 14, 66, 14, 80), round(hex(0x8a5526).mix(l.col, .2)))
		l.of(darkMetal, turned(50, 1.4, 6, 34, 6.4, 45))
		l.fill(smooth(46.4, 34, 45.6, 22, 50, 16, 54.4, 22, 53.6, 34), ball(darkMetal.lit(1.15)))
		l.label(38, 57, 24, 18, l.col)
	case 0, 3: // tube
		l.fill(poly(35, 18, 65, 18, 61, 72, 39, 72), round(l.col.lit(1.1)))
		l.fill(box(34, 14, 32, 5, .6), flatLit(l.col.lit(.9)))
		l.of(paperTone.lit(.95), turned(50, 1.6, 11, 72, 10.4, 81))
		l.label(40, 32, 20, 26, l.col.lit(.75))
		l.shine(1.1, .3, 38.4, 24, 40.4, 66)
	case 2:
		for i, x := range []float64{32, 68, 50} {
			y := []float64{66, 66, 60}[i]
			l.of(metal, turned(x, 3.4, 17, y+6, 17, 80))
			l.fill(ellipse(x, y+6, 17, 5.4), flatLit(metal.lit(1.1)))
			l.fill(ellipse(x, y+6, 14.4, 4.4), flatLit(l.col))
		}
	default:
		l.fill(turned(50, 2.8, 19, 48, 19, 64, 18, 80), glassy(hex(0xe6efe9)))
		l.fill(turned(50, 2.6, 18, 54, 18, 64, 17, 79), round(hex(0xf3f0e6).mix(l.col, .3)).with(texture("stoneware", l.seed)))
		l.wood(woodTone, turned(50, 2.6, 19.6, 38, 19.6, 48))
		l.label(38, 58, 24, 16, l.col)
	}
}

func drawBottle(l *look) {
	l.shadow(50, 30)
	if l.form == 1 {
		l.fill(turned(50, 2, 8, 26, 12, 34, 12, 56, 12, 80), glassy(hex(0xcfe2ea)))
		l.fill(turned(50, 2, 12.6, 48, 12.6, 64, 12.6, 80), round(l.col).with(texture("wool", l.seed)))
		l.wood(woodTone, turned(50, 1.4, 8.4, 17, 8.4, 26))
		l.shine(1.2, .5, 42, 34, 42, 46)
		return
	}
	top := []float64{28, 0, 26, 34, 40}[l.form]
	neck := []float64{7, 0, 8, 13, 8}[l.form]
	l.body(turned(50, 2, neck, top, 13.4, top+8, 13.4, 60, 12.6, 80))
	l.of(darkMetal, turned(50, 1.6, neck+.6, top-9, neck+.9, top-.4))
	if l.form == 0 {
		l.fill(line(2, 44, top-9, 45, top-16, 55, top-16, 56, top-9), round(darkMetal))
	}
	if l.form == 4 {
		l.fill(line(2.6, 50, top-8, 53, top-14, 60, top-16), round(l.col.lit(1.2)))
	}
	if l.form == 2 {
		l.of(l.col.lit(1.2), turned(50, 1, 3, top-15, 4, top-9))
	}
	l.of(metal, turned(50, 1.8, 12.9, 77, 12.7, 80.4))
	l.shine(2, .34, 42, top+14, 42, 74)
}

func drawYogaMat(l *look) {
	l.fill(ellipse(54, 66, 48, 26), soft(rgb{.1, .08, .08, .6}))
	c := l.col
	if l.material == "cork" {
		c = hex(0xc99c66)
	}
	l.fill(poly(36, 34, 90, 34, 94, 76, 36, 78), down(c.lit(1.1), c.lit(.85)).with(l.grain))
	l.fill(line(.7, 40, 40, 62, 40, 88, 40), flat(c.lit(.72)))
	l.fill(poly(36, 78, 94, 76, 94, 78, 36, 80.4), flat(c.lit(.55)))
	l.fill(box(14, 34, 30, 46, 13), round(l.col).with(l.grain))
	l.fill(ellipse(29, 77.6, 14.6, 5.2), ball(l.col.lit(.8)))
	for i := range 4 {
		r := 11.5 - 3*float64(i)
		l.fill(append(ellipse(29, 77.6, r, r*.36), reversed(ellipse(29, 77.6, r-.8, r*.36-.5)[0])), flat(l.col.lit(.5)))
	}
	for _, y := range []float64{44, 64} {
		l.fill(line(2.2, 14.4, y, 29, y+2.6, 43.6, y), flat(hex(0xe9e0cd)))
	}
}
