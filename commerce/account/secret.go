package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// secretText returns n random bytes as lower-case letters and digits.
func secretText(n int) string { return lowerBase32.EncodeToString(random(n)) }

// digest is how secrets of 80 random bits and more are kept: a plain SHA-256,
// since they cannot be guessed.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

const refreshPrefix = "br_"

// newRefresh makes a refresh token of 256 random bits.
func newRefresh() string { return refreshPrefix + base64.RawURLEncoding.EncodeToString(random(32)) }

// validRefresh reports whether s has a refresh token's shape.
func validRefresh(s string) bool {
	rest, ok := strings.CutPrefix(s, refreshPrefix)
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	return ok && err == nil && len(raw) == 32
}

// successor derives the refresh token that follows one. Who presents the same
// token twice within the grace thus gets the same successor, while the database,
// which keeps the salt but no token, can derive nothing.
func successor(token, salt string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("bodega refresh " + salt))
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// vault encrypts what has to be kept in a readable form.
type vault struct{ aead cipher.AEAD } // nil keeps it as it is

func newVault(secret []byte) (vault, error) {
	if len(secret) == 0 {
		return vault{}, nil
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "bodega account vault", 32)
	if err != nil {
		return vault{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return vault{}, err
	}
	aead, err := cipher.NewGCM(block)
	return vault{aead}, err
}

var errVault = errors.New("a stored secret cannot be read: was Config.Secret changed?")

// seal encrypts for a purpose, so that a value moved elsewhere does not open.
func (v vault) seal(purpose string, plain []byte) string {
	if v.aead == nil {
		return "plain:" + base64.RawStdEncoding.EncodeToString(plain)
	}
	nonce := random(v.aead.NonceSize())
	return "gcm:" + base64.RawStdEncoding.EncodeToString(v.aead.Seal(nonce, nonce, plain, []byte(purpose)))
}

// open reads what seal wrote, also what it wrote before there was a secret.
func (v vault) open(purpose, sealed string) ([]byte, error) {
	kind, text, _ := strings.Cut(sealed, ":")
	raw, err := base64.RawStdEncoding.DecodeString(text)
	switch {
	case err != nil:
		return nil, errVault
	case kind == "plain":
		return raw, nil
	case kind == "gcm" && v.aead != nil && len(raw) >= v.aead.NonceSize():
		n := v.aead.NonceSize()
		plain, err := v.aead.Open(nil, raw[:n], raw[n:], []byte(purpose))
		if err == nil {
			return plain, nil
		}
	}
	return nil, errVault
}
