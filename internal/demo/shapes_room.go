package demo

func drawLamp(l *look) {
	glow := rgb{1, .9, .68, .5}
	l.shadow(50, 38)
	switch l.form {
	case 0: // mushroom
		l.fill(ellipse(50, 44, 44, 34), soft(glow))
		l.body(turned(50, 2, 6, 46, 7, 62, 16, 80))
		l.fill(smooth(24, 48, 27, 33, 40, 24, 60, 24, 73, 33, 76, 48, 50, 52), ball(l.col.lit(1.12)))
		l.fill(ellipse(50, 48.4, 24, 3.2), flat(hex(0xfff3d0)))
	case 1, 5: // jointed
		l.fill(ellipse(28, 50, 26, 24), soft(glow))
		l.of(l.col.lit(.9), turned(62, 1.6, 15, 78.6, 15, 81))
		l.fill(straight(2, 62, 79, 70, 54, 44, 30), round(metal))
		l.fill(ellipse(70, 54, 2.3, 2.3), ball(darkMetal))
		l.fill(ellipse(44, 30, 2.3, 2.3), ball(darkMetal))
		l.body(smooth(45, 25, 48, 30, 44, 42, 30, 52, 22, 44, 30, 30))
		l.fill(smooth(44, 42, 33, 52, 22, 50, 22, 44, 34, 44), flat(hex(0xfff0c8)))
	default:
		l.fill(ellipse(50, 42, 46, 38), soft(glow))
		if l.form == 3 {
			l.of(l.col, turned(50, 2, 2, 44, 2, 74, 12, 80))
		} else {
			l.fill(turned(50, 2.2, 3, 50, 12, 60, 13, 70, 8, 80), round(l.col.lit(.9)).with(l.grain))
		}
		shade := turned(50, 2.4, 14, 22, 21, 36, 26, 50)
		tone := hex(0xf3e6c8)
		if l.form == 3 {
			tone = l.col.lit(1.2)
			shade = turned(50, 2, 6, 34, 16, 40, 19, 46)
		}
		paintOf := func(_, _, u, v float64) rgb {
			d := u - .5
			return tone.mix(rgb{1, .86, .55, 1}, .55-d*d*1.6).lit(1.06 - .1*v)
		}
		if l.form == 2 {
			l.fill(shade, paint(paintOf).with(ribs(2.4)))
		} else {
			l.fill(shade, paintOf)
		}
	}
}

func drawChair(l *look) {
	wood := l.col
	seat := func(c rgb, grain func(x, y float64) float64) {
		l.fill(poly(27, 56, 69, 56, 75, 62, 24, 62), flatLit(c).with(grain))
		l.fill(poly(24, 62, 75, 62, 75, 65, 24, 65), flat(c.lit(.7)))
	}
	leg := func(x0, y0, x1, y1 float64) { l.fill(straight(2.8, x0, y0, x1, y1), round(wood.lit(.92))) }
	l.shadow(50, 60)
	if l.form == 3 { // folding
		leg(30, 60, 70, 81)
		leg(70, 60, 30, 81)
		l.fill(box(28, 24, 44, 6, 1.5), flatLit(wood))
		l.fill(box(28, 34, 44, 6, 1.5), flatLit(wood))
		leg(30, 20, 30, 62)
		leg(70, 20, 70, 62)
		seat(wood.lit(1.05), l.grain)
		return
	}
	leg(32, 64, 29, 76)
	leg(68, 64, 70, 76)
	leg(27, 64, 23, 81)
	leg(73, 64, 77, 81)
	switch l.form {
	case 0:
		for i := range 7 {
			x := 33 + 5.6*float64(i)
			l.fill(straight(1.2, x, 26, 50+(x-50)*.86, 57), round(wood.lit(.95)))
		}
		l.fill(line(4.4, 29, 28, 40, 22, 50, 21, 60, 22, 71, 28), round(wood))
		seat(wood, texture("oak", l.seed))
	case 2: // lounge
		l.fill(smooth(24, 58, 20, 40, 26, 22, 50, 16, 74, 22, 80, 40, 76, 58, 50, 62), flatLit(hex(0xc79a62)).with(texture("rattan", l.seed)))
		l.fill(line(3, 22, 60, 18, 40, 26, 21, 50, 15, 74, 21, 82, 40, 78, 60), round(darkWood))
		seat(l.col.lit(1.05), texture("linen", l.seed))
	case 4:
		l.fill(line(3, 29, 58, 27, 36, 34, 22, 50, 18, 66, 22, 73, 36, 71, 58), round(wood))
		l.fill(line(2, 38, 57, 38, 40, 44, 30, 50, 28, 56, 30, 62, 40, 62, 57), round(wood.lit(.9)))
		seat(hex(0xd3b481), texture("rattan", l.seed))
	default:
		leg(30, 20, 31, 58)
		leg(70, 20, 69, 58)
		l.fill(line(4, 29, 26, 50, 23, 71, 26), round(wood))
		l.fill(line(4, 30, 37, 50, 34.6, 70, 37), round(wood))
		seat(hex(0xd9c49a), texture("rattan", l.seed))
	}
}

