#include "textflag.h"

// tailMask holds eight lanes of ones before eight of zeros: a load at 32-4n
// gives a mask of the first n float32 lanes, at 32-8n of n float64 lanes.
DATA tailMask<>+0x00(SB)/8, $-1
DATA tailMask<>+0x08(SB)/8, $-1
DATA tailMask<>+0x10(SB)/8, $-1
DATA tailMask<>+0x18(SB)/8, $-1
DATA tailMask<>+0x20(SB)/8, $0
DATA tailMask<>+0x28(SB)/8, $0
DATA tailMask<>+0x30(SB)/8, $0
DATA tailMask<>+0x38(SB)/8, $0
GLOBL tailMask<>(SB), RODATA|NOPTR, $64

// LOADMASK leaves in Y the mask of the CX (fewer than a register's) lanes left;
// SHIFT is 2 for float32, 3 for float64. It changes R8 and R9.
#define LOADMASK(SHIFT, Y) \
	MOVQ CX, R8                \
	SHLQ $SHIFT, R8            \
	LEAQ tailMask<>+32(SB), R9 \
	SUBQ R8, R9                \
	VMOVUPS (R9), Y

// SUM4 adds up Y0 to Y3 lane by lane into Y0.
#define SUM4(ADD, A, B, C, D) \
	ADD B, A, A \
	ADD D, C, C \
	ADD C, A, A

// LANES adds up the eight float32 lanes of Y into its lowest, by way of T.
#define LANES(Y, X, T) \
	VEXTRACTF128 $1, Y, T \
	VADDPS T, X, X        \
	VMOVHLPS X, X, T      \
	VADDPS T, X, X        \
	VMOVSHDUP X, T        \
	VADDSS T, X, X

// LANES64 adds up the four float64 lanes of Y into its lowest, by way of T.
#define LANES64(Y, X, T) \
	VEXTRACTF128 $1, Y, T \
	VADDPD T, X, X        \
	VUNPCKHPD X, X, T     \
	VADDSD T, X, X

#define ZERO4(A, B, C, D) \
	VXORPS A, A, A \
	VXORPS B, B, B \
	VXORPS C, C, C \
	VXORPS D, D, D

// func dotAVX2(x, y []float32) float32
TEXT ·dotAVX2(SB), NOSPLIT, $0-52
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	MOVQ y_base+24(FP), DI
	ZERO4(Y0, Y1, Y2, Y3)
	SUBQ $32, CX
	JLT  eights

loop:
	VMOVUPS     (SI), Y4
	VMOVUPS     32(SI), Y5
	VMOVUPS     64(SI), Y6
	VMOVUPS     96(SI), Y7
	VFMADD231PS (DI), Y4, Y0
	VFMADD231PS 32(DI), Y5, Y1
	VFMADD231PS 64(DI), Y6, Y2
	VFMADD231PS 96(DI), Y7, Y3
	ADDQ        $128, SI
	ADDQ        $128, DI
	SUBQ        $32, CX
	JGE         loop

eights:
	ADDQ $32, CX
	SUBQ $8, CX
	JLT  tail

eight:
	VMOVUPS     (SI), Y4
	VFMADD231PS (DI), Y4, Y0
	ADDQ        $32, SI
	ADDQ        $32, DI
	SUBQ        $8, CX
	JGE         eight

tail:
	ADDQ        $8, CX
	JZ          done
	LOADMASK(2, Y7)
	VMASKMOVPS  (SI), Y7, Y4
	VMASKMOVPS  (DI), Y7, Y5
	VFMADD231PS Y5, Y4, Y1

done:
	SUM4(VADDPS, Y0, Y1, Y2, Y3)
	LANES(Y0, X0, X1)
	VZEROUPPER
	MOVSS X0, ret+48(FP)
	RET

// func dot64AVX2(x, y []float64) float64
TEXT ·dot64AVX2(SB), NOSPLIT, $0-56
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	MOVQ y_base+24(FP), DI
	ZERO4(Y0, Y1, Y2, Y3)
	SUBQ $16, CX
	JLT  fours

loop:
	VMOVUPD     (SI), Y4
	VMOVUPD     32(SI), Y5
	VMOVUPD     64(SI), Y6
	VMOVUPD     96(SI), Y7
	VFMADD231PD (DI), Y4, Y0
	VFMADD231PD 32(DI), Y5, Y1
	VFMADD231PD 64(DI), Y6, Y2
	VFMADD231PD 96(DI), Y7, Y3
	ADDQ        $128, SI
	ADDQ        $128, DI
	SUBQ        $16, CX
	JGE         loop

fours:
	ADDQ $16, CX
	SUBQ $4, CX
	JLT  tail

four:
	VMOVUPD     (SI), Y4
	VFMADD231PD (DI), Y4, Y0
	ADDQ        $32, SI
	ADDQ        $32, DI
	SUBQ        $4, CX
	JGE         four

tail:
	ADDQ        $4, CX
	JZ          done
	LOADMASK(3, Y7)
	VMASKMOVPD  (SI), Y7, Y4
	VMASKMOVPD  (DI), Y7, Y5
	VFMADD231PD Y5, Y4, Y1

