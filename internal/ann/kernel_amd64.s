#include "textflag.h"

// func dotCodesAVX2(out *int32, codes *int8, query *int16, n, stride int)
//
// Four rows at a time share the loads of the query: 16 codes are widened to
// words, multiplied and added in pairs, and summed in one register a row.
TEXT ·dotCodesAVX2(SB), NOSPLIT, $0-40
	MOVQ out+0(FP), DI
	MOVQ codes+8(FP), SI
	MOVQ query+16(FP), DX
	MOVQ n+24(FP), CX
	MOVQ stride+32(FP), R8
	LEAQ (R8)(R8*2), R9 // three rows on

rows4:
	CMPQ CX, $4
	JLT  rows1
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	XORQ BX, BX
	MOVQ SI, R10

inner4:
	VMOVDQU   (DX)(BX*2), Y8
	VPMOVSXBW (R10), Y4
	VPMOVSXBW (R10)(R8*1), Y5
	VPMOVSXBW (R10)(R8*2), Y6
	VPMOVSXBW (R10)(R9*1), Y7
	VPMADDWD  Y8, Y4, Y4
	VPMADDWD  Y8, Y5, Y5
	VPMADDWD  Y8, Y6, Y6
	VPMADDWD  Y8, Y7, Y7
	VPADDD    Y4, Y0, Y0
	VPADDD    Y5, Y1, Y1
	VPADDD    Y6, Y2, Y2
	VPADDD    Y7, Y3, Y3
	ADDQ      $16, R10
	ADDQ      $16, BX
	CMPQ      BX, R8
	JLT       inner4

	VPHADDD      Y1, Y0, Y0
	VPHADDD      Y3, Y2, Y2
	VPHADDD      Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VMOVDQU      X0, (DI)
	ADDQ         $16, DI
	LEAQ         (SI)(R8*4), SI
	SUBQ         $4, CX
	JMP          rows4

rows1:
	TESTQ CX, CX
	JLE   done
	VPXOR Y0, Y0, Y0
	XORQ  BX, BX

inner1:
	VMOVDQU   (DX)(BX*2), Y8
	VPMOVSXBW (SI)(BX*1), Y4
	VPMADDWD  Y8, Y4, Y4
	VPADDD    Y4, Y0, Y0
	ADDQ      $16, BX
	CMPQ      BX, R8
	JLT       inner1

	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPHADDD      X0, X0, X0
	VPHADDD      X0, X0, X0
	VMOVD        X0, (DI)
	ADDQ         $4, DI
	ADDQ         R8, SI
	DECQ         CX
	JMP          rows1

done:
	VZEROUPPER
	RET
