package ann

import "golang.org/x/sys/cpu"

// dotCodesAVX2 is dotCodesGo for n rows of a multiple of codeBlock codes.
//
//go:noescape
func dotCodesAVX2(out *int32, codes *int8, query *int16, n, stride int)

func dotCodes(out []int32, codes []int8, query []int16) {
	if !cpu.X86.HasAVX2 || len(out) == 0 || len(query) == 0 {
		dotCodesGo(out, codes, query)
		return
	}
	_ = codes[len(out)*len(query)-1]
	dotCodesAVX2(&out[0], &codes[0], &query[0], len(out), len(query))
}
