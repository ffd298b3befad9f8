package demo

// laid is the soft shadow under clothes laid flat.
func (l *look) laid() { l.fill(ellipse(53, 55, 46, 46), soft(rgb{.1, .08, .08, .3})) }

// cloth is the surface of clothes.
func (l *look) cloth(s shape, f float64) { l.fill(s, flatLit(l.col.lit(f)).with(l.grain)) }

func drawShirt(l *look) {
	l.laid()
	sleeve := 44.0
	if l.form == 2 || l.form == 3 {
		sleeve = 58
	}
	if l.form != 4 {
		l.cloth(smooth(34, 18, 22, 24, 12, sleeve-3, 14, sleeve, 24, sleeve+2, 30, 36), .93)
		l.cloth(smooth(66, 18, 78, 24, 88, sleeve-3, 86, sleeve, 76, sleeve+2, 70, 36), .9)
	}
	body := poly(33, 17, 40, 15, 50, 21, 60, 15, 67, 17, 72, 30, 70, 50, 71, 86, 29, 86, 30, 50, 28, 30)
	if l.form == 2 {
		stripes := func(x, y float64) float64 {
			if int(y/3.2)%2 == 0 {
				return .62
			}
			return 1.25
		}
		l.fill(body, flatLit(l.col.mix(paperTone, .3)).with(stripes))
	} else {
		l.cloth(body, 1)
	}
	l.fill(smooth(40, 15, 50, 13.6, 60, 15, 57, 22, 50, 25, 43, 22), flat(l.col.lit(.55)))
	l.fill(line(1.6, 40, 15, 43, 22, 50, 25, 57, 22, 60, 15), flat(l.col.lit(.82)))
	if l.form == 3 { // buttons and a collar
		l.ink(.6, 50, 25, 50, 85)
		for y := 31.0; y < 84; y += 9 {
			l.fill(ellipse(50, y, 1, 1), ball(paperTone))
		}
		l.cloth(poly(40, 15, 50, 25, 43, 29, 37, 19), 1.06)
		l.cloth(poly(60, 15, 50, 25, 57, 29, 63, 19), 1.03)
	}
	l.ink(.5, 30, 84, 50, 84.4, 70, 84)
	l.ink(.5, 34, 40, 37, 54, 35, 66)
	l.ink(.5, 66, 42, 64, 56, 66, 70)
}

func drawSweater(l *look) {
	l.laid()
	arm := func(d float64) {
		x := func(v float64) float64 { return 50 + d*v }
		l.cloth(smooth(x(16), 20, x(25), 24, x(33), 46, x(38), 72, x(30), 76, x(24), 56, x(18), 42), .94)
		l.fill(poly(x(30), 75.6, x(38.6), 71.6, x(39.6), 77, x(31.4), 81), flatLit(l.col.lit(.84)).with(ribs(1.6)))
	}
	arm(-1)
	arm(1)
	body := poly(34, 19, 42, 17, 50, 20, 58, 17, 66, 19, 71, 34, 70, 56, 71, 80, 29, 80, 30, 56, 29, 34)
	l.cloth(body, 1)
	if l.form == 0 { // cables
		for _, x := range []float64{38, 50, 62} {
			for y := 30.0; y < 77; y += 6 {
				l.fill(line(1.8, x-2.4, y, x, y+2.6, x+2.4, y+5.6), flat(l.col.lit(1.12)))
				l.fill(line(1.8, x+2.4, y, x, y+3, x-2.4, y+5.6), flat(l.col.lit(.8)))
			}
		}
	}
	l.fill(box(29, 79, 42, 7, 1.4), flatLit(l.col.lit(.86)).with(ribs(1.7)))
	switch l.form {
	case 2:
		l.fill(box(40, 9, 20, 13, 4), round(l.col.lit(.95)).with(ribs(1.7)))
	case 3: // cardigan
		l.fill(poly(41, 16, 50, 46, 59, 16), flat(hex(0xece6da)))
		l.fill(line(5, 41, 15, 44, 30, 50, 47, 50, 84), flatLit(l.col.lit(.82)))
		l.fill(line(5, 59, 15, 56, 30, 50, 47), flatLit(l.col.lit(.88)))
		for y := 52.0; y < 84; y += 9 {
			l.fill(ellipse(50, y, 1.4, 1.4), ball(darkWood))
		}
	default:
		l.fill(smooth(41, 16.4, 50, 14.6, 59, 16.4, 56, 22, 50, 24, 44, 22), flat(l.col.lit(.5)))
		l.fill(line(3, 41, 16, 44, 22, 50, 24.4, 56, 22, 59, 16), flatLit(l.col.lit(.86)))
	}
}

