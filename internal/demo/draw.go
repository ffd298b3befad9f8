package demo

import (
	"bytes"
	"image"
	"image/jpeg"
)

// Side is how many pixels the drawn pictures are wide and high.
const Side = 800

func shapes() map[string]func(*look) {
	return map[string]func(*look){
		"mug": drawMug, "glass": drawGlass, "bowl": drawBowl, "plate": drawPlate, "teapot": drawTeapot, "skillet": drawSkillet, "casserole": drawCasserole,
		"knife": drawKnife, "board": drawBoard, "grinder": drawGrinder, "press": drawPress, "kettle": drawKettle, "coffee": drawCoffee, "tea": drawTea,
		"oil": drawOil, "honey": drawHoney, "chocolate": drawChocolate, "lamp": drawLamp, "chair": drawChair, "stool": drawStool, "vase": drawVase,
		"basket": drawBasket, "candle": drawCandle, "blanket": drawBlanket, "cushion": drawCushion, "towel": drawTowel, "pot": drawPot, "can": drawCan,
		"trowel": drawTrowel, "seeds": drawSeeds, "gloves": drawGloves, "feeder": drawFeeder, "tent": drawTent, "sleepbag": drawSleepBag, "mat": drawMat,
		"lantern": drawLantern, "stove": drawStove, "backpack": drawBackpack, "shirt": drawShirt, "sweater": drawSweater, "jacket": drawJacket,
		"beanie": drawBeanie, "scarf": drawScarf, "socks": drawSocks, "sneaker": drawSneaker, "boot": drawBoot, "tote": drawTote, "book": drawBook,
		"notebook": drawNotebook, "pen": drawPen, "blocks": drawBlocks, "puzzle": drawPuzzle, "plush": drawPlush, "soap": drawSoap, "cream": drawCream,
		"bottle": drawBottle, "yogamat": drawYogaMat,
	}
}

// laid are the kinds that are seen from above.
func laid() map[string]bool {
	out := map[string]bool{}
	for _, code := range []string{"plate", "skillet", "knife", "board", "chocolate", "trowel", "gloves", "sleepbag", "mat", "shirt", "sweater", "jacket",
		"scarf", "socks", "book", "notebook", "puzzle", "yogamat"} {
		out[code] = true
	}
	return out
}

// Image draws the picture with so many pixels on each side.
func (p Picture) Image(side int) image.Image {
	c := newCanvas(side)
	l := &look{canvas: c, col: hex(p.Color), material: p.Material, form: p.Form, seed: p.Seed, grain: texture(p.Material, p.Seed)}
	c.backdrop(l.col, laid()[p.Shape])
	if draw := shapes()[p.Shape]; draw != nil {
		draw(l)
	}
	return c.img
}

// JPEG draws the picture and encodes it.
func (p Picture) JPEG(side int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, p.Image(side), &jpeg.Options{Quality: 88})
	return b.Bytes(), err
}
