//go:build !amd64

package ann

func dotCodes(out []int32, codes []int8, query []int16) { dotCodesGo(out, codes, query) }
