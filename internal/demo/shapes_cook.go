package demo

func drawSkillet(l *look) {
	l.fill(ellipse(50, 55, 36, 33), soft(rgb{.1, .08, .08, .8}))
	metalOf := map[string]rgb{"cast-iron": hex(0x2c2d2f), "carbon-steel": hex(0x4c4f55), "aluminium": hex(0x8d9298), "steel": hex(0xb3b8bc), "copper": hex(0xb87346)}[l.material]
	handle := metalOf.lit(.9)
	if l.form == 4 || l.form == 2 {
		handle = woodTone
	}
	l.fill(line(5.6, 64, 36, 78, 22, 90, 11), round(handle))
	l.fill(ellipse(88.6, 12.2, 1.5, 1.5), flat(metalOf.lit(.4)))
	l.fill(ellipse(44, 54, 30, 30), ball(metalOf).with(l.grain))
	l.fill(ellipse(44.6, 54.8, 26, 26), ball(metalOf.lit(.72)).with(l.grain))
	inside := metalOf.lit(.86)
	if l.material == "aluminium" {
		inside = hex(0x33363a)
	}
	l.fill(ellipse(44, 54, 25, 25), ball(inside).with(l.grain))
	switch l.form {
	case 0: // an egg
		l.fill(smooth(34, 50, 40, 43, 50, 44, 56, 51, 53, 61, 44, 64, 35, 59), ball(hex(0xfbf7ee)))
		l.fill(ellipse(45, 53, 5.4, 5.2), ball(hex(0xf0a92e)))
	case 4, 2:
		l.fill(ellipse(44, 54, 21, 21), ball(hex(0xe3b96f)).with(texture("leather", l.seed)))
	}
	l.shine(1.6, .3, 22, 44, 28, 34, 38, 28)
}

func drawCasserole(l *look) {
	l.shadow(50, 70)
	w, top := 29.0, 50.0
	if l.form == 2 {
		w, top = 22, 52
		l.fill(line(4.6, 70, 56, 84, 52, 94, 50), round(woodTone))
	} else {
		l.fill(line(4, 50-w, 57, 50-w-7, 58, 50-w-6, 63, 50-w, 63), round(l.col.lit(.85)))
		l.fill(line(4, 50+w, 57, 50+w+7, 58, 50+w+6, 63, 50+w, 63), round(l.col.lit(.85)))
	}
	if l.form == 1 {
		top = 38
	}
	col := l.col
	switch l.material {
	case "steel":
		col = hex(0xb3b8bc)
	case "copper":
		col = hex(0xbb7848)
	}
	l.fill(turned(50, 3, w, top+3, w, 70, w*.93, 80), round(col).with(l.grain))
	if l.form == 4 || l.form == 2 {
		l.fill(ellipse(50, top+2.5, w, 4.6), flatLit(col.lit(1.1)))
		l.fill(ellipse(50, top+3.2, w*.94, 3.8), flat(col.lit(.5)))
	} else {
		l.fill(turned(50, 3, 6, top-7, w*.8, top-3.4, w+1, top+3), round(col.lit(1.04)).with(l.grain))
		l.fill(ellipse(50, top-9.5, 4.4, 3), ball(goldTone))
	}
	l.shine(2.4, .3, 50-w*.68, top+9, 50-w*.68, 74)
}

func drawKnife(l *look) {
	l.tilt = -.5
	blade := hex(0xc7ccd0)
	if l.material == "carbon-steel" {
		blade = hex(0x9fa5ab)
	}
	h := []float64{13, 7, 9, 13, 8}[l.form]
	from := []float64{8, 30, 6, 12, 34}[l.form]
	edge := 50 + h/2
	l.fill(poly(from+2, edge+3, 64, edge+3, 94, edge+4, 94, edge-2), soft(rgb{0, 0, 0, .5}))
	s := shape{append(spline([]pt{{66, edge}, {from + 20, edge}, {from + 8, edge - h*.25}, {from, edge - h*.75}}, false), pt{from + 10, edge - h}, pt{66, edge - h})}
	if l.form == 3 {
		s = shape{append(spline([]pt{{66, edge}, {from + 14, edge}, {from, edge - h*.05}}, false), pt{from + 2, edge - h*.5}, pt{from + 9, edge - h}, pt{66, edge - h})}
	}
	l.fill(s, down(blade.lit(.8), blade.lit(1.25)).with(texture("steel", l.seed)))
	l.fill(line(.5, from+12, edge-1.6, 64, edge-1.6), flat(rgb{1, 1, 1, .7}))
	if l.form == 2 {
		for x := from + 6; x < 64; x += 4 {
			l.fill(ellipse(x, edge+.6, 1.9, 1.3), flat(hex(0xe8e5df)))
		}
	}
	l.fill(box(64, edge-h, 3.4, h*.72, .6), round(metal))
	grip := l.col
	l.fill(smooth(67, edge-h, 80, edge-h-.4, 93, edge-h-1, 96, edge-h+3, 93, edge-h+7, 80, edge-h+6.4, 67, edge-h+7), down(grip.lit(1.15), grip.lit(.7)).with(texture("walnut", l.seed)))
	for _, x := range []float64{72, 80, 88} {
		l.fill(ellipse(x, edge-h+3, .9, .9), flat(goldTone))
	}
}

