#include "textflag.h"

// Each kernel here multiplies a few rows of a, whose elements lie one after the
// other, with a panel of b two registers wide, and keeps the product in
// registers until k is done: Y0 and Y1 hold the first row, Y2 and Y3 the second
// and so on. Then c = alpha*product, or c += alpha*product.
//
// AX walks a's first three rows, R9 its next three, R8 is their distance; BX
// walks b, R10 is the distance of its rows; DX is c, R11 the distance of its rows.

#define LOADB(MOV) \
	MOV (BX), Y12   \
	MOV 32(BX), Y13 \
	ADDQ R10, BX

#define ROW(FMA, BROADCAST, A, LO, HI) \
	BROADCAST A, Y14  \
	FMA Y12, Y14, LO \
	FMA Y13, Y14, HI

#define STEP1(FMA, BROADCAST, MOV, OFF) \
	LOADB(MOV)                         \
	ROW(FMA, BROADCAST, OFF(AX), Y0, Y1)

#define STEP2(FMA, BROADCAST, MOV, OFF) \
	STEP1(FMA, BROADCAST, MOV, OFF)    \
	ROW(FMA, BROADCAST, OFF(AX)(R8*1), Y2, Y3)

#define STEP4(FMA, BROADCAST, MOV, OFF) \
	STEP2(FMA, BROADCAST, MOV, OFF)            \
	ROW(FMA, BROADCAST, OFF(AX)(R8*2), Y4, Y5) \
	ROW(FMA, BROADCAST, OFF(R9), Y6, Y7)

#define STEP6(FMA, BROADCAST, MOV, OFF) \
	STEP4(FMA, BROADCAST, MOV, OFF)            \
	ROW(FMA, BROADCAST, OFF(R9)(R8*1), Y8, Y9) \
	ROW(FMA, BROADCAST, OFF(R9)(R8*2), Y10, Y11)

#define ZERO(A, B) \
	VXORPS A, A, A \
	VXORPS B, B, B

// BEGIN reads the arguments; SHIFT is 2 for float32, 3 for float64.
#define BEGIN(SHIFT) \
	MOVQ k+0(FP), CX    \
	MOVQ a+8(FP), AX    \
	MOVQ lda+16(FP), R8 \
	MOVQ b+24(FP), BX   \
	MOVQ ldb+32(FP), R10 \
	MOVQ c+40(FP), DX   \
	MOVQ ldc+48(FP), R11 \
	SHLQ $SHIFT, R8     \
	SHLQ $SHIFT, R10    \
	SHLQ $SHIFT, R11    \
	LEAQ (AX)(R8*2), R9 \
	ADDQ R8, R9         \
	LEAQ (R9)(R8*2), R12 \
	ADDQ R8, R12        \
	LEAQ (R12)(R8*2), R13 \
	ADDQ R8, R13        \
	ZERO(Y0, Y1)        \
	ZERO(Y2, Y3)        \
	ZERO(Y4, Y5)        \
	ZERO(Y6, Y7)        \
	ZERO(Y8, Y9)        \
	ZERO(Y10, Y11)

// FETCHC asks for the rows of c that are read in the end.
#define FETCHC \
	LEAQ (DX)(R11*2), R14   \
	ADDQ R11, R14           \
	PREFETCHT0 (DX)         \
	PREFETCHT0 (DX)(R11*1)  \
	PREFETCHT0 (DX)(R11*2)  \
	PREFETCHT0 (R14)        \
	PREFETCHT0 (R14)(R11*1) \
	PREFETCHT0 (R14)(R11*2)

// FETCHA asks for the six rows of a that the next call is likely to need.
#define FETCHA \
	PREFETCHT0 (R12)       \
	PREFETCHT0 (R12)(R8*1) \
	PREFETCHT0 (R12)(R8*2) \
	PREFETCHT0 (R13)       \
	PREFETCHT0 (R13)(R8*1) \
	PREFETCHT0 (R13)(R8*2)

// LOOP runs the steps, four at a time and then one by one; SIZE is that of an
// element, FOUR of four.
#define LOOP(STEP, FMA, BROADCAST, MOV, SIZE, FOUR) \
	FETCHC                               \
	SUBQ $4, CX                          \
	JLT  rest                            \
