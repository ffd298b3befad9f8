package gbdt

import "unsafe"

// narrowView and wideView see a tile's words as arrays, whose bounds a byte
// cannot leave, so that the inner loops need no checks.
func narrowView(words []int64) *narrowTile {
	_ = words[histWords-1]
	return (*narrowTile)(unsafe.Pointer(unsafe.SliceData(words)))
}

func wideView(words []int64) *wideTile {
	_ = words[2*histWords-1]
	return (*wideTile)(unsafe.Pointer(unsafe.SliceData(words)))
}
