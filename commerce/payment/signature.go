package payment

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Signature signs and verifies bodies with HMAC-SHA256 over "<time>.<body>".
// A signature reads "t=<unix seconds>,v1=<hex>"; several v1 may follow each
// other while secrets are rotated.
type Signature struct {
	// Secrets that are accepted; the first one signs. While rotating there are
	// two.
	Secrets []string
	// Tolerance is how far a message's time may be from now. Default: 300 s.
	Tolerance time.Duration
	// Clock tells the time. Default: the system's.
	Clock core.Clock
}

// Sign returns the signature of a body.
func (s Signature) Sign(body []byte) string {
	t := strconv.FormatInt(s.Clock.Now().Unix(), 10)
	if len(s.Secrets) == 0 {
		return "t=" + t
	}
	return "t=" + t + ",v1=" + hex.EncodeToString(mac(s.Secrets[0], t, body))
}

// Verify returns "" when the signature is one of the body under any of the
// secrets and its time is within the tolerance, else why it is not.
func (s Signature) Verify(signature string, body []byte) SignatureReason {
	var t string
	var given [][]byte
	for part := range strings.SplitSeq(signature, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "t":
			t = value
		case "v1":
			if raw, err := hex.DecodeString(value); err == nil && len(given) < 8 {
				given = append(given, raw)
			}
		}
	}
	sent, err := strconv.ParseInt(t, 10, 64)
	if err != nil || len(given) == 0 {
		return SignatureMissing
	}
	ok := false
	for _, secret := range s.Secrets {
		want := mac(secret, t, body)
		for _, g := range given {
			ok = hmac.Equal(want, g) || ok
		}
	}
	if !ok {
		return SignatureMismatch
	}
	tolerance := s.Tolerance
	if tolerance <= 0 {
		tolerance = 300 * time.Second
	}
	if age := s.Clock.Now().Sub(time.Unix(sent, 0)); age > tolerance || age < -tolerance {
		return SignatureExpired
	}
	return ""
}

func mac(secret, t string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(t + "."))
	h.Write(body)
	return h.Sum(nil)
}