loop: \
	FETCHA                               \
	STEP(FMA, BROADCAST, MOV, 0)          \
	STEP(FMA, BROADCAST, MOV, SIZE)       \
	STEP(FMA, BROADCAST, MOV, (2*SIZE))   \
	STEP(FMA, BROADCAST, MOV, (3*SIZE))   \
	ADDQ $FOUR, AX                       \
	ADDQ $FOUR, R9                       \
	ADDQ $FOUR, R12                      \
	ADDQ $FOUR, R13                      \
	SUBQ $4, CX                          \
	JGE  loop                            \
rest: \
	ADDQ $4, CX                          \
	JZ   store                           \
one: \
	STEP(FMA, BROADCAST, MOV, 0)          \
	ADDQ $SIZE, AX                       \
	ADDQ $SIZE, R9                       \
	DECQ CX                              \
	JNZ  one                             \
store:

// ADDC and PUTC finish a row of c and go to the next.
#define ADDC(MUL, ADD, MOV, LO, HI) \
	MUL Y12, LO, LO     \
	MUL Y12, HI, HI     \
	ADD (DX), LO, LO    \
	ADD 32(DX), HI, HI  \
	MOV LO, (DX)        \
	MOV HI, 32(DX)      \
	ADDQ R11, DX

#define PUTC(MUL, MOV, LO, HI) \
	MUL Y12, LO, LO \
	MUL Y12, HI, HI \
	MOV LO, (DX)    \
	MOV HI, 32(DX)  \
	ADDQ R11, DX

// func gemm1x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)
TEXT ·gemm1x16AVX2(SB), NOSPLIT, $0-61
	BEGIN(2)
	LOOP(STEP1, VFMADD231PS, VBROADCASTSS, VMOVUPS, 4, 16)
	VBROADCASTSS alpha+56(FP), Y12
	CMPB         add+60(FP), $0
	JEQ          put
	ADDC(VMULPS, VADDPS, VMOVUPS, Y0, Y1)
	VZEROUPPER
	RET

put:
	PUTC(VMULPS, VMOVUPS, Y0, Y1)
	VZEROUPPER
	RET

// func gemm2x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)
TEXT ·gemm2x16AVX2(SB), NOSPLIT, $0-61
	BEGIN(2)
	LOOP(STEP2, VFMADD231PS, VBROADCASTSS, VMOVUPS, 4, 16)
	VBROADCASTSS alpha+56(FP), Y12
	CMPB         add+60(FP), $0
	JEQ          put
	ADDC(VMULPS, VADDPS, VMOVUPS, Y0, Y1)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y2, Y3)
	VZEROUPPER
	RET

put:
	PUTC(VMULPS, VMOVUPS, Y0, Y1)
	PUTC(VMULPS, VMOVUPS, Y2, Y3)
	VZEROUPPER
	RET

// func gemm4x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)
TEXT ·gemm4x16AVX2(SB), NOSPLIT, $0-61
	BEGIN(2)
	LOOP(STEP4, VFMADD231PS, VBROADCASTSS, VMOVUPS, 4, 16)
	VBROADCASTSS alpha+56(FP), Y12
	CMPB         add+60(FP), $0
	JEQ          put
	ADDC(VMULPS, VADDPS, VMOVUPS, Y0, Y1)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y2, Y3)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y4, Y5)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y6, Y7)
	VZEROUPPER
	RET

put:
	PUTC(VMULPS, VMOVUPS, Y0, Y1)
	PUTC(VMULPS, VMOVUPS, Y2, Y3)
	PUTC(VMULPS, VMOVUPS, Y4, Y5)
	PUTC(VMULPS, VMOVUPS, Y6, Y7)
	VZEROUPPER
	RET

// func gemm6x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)
TEXT ·gemm6x16AVX2(SB), NOSPLIT, $0-61
	BEGIN(2)
	LOOP(STEP6, VFMADD231PS, VBROADCASTSS, VMOVUPS, 4, 16)
	VBROADCASTSS alpha+56(FP), Y12
	CMPB         add+60(FP), $0
	JEQ          put
	ADDC(VMULPS, VADDPS, VMOVUPS, Y0, Y1)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y2, Y3)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y4, Y5)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y6, Y7)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y8, Y9)
	ADDC(VMULPS, VADDPS, VMOVUPS, Y10, Y11)
	VZEROUPPER
	RET