func drawJacket(l *look) {
	l.laid()
	quilt := func(_, y float64) float64 {
		if v := y/6.4 - float64(int(y/6.4)); v < .14 {
			return .78
		}
		return 1
	}
	grain := l.grain
	if l.form == 2 {
		grain = quilt
	}
	for _, d := range []float64{-1, 1} {
		x := func(v float64) float64 { return 50 + d*v }
		l.fill(smooth(x(17), 22, x(26), 26, x(34), 48, x(38), 74, x(29), 78, x(24), 56, x(19), 44), flatLit(l.col.lit(.9)).with(grain))
		l.fill(box(min(x(29), x(39)), 74, 10, 4.4, 1.2), flat(l.col.lit(.66)))
	}
	if l.form == 0 { // hood
		l.fill(smooth(36, 24, 37, 10, 50, 5, 63, 10, 64, 24, 50, 28), flatLit(l.col.lit(.86)))
		l.fill(smooth(41, 23, 42, 13, 50, 10, 58, 13, 59, 23, 50, 26), flat(l.col.lit(.4)))
	}
	l.fill(poly(33, 20, 42, 17, 58, 17, 67, 20, 72, 36, 71, 84, 29, 84, 28, 36), flatLit(l.col).with(grain))
	if l.form != 0 {
		collar := l.col.lit(.72)
		if l.form == 1 {
			collar = hex(0x6b4a2f)
		}
		l.fill(poly(41, 17, 50, 21, 59, 17, 63, 22, 55, 29, 50, 24, 45, 29, 37, 22), flatLit(collar))
	}
	l.fill(straight(1.2, 50, 24, 50, 84), flat(l.col.lit(.5)))
	for _, d := range []float64{-1, 1} {
		x := 50 + d*12.5
		l.fill(box(x-6.4, 60, 12.8, 13, 1.4), flatLit(l.col.lit(.93)))
		l.fill(box(x-6.4, 59, 12.8, 4.6, 1), flatLit(l.col.lit(.82)))
		if l.form == 1 || l.form == 4 {
			l.fill(box(x-5, 36, 10, 9, 1), flatLit(l.col.lit(.92)))
			l.fill(ellipse(x, 39, .9, .9), ball(goldTone))
		}
		l.fill(ellipse(x, 61.4, .9, .9), ball(goldTone))
	}
}

func drawBeanie(l *look) {
	l.shadow(50, 56)
	if l.form != 3 { // nothing hangs below the rim
		l.sy = .94
		defer func() { l.sy = 1 }()
	}
	if l.form == 3 { // ear flaps
		for _, d := range []float64{-1, 1} {
			l.fill(smooth(50+d*25, 60, 50+d*27, 70, 50+d*22, 79, 50+d*15, 70, 50+d*14, 60), round(l.col.lit(.85)).with(l.grain))
			l.fill(line(1, 50+d*21, 78, 50+d*23, 86, 50+d*20, 92), flat(l.col.lit(.7)))
		}
	}
	l.fill(smooth(22, 66, 23, 46, 33, 30, 50, 25, 67, 30, 77, 46, 78, 66, 50, 70), ball(l.col).with(func(x, y float64) float64 { return ribs(3.1)(50+(x-50)*(1+(70-y)*.006), y) }))
	l.fill(box(20, 62, 60, 19, 6), round(l.col.lit(.93)).with(ribs(3.1)))
	if l.form == 1 || l.form == 3 {
		l.fill(ellipse(50, 22, 9, 8.4), ball(l.col.lit(1.25)).with(func(x, y float64) float64 { return .85 + .3*noise(int64(x*1.6), int64(y*1.6), l.seed) }))
	}
	if l.form == 2 {
		l.fill(box(44, 68, 12, 7, .6), flatLit(hex(0x9a6a40)))
	}
}

