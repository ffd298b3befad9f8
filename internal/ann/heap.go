package ann

// candidate is a vector that may be among the nearest.
type candidate struct {
	score float32
	slot  uint32
	list  *list
}

// worse orders candidates: by score, equal ones by id.
func (c candidate) worse(o candidate) bool {
	if c.score != o.score {
		return c.score < o.score
	}
	return c.list.ids[c.slot] > o.list.ids[o.slot]
}

// heap keeps the best candidates offered, the worst of them first.
type heap struct {
	items []candidate
	size  int
}

func (h *heap) reset(size int) {
	h.items = h.items[:0]
	h.size = size
}

func (h *heap) full() bool { return len(h.items) >= h.size }

func (h *heap) accepts(score float32, l *list, slot int) bool {
	if !h.full() {
		return true
	}
	if h.size == 0 || score < h.items[0].score {
		return false
	}
	return score > h.items[0].score || h.items[0].worse(candidate{score, uint32(slot), l})
}

// push adds a candidate that the heap accepts.
func (h *heap) push(c candidate) {
	if h.full() {
		h.items[0] = c
		h.down()
		return
	}
	h.items = append(h.items, c)
	for i := len(h.items) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h.items[i].worse(h.items[parent]) {
			return
		}
		h.items[i], h.items[parent] = h.items[parent], h.items[i]
		i = parent
	}
}

func (h *heap) down() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h.items) {
			return
		}
		if child+1 < len(h.items) && h.items[child+1].worse(h.items[child]) {
			child++
		}
		if !h.items[child].worse(h.items[i]) {
			return
		}
		h.items[i], h.items[child] = h.items[child], h.items[i]
		i = child
	}
}
