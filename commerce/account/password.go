package account

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/semaphore"
)

// HashParams is what hashing a password with Argon2id costs.
type HashParams struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// DefaultHashParams are the OWASP Password Storage Cheat Sheet's: 19 MiB, two
// passes, one thread.
var DefaultHashParams = HashParams{Memory: 19 * 1024, Time: 2, Threads: 1}

func (p HashParams) validate() error {
	if p.Memory < 8*uint32(p.Threads) || p.Memory > 1<<20 || p.Time < 1 || p.Time > 100 || p.Threads < 1 || p.Threads > 64 {
		return errors.New("memory must be 8 KiB per thread to 1 GiB, time 1 to 100, threads 1 to 64")
	}
	return nil
}

const (
	saltLen = 16
	hashLen = 32
)

// phc is a parsed Argon2id hash.
type phc struct {
	params     HashParams
	salt, hash []byte
}

// String renders the PHC form: "$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>".
func (h phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.params.Memory, h.params.Time, h.params.Threads,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.hash))
}

var errHash = errors.New("not a password hash known here")

// parsePHC reads an Argon2id hash. What it accepts is bounded, so that an
// imported hash cannot ask for any amount of memory or time.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return phc{}, errHash
	}
	var h phc
	fields := strings.Split(parts[3], ",")
	if len(fields) != 3 {
		return phc{}, errHash
	}
	for i, f := range []struct {
		name string
		bits int
		set  func(uint64)
	}{
		{"m=", 32, func(n uint64) { h.params.Memory = uint32(n) }},
		{"t=", 32, func(n uint64) { h.params.Time = uint32(n) }},
		{"p=", 8, func(n uint64) { h.params.Threads = uint8(n) }},
	} {
		digits, ok := strings.CutPrefix(fields[i], f.name)
		n, err := strconv.ParseUint(digits, 10, f.bits)
		if !ok || err != nil {
			return phc{}, errHash
		}
		f.set(n)
	}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.hash, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err1 != nil || err2 != nil || h.params.validate() != nil || len(h.salt) < 8 || len(h.salt) > 64 || len(h.hash) < 16 || len(h.hash) > 64 {
		return phc{}, errHash
	}
	return h, nil
}

// Bounds on imported hashes: about a second of work each.
const (
	maxBcryptCost   = 14
	maxPBKDF2Rounds = 2_000_000
)

// knownHash reports whether a hash of this shop or of another can be checked:
// Argon2id, bcrypt ("$2b$...") or PBKDF2 ("pbkdf2_sha256$rounds$salt$hash").
func knownHash(s string) bool {
	if _, err := parsePHC(s); err == nil {
		return true
	}
	if cost, err := bcrypt.Cost([]byte(s)); err == nil {
		return cost <= maxBcryptCost && len(s) == 60
	}
	_, _, _, err := parsePBKDF2(s)
	return err == nil
}

func parsePBKDF2(s string) (rounds int, salt string, hash []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 4 || parts[0] != "pbkdf2_sha256" || parts[2] == "" || len(parts[2]) > 128 {
		return 0, "", nil, errHash
	}
	rounds, err = strconv.Atoi(parts[1])
	if err != nil || rounds < 1 || rounds > maxPBKDF2Rounds {
		return 0, "", nil, errHash
	}
	hash, err = base64.StdEncoding.DecodeString(parts[3])
	if err != nil || len(hash) != sha256.Size {
		return 0, "", nil, errHash
	}
	return rounds, parts[2], hash, nil
}

// hasher hashes passwords. The memory of all that run at once is bounded.
type hasher struct {
	params HashParams
	limit  int64 // KiB
	slots  *semaphore.Weighted
	dummy  phc // what unknown accounts are checked against
	idKey  func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte
}

func newHasher(p HashParams, maxBytes int64) *hasher {
	h := &hasher{params: p, limit: max(maxBytes>>10, 1), idKey: argon2.IDKey}
	h.slots = semaphore.NewWeighted(h.limit)
	h.dummy = phc{params: p, salt: random(saltLen), hash: random(hashLen)}
	return h
}

// within runs work that needs the memory, after waiting for its turn.
func (h *hasher) within(ctx context.Context, kib uint32, work func()) error {
	// A hash that needs more than the bound runs alone.
	weight := min(int64(kib), h.limit)
	if err := h.slots.Acquire(ctx, weight); err != nil {
		return err
	}
	defer h.slots.Release(weight)
	work()
	return nil
}

func (h *hasher) derive(ctx context.Context, p phc, password string) (key []byte, err error) {
	err = h.within(ctx, p.params.Memory, func() {
		key = h.idKey([]byte(password), p.salt, p.params.Time, p.params.Memory, p.params.Threads, uint32(len(p.hash)))
	})
	return key, err
}

// hash returns a new hash of the password in PHC form.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	p := phc{params: h.params, salt: random(saltLen), hash: make([]byte, hashLen)}
	var err error
	p.hash, err = h.derive(ctx, p, password)
	return p.String(), err
}

// verify reports whether the password belongs to the hash, and whether the
// hash should be made anew because parameters rose. An empty or unknown hash
// costs as much as a wrong password.
func (h *hasher) verify(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	if len(password) > MaxPassword {
		password, hash = "", ""
	}
	p, perr := parsePHC(hash)
	if perr == nil {
		key, err := h.derive(ctx, p, password)
		ok = err == nil && subtle.ConstantTimeCompare(key, p.hash) == 1
		lower := p.params.Memory < h.params.Memory || p.params.Time < h.params.Time || p.params.Threads < h.params.Threads || len(p.hash) < hashLen
		return ok, ok && lower, err
	}
	if knownHash(hash) {
		err := h.within(ctx, 8, func() { ok = foreign(hash, password) })
		return ok, ok, err
	}
	_, err = h.derive(ctx, h.dummy, password)
	return false, false, err
}

// foreign checks a hash another shop made.
func foreign(hash, password string) bool {
	if rounds, salt, want, err := parsePBKDF2(hash); err == nil {
		got, err := pbkdf2.Key(sha256.New, password, []byte(salt), rounds, len(want))
		return err == nil && subtle.ConstantTimeCompare(got, want) == 1
	}
	return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
}
