package demo

func drawTent(l *look) {
	l.shadow(50, 96)
	switch l.form {
	case 4: // bell
		l.fill(poly(12, 80, 17, 62, 50, 16, 83, 62, 88, 80), round(hex(0xe6d9bd)).with(texture("canvas", l.seed)))
		l.fill(poly(17, 62, 50, 16, 83, 62, 50, 66), down(hex(0xf3ead4), hex(0xd9c9a6)))
		l.fill(poly(50, 22, 40, 81, 60, 81), down(l.col.lit(.8), l.col.lit(.4)))
		l.fill(poly(50, 22, 40, 81, 34, 81, 48, 30), flatLit(hex(0xf1e7cf)))
		l.fill(straight(.8, 50, 16, 50, 10), round(darkWood))
		return
	case 3: // tunnel
		l.fill(smooth(8, 81, 10, 56, 22, 38, 50, 33, 78, 40, 90, 58, 92, 81), round(l.col))
		for _, x := range []float64{24, 50, 76} {
			l.fill(line(1, x-5, 81, x-3, 50, x, 36), flat(l.col.lit(.6)))
		}
		l.fill(smooth(8, 81, 10, 56, 22, 40, 32, 52, 34, 81), round(l.col.lit(.88)))
		l.fill(smooth(15, 81, 17, 62, 23, 54, 29, 64, 30, 81), flat(l.col.lit(.38)))
		return
	case 0, 2:
		l.fill(poly(10, 81, 50, 30, 62, 34, 92, 81), down(l.col.lit(1.12), l.col.lit(.7)))
		l.fill(poly(10, 81, 50, 30, 58, 81), down(l.col.lit(1.2), l.col.lit(.86)))
		l.fill(poly(26, 81, 47, 42, 42, 81), down(l.col.lit(.42), l.col.lit(.28)))
		l.fill(poly(47, 42, 42, 81, 52, 81), flatLit(l.col.lit(1.3)))
		l.fill(straight(.5, 10, 81, 3, 84), flat(hex(0x888888)))
		l.fill(straight(.5, 92, 81, 98, 84), flat(hex(0x888888)))
		return
	}
	l.fill(smooth(7, 81, 14, 52, 32, 32, 50, 27, 68, 32, 86, 52, 93, 81), ball(l.col))
	l.fill(line(1.1, 12, 81, 26, 46, 50, 27, 74, 46, 88, 81), flat(l.col.lit(.6)))
	l.fill(line(1.1, 34, 81, 36, 52, 50, 27, 64, 52, 66, 81), flat(l.col.lit(.6)))
	l.fill(smooth(38, 81, 40, 56, 50, 44, 60, 56, 62, 81), down(l.col.lit(.45), l.col.lit(.3)))
	l.fill(smooth(38, 81, 40, 56, 50, 44, 46, 60, 45, 81), flatLit(l.col.lit(1.3)))
}

func drawSleepBag(l *look) {
	l.fill(ellipse(53, 52, 27, 50), soft(rgb{.1, .08, .08, .7}))
	if l.form == 2 {
		l.fill(box(26, 12, 48, 78, 6), flatLit(l.col))
	} else {
		l.fill(smooth(50, 6, 61, 9, 67, 20, 73, 32, 70, 60, 63, 86, 50, 93, 37, 86, 30, 60, 27, 32, 33, 20, 39, 9), round(l.col))
		l.fill(smooth(50, 10, 58, 13, 61, 22, 56, 29, 50, 30, 44, 29, 39, 22, 42, 13), flat(l.col.lit(.4)))
		l.fill(smooth(50, 17, 57, 20, 57, 26, 50, 28, 43, 26, 43, 20), ball(hex(0xe9e2d4)))
	}
	for i := range 8 { // the baffles
		y := 34 + 7*float64(i)
		w := 21 - .12*float64(i*i)
		if l.form == 2 {
			w = 23
		}
		l.fill(line(.9, 50-w, y, 50, y+1.8, 50+w, y), flat(l.col.lit(.66).alpha(.8)))
		l.fill(line(.7, 50-w, y+1.2, 50, y+3, 50+w, y+1.2), flat(rgb{1, 1, 1, .12}))
	}
	l.fill(line(.9, 58, 30, 63, 50, 59, 86), flat(hex(0xe8c14d)))
}

