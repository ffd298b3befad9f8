package account

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238's default, what authenticators speak; HMAC does not need collision resistance
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	totpPeriod    = 30 // seconds
	totpDigits    = 6
	recoveryCodes = 10
)

// totpCode is the code of a time step: RFC 6238 with SHA-1 and six digits.
func totpCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) //nolint:gosec // steps of times after 1970
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// totpStep returns the time step a code belongs to: the present one or a
// neighbor, since clocks differ and people type slowly.
func totpStep(secret []byte, code string, now time.Time) (int64, bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	current, found := now.Unix()/totpPeriod, int64(0)
	ok := false
	for _, step := range []int64{current - 1, current, current + 1} {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, step)), []byte(code)) == 1 {
			found, ok = step, true
		}
	}
	return found, ok
}

// totpURL is what authenticators read as a QR code.
func totpURL(issuer, email string, secret []byte) string {
	q := url.Values{"secret": {totpText(secret)}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+email) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

func totpText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// normalRecovery is the form recovery codes are hashed in.
func normalRecovery(code string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
}
