package linalg

import "cmp"

// Nth returns the number that would be at k, were they sorted, and moves what is
// less before it (Hoare 1961). Of floats none may be NaN.
func Nth[T cmp.Ordered](numbers []T, k int) T {
	for {
		a, b, c := numbers[0], numbers[len(numbers)/2], numbers[len(numbers)-1]
		pivot := max(min(a, b), min(max(a, b), c))
		less, more := 0, len(numbers)
		for i := 0; i < more; {
			switch x := numbers[i]; {
			case x < pivot:
				numbers[i], numbers[less] = numbers[less], x
				less++
				i++
			case x > pivot:
				more--
				numbers[i], numbers[more] = numbers[more], x
			default:
				i++
			}
		}
		switch {
		case k < less:
			numbers = numbers[:less]
		case k < more:
			return pivot
		default:
			numbers, k = numbers[more:], k-more
		}
	}
}