func drawMat(l *look) {
	l.fill(ellipse(53, 60, 46, 30), soft(rgb{.1, .08, .08, .6}))
	l.fill(poly(14, 74, 30, 36, 84, 36, 90, 74), down(l.col.lit(1.1), l.col.lit(.85)))
	for i := range 7 {
		y := 40 + 5.2*float64(i)
		t := (y - 36) / 38
		l.fill(line(1, 30-16*t+1, y, 52, y+.8, 84+6*t-1, y), flat(l.col.lit(.7).alpha(.7)))
	}
	l.fill(poly(14, 74, 90, 74, 90, 78, 14, 78), flat(l.col.lit(.6)))
	// the end that is still rolled
	l.of(l.col.lit(.95), box(28, 27, 58, 13, 6.5))
	l.fill(ellipse(86, 33.5, 4, 6.6), ball(l.col.lit(.75)))
	l.fill(line(.8, 86, 33.5, 87.6, 31, 85, 29.6, 83.6, 34, 86, 37.8), flat(l.col.lit(.45)))
}

func drawLantern(l *look) {
	glow := rgb{1, .88, .55, .6}
	switch l.form {
	case 1: // head torch
		l.fill(ellipse(50, 66, 40, 22), soft(rgb{.1, .08, .08, .4}))
		l.fill(line(6.4, 34, 60, 16, 48, 30, 30, 50, 25, 70, 30, 84, 48, 66, 60), round(l.col))
		l.fill(box(35, 48, 30, 24, 6), flatLit(darkMetal))
		l.fill(ellipse(50, 60, 24, 22), soft(glow))
		l.fill(ellipse(50, 60, 8.4, 8.4), ball(metal))
		l.fill(ellipse(50, 60, 6.6, 6.6), ball(hex(0xfff2c4)))
		l.fill(ellipse(60.6, 66, 1.6, 1.6), flat(hex(0xd23b2e)))
	case 2: // folding cube
		l.shadow(50, 46)
		l.fill(ellipse(50, 58, 46, 40), soft(glow))
		l.fill(box(30, 42, 40, 39, 3), ball(hex(0xfdf0cb)))
		l.fill(box(30, 42, 40, 5, 2), flatLit(l.col))
		l.fill(box(30, 77, 40, 4.6, 2), flatLit(l.col))
		l.fill(line(1.6, 36, 42, 50, 34, 64, 42), round(l.col))
	default:
		l.shadow(50, 36)
		l.fill(line(1.4, 36, 38, 36, 22, 50, 15, 64, 22, 64, 38), round(metal))
		l.fill(ellipse(50, 54, 42, 36), soft(glow))
		l.fill(turned(50, 2, 14, 40, 14, 56, 14, 68), glassy(hex(0xffe9b0)))
		l.fill(ellipse(50, 55, 5, 9), soft(rgb{1, .95, .75, 1}))
		l.fill(smooth(50, 46, 53, 54, 50, 60, 47, 54), down(hex(0xfff3c2), hex(0xf3a33a)))
		for _, x := range []float64{37, 50, 63} {
			l.fill(straight(.8, x, 40, x, 70), flat(darkMetal.alpha(.6)))
		}
		c := l.col
		if l.material == "brass" {
			c = goldTone
		}
		l.of(c, turned(50, 1.8, 6, 31, 16, 39))
		l.of(c, turned(50, 2.2, 15, 68, 18, 80))
	}
}

