package demo

func drawBlocks(l *look) {
	l.shadow(50, 74)
	tones := []rgb{hex(0xd9a520), hex(0xe2735b), hex(0x2b7a78), woodTone, hex(0x9caf8f), hex(0x4b6a92), hex(0x96283f)}
	cube := func(x, y, w, h float64, c rgb) {
		l.fill(box(x, y, w, h, 1), flatLit(c).with(texture("beech", l.seed)))
		l.fill(poly(x+w-.6, y+.6, x+w+3, y-2, x+w+3, y+h-3, x+w-.6, y+h-.4), flat(c.lit(.7)))
		l.fill(poly(x+.6, y+.4, x+4, y-2.2, x+w+3, y-2.2, x+w-.4, y+.4), flat(c.lit(1.25)))
	}
	switch l.form {
	case 1: // arches
		for i := range 6 {
			r := 34 - 5.4*float64(i)
			ring := append(arc(50, 80, r), reversed(arc(50, 80, r-5)[0]))
			l.fill(ring, flatLit(tones[i]).with(texture("beech", l.seed)))
		}
	case 2: // train
		l.fill(box(8, 80, 84, 2.4, 1), flat(darkWood))
		for i, x := range []float64{14, 40, 66} {
			c := tones[(i*2+1)%7]
			cube(x, 62, 20, 14, c)
			if i == 2 {
				cube(x+9, 48, 11, 14, tones[5])
				l.of(darkMetal, turned(x+4, 1, 2.6, 52, 2.6, 62))
			} else {
				cube(x+3, 52, 14, 10, tones[(i+3)%7])
			}
			for _, dx := range []float64{4.5, 15.5} {
				l.fill(ellipse(x+dx, 77, 4.2, 4.2), ball(darkWood))
				l.fill(ellipse(x+dx, 77, 1.4, 1.4), flat(goldTone))
			}
		}
	case 3: // ark
		l.fill(smooth(10, 60, 30, 63, 50, 64, 70, 63, 90, 60, 84, 74, 70, 81, 30, 81, 16, 74), flatLit(woodTone).with(texture("oak", l.seed)))
		cube(34, 44, 30, 20, tones[0])
		l.fill(poly(30, 45, 50, 30, 70, 45), flatLit(tones[1]))
		for i, x := range []float64{22, 27, 76, 81} { // giraffes and others
			c := []rgb{hex(0xd9a560), hex(0xd9a560), hex(0x8d9298), hex(0x8d9298)}[i]
			l.fill(straight(2.6, x, 62, x+1, 46-float64(i%2)*3), round(c))
			l.fill(ellipse(x+2.4, 45-float64(i%2)*3, 3.2, 2.2), ball(c))
		}
	case 4: // marble run
		for i := range 4 {
			y := 28 + 14*float64(i)
			d := float64(1 - 2*(i%2))
			l.fill(straight(4.4, 50-28*d, y, 50+26*d, y+7), round(tones[i]).with(texture("beech", l.seed)))
			l.fill(ellipse(50-10*d+8*float64(i)*d, y, 3.4, 3.4), ball(tones[(i+4)%7]))
		}
		l.wood(woodTone, box(19, 20, 4, 61, 1))
		l.wood(woodTone, box(77, 20, 4, 61, 1))
	case 5: // kitchen
		cube(24, 52, 52, 28, woodTone)
		l.fill(box(30, 60, 18, 16, 1), flat(hex(0x3a2c20)))
		l.fill(ellipse(63, 67, 5, 5), ball(tones[1]))
		l.of(tones[4], turned(38, 1.6, 9, 38, 9, 49))
		l.fill(ellipse(38, 38, 9, 2), flat(tones[4].lit(.6)))
		l.fill(ellipse(62, 47, 11, 3), ball(darkMetal))
		l.fill(ellipse(62, 46, 5, 1.8), ball(hex(0xfbf6ea)))
		l.fill(ellipse(62, 45.4, 2, 1), ball(hex(0xf0a92e)))
	default:
		cube(20, 62, 18, 18, tones[0])
		cube(41, 62, 18, 18, tones[1])
		cube(62, 62, 18, 18, tones[2])
		cube(30, 43, 18, 18, tones[5])
		cube(51, 43, 18, 18, tones[3])
		l.fill(poly(41, 42, 50, 25, 60, 42), flatLit(tones[6]).with(texture("beech", l.seed)))
	}
}

// arc is the upper half of a circle.
func arc(cx, cy, r float64) shape {
	full := ellipse(cx, cy, r, r)[0]
	return shape{append(append([]pt{}, full[len(full)/2:]...), full[0])}
}

