package gbdt

import "unsafe"

// narrowView and wideView see a tile's words as arrays, whose bounds a byte
// cannot leave, so that the inner loops need no checks.
func narrowView(words []int64) *narrowTile {
	_ = words[histWords-1]
	return (*narrowTile)(unsafe.Pointer(unsafe.SliceData(words)))
}

// step moves from a node to its child, from a leaf to itself. The nodes come from
// validated trees and the row is as long as the model asks, so the indices hold.
func step(forest *flatNode, row *float64, at uint32) uint32 {
	n := (*flatNode)(unsafe.Add(unsafe.Pointer(forest), uintptr(at)*unsafe.Sizeof(flatNode{})))
	v := *(*float64)(unsafe.Add(unsafe.Pointer(row), uintptr(n.feature&^nanRight)*8))
	return n.left + (one(v > n.threshold) | one(v != v)&(n.feature>>31))
}

// stepPresent is step for a row without missing values.
func stepPresent(forest *flatNode, row *float64, at uint32) uint32 {
	n := (*flatNode)(unsafe.Add(unsafe.Pointer(forest), uintptr(at)*unsafe.Sizeof(flatNode{})))
	v := *(*float64)(unsafe.Add(unsafe.Pointer(row), uintptr(n.feature&^nanRight)*8))
	return n.left + one(v > n.threshold)
}

func wideView(words []int64) *wideTile {
	_ = words[2*histWords-1]
	return (*wideTile)(unsafe.Pointer(unsafe.SliceData(words)))
}