done:
	SUM4(VADDPD, Y0, Y1, Y2, Y3)
	LANES64(Y0, X0, X1)
	VZEROUPPER
	MOVSD X0, ret+48(FP)
	RET

// func squaredDistanceAVX2(x, y []float32) float32
TEXT ·squaredDistanceAVX2(SB), NOSPLIT, $0-52
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	MOVQ y_base+24(FP), DI
	ZERO4(Y0, Y1, Y2, Y3)
	SUBQ $32, CX
	JLT  eights

loop:
	VMOVUPS     (SI), Y4
	VMOVUPS     32(SI), Y5
	VMOVUPS     64(SI), Y6
	VMOVUPS     96(SI), Y7
	VSUBPS      (DI), Y4, Y4
	VSUBPS      32(DI), Y5, Y5
	VSUBPS      64(DI), Y6, Y6
	VSUBPS      96(DI), Y7, Y7
	VFMADD231PS Y4, Y4, Y0
	VFMADD231PS Y5, Y5, Y1
	VFMADD231PS Y6, Y6, Y2
	VFMADD231PS Y7, Y7, Y3
	ADDQ        $128, SI
	ADDQ        $128, DI
	SUBQ        $32, CX
	JGE         loop

eights:
	ADDQ $32, CX
	SUBQ $8, CX
	JLT  tail

eight:
	VMOVUPS     (SI), Y4
	VSUBPS      (DI), Y4, Y4
	VFMADD231PS Y4, Y4, Y0
	ADDQ        $32, SI
	ADDQ        $32, DI
	SUBQ        $8, CX
	JGE         eight

tail:
	ADDQ        $8, CX
	JZ          done
	LOADMASK(2, Y7)
	VMASKMOVPS  (SI), Y7, Y4
	VMASKMOVPS  (DI), Y7, Y5
	VSUBPS      Y5, Y4, Y4
	VFMADD231PS Y4, Y4, Y1

done:
	SUM4(VADDPS, Y0, Y1, Y2, Y3)
	LANES(Y0, X0, X1)
	VZEROUPPER
	MOVSS X0, ret+48(FP)
	RET

// NORMS adds the products of Y12 and Y13 to three sums.
#define NORMS(XY, XX, YY) \
	VFMADD231PS Y12, Y13, XY \
	VFMADD231PS Y12, Y12, XX \
	VFMADD231PS Y13, Y13, YY

// func dotNormsAVX2(x, y []float32) (xy, xx, yy float32)
TEXT ·dotNormsAVX2(SB), NOSPLIT, $0-60
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	MOVQ y_base+24(FP), DI
	ZERO4(Y0, Y1, Y2, Y3)
	ZERO4(Y4, Y5, Y6, Y7)
	ZERO4(Y8, Y9, Y10, Y11)
	SUBQ $32, CX
	JLT  eights

loop:
	VMOVUPS (SI), Y12
	VMOVUPS (DI), Y13
	NORMS(Y0, Y4, Y8)
	VMOVUPS 32(SI), Y12
	VMOVUPS 32(DI), Y13
	NORMS(Y1, Y5, Y9)
	VMOVUPS 64(SI), Y12
	VMOVUPS 64(DI), Y13
	NORMS(Y2, Y6, Y10)
	VMOVUPS 96(SI), Y12
	VMOVUPS 96(DI), Y13
	NORMS(Y3, Y7, Y11)
	ADDQ    $128, SI
	ADDQ    $128, DI
	SUBQ    $32, CX
	JGE     loop

eights:
	ADDQ $32, CX
	SUBQ $8, CX
	JLT  tail

eight:
	VMOVUPS (SI), Y12
	VMOVUPS (DI), Y13
	NORMS(Y0, Y4, Y8)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $8, CX
	JGE     eight

tail:
	ADDQ       $8, CX
	JZ         done
	LOADMASK(2, Y14)
	VMASKMOVPS (SI), Y14, Y12
	VMASKMOVPS (DI), Y14, Y13
	NORMS(Y1, Y5, Y9)

done:
	SUM4(VADDPS, Y0, Y1, Y2, Y3)
	SUM4(VADDPS, Y4, Y5, Y6, Y7)
	SUM4(VADDPS, Y8, Y9, Y10, Y11)
	LANES(Y0, X0, X1)
	LANES(Y4, X4, X1)
	LANES(Y8, X8, X1)
	VZEROUPPER
	MOVSS X0, xy+48(FP)
	MOVSS X4, xx+52(FP)
	MOVSS X8, yy+56(FP)
	RET

// func axpyAVX2(alpha float32, x, y []float32)
TEXT ·axpyAVX2(SB), NOSPLIT, $0-56
	VBROADCASTSS alpha+0(FP), Y0
	MOVQ         x_base+8(FP), SI
	MOVQ         x_len+16(FP), CX
	MOVQ         y_base+32(FP), DI
	SUBQ         $32, CX
	JLT          eights