func drawPuzzle(l *look) {
	l.fill(ellipse(54, 58, 42, 42), soft(rgb{.1, .08, .08, .65}))
	switch l.form {
	case 3: // chess
		n := 8
		l.fill(box(14, 16, 72, 72, 2), flatLit(darkWood).with(texture("walnut", l.seed)))
		for i := range n {
			for j := range n {
				c := hex(0xe8d2a8)
				if (i+j)%2 == 1 {
					c = hex(0x6f4a30)
				}
				l.fill(box(18+8*float64(i), 20+8*float64(j), 8, 8, 0), flatLit(c).with(texture("oak", l.seed+uint64(i+j))))
			}
		}
		for i, at := range []pt{{22, 32}, {38, 32}, {46, 48}, {70, 40}, {30, 72}, {54, 72}, {62, 64}, {78, 80}} {
			c := hex(0xf0e3c6)
			if i < 4 {
				c = hex(0x33241a)
			}
			l.fill(ellipse(at.x+1, at.y+1.2, 3.4, 3), soft(rgb{0, 0, 0, .8}))
			l.fill(ellipse(at.x, at.y, 3, 3), ball(c))
			l.fill(ellipse(at.x, at.y-1.6, 1.7, 1.7), ball(c.lit(1.15)))
		}
	case 2: // cards
		for i := range 5 {
			l.tilt = -.5 + .25*float64(i)
			l.fill(box(35, 20, 30, 46, 3), flat(hex(0xcfc6b4)))
			l.fill(box(34.4, 19.4, 30, 46, 3), flatLit(hex(0xfbf7ee)))
			l.fill(box(37, 22, 24.8, 40.8, 2), flatLit(l.col.lit(.8+.16*float64(i))))
			l.fill(ellipse(49.4, 42, 8, 10), ball(hex(0xf4d06a)))
		}
		l.tilt = 0
	default: // a box with a picture, and parts of it beside
		l.fill(box(16, 14, 62, 62, 2), flatLit(l.col.lit(.8)))
		l.fill(box(19, 17, 56, 56, 1), down(hex(0xbfdde6), hex(0xf3e8c8)))
		switch l.form {
		case 0:
			for i, x := range []float64{30, 46, 62} {
				l.of(hex(0xf0e4cf), turned(x, 1, 2.6, 48, 3.4, 66))
				l.fill(smooth(x-9, 48, x-6, 38-float64(i%2)*4, x, 35-float64(i%2)*4, x+6, 38-float64(i%2)*4, x+9, 48, x, 50), ball([]rgb{hex(0xc3452f), hex(0xc9912f), hex(0x8a5a3c)}[i]))
				l.foliage(x+6, 68, 7, leaf)
			}
		case 1:
			l.fill(smooth(24, 36, 36, 28, 42, 38, 36, 56, 28, 48), flat(leaf))
			l.fill(smooth(46, 30, 60, 26, 70, 36, 66, 50, 58, 62, 50, 52, 52, 42), flat(leaf.lit(1.2)))
		case 4:
			for i, x := range []float64{26, 36, 47, 58, 67} {
				y := 66 - float64(i%2)*5
				l.fill(poly(x-8, y, x, y-30, x+8, y), down(leaf.lit(1.1), leaf.lit(.6)))
			}
			l.fill(ellipse(47, 60, 34, 8), soft(rgb{1, 1, 1, 1}))
		default:
			l.fill(box(19, 54, 56, 19, 0), flat(hex(0x4b86a2)))
			l.fill(smooth(34, 56, 60, 56, 56, 63, 38, 63), flat(darkWood))
			l.fill(poly(46, 55, 46, 30, 62, 52), flat(hex(0xf7f1e3)))
			l.fill(poly(45, 55, 45, 34, 35, 52), flat(hex(0xe3735b)))
		}
		l.fill(box(24, 20, 30, 3, .6), flat(l.col.lit(.5)))
		for i, at := range []pt{{74, 78}, {86, 66}, {60, 84}} {
			c := []rgb{leaf, hex(0xbfdde6), hex(0xe3735b)}[i]
			l.fill(box(at.x-5, at.y-5, 10, 10, 1.4), ball(c))
			l.fill(ellipse(at.x, at.y-6, 2.2, 2.2), ball(c))
			l.fill(ellipse(at.x+6, at.y, 2.2, 2.2), ball(c))
			l.fill(ellipse(at.x-5, at.y, 2, 2), flat(c.lit(.62)))
		}
	}
}

