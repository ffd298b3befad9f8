package demo

import "testing"

func TestZZ(t *testing.T) {
	w := Generate(Config{Seed: 1, Now: day, Size: .5})
	kindOf := map[string]string{}
	for i, p := range w.Products {
		kindOf[string(p.ID)] = w.goods[i].kind.code
	}
	for _, code := range []string{"blocks", "book", "candle", "seeds"} {
		by := map[string]int{}
		for _, o := range w.Orders {
			for _, l := range o.Lines {
				if kindOf[string(l.Product)] == code {
					by[o.PlacedAt.Format("2006-01")] += int(l.Quantity)
				}
			}
		}
		t.Log(code, by)
	}
}
