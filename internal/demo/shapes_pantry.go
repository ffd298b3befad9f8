package demo

// label is a paper label with lines that look like print.
func (l *look) label(x, y, w, h float64, c rgb) {
	l.fill(box(x, y, w, h, 1), flatLit(paperTone))
	l.fill(box(x+w*.1, y+h*.1, w*.8, h*.26, .4), flat(c))
	for i := range 3 {
		f := []float64{.7, .56, .34}[i]
		l.fill(box(x+w*(1-f)/2, y+h*(.5+.15*float64(i)), w*f, max(.6, h*.045), .3), flat(darkMetal.alpha(.65)))
	}
}

func drawCoffee(l *look) {
	l.shadow(50, 50)
	l.fill(smooth(30, 80, 30.5, 60, 31, 34, 34, 30, 66, 30, 69, 34, 69.5, 60, 70, 80, 50, 82), round(l.col.lit(.9)).with(texture("paper", l.seed)))
	l.fill(poly(33, 30, 67, 30, 66, 21, 34, 21), down(l.col.lit(1.1), l.col.lit(.75)))
	l.fill(box(33.4, 24, 33.2, 2.2, .6), flat(paperTone.lit(.86)))
	l.label(36, 42, 28, 26, l.col.lit(.8))
	for i, x := range []float64{24, 78, 72, 20, 83} { // beans beside it
		y := 80 - float64(i%2)*2
		l.fill(ellipse(x, y, 3.4, 2.4), ball(hex(0x4f2f1e)))
		l.fill(line(.6, x-2.6, y+.5, x, y-.3, x+2.6, y+.3), flat(hex(0x2b170d)))
	}
	l.fill(ellipse(50, 37, 1.2, 1.2), flat(darkMetal.alpha(.5)))
}

func drawTea(l *look) {
	l.shadow(50, 48)
	l.fill(turned(50, 2.8, 19, 40, 19, 60, 19, 80), round(l.col).with(l.grain))
	l.of(l.col.lit(.82), turned(50, 2.8, 19.8, 29, 19.8, 39))
	l.fill(ellipse(50, 29, 19.8, 3), flatLit(l.col.lit(.98)))
	l.label(37, 48, 26, 25, l.col.lit(.7))
	for i, x := range []float64{22, 27, 75, 80} {
		l.fill(smooth(x-4, 81, x, 77-float64(i%2), x+4, 80, x, 82), ball(leaf.lit(.7+.1*float64(i))))
	}
	l.shine(1.6, .25, 35, 44, 35, 76)
}

func drawOil(l *look) {
	l.shadow(50, 32)
	glass, inside := hex(0x39502f), l.col.mix(hex(0x39502f), .35)
	if l.form == 3 {
		glass = hex(0x4a3524)
	}
	l.fill(turned(50, 2, 4, 22, 4.2, 34, 13, 46, 13, 60, 12.6, 80), round(inside.mix(glass, .5)))
	l.of(darkMetal, turned(50, 1, 4.4, 14, 4.4, 22))
	l.label(38.4, 53, 23.2, 20, l.col)
	l.shine(1.4, .5, 41.5, 50, 41, 76)
	l.shine(.9, .4, 48, 24, 48, 34)
}

func drawHoney(l *look) {
	l.shadow(50, 48)
	l.fill(turned(50, 2.6, 17, 42, 20, 50, 20, 62, 19, 80), round(l.col).with(func(x, y float64) float64 { return .96 + .1*smoothNoise(x/5, y/5, l.seed) }))
	l.fill(turned(50, 2.6, 17, 42, 20, 50, 20, 62, 19, 80), glassy(hex(0xfff4dc)))
	cloth := l.col.lit(.72)
	l.fill(smooth(29, 45, 33, 33, 50, 30, 67, 33, 71, 45, 64, 42, 57, 46, 50, 42, 43, 46, 36, 42), round(cloth).with(func(x, y float64) float64 {
		if (int(x/2.2)+int(y/2.2))%2 == 0 {
			return 1.28
		}
		return 1
	}))
	l.fill(line(.9, 32, 41, 50, 43.4, 68, 41), flat(hex(0xd8c08a)))
	l.label(37, 53, 26, 19, l.col.lit(.8))
	l.shine(1.6, .5, 34, 52, 33.6, 74)
}

func drawChocolate(l *look) {
	if l.form == 3 || l.form == 5 { // a box seen from above
		n := 4
		l.fill(ellipse(54, 57, 42, 40), soft(rgb{.1, .08, .08, .75}))
		l.fill(box(20, 22, 60, 60, 2), flatLit(l.col.lit(.8)))
		l.fill(box(23, 25, 54, 54, 1), flat(l.col.lit(.45)))
		cell := 54 / float64(n)
		for i := range n {
			for j := range n {
				x, y := 23+cell*(float64(i)+.5), 25+cell*(float64(j)+.5)
				tone := []rgb{hex(0x4a2a1a), hex(0x6f432a), hex(0xeadcc4), hex(0x3a2016)}[(i*3+j)%4]
				if (i+j)%2 == 0 {
					l.fill(ellipse(x, y, cell*.36, cell*.36), ball(tone))
				} else {
					l.fill(box(x-cell*.34, y-cell*.34, cell*.68, cell*.68, 1.6), ball(tone))
				}
				l.fill(line(.5, x-2.4, y-.6, x, y+.6, x+2.4, y-.6), flat(goldTone.alpha(.8)))
			}
		}
		return
	}
	l.tilt = -.14
	l.fill(ellipse(53, 56, 30, 46), soft(rgb{.1, .08, .08, .7}))
	bar := map[int]rgb{0: hex(0x4a2a1a), 1: hex(0x7a4a2c), 2: hex(0x3f2216), 4: hex(0xf3d3cf)}[l.form]
	l.fill(box(32, 14, 36, 30, 1), flatLit(bar))
	for i := range 3 {
		for j := range 2 {
			x, y := 33.4+11.5*float64(i), 15.4+13*float64(j)
			l.fill(box(x, y, 10.2, 11.6, .8), ball(bar.lit(1.08)))
			l.fill(box(x+1.6, y+1.8, 7, 8, .5), flatLit(bar.lit(.94)))
		}
	}
	l.fill(poly(31, 40, 34, 43, 38, 40, 43, 43.5, 48, 40, 53, 43.4, 58, 40, 63, 43.4, 69, 40, 69, 46, 31, 46), flatLit(hex(0xd8d4c8)))
	l.fill(box(30.4, 43, 39.2, 46, 1), flatLit(l.col))
	l.label(36, 52, 28, 24, l.col.lit(.75))
	l.fill(box(30.4, 81, 39.2, 2, 0), flat(goldTone))
}
