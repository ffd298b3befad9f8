#include "textflag.h"

// func transpose8AVX2(dst *float32, dstStride int, src *float32, srcStride, blocks int)
//
// Blocks of 8 x 8: eight rows of src, from left to right, become rows of dst,
// downwards. AX and R9 are src's rows 0 and 3, R8 and R10 the strides in bytes.
TEXT ·transpose8AVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R10
	MOVQ src+16(FP), AX
	MOVQ srcStride+24(FP), R8
	MOVQ blocks+32(FP), CX
	SHLQ $2, R8
	SHLQ $2, R10
	LEAQ (R10)(R10*2), R11
	LEAQ (R8)(R8*2), R9
	ADDQ AX, R9
	LEAQ (R9)(R8*2), R12
	ADDQ R8, R12

block:
	VMOVUPS (AX), Y0
	VMOVUPS (AX)(R8*1), Y1
	VMOVUPS (AX)(R8*2), Y2
	VMOVUPS (R9), Y3
	VMOVUPS (R9)(R8*1), Y4
	VMOVUPS (R9)(R8*2), Y5
	VMOVUPS (R12), Y6
	VMOVUPS (R12)(R8*1), Y7

	VUNPCKLPS Y1, Y0, Y8
	VUNPCKHPS Y1, Y0, Y9
	VUNPCKLPS Y3, Y2, Y10
	VUNPCKHPS Y3, Y2, Y11
	VUNPCKLPS Y5, Y4, Y12
	VUNPCKHPS Y5, Y4, Y13
	VUNPCKLPS Y7, Y6, Y14
	VUNPCKHPS Y7, Y6, Y15

	VSHUFPS $0x44, Y10, Y8, Y0
	VSHUFPS $0xEE, Y10, Y8, Y1
	VSHUFPS $0x44, Y11, Y9, Y2
	VSHUFPS $0xEE, Y11, Y9, Y3
	VSHUFPS $0x44, Y14, Y12, Y4
	VSHUFPS $0xEE, Y14, Y12, Y5
	VSHUFPS $0x44, Y15, Y13, Y6
	VSHUFPS $0xEE, Y15, Y13, Y7

	VPERM2F128 $0x20, Y4, Y0, Y8
	VPERM2F128 $0x20, Y5, Y1, Y9
	VPERM2F128 $0x20, Y6, Y2, Y10
	VPERM2F128 $0x20, Y7, Y3, Y11
	VPERM2F128 $0x31, Y4, Y0, Y12
	VPERM2F128 $0x31, Y5, Y1, Y13
	VPERM2F128 $0x31, Y6, Y2, Y14
	VPERM2F128 $0x31, Y7, Y3, Y15

	VMOVUPS Y8, (DI)
	VMOVUPS Y9, (DI)(R10*1)
	VMOVUPS Y10, (DI)(R10*2)
	VMOVUPS Y11, (DI)(R11*1)
	LEAQ    (DI)(R10*4), DI
	VMOVUPS Y12, (DI)
	VMOVUPS Y13, (DI)(R10*1)
	VMOVUPS Y14, (DI)(R10*2)
	VMOVUPS Y15, (DI)(R11*1)
	LEAQ    (DI)(R10*4), DI
	ADDQ    $32, AX
	ADDQ    $32, R9
	ADDQ    $32, R12
	DECQ    CX
	JNZ     block
	VZEROUPPER
	RET

// func transpose4AVX2(dst *float64, dstStride int, src *float64, srcStride, blocks int)
//
// The same with blocks of 4 x 4.
TEXT ·transpose4AVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R10
	MOVQ src+16(FP), AX
	MOVQ srcStride+24(FP), R8
	MOVQ blocks+32(FP), CX
	SHLQ $3, R8
	SHLQ $3, R10
	LEAQ (R10)(R10*2), R11
	LEAQ (R8)(R8*2), R9

block:
	VMOVUPD (AX), Y0
	VMOVUPD (AX)(R8*1), Y1
	VMOVUPD (AX)(R8*2), Y2
	VMOVUPD (AX)(R9*1), Y3

	VUNPCKLPD Y1, Y0, Y4
	VUNPCKHPD Y1, Y0, Y5
	VUNPCKLPD Y3, Y2, Y6
	VUNPCKHPD Y3, Y2, Y7

	VPERM2F128 $0x20, Y6, Y4, Y0
	VPERM2F128 $0x20, Y7, Y5, Y1
	VPERM2F128 $0x31, Y6, Y4, Y2
	VPERM2F128 $0x31, Y7, Y5, Y3

	VMOVUPD Y0, (DI)
	VMOVUPD Y1, (DI)(R10*1)
	VMOVUPD Y2, (DI)(R10*2)
	VMOVUPD Y3, (DI)(R11*1)
	LEAQ    (DI)(R10*4), DI
	ADDQ    $32, AX
	DECQ    CX
	JNZ     block
	VZEROUPPER
	RET

// func scatter32AVX2(dst *float32, src []float32, stride int)
TEXT ·scatter32AVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src_base+8(FP), SI
	MOVQ src_len+16(FP), CX
	MOVQ stride+32(FP), R8
	SHLQ $2, R8
	SHRQ $4, CX
	JMP  scatter<>(SB)

// func scatter64AVX2(dst *float64, src []float64, stride int)
TEXT ·scatter64AVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src_base+8(FP), SI
	MOVQ src_len+16(FP), CX
	MOVQ stride+32(FP), R8
	SHLQ $3, R8
	SHRQ $3, CX
	JMP  scatter<>(SB)

// scatter copies CX pieces of 64 bytes from SI to DI, where they are R8 bytes
// apart.
TEXT scatter<>(SB), NOSPLIT|NOFRAME, $0-0
	TESTQ CX, CX
	JZ    done

piece:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ    $64, SI
	ADDQ    R8, DI
	DECQ    CX
	JNZ     piece
	VZEROUPPER

done:
	RET