func drawScarf(l *look) {
	l.laid()
	grain := l.grain
	if l.form == 0 || l.form == 1 {
		grain = checks(l.col)
	}
	end := func(x0, x1, y0, y1 float64, f float64) {
		l.fill(poly(x0, y0, x0+15, y0, x1+15, y1, x1, y1), flatLit(l.col.lit(f)).with(grain))
		for i := range 8 {
			x := x1 + .8 + 1.95*float64(i)
			l.fill(line(.8, x, y1, x-.4, y1+4, x+.4, y1+8), flat(l.col.lit(f*.95)))
		}
	}
	end(53, 58, 34, 82, .86)
	end(33, 28, 34, 76, 1)
	l.fill(smooth(24, 30, 36, 18, 50, 15, 64, 18, 76, 30, 70, 42, 50, 47, 30, 42), ball(l.col).with(grain))
	l.fill(smooth(36, 27, 50, 22, 64, 27, 58, 33, 50, 35, 42, 33), flat(l.col.lit(.42)))
	l.ink(.8, 28, 36, 44, 43, 62, 42)
}

func drawSocks(l *look) {
	l.laid()
	top := []float64{22, 30, 16, 18, 30}[l.form]
	one := func(dx, f float64) {
		grain := l.grain
		if l.form == 3 {
			grain = func(_, y float64) float64 {
				if int(y/3.6)%2 == 0 {
					return 1.4
				}
				return .95
			}
		}
		l.fill(smooth(dx, top, dx+8, top-.6, dx+16, top, dx+16.6, 44, dx+17, 60, dx+28, 72, dx+33, 80, dx+26, 86, dx+12, 82, dx+1, 70, dx, 46), round(l.col.lit(f)).with(grain))
		l.fill(smooth(dx+25, 71, dx+32, 77, dx+31, 84, dx+24, 86, dx+21, 78), flatLit(l.col.lit(f*.7)))
		l.fill(smooth(dx+.6, 60, dx+8, 64, dx+9, 76, dx+2, 71), flatLit(l.col.lit(f*.72)))
		l.fill(box(dx-.6, top-3, 17.2, 9, 2), round(l.col.lit(f*.86)).with(ribs(1.7)))
	}
	one(42, .84)
	one(22, 1)
}

func drawSneaker(l *look) {
	l.shadow(50, 84)
	sole := hex(0xf2eee4)
	if l.material == "cork" {
		sole = hex(0xc99c66)
	}
	l.fill(smooth(10, 76, 11, 72, 50, 73, 88, 71, 92, 77, 88, 82.4, 50, 83, 14, 82.4), down(sole.lit(1.1), sole.lit(.85)))
	l.fill(smooth(11, 74, 12, 52, 18, 47, 32, 50, 44, 54, 58, 60, 78, 63, 90, 69, 90, 74, 50, 76), round(l.col).with(l.grain))
	l.fill(smooth(74, 63, 86, 66, 91, 72, 88, 75, 72, 75, 70, 68), flatLit(l.col.lit(1.12)))
	l.fill(smooth(12, 52, 19, 49, 24, 60, 22, 74, 12, 74), flatLit(l.col.lit(.82)))
	l.fill(smooth(17, 47.4, 26, 45.6, 38, 49, 34, 52, 24, 51), flat(l.col.lit(.4)))
	if l.form != 4 {
		l.fill(smooth(32, 50, 40, 46, 52, 54, 64, 60, 58, 64, 44, 58), flatLit(l.col.lit(.9)))
		for i := range 4 {
			x, y := 40+5.6*float64(i), 51+2.9*float64(i)
			l.fill(line(1.4, x-3, y+6, x+1, y+1, x+4.4, y), flat(hex(0xf7f3ea)))
		}
	}
	l.ink(.6, 26, 74, 34, 64, 50, 62)
	l.fill(line(.6, 13, 78.6, 50, 79.4, 90, 77.6), flat(sole.lit(.66)))
}