func drawPlush(l *look) {
	l.shadow(50, 50)
	fur := func(s shape, f float64) {
		l.fill(s, ball(l.col.lit(f)).with(func(x, y float64) float64 { return .94 + .1*noise(int64(x*3), int64(y*3), l.seed) }))
	}
	eye := func(x, y float64) {
		l.fill(ellipse(x, y, 1.5, 1.6), flat(hex(0x1d1a18)))
		l.fill(ellipse(x-.4, y-.5, .5, .5), flat(rgb{1, 1, 1, 1}))
	}
	nose := func(y float64) {
		l.fill(ellipse(50, y, 2.4, 1.7), ball(hex(0x2d2320)))
		l.fill(line(.7, 46.6, y+4, 48.4, y+5, 50, y+3.4, 51.6, y+5, 53.4, y+4), flat(hex(0x2d2320)))
	}
	if l.form == 2 { // whale
		fur(smooth(14, 62, 20, 46, 38, 38, 60, 42, 74, 54, 82, 50, 86, 40, 94, 42, 90, 54, 80, 66, 66, 78, 40, 81, 20, 76), 1)
		l.fill(smooth(15, 66, 30, 68, 50, 72, 66, 77, 40, 81, 20, 76), flatLit(l.col.lit(1.5)))
		eye(28, 60)
		l.fill(line(.8, 18, 66, 24, 68, 30, 66), flat(l.col.lit(.4)))
		l.fill(line(1.4, 38, 37, 36, 28, 30, 25), flat(hex(0x8fbfd8)))
		l.fill(line(1.4, 39, 37, 42, 28, 48, 26), flat(hex(0x8fbfd8)))
		return
	}
	inner := l.col.lit(1.4)
	switch l.form { // ears
	case 1:
		for _, d := range []float64{-1, 1} {
			fur(smooth(50+d*7, 30, 50+d*10, 8, 50+d*15, 4, 50+d*18, 12, 50+d*14, 32), .95)
			l.fill(smooth(50+d*9.5, 28, 50+d*12, 12, 50+d*15, 9, 50+d*15, 16, 50+d*13, 29), flat(inner))
		}
	case 3:
		for _, d := range []float64{-1, 1} {
			fur(poly(50+d*6, 26, 50+d*17, 11, 50+d*19, 32), .95)
			l.fill(poly(50+d*9.4, 25, 50+d*16, 16, 50+d*17, 29), flat(hex(0x3a2c24)))
		}
	case 4:
		for _, d := range []float64{-1, 1} {
			fur(smooth(50+d*12, 26, 50+d*26, 20, 50+d*34, 30, 50+d*30, 44, 50+d*15, 46), .92)
			l.fill(smooth(50+d*16, 29, 50+d*26, 25, 50+d*30, 32, 50+d*27, 40, 50+d*17, 42), flat(inner))
		}
	default:
		for _, d := range []float64{-1, 1} {
			fur(ellipse(50+d*14, 22, 6.4, 6.2), .94)
			l.fill(ellipse(50+d*14, 22.4, 3.6, 3.4), flat(inner))
		}
	}
	for _, d := range []float64{-1, 1} { // arms and legs
		fur(smooth(50+d*15, 52, 50+d*27, 58, 50+d*28, 68, 50+d*20, 68, 50+d*14, 60), .92)
		fur(ellipse(50+d*13, 77, 9.4, 6.4), .96)
		l.fill(ellipse(50+d*14, 77.6, 4.6, 3.4), flat(inner))
	}
	fur(ellipse(50, 64, 18, 17.4), 1)
	l.fill(ellipse(50, 66, 10.6, 11), flatLit(inner))
	fur(ellipse(50, 35, 19, 16.4), 1.04)
	switch l.form {
	case 4:
		fur(thick(8, spline(points([]float64{50, 38, 49, 48, 45, 56, 50, 60}), false)), .95)
		eye(42, 34)
		eye(58, 34)
	case 3:
		l.fill(smooth(32, 38, 42, 37, 50, 44, 58, 37, 68, 38, 60, 48, 50, 51, 40, 48), flatLit(hex(0xf5efe4)))
		l.fill(line(1, 39, 34, 42, 36, 45, 34), flat(hex(0x1d1a18)))
		l.fill(line(1, 55, 34, 58, 36, 61, 34), flat(hex(0x1d1a18)))
		nose(43)
	default:
		l.fill(ellipse(50, 41.6, 8, 6), flatLit(inner))
		eye(42.6, 33)
		eye(57.4, 33)
		nose(39.6)
	}
}