func drawStool(l *look) {
	l.shadow(50, 46)
	h := []float64{48, 42, 56, 32, 50}[l.form]
	if l.material == "cork" {
		l.fill(turned(50, 3, 21, h, 17, 64, 21, 80), round(hex(0xc99c66)).with(texture("cork", l.seed)))
		l.fill(ellipse(50, h, 21, 4.2), flatLit(hex(0xd6ae7c)).with(texture("cork", l.seed)))
		return
	}
	wood := l.col
	for _, x := range []float64{-1, .25, 1} {
		l.fill(straight(3, 50+x*15, h+3, 50+x*21, 81-3*(1-x*x)), round(wood.lit(.85)))
	}
	if l.form == 3 || l.form == 2 {
		l.fill(straight(2, 32, 70, 68, 70), round(wood.lit(.8)))
	}
	w := 23.0
	if l.form == 1 {
		w = 27
	}
	l.fill(turned(50, 3.4, w, h, w, h+3.4), round(wood.lit(.8)))
	l.fill(ellipse(50, h, w, 5), flatLit(wood.lit(1.06)).with(texture("oak", l.seed)))
	if l.form == 2 {
		l.fill(box(26, 66, 48, 4, 1), flatLit(wood).with(texture("oak", l.seed)))
	}
	if l.form == 1 { // a book and a cup on it
		l.fill(box(38, h-5, 16, 4, .6), flatLit(hex(0x4b6a92)))
		l.fill(turned(62, 1, 4, h-9, 3.4, h-1), round(paperTone))
	}
}

func drawVase(l *look) {
	stem := func(x0, y0, x1, y1 float64, flower rgb) {
		l.fill(line(.9, x0, y0, (x0+x1)/2+2, (y0+y1)/2, x1, y1), flat(leaf.lit(.8)))
		for i := range 5 {
			dx, dy := []float64{0, 3, 2, -2, -3}[i], []float64{-3, -1, 2.4, 2.4, -1}[i]
			l.fill(ellipse(x1+dx, y1+dy, 2.5, 2.3), ball(flower))
		}
		l.fill(ellipse(x1, y1, 1.7, 1.6), ball(hex(0xe3b341)))
	}
	flower := l.col.lit(1.5).mix(hex(0xe8a7a0), .5)
	switch l.form {
	case 3:
		for i, x := range []float64{30, 50, 70} {
			top := []float64{58, 46, 54}[i]
			l.shadow(x, 22)
			stem(x, top, x+3-3*float64(i), top-22, flower)
			l.body(turned(x, 1.2, 2.6, top, 3, top+8, 9, 72, 6, 80))
			l.shine(1, .3, x-4, 68, x-4.4, 74)
		}
	case 1:
		l.shadow(50, 36)
		for i, x := range []float64{36, 44, 52, 60, 66} {
			stem(50+(x-50)*.2, 46, x, 22+float64(i%3)*4, hex(0xe8c14d).mix(flower, float64(i%2)))
		}
		l.fill(turned(50, 2, 12, 42, 10, 52, 15, 68, 12, 80), glassy(l.col))
		for k := -3.0; k <= 3; k++ {
			l.shine(.6, .25, 50+k*3, 46, 50+k*3.4, 78)
		}
	default:
		l.shadow(50, 42)
		if l.form != 2 {
			stem(50, 34, 40, 15, flower)
			stem(50, 34, 58, 10, flower.lit(.9))
			stem(50, 34, 64, 24, flower)
		}
		if l.form == 2 {
			l.fill(line(2.6, 42, 38, 34, 40, 33, 48), round(l.col.lit(.9)))
			l.fill(line(2.6, 58, 38, 66, 40, 67, 48), round(l.col.lit(.9)))
		}
		neck := []float64{4, 0, 9, 0, 8}[l.form]
		l.body(turned(50, 1.6, neck+1, 34, neck, 42, 20, 58, 18, 70, 10, 80))
		l.fill(ellipse(50, 34, neck+1, 1.6), flat(l.col.lit(.45)))
		l.shine(2.2, .26, 36, 56, 35, 66)
	}
}

