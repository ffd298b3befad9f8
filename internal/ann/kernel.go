package ann

import "math"

// codeBlock is what the length of a row of codes is rounded up to.
const codeBlock = 16

// dotCodesGo sets out[i] to the product of the query with row i of codes.
func dotCodesGo(out []int32, codes []int8, query []int16) {
	n := len(query)
	for i := range out {
		row := codes[i*n : (i+1)*n]
		var sum int32
		for j, q := range query {
			sum += int32(q) * int32(row[j])
		}
		out[i] = sum
	}
}

// queryLimit is the largest value of a query's codes at which no product of a
// whole row can leave an int32.
func queryLimit(stride int) float32 {
	return float32(min(32767, (1<<31-1)/(127*stride)))
}

// quantizeQuery writes codes of v and returns their scale.
func quantizeQuery(codes []int16, v []float32) float32 {
	var bits uint32
	for _, f := range v {
		bits = max(bits, math.Float32bits(f)&^(1<<31)) // magnitudes are in the order of their bits
	}
	top := math.Float32frombits(bits)
	limit := queryLimit(len(codes))
	inverse := limit / top
	if top == 0 || inverse > 1e30 {
		clear(codes)
		return 0
	}
	for i, f := range v {
		codes[i] = int16(f * inverse)
	}
	clear(codes[len(v):])
	return top / limit
}