func drawBoard(l *look) {
	tone := map[string]rgb{"oak": hex(0xc79c69), "beech": hex(0xd9b184), "walnut": hex(0x7b5236), "bamboo": hex(0xdcc08a)}[l.material]
	wood := func(s shape, f float64) { l.fill(s, flatLit(tone.lit(f)).with(l.grain)) }
	l.fill(ellipse(54, 58, 42, 38), soft(rgb{.1, .08, .06, .7}))
	switch l.form {
	case 2:
		l.fill(line(7, 50, 24, 50, 10), flatLit(tone.lit(.95)).with(l.grain))
		wood(box(34, 20, 32, 68, 7), 1)
		l.fill(ellipse(50, 11, 1.6, 1.6), flat(hex(0xf0ece4)))
		l.fill(poly(42, 60, 58, 54, 60, 64, 43, 68), flatLit(hex(0xf0cf7a)))
	case 3:
		for i := range 4 {
			wood(box(22+6*float64(i), 22+5*float64(i), 42, 48, 4), .9+.05*float64(i))
		}
	default:
		wood(box(17, 24, 66, 54, 4), .78)
		wood(box(17, 22, 66, 54, 4), 1)
		if l.form == 0 { // the blocks of the end grain
			for i := range 8 {
				for j := range 6 {
					f := .93 + .14*noise(int64(i), int64(j), l.seed)
					l.fill(box(18.4+8*float64(i), 23.4+8.7*float64(j), 7.7, 8.3, .4), flat(tone.lit(f)).with(texture("leather", l.seed+uint64(i*9+j))))
				}
			}
		} else {
			l.fill(append(box(21, 26, 58, 46, 4), reversed(box(22.6, 27.6, 54.8, 42.8, 3.4)[0])), flat(tone.lit(.66)))
		}
	}
}

func drawGrinder(l *look) {
	l.shadow(50, 46)
	if l.material == "walnut" {
		l.wood(darkWood, box(33, 56, 34, 25, 2))
		l.wood(darkWood.lit(.8), box(37, 66, 26, 12, 1))
		l.fill(ellipse(50, 72, 1.8, 1.8), ball(goldTone))
		l.of(l.col, turned(50, 2, 13, 47, 11, 52, 6, 56))
	} else if l.form == 1 || l.form == 4 {
		l.fill(turned(50, 2, 15, 26, 13, 40, 11, 44), glassy(hex(0xbcc8cc)))
		l.fill(turned(50, 2, 14, 33, 12, 42), round(hex(0x4b2d1d)))
		l.of(darkMetal, turned(50, 2, 15.5, 23, 15.5, 27))
		l.body(turned(50, 2.4, 14, 44, 16, 62, 19, 80))
		l.fill(ellipse(50, 60, 5, 5), ball(metal))
		l.fill(ellipse(50, 60, 3.4, 3.4), ball(darkMetal))
		return
	} else {
		l.body(turned(50, 2.2, 11, 40, 11, 60, 11, 80))
		l.of(darkMetal, turned(50, 2.2, 11.3, 57, 11.3, 61))
	}
	l.fill(straight(2.4, 50, 44, 50, 34, 71, 30), round(metal))
	l.fill(ellipse(72, 26, 4.2, 4.8), ball(darkWood))
	l.shine(1.4, .35, 43, 46, 43, 76)
}

func drawPress(l *look) {
	l.shadow(50, 48)
	switch l.form {
	case 1: // dripper on a server
		l.fill(turned(50, 2.2, 15, 52, 19, 66, 16, 80), glassy(hex(0xcfe0e4)))
		l.fill(turned(50, 2.2, 18, 66, 16, 78), round(hex(0x4b2a17)))
		l.fill(line(3, 66, 30, 77, 33, 70, 43, 60, 44), round(l.col.lit(.9)))
		l.body(turned(50, 2.6, 20, 26, 6, 49))
		l.fill(ellipse(50, 26, 20, 3.6), flat(l.col.lit(.66)))
		l.of(l.col, turned(50, 1.6, 18, 48.5, 18, 51.5))
	case 2: // moka pot
		l.fill(line(3.6, 62, 36, 77, 38, 77, 54), round(darkMetal))
		l.of(metal, poly(40, 32, 33, 27, 35, 34, 38, 50, 62, 50, 64, 32))
		l.of(metal.lit(.8), turned(50, 1.8, 13, 49, 13, 53))
		l.of(metal, poly(39, 53, 61, 53, 66, 81, 34, 81))
		for _, x := range []float64{43, 50, 57} {
			l.fill(straight(.5, 50+(x-50)*.8, 54, 50+(x-50)*1.3, 80), flat(metal.lit(.66)))
		}
		l.of(metal.lit(1.1), poly(38, 32, 62, 32, 55, 27, 45, 27))
		l.fill(ellipse(50, 25, 2.6, 2.6), ball(l.col.lit(.8)))
	default:
		l.fill(line(3.6, 66, 40, 80, 42, 80, 68, 67, 70), round(darkMetal))
		wall := turned(50, 2.4, 16, 36, 16, 60, 16, 78)
		if l.material == "steel" {
			l.fill(wall, round(l.col).with(l.grain))
		} else {
			l.fill(wall, glassy(hex(0xd3e2e5)))
			l.fill(turned(50, 2.2, 15, 50, 15, 77), round(hex(0x4b2a17)))
			l.of(l.col, turned(50, 2.2, 16.6, 60, 16.6, 62.5))
		}
		l.of(l.col, turned(50, 2.2, 16.6, 77, 17.4, 80.5))
		l.of(l.col, turned(50, 2, 9, 31, 17, 36))
		l.fill(straight(1.3, 50, 31, 50, 18), round(metal))
		l.fill(ellipse(50, 17, 3.6, 3), ball(darkMetal))
		l.shine(1.6, .4, 40, 42, 40, 74)
	}
}
