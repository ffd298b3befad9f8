#include "textflag.h"

// These kernels walk a row-major matrix two rows at a time, so that each load
// of x serves both; where one row is left, it is both of them. A row's sums run
// exactly as those of the kernel for one pair of vectors.
//
// DX is dst, AX the rows left, BX the bytes of a row; R10 and R11 walk the two
// rows, SI is where the next pair begins, DI walks x, CX counts lanes.

DATA rowMask<>+0x00(SB)/8, $-1
DATA rowMask<>+0x08(SB)/8, $-1
DATA rowMask<>+0x10(SB)/8, $-1
DATA rowMask<>+0x18(SB)/8, $-1
DATA rowMask<>+0x20(SB)/8, $0
DATA rowMask<>+0x28(SB)/8, $0
DATA rowMask<>+0x30(SB)/8, $0
DATA rowMask<>+0x38(SB)/8, $0
GLOBL rowMask<>(SB), RODATA|NOPTR, $64

// ROWS begins a pair: R10 and R11 its rows, SI the next pair, DI and CX again x.
#define ROWS \
	MOVQ x_base+48(FP), DI \
	MOVQ x_len+56(FP), CX  \
	MOVQ SI, R10           \
	MOVQ SI, R11           \
	ADDQ BX, SI            \
	CMPQ AX, $1            \
	JEQ  lone              \
	MOVQ SI, R11           \
	ADDQ BX, SI            \
lone: \
	VXORPS Y0, Y0, Y0 \
	VXORPS Y1, Y1, Y1 \
	VXORPS Y2, Y2, Y2 \
	VXORPS Y3, Y3, Y3 \
	VXORPS Y4, Y4, Y4 \
	VXORPS Y5, Y5, Y5 \
	VXORPS Y6, Y6, Y6 \
	VXORPS Y7, Y7, Y7

#define NEXT(BYTES) \
	ADDQ $BYTES, R10 \
	ADDQ $BYTES, R11 \
	ADDQ $BYTES, DI

#define SUMS(ADD) \
	ADD Y1, Y0, Y0 \
	ADD Y3, Y2, Y2 \
	ADD Y2, Y0, Y0 \
	ADD Y5, Y4, Y4 \
	ADD Y7, Y6, Y6 \
	ADD Y6, Y4, Y4

#define MASK(SHIFT) \
	MOVQ CX, R8               \
	SHLQ $SHIFT, R8           \
	LEAQ rowMask<>+32(SB), R9 \
	SUBQ R8, R9               \
	VMOVUPS (R9), Y15

#define LANES(Y, X, T) \
	VEXTRACTF128 $1, Y, T \
	VADDPS T, X, X        \
	VMOVHLPS X, X, T      \
	VADDPS T, X, X        \
	VMOVSHDUP X, T        \
	VADDSS T, X, X

#define LANES64(Y, X, T) \
	VEXTRACTF128 $1, Y, T \
	VADDPD T, X, X        \
	VUNPCKHPD X, X, T     \
	VADDSD T, X, X

#define LANES32I(Y, X, T) \
	VEXTRACTI128 $1, Y, T \
	VPADDD T, X, X        \
	VPSHUFD $0x4E, X, T   \
	VPADDD T, X, X        \
	VPSHUFD $0xB1, X, T   \
	VPADDD T, X, X

// func dotRowsAVX2(dst, a, x []float32)
TEXT ·dotRowsAVX2(SB), NOSPLIT, $0-72
	MOVQ  dst_base+0(FP), DX
	MOVQ  dst_len+8(FP), AX
	MOVQ  a_base+24(FP), SI
	MOVQ  x_len+56(FP), BX
	SHLQ  $2, BX
	TESTQ AX, AX
	JZ    done

pair:
	ROWS
	SUBQ $32, CX
	JLT  eights

loop:
	VMOVUPS     (DI), Y8
	VMOVUPS     32(DI), Y9
	VMOVUPS     64(DI), Y10
	VMOVUPS     96(DI), Y11
	VFMADD231PS (R10), Y8, Y0
	VFMADD231PS 32(R10), Y9, Y1
	VFMADD231PS 64(R10), Y10, Y2
	VFMADD231PS 96(R10), Y11, Y3
	VFMADD231PS (R11), Y8, Y4
	VFMADD231PS 32(R11), Y9, Y5
	VFMADD231PS 64(R11), Y10, Y6
	VFMADD231PS 96(R11), Y11, Y7
	NEXT(128)
	SUBQ        $32, CX
	JGE         loop

eights:
	ADDQ $32, CX
	SUBQ $8, CX
	JLT  tail

eight:
	VMOVUPS     (DI), Y8
	VFMADD231PS (R10), Y8, Y0
	VFMADD231PS (R11), Y8, Y4
	NEXT(32)
	SUBQ        $8, CX
	JGE         eight