func drawStove(l *look) {
	l.shadow(50, 64)
	flames := func(x, y, w float64) {
		for k := -2.0; k <= 2; k++ {
			l.fill(smooth(x+k*w-1.5, y, x+k*w, y-6.4+k*k*.5, x+k*w+1.5, y), down(hex(0x9bd0ff).alpha(.9), hex(0x2f6fd0).alpha(.9)))
		}
	}
	switch l.form {
	case 0:
		l.fill(turned(50, 2, 9, 58, 15, 64, 15, 80), round(l.col))
		l.fill(straight(3, 50, 58, 50, 48), round(goldTone))
		for _, x := range []float64{32, 68} {
			l.fill(straight(1.6, 50, 48, x, 40), round(metal))
		}
		flames(50, 44, 3.4)
		l.of(metal, turned(50, 2, 21, 22, 21, 38))
		l.fill(ellipse(50, 22, 21, 3.4), flatLit(metal.lit(1.15)))
		l.fill(line(2, 71, 28, 82, 27, 92, 25), round(darkMetal))
	case 3:
		l.fill(poly(14, 52, 18, 24, 82, 24, 86, 52), down(l.col.lit(1.05), l.col.lit(.8)))
		l.fill(box(13, 52, 74, 25, 2), flatLit(l.col))
		for _, x := range []float64{33, 67} {
			l.fill(ellipse(x, 54, 14, 4), flat(darkMetal))
			flames(x, 53, 3)
			l.fill(ellipse(x, 68, 3.6, 3.6), ball(darkMetal))
			l.fill(straight(1, x, 65.6, x, 68), flat(metal))
		}
	case 2:
		for k := -2.0; k <= 2; k++ {
			l.fill(smooth(50+k*6-3, 48, 50+k*6, 26+k*k*2, 50+k*6+3, 48), down(hex(0xffe08a), hex(0xe7692b)))
		}
		l.fill(poly(30, 44, 70, 44, 75, 80, 25, 80), flatLit(metal).with(texture("steel", l.seed)))
		l.fill(box(40, 60, 20, 14, 1), flat(hex(0x2a1a12)))
		l.fill(ellipse(50, 70, 8, 4), soft(hex(0xff8a3a)))
	default:
		pot := func(y, w, h float64) {
			l.fill(turned(50, 2.6, w, y, w, y+h), round(metal).with(texture("steel", l.seed)))
			l.fill(ellipse(50, y, w, 3.6), flatLit(metal.lit(1.12)))
			l.fill(ellipse(50, y+.8, w*.94, 2.9), flat(metal.lit(.5)))
		}
		pot(58, 27, 22)
		pot(44, 23, 14)
		pot(33, 19, 11)
		l.fill(line(2, 77, 64, 88, 64, 88, 74, 77, 74), round(l.col))
		l.fill(line(2, 73, 49, 82, 49, 82, 55, 73, 55), round(l.col))
	}
}

func drawBackpack(l *look) {
	l.shadow(50, 54)
	k := []float64{1.1, 1, .94, .92, .8}[l.form]
	l.sx, l.sy = k, k
	l.fill(line(3, 42, 24, 46, 15, 54, 15, 58, 24), round(l.col.lit(.7)))
	l.fill(line(5, 29, 40, 22, 54, 27, 74), round(l.col.lit(.62)))
	l.fill(line(5, 71, 40, 78, 54, 73, 74), round(l.col.lit(.62)))
	l.fill(smooth(28, 78, 27, 50, 30, 28, 40, 19, 60, 19, 70, 28, 73, 50, 72, 78, 50, 82), round(l.col).with(l.grain))
	if l.form == 1 { // roll top
		l.fill(box(30, 15, 40, 9, 4), down(l.col.lit(1.1), l.col.lit(.75)))
		l.fill(box(47, 15, 5, 40, 1), flatLit(hex(0x8a5a34)))
	} else {
		l.fill(smooth(28, 42, 31, 26, 42, 18, 58, 18, 69, 26, 72, 42, 50, 46), round(l.col.lit(.9)).with(l.grain))
	}
	l.fill(box(33, 53, 34, 24, 5), flatLit(l.col.lit(.94)).with(l.grain))
	l.fill(line(.9, 34, 58, 50, 59, 66, 58), flat(l.col.lit(.5)))
	strap := hex(0x8a5a34)
	if l.material == "ripstop" || l.material == "recycled-polyester" {
		strap = l.col.lit(.5)
	}
	if l.form != 1 {
		for _, x := range []float64{40, 57} {
			l.fill(box(x, 38, 3.4, 22, .8), flatLit(strap))
			l.fill(box(x-.6, 49, 4.6, 4, .6), flat(goldTone))
		}
	}
	l.sx, l.sy = 1, 1
}
