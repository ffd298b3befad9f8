package gbdt

import "math"

// link turns raw scores into predictions.
type link uint8

const (
	linkIdentity link = iota
	linkSigmoid       // 1 / (1 + exp(-scale s))
	linkSoftmax
	linkExp
	linkSignedSquare // LightGBM's regression on sign(y) sqrt(|y|)
	linkLog1pExp     // cross entropy in its lambda form
	linkHinge        // 1 if s > 0
)

// apply works in place on the raw scores of one row.
func (l link) apply(s []float64, scale float64) {
	switch l {
	case linkIdentity:
	case linkSigmoid:
		for i, v := range s {
			s[i] = sigmoid(scale * v)
		}
	case linkSoftmax:
		softmax(s)
	case linkExp:
		for i, v := range s {
			s[i] = math.Exp(v)
		}
	case linkSignedSquare:
		for i, v := range s {
			s[i] = math.Copysign(v*v, v)
		}
	case linkLog1pExp:
		for i, v := range s {
			s[i] = math.Log1p(math.Exp(v))
		}
	case linkHinge:
		for i, v := range s {
			if v > 0 {
				s[i] = 1
			} else {
				s[i] = 0
			}
		}
	}
}

func sigmoid(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

func softmax(s []float64) {
	top := math.Inf(-1)
	for _, v := range s {
		top = max(top, v)
	}
	sum := 0.0
	for i, v := range s {
		s[i] = math.Exp(v - top)
		sum += s[i]
	}
	for i := range s {
		s[i] /= sum
	}
}