func drawBoot(l *look) {
	l.shadow(50, 78)
	sole := darkMetal.lit(.8)
	top := []float64{38, 44, 36, 32, 22}[l.form]
	l.fill(smooth(17, 77, 18, 74, 50, 75, 84, 73, 88, 78, 84, 83.4, 52, 83.4, 50, 81, 36, 81, 34, 83.4, 18, 83.4), flat(sole))
	leather := smooth(18, 75, 19, 58, 18, top+2, 30, top, 46, top+2, 47, 54, 58, 60, 76, 63, 86, 70, 86, 75.4, 50, 77)
	l.fill(leather, round(l.col).with(l.grain))
	if l.form == 2 { // elastic
		l.fill(smooth(30, top+3, 38, top+3, 37, 54, 34, 60, 31, 54), flat(l.col.lit(.45)))
		l.fill(line(1.6, 20, top+2, 19, top-4, 23, top-3), flat(l.col.lit(.6)))
	} else if l.form != 4 {
		for i := range 6 {
			y := top + 6 + (58-top)/6*float64(i)
			dx := max(0, (y-50)*.7)
			l.fill(line(1.2, 38+dx, y, 43+dx, y-1, 48+dx, y-.6), flat(hex(0xd8b36a)))
			l.fill(ellipse(38+dx, y, 1, 1), ball(goldTone))
		}
	}
	if l.form == 3 {
		l.fill(smooth(16, top-3, 32, top-5, 48, top-2, 47, top+4, 32, top+3, 17, top+4), ball(hex(0xefe6d2)).with(func(x, y float64) float64 { return .86 + .25*noise(int64(x), int64(y), 4) }))
	} else {
		l.fill(line(2.4, 18.6, top+2, 31, top+.4, 45.6, top+2.4), flat(l.col.lit(.66)))
	}
	l.fill(smooth(72, 62.5, 82, 66, 87, 73, 84, 76, 70, 76.4, 67, 69), flatLit(l.col.lit(.82)))
	l.shine(1.4, .22, 25, top+9, 24.6, 68)
}

func drawTote(l *look) {
	l.shadow(50, 60)
	switch l.form {
	case 3: // weekend bag
		l.fill(line(3, 36, 46, 40, 26, 60, 26, 64, 46), round(hex(0x7a4b2b)))
		l.fill(smooth(14, 78, 16, 54, 24, 44, 50, 42, 76, 44, 84, 54, 86, 78, 50, 82), round(l.col).with(l.grain))
		l.fill(line(1.2, 22, 46, 50, 44, 78, 46), flat(goldTone))
		for _, x := range []float64{34, 62} {
			l.fill(box(x, 43, 4, 38, .6), flatLit(hex(0x7a4b2b)))
		}
	case 4: // pouch
		l.fill(line(1.8, 28, 46, 34, 14, 66, 14, 72, 46), round(l.col.lit(.7)))
		l.cloth(box(25, 42, 50, 39, 5), 1)
		l.cloth(smooth(25, 44, 40, 41, 60, 41, 75, 44, 74, 60, 50, 66, 26, 60), .88)
		l.fill(ellipse(50, 62, 2.2, 2.2), ball(goldTone))
	default:
		for _, f := range []float64{.7, .92} {
			l.fill(line(2.8, 36, 42, 38, 20+8*f, 50, 12+8*f, 62, 20+8*f, 64, 42), round(l.col.lit(f)))
		}
		grain := l.grain
		if l.form == 2 {
			grain = func(x, y float64) float64 {
				if int((x+y)/2.6)%2 == 0 || int((x-y+200)/2.6)%2 == 0 {
					return 1
				}
				return .6
			}
		}
		l.fill(poly(27, 40, 73, 40, 77, 81, 23, 81), round(l.col).with(grain))
		l.ink(.6, 27, 42.6, 50, 43, 73, 42.6)
		l.ink(.5, 34, 52, 36, 66, 34, 78)
		if l.form == 0 {
			l.fill(ellipse(50, 60, 8, 8), flat(l.col.lit(.6).alpha(.7)))
			l.fill(ellipse(52.6, 58, 6.4, 6.4), flat(l.col))
		}
	}
}