tail:
	ADDQ        $8, CX
	JZ          sum
	MASK(2)
	VMASKMOVPS  (DI), Y15, Y8
	VMASKMOVPS  (R10), Y15, Y9
	VMASKMOVPS  (R11), Y15, Y10
	VFMADD231PS Y9, Y8, Y1
	VFMADD231PS Y10, Y8, Y5

sum:
	SUMS(VADDPS)
	LANES(Y0, X0, X1)
	LANES(Y4, X4, X5)
	VMOVSS X0, (DX)
	DECQ   AX
	JZ     done
	VMOVSS X4, 4(DX)
	ADDQ   $8, DX
	DECQ   AX
	JNZ    pair

done:
	VZEROUPPER
	RET

// func dotRows64AVX2(dst, a, x []float64)
TEXT ·dotRows64AVX2(SB), NOSPLIT, $0-72
	MOVQ  dst_base+0(FP), DX
	MOVQ  dst_len+8(FP), AX
	MOVQ  a_base+24(FP), SI
	MOVQ  x_len+56(FP), BX
	SHLQ  $3, BX
	TESTQ AX, AX
	JZ    done

pair:
	ROWS
	SUBQ $16, CX
	JLT  fours

loop:
	VMOVUPD     (DI), Y8
	VMOVUPD     32(DI), Y9
	VMOVUPD     64(DI), Y10
	VMOVUPD     96(DI), Y11
	VFMADD231PD (R10), Y8, Y0
	VFMADD231PD 32(R10), Y9, Y1
	VFMADD231PD 64(R10), Y10, Y2
	VFMADD231PD 96(R10), Y11, Y3
	VFMADD231PD (R11), Y8, Y4
	VFMADD231PD 32(R11), Y9, Y5
	VFMADD231PD 64(R11), Y10, Y6
	VFMADD231PD 96(R11), Y11, Y7
	NEXT(128)
	SUBQ        $16, CX
	JGE         loop

fours:
	ADDQ $16, CX
	SUBQ $4, CX
	JLT  tail

four:
	VMOVUPD     (DI), Y8
	VFMADD231PD (R10), Y8, Y0
	VFMADD231PD (R11), Y8, Y4
	NEXT(32)
	SUBQ        $4, CX
	JGE         four

tail:
	ADDQ        $4, CX
	JZ          sum
	MASK(3)
	VMASKMOVPD  (DI), Y15, Y8
	VMASKMOVPD  (R10), Y15, Y9
	VMASKMOVPD  (R11), Y15, Y10
	VFMADD231PD Y9, Y8, Y1
	VFMADD231PD Y10, Y8, Y5

sum:
	SUMS(VADDPD)
	LANES64(Y0, X0, X1)
	LANES64(Y4, X4, X5)
	VMOVSD X0, (DX)
	DECQ   AX
	JZ     done
	VMOVSD X4, 8(DX)
	ADDQ   $16, DX
	DECQ   AX
	JNZ    pair

done:
	VZEROUPPER
	RET

// APART subtracts what is at A and B from x in X and squares into SA and SB;
// the sign of the difference is the other way round than for one pair of
// vectors, its square the same.
#define APART(XV, A, B, SA, SB) \
	VSUBPS A, XV, Y12          \
	VSUBPS B, XV, Y13          \
	VFMADD231PS Y12, Y12, SA   \
	VFMADD231PS Y13, Y13, SB

// func squaredDistanceRowsAVX2(dst, a, x []float32)
TEXT ·squaredDistanceRowsAVX2(SB), NOSPLIT, $0-72
	MOVQ  dst_base+0(FP), DX
	MOVQ  dst_len+8(FP), AX
	MOVQ  a_base+24(FP), SI
	MOVQ  x_len+56(FP), BX
	SHLQ  $2, BX
	TESTQ AX, AX
	JZ    done

pair:
	ROWS
	SUBQ $32, CX
	JLT  eights

loop:
	VMOVUPS (DI), Y8
	VMOVUPS 32(DI), Y9
	VMOVUPS 64(DI), Y10
	VMOVUPS 96(DI), Y11
	APART(Y8, (R10), (R11), Y0, Y4)
	APART(Y9, 32(R10), 32(R11), Y1, Y5)
	APART(Y10, 64(R10), 64(R11), Y2, Y6)
	APART(Y11, 96(R10), 96(R11), Y3, Y7)
	NEXT(128)
	SUBQ    $32, CX
	JGE     loop

eights:
	ADDQ $32, CX
	SUBQ $8, CX
	JLT  tail

eight:
	VMOVUPS (DI), Y8
	APART(Y8, (R10), (R11), Y0, Y4)
	NEXT(32)
	SUBQ    $8, CX
	JGE     eight