put:
	PUTC(VMULPS, VMOVUPS, Y0, Y1)
	PUTC(VMULPS, VMOVUPS, Y2, Y3)
	PUTC(VMULPS, VMOVUPS, Y4, Y5)
	PUTC(VMULPS, VMOVUPS, Y6, Y7)
	PUTC(VMULPS, VMOVUPS, Y8, Y9)
	PUTC(VMULPS, VMOVUPS, Y10, Y11)
	VZEROUPPER
	RET

// func gemm1x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)
TEXT ·gemm1x8AVX2(SB), NOSPLIT, $0-65
	BEGIN(3)
	LOOP(STEP1, VFMADD231PD, VBROADCASTSD, VMOVUPD, 8, 32)
	VBROADCASTSD alpha+56(FP), Y12
	CMPB         add+64(FP), $0
	JEQ          put
	ADDC(VMULPD, VADDPD, VMOVUPD, Y0, Y1)
	VZEROUPPER
	RET

put:
	PUTC(VMULPD, VMOVUPD, Y0, Y1)
	VZEROUPPER
	RET

// func gemm2x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)
TEXT ·gemm2x8AVX2(SB), NOSPLIT, $0-65
	BEGIN(3)
	LOOP(STEP2, VFMADD231PD, VBROADCASTSD, VMOVUPD, 8, 32)
	VBROADCASTSD alpha+56(FP), Y12
	CMPB         add+64(FP), $0
	JEQ          put
	ADDC(VMULPD, VADDPD, VMOVUPD, Y0, Y1)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y2, Y3)
	VZEROUPPER
	RET

put:
	PUTC(VMULPD, VMOVUPD, Y0, Y1)
	PUTC(VMULPD, VMOVUPD, Y2, Y3)
	VZEROUPPER
	RET

// func gemm4x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)
TEXT ·gemm4x8AVX2(SB), NOSPLIT, $0-65
	BEGIN(3)
	LOOP(STEP4, VFMADD231PD, VBROADCASTSD, VMOVUPD, 8, 32)
	VBROADCASTSD alpha+56(FP), Y12
	CMPB         add+64(FP), $0
	JEQ          put
	ADDC(VMULPD, VADDPD, VMOVUPD, Y0, Y1)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y2, Y3)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y4, Y5)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y6, Y7)
	VZEROUPPER
	RET

put:
	PUTC(VMULPD, VMOVUPD, Y0, Y1)
	PUTC(VMULPD, VMOVUPD, Y2, Y3)
	PUTC(VMULPD, VMOVUPD, Y4, Y5)
	PUTC(VMULPD, VMOVUPD, Y6, Y7)
	VZEROUPPER
	RET

// func gemm6x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)
TEXT ·gemm6x8AVX2(SB), NOSPLIT, $0-65
	BEGIN(3)
	LOOP(STEP6, VFMADD231PD, VBROADCASTSD, VMOVUPD, 8, 32)
	VBROADCASTSD alpha+56(FP), Y12
	CMPB         add+64(FP), $0
	JEQ          put
	ADDC(VMULPD, VADDPD, VMOVUPD, Y0, Y1)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y2, Y3)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y4, Y5)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y6, Y7)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y8, Y9)
	ADDC(VMULPD, VADDPD, VMOVUPD, Y10, Y11)
	VZEROUPPER
	RET

put:
	PUTC(VMULPD, VMOVUPD, Y0, Y1)
	PUTC(VMULPD, VMOVUPD, Y2, Y3)
	PUTC(VMULPD, VMOVUPD, Y4, Y5)
	PUTC(VMULPD, VMOVUPD, Y6, Y7)
	PUTC(VMULPD, VMOVUPD, Y8, Y9)
	PUTC(VMULPD, VMOVUPD, Y10, Y11)
	VZEROUPPER
	RET
