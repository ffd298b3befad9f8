#include "textflag.h"

#define ROUND(FMA) \
	FMA Y12, Y13, Y0  \
	FMA Y12, Y13, Y1  \
	FMA Y12, Y13, Y2  \
	FMA Y12, Y13, Y3  \
	FMA Y12, Y13, Y4  \
	FMA Y12, Y13, Y5  \
	FMA Y12, Y13, Y6  \
	FMA Y12, Y13, Y7  \
	FMA Y12, Y13, Y8  \
	FMA Y12, Y13, Y9  \
	FMA Y12, Y13, Y10 \
	FMA Y12, Y13, Y11

// The sums start from zero, so that no lane is a denormal or not a number.
#define ZERO \
	VXORPS Y0, Y0, Y0    \
	VXORPS Y1, Y1, Y1    \
	VXORPS Y2, Y2, Y2    \
	VXORPS Y3, Y3, Y3    \
	VXORPS Y4, Y4, Y4    \
	VXORPS Y5, Y5, Y5    \
	VXORPS Y6, Y6, Y6    \
	VXORPS Y7, Y7, Y7    \
	VXORPS Y8, Y8, Y8    \
	VXORPS Y9, Y9, Y9    \
	VXORPS Y10, Y10, Y10 \
	VXORPS Y11, Y11, Y11 \
	VXORPS Y12, Y12, Y12 \
	VXORPS Y13, Y13, Y13

// func fma32(rounds int)
TEXT ·fma32(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), CX
	ZERO

loop:
	ROUND(VFMADD231PS)
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

// func fma64(rounds int)
TEXT ·fma64(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), CX
	ZERO

loop:
	ROUND(VFMADD231PD)
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

// func read(x []float32)
TEXT ·read(SB), NOSPLIT, $0-24
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	SUBQ $64, CX
	JLT  done

loop:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS 64(SI), Y2
	VMOVUPS 96(SI), Y3
	VMOVUPS 128(SI), Y4
	VMOVUPS 160(SI), Y5
	VMOVUPS 192(SI), Y6
	VMOVUPS 224(SI), Y7
	ADDQ    $256, SI
	SUBQ    $64, CX
	JGE     loop

done:
	VZEROUPPER
	RET
