package payment_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/payment"
)

func TestSignature(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration, secrets ...string) payment.Signature {
		return payment.Signature{Secrets: secrets, Clock: func() time.Time { return now.Add(d) }}
	}
	body := []byte(`{"id":"e1"}`)
	signed := at(0, "new", "old").Sign(body)
	old := at(0, "old").Sign(body)

	require.Empty(t, at(0, "new", "old").Verify(signed, body))
	require.Empty(t, at(0, "new", "old").Verify(old, body), "both secrets are good while rotating")
	require.Empty(t, at(0, "new").Verify(old+signed[len("t=1772366400"):], body), "one of several signatures is enough")
	require.Equal(t, payment.SignatureMismatch, at(0, "new").Verify(old, body))
	require.Equal(t, payment.SignatureMismatch, at(0).Verify(signed, body), "no secret accepts nothing")
	require.Equal(t, payment.SignatureMismatch, at(0, "new").Verify(signed, append(body, ' ')))
	require.Equal(t, payment.SignatureMissing, at(0, "new").Verify("", body))
	require.Equal(t, payment.SignatureMissing, at(0, "new").Verify("t=1772366400", body))
	require.Equal(t, payment.SignatureMissing, at(0, "new").Verify("v1=00", body))
	require.Empty(t, at(300*time.Second, "new").Verify(signed, body))
	require.Equal(t, payment.SignatureExpired, at(301*time.Second, "new").Verify(signed, body))
	require.Equal(t, payment.SignatureExpired, at(-301*time.Second, "new").Verify(signed, body))
}

func FuzzSignature(f *testing.F) {
	s := payment.Signature{Secrets: []string{"secret"}, Clock: func() time.Time { return time.Unix(1772366400, 0) }}
	f.Add(s.Sign([]byte("x")), []byte("x"))
	f.Add("t=1,v1=00,v1=zz", []byte("{}"))
	f.Fuzz(func(t *testing.T, signature string, body []byte) {
		if s.Verify(signature, body) == "" && len(signature) < len(s.Sign(body)) {
			t.Fatalf("%q is accepted", signature)
		}
		if why := s.Verify(s.Sign(body), body); why != "" {
			t.Fatalf("our own signature is refused: %s", why)
		}
	})
}