loop:
	VMOVUPS     (DI), Y4
	VMOVUPS     32(DI), Y5
	VMOVUPS     64(DI), Y6
	VMOVUPS     96(DI), Y7
	VFMADD231PS (SI), Y0, Y4
	VFMADD231PS 32(SI), Y0, Y5
	VFMADD231PS 64(SI), Y0, Y6
	VFMADD231PS 96(SI), Y0, Y7
	VMOVUPS     Y4, (DI)
	VMOVUPS     Y5, 32(DI)
	VMOVUPS     Y6, 64(DI)
	VMOVUPS     Y7, 96(DI)
	ADDQ        $128, SI
	ADDQ        $128, DI
	SUBQ        $32, CX
	JGE         loop

eights:
	ADDQ $32, CX
	SUBQ $8, CX
	JLT  tail

eight:
	VMOVUPS     (DI), Y4
	VFMADD231PS (SI), Y0, Y4
	VMOVUPS     Y4, (DI)
	ADDQ        $32, SI
	ADDQ        $32, DI
	SUBQ        $8, CX
	JGE         eight

tail:
	ADDQ $8, CX
	JZ   done

one:
	VMOVSS      (DI), X4
	VFMADD231SS (SI), X0, X4
	VMOVSS      X4, (DI)
	ADDQ        $4, SI
	ADDQ        $4, DI
	DECQ        CX
	JNZ         one

done:
	VZEROUPPER
	RET

// func axpy64AVX2(alpha float64, x, y []float64)
TEXT ·axpy64AVX2(SB), NOSPLIT, $0-56
	VBROADCASTSD alpha+0(FP), Y0
	MOVQ         x_base+8(FP), SI
	MOVQ         x_len+16(FP), CX
	MOVQ         y_base+32(FP), DI
	SUBQ         $16, CX
	JLT          fours

loop:
	VMOVUPD     (DI), Y4
	VMOVUPD     32(DI), Y5
	VMOVUPD     64(DI), Y6
	VMOVUPD     96(DI), Y7
	VFMADD231PD (SI), Y0, Y4
	VFMADD231PD 32(SI), Y0, Y5
	VFMADD231PD 64(SI), Y0, Y6
	VFMADD231PD 96(SI), Y0, Y7
	VMOVUPD     Y4, (DI)
	VMOVUPD     Y5, 32(DI)
	VMOVUPD     Y6, 64(DI)
	VMOVUPD     Y7, 96(DI)
	ADDQ        $128, SI
	ADDQ        $128, DI
	SUBQ        $16, CX
	JGE         loop

fours:
	ADDQ $16, CX
	JZ   done

one:
	VMOVSD      (DI), X4
	VFMADD231SD (SI), X0, X4
	VMOVSD      X4, (DI)
	ADDQ        $8, SI
	ADDQ        $8, DI
	DECQ        CX
	JNZ         one

done:
	VZEROUPPER
	RET

// func scaleAVX2(alpha float32, x []float32)
TEXT ·scaleAVX2(SB), NOSPLIT, $0-32
	VBROADCASTSS alpha+0(FP), Y0
	MOVQ         x_base+8(FP), SI
	MOVQ         x_len+16(FP), CX
	SUBQ         $32, CX
	JLT          ones

loop:
	VMULPS  (SI), Y0, Y4
	VMULPS  32(SI), Y0, Y5
	VMULPS  64(SI), Y0, Y6
	VMULPS  96(SI), Y0, Y7
	VMOVUPS Y4, (SI)
	VMOVUPS Y5, 32(SI)
	VMOVUPS Y6, 64(SI)
	VMOVUPS Y7, 96(SI)
	ADDQ    $128, SI
	SUBQ    $32, CX
	JGE     loop

ones:
	ADDQ $32, CX
	JZ   done

one:
	VMULSS (SI), X0, X4
	VMOVSS X4, (SI)
	ADDQ   $4, SI
	DECQ   CX
	JNZ    one

done:
	VZEROUPPER
	RET

// func scale64AVX2(alpha float64, x []float64)
TEXT ·scale64AVX2(SB), NOSPLIT, $0-32
	VBROADCASTSD alpha+0(FP), Y0
	MOVQ         x_base+8(FP), SI
	MOVQ         x_len+16(FP), CX
	SUBQ         $16, CX
	JLT          ones

loop:
	VMULPD  (SI), Y0, Y4
	VMULPD  32(SI), Y0, Y5
	VMULPD  64(SI), Y0, Y6
	VMULPD  96(SI), Y0, Y7
	VMOVUPD Y4, (SI)
	VMOVUPD Y5, 32(SI)
	VMOVUPD Y6, 64(SI)
	VMOVUPD Y7, 96(SI)
	ADDQ    $128, SI
	SUBQ    $16, CX
	JGE     loop

ones:
	ADDQ $16, CX
	JZ   done

one:
	VMULSD (SI), X0, X4
	VMOVSD X4, (SI)
	ADDQ   $8, SI
	DECQ   CX
	JNZ    one

done:
	VZEROUPPER
	RET