func drawBasket(l *look) {
	l.shadow(50, 60)
	tone := l.col
	grain := texture("rattan", l.seed)
	if l.material == "wool" {
		grain = l.grain
	}
	top := []float64{36, 52, 46, 50, 62}[l.form]
	if l.form == 1 {
		l.fill(line(2.6, 32, 54, 34, 34, 50, 26, 66, 34, 68, 54), round(hex(0x8a5a34)))
	}
	if l.form == 4 {
		for _, x := range []float64{34, 46, 58, 67} {
			l.fill(ellipse(x, 59, 8.4, 6.4), ball(hex(0xcf9648)))
		}
	}
	l.fill(turned(50, 3.2, 27, top, 28, 66, 23, 79.5), round(tone).with(grain))
	l.fill(ellipse(50, top, 27, 4.4), flatLit(tone.lit(1.05)).with(grain))
	l.fill(ellipse(50, top+.7, 24.4, 3.4), flat(tone.lit(.42)))
	if l.form == 0 {
		l.fill(turned(50, 3, 27, top-4, 28, top), round(tone.lit(.95)).with(grain))
		l.fill(ellipse(50, top-4, 27, 4.2), flatLit(tone.lit(1.08)).with(grain))
	}
	if l.form == 2 || l.form == 3 {
		l.fill(line(2, 22, top+8, 17, top+11, 20, top+18), round(hex(0x8a5a34)))
		l.fill(line(2, 78, top+8, 83, top+11, 80, top+18), round(hex(0x8a5a34)))
	}
}

func drawCandle(l *look) {
	flame := func(x, y float64) {
		l.fill(ellipse(x, y-3, 15, 17), soft(rgb{1, .82, .45, .5}))
		l.fill(straight(.7, x, y, x, y-3), flat(darkMetal))
		l.fill(smooth(x, y-10.5, x+2.2, y-5, x+1.4, y-2, x, y-1.2, x-1.4, y-2, x-2.2, y-5), down(hex(0xffe9a8), hex(0xf39a2e)))
		l.fill(ellipse(x, y-3.4, 1, 1.7), flat(hex(0xfff6da)))
	}
	switch l.form {
	case 1:
		l.shadow(50, 34)
		l.fill(turned(50, 2.4, 13, 40, 13, 60, 13, 80), round(l.col.mix(hex(0xe2b04c), .5)).with(func(x, y float64) float64 {
			if noise(int64(x/2.1+float64(int(y/1.9)%2)*.5), int64(y/1.9), 3) > .5 {
				return 1.04
			}
			return .95
		}))
		l.fill(ellipse(50, 40, 13, 2.4), flatLit(hex(0xf0cd84)))
		flame(50, 40)
	case 3:
		for i, x := range []float64{32, 41, 50, 59, 68} {
			l.shadow(x, 9)
			l.of(l.col, turned(x, .8, 2.6, 28+float64(i%2)*4, 3.2, 76))
			l.of(goldTone, turned(x, 1, 5, 76, 6, 80))
			if i%2 == 0 {
				flame(x, 28)
			}
		}
	default:
		l.shadow(50, 46)
		l.fill(ellipse(50, 50, 40, 34), soft(rgb{1, .86, .55, .28}))
		if l.form == 5 {
			l.of(metal, turned(50, 2.8, 20, 56, 20, 80))
			l.fill(ellipse(50, 56, 20, 3.8), flat(metal.lit(.8)))
			l.fill(ellipse(50, 57, 18.6, 3.1), flatLit(hex(0xf5efdf)))
			flame(50, 57)
			l.label(38, 62, 24, 13, l.col)
			return
		}
		l.fill(turned(50, 2.8, 18.6, 52, 18.6, 66, 17.6, 79), round(hex(0xf5efdf).mix(l.col, .22)))
		flame(50, 53)
		l.fill(turned(50, 2.8, 19.4, 44, 19.4, 66, 18.4, 80), glassy(l.col.lit(1.1)))
		l.label(38, 57, 24, 17, l.col)
	}
}