tail:
	ADDQ       $8, CX
	JZ         sum
	MASK(2)
	VMASKMOVPS (DI), Y15, Y8
	VMASKMOVPS (R10), Y15, Y9
	VMASKMOVPS (R11), Y15, Y10
	APART(Y8, Y9, Y10, Y1, Y5)

sum:
	SUMS(VADDPS)
	LANES(Y0, X0, X1)
	LANES(Y4, X4, X5)
	VMOVSS X0, (DX)
	DECQ   AX
	JZ     done
	VMOVSS X4, 4(DX)
	ADDQ   $8, DX
	DECQ   AX
	JNZ    pair

done:
	VZEROUPPER
	RET

// func dotInt8AVX2(x, y []int8) int32
TEXT ·dotInt8AVX2(SB), NOSPLIT, $0-52
	MOVQ  x_base+0(FP), SI
	MOVQ  x_len+8(FP), CX
	MOVQ  y_base+24(FP), DI
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	SUBQ  $32, CX
	JLT   halves

loop:
	VPMOVSXBW (SI), Y4
	VPMOVSXBW 16(SI), Y5
	VPMOVSXBW (DI), Y6
	VPMOVSXBW 16(DI), Y7
	VPMADDWD  Y6, Y4, Y4
	VPMADDWD  Y7, Y5, Y5
	VPADDD    Y4, Y0, Y0
	VPADDD    Y5, Y1, Y1
	ADDQ      $32, SI
	ADDQ      $32, DI
	SUBQ      $32, CX
	JGE       loop

halves:
	ADDQ      $32, CX
	CMPQ      CX, $16
	JLT       sum
	VPMOVSXBW (SI), Y4
	VPMOVSXBW (DI), Y6
	VPMADDWD  Y6, Y4, Y4
	VPADDD    Y4, Y0, Y0
	ADDQ      $16, SI
	ADDQ      $16, DI
	SUBQ      $16, CX

sum:
	VPADDD Y1, Y0, Y0
	LANES32I(Y0, X0, X1)
	VMOVD  X0, AX
	VZEROUPPER
	TESTQ  CX, CX
	JZ     done

one:
	MOVBLSX (SI), R8
	MOVBLSX (DI), R9
	IMULL   R9, R8
	ADDL    R8, AX
	INCQ    SI
	INCQ    DI
	DECQ    CX
	JNZ     one

done:
	MOVL AX, ret+48(FP)
	RET

// func dotInt8RowsAVX2(dst []int32, a, x []int8)
TEXT ·dotInt8RowsAVX2(SB), NOSPLIT, $0-72
	MOVQ  dst_base+0(FP), DX
	MOVQ  dst_len+8(FP), AX
	MOVQ  a_base+24(FP), SI
	MOVQ  x_len+56(FP), BX
	TESTQ AX, AX
	JZ    done

pair:
	ROWS
	SUBQ $32, CX
	JLT  halves

loop:
	VPMOVSXBW (DI), Y8
	VPMOVSXBW 16(DI), Y9
	VPMOVSXBW (R10), Y10
	VPMOVSXBW 16(R10), Y11
	VPMOVSXBW (R11), Y12
	VPMOVSXBW 16(R11), Y13
	VPMADDWD  Y8, Y10, Y10
	VPMADDWD  Y9, Y11, Y11
	VPMADDWD  Y8, Y12, Y12
	VPMADDWD  Y9, Y13, Y13
	VPADDD    Y10, Y0, Y0
	VPADDD    Y11, Y1, Y1
	VPADDD    Y12, Y4, Y4
	VPADDD    Y13, Y5, Y5
	NEXT(32)
	SUBQ      $32, CX
	JGE       loop

halves:
	ADDQ      $32, CX
	CMPQ      CX, $16
	JLT       sum
	VPMOVSXBW (DI), Y8
	VPMOVSXBW (R10), Y10
	VPMOVSXBW (R11), Y12
	VPMADDWD  Y8, Y10, Y10
	VPMADDWD  Y8, Y12, Y12
	VPADDD    Y10, Y0, Y0
	VPADDD    Y12, Y4, Y4
	NEXT(16)
	SUBQ      $16, CX

sum:
	VPADDD Y1, Y0, Y0
	VPADDD Y5, Y4, Y4
	LANES32I(Y0, X0, X1)
	LANES32I(Y4, X4, X5)
	VMOVD  X0, R12
	VMOVD  X4, R13
	TESTQ  CX, CX
	JZ     store

one:
	MOVBLSX (DI), R8
	MOVBLSX (R10), R9
	IMULL   R8, R9
	ADDL    R9, R12
	MOVBLSX (R11), R9
	IMULL   R8, R9
	ADDL    R9, R13
	NEXT(1)
	DECQ    CX
	JNZ     one

store:
	MOVL R12, (DX)
	DECQ AX
	JZ   done
	MOVL R13, 4(DX)
	ADDQ $8, DX
	DECQ AX
	JNZ  pair

done:
	VZEROUPPER
	RET
