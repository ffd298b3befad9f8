package account

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Limits of a password: at least MinPassword characters, at most MaxPassword
// bytes, so that nobody makes the server hash megabytes.
const (
	MinPassword = 10
	MaxPassword = 1024
)

//go:embed common.txt
var commonText string

// common holds the commonest passwords that are long enough to get past
// MinPassword, in lower case.
var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonText) {
		set[strings.TrimSpace(line)] = true
	}
	return set
})

// CheckPassword reports what is wrong with a new password: too short or long,
// the email itself, one of the commonest, or one character or digit run
// repeated. field is the path the error names.
func CheckPassword(field, password, email string) error {
	lower := strings.ToLower(password)
	email = core.NormalEmail(email)
	local, _, _ := strings.Cut(email, "@")
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return core.Invalid(field, "must have at least %d characters", MinPassword)
	case len(password) > MaxPassword:
		return core.Invalid(field, "must have at most %d bytes", MaxPassword)
	case !core.ValidText(password):
		return core.Invalid(field, "must be valid text")
	case email != "" && (lower == email || lower == local):
		return core.Invalid(field, "must not be the email")
	case common()[lower] || repeats(lower):
		return core.Invalid(field, "is one of the passwords that are tried first: choose another")
	}
	return nil
}

// repeats reports whether s is a block of up to four bytes said again and again.
func repeats(s string) bool {
	for n := 1; n <= 4 && n < len(s); n++ {
		if s[n:] == s[:len(s)-n] {
			return true
		}
	}
	return false
}
