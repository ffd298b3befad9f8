package account

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"

	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestArgon2Vector(t *testing.T) {
	t.Parallel()
	// From the reference implementation's test suite: Argon2id, v19, 64 MiB, t=2, p=1.
	h := newHasher(HashParams{Memory: 64, Time: 1, Threads: 1}, 128<<20)
	const vector = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, stale, err := h.verify(t.Context(), vector, "password")
	require.NoError(t, err)
	require.True(t, ok)
	require.False(t, stale)
	ok, _, err = h.verify(t.Context(), vector, "passwore")
	require.NoError(t, err)
	require.False(t, ok)
}

func TestDefaultsAreOWASPs(t *testing.T) {
	t.Parallel()
	c := Config{}.withDefaults()
	require.NoError(t, c.validate())
	require.Equal(t, HashParams{Memory: 19456, Time: 2, Threads: 1}, c.Hash)
	h := newHasher(c.Hash, c.MaxHashMemory)
	hash, err := h.hash(t.Context(), "a long password")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash)
}

func TestHashingNeverExceedsTheCap(t *testing.T) {
	t.Parallel()
	p := HashParams{Memory: 1024, Time: 1, Threads: 1}
	h := newHasher(p, 3<<20)
	var mu sync.Mutex
	var now, most int
	reached := make(chan struct{})
	h.idKey = func(pw, salt []byte, time, memory uint32, threads uint8, n uint32) []byte {
		mu.Lock()
		now++
		most = max(most, now)
		if now == 3 {
			select {
			case <-reached:
			default:
				close(reached)
			}
		}
		mu.Unlock()
		<-reached // the first three meet, so the cap is used as well as kept
		key := argon2.IDKey(pw, salt, time, memory, threads, n)
		mu.Lock()
		now--
		mu.Unlock()
		return key
	}
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, err := h.hash(context.Background(), "some password")
			require.NoError(t, err)
		})
	}
	wg.Wait()
	require.Equal(t, 3, most)
}

func TestWaitingForAHashObeysTheContext(t *testing.T) {
	t.Parallel()
	h := newHasher(HashParams{Memory: 64, Time: 1, Threads: 1}, 1<<20)
	require.NoError(t, h.slots.Acquire(t.Context(), h.limit))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := h.verify(ctx, "", "x")
	require.Equal(t, core.KindCanceled, core.KindOf(err))
	h.slots.Release(h.limit)
}

func TestUnknownAccountsCostTheSame(t *testing.T) {
	t.Parallel()
	h := newHasher(HashParams{Memory: 64, Time: 1, Threads: 1}, 1<<20)
	known, err := h.hash(t.Context(), "some password")
	require.NoError(t, err)
	var calls []HashParams
	h.idKey = func(_, _ []byte, time, memory uint32, threads uint8, n uint32) []byte {
		calls = append(calls, HashParams{memory, time, threads})
		return make([]byte, n)
	}
	for _, hash := range []string{known, "", "nonsense"} {
		for _, pw := range []string{"wrong", strings.Repeat("x", MaxPassword+1)} {
			ok, _, err := h.verify(t.Context(), hash, pw)
			require.NoError(t, err)
			require.False(t, ok)
		}
	}
	require.Len(t, calls, 6)
	for _, c := range calls {
		require.Equal(t, h.params, c)
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"short", "ninechars", "password123", "PASSWORD123", "1234567890", "aaaaaaaaaaaa", "abcabcabcabc", "anna.smith",
		"Anna.Smith@example.com", strings.Repeat("long ", 300), "nul\x00inside it", "bad utf8 \xff here"} {
		require.Error(t, CheckPassword("password", bad, "anna.smith@example.com"), bad)
	}
	for _, good := range []string{"orange tractor 42", "пароль длинный", "ninechars!", strings.Repeat("ab cd-ef", 128)} {
		if good == strings.Repeat("ab cd-ef", 128) {
			require.Len(t, good, MaxPassword)
		}
		require.NoError(t, CheckPassword("password", good, "anna.smith@example.com"), good)
	}
	require.Greater(t, len(common()), 200)
	for p := range common() {
		require.GreaterOrEqual(t, len(p), MinPassword, p)
	}
}

func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	// RFC 6238, appendix B, SHA-1, cut to six digits.
	secret := []byte("12345678901234567890")
	for unix, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		require.Equal(t, code, totpCode(secret, unix/totpPeriod))
		step, ok := totpStep(secret, code[:3]+" "+code[3:], time.Unix(unix+29, 0))
		require.True(t, ok)
		require.Equal(t, unix/totpPeriod, step)
		_, ok = totpStep(secret, code, time.Unix(unix+61, 0))
		require.False(t, ok)
	}
}

func TestVault(t *testing.T) {
	t.Parallel()
	plain, err := newVault(nil)
	require.NoError(t, err)
	v, err := newVault([]byte(strings.Repeat("k", 32)))
	require.NoError(t, err)
	other, err := newVault([]byte(strings.Repeat("x", 32)))
	require.NoError(t, err)
	sealed := v.seal("a", []byte("secret"))
	got, err := v.open("a", sealed)
	require.NoError(t, err)
	require.Equal(t, "secret", string(got))
	for _, open := range []func() ([]byte, error){
		func() ([]byte, error) { return v.open("b", sealed) }, func() ([]byte, error) { return other.open("a", sealed) },
		func() ([]byte, error) { return plain.open("a", sealed) }, func() ([]byte, error) { return v.open("a", "gcm:AA") },
		func() ([]byte, error) { return v.open("a", "x") },
	} {
		_, err := open()
		require.ErrorIs(t, err, errVault)
	}
	got, err = v.open("a", plain.seal("a", []byte("from before"))) // Secret was set later
	require.NoError(t, err)
	require.Equal(t, "from before", string(got))
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{{AccessTTL: 16 * time.Minute}, {Skew: 3 * time.Minute}, {Secret: []byte("short")}, {KeyLabel: "Li_ve"},
		{Hash: HashParams{Memory: 1, Time: 1, Threads: 1}}, {StaffIdle: time.Second}} {
		_, err := New(nil, c)
		require.ErrorContains(t, err, "account: ")
	}
}

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=1,t=2,p=1$$")
	f.Add("pbkdf2_sha256$1000$salt$AAAA")
	f.Add("$2a$10$abcdefghijklmnopqrstuv")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err == nil {
			require.NoError(t, h.params.validate())
			again, err := parsePHC(h.String())
			require.NoError(t, err)
			require.Equal(t, h, again)
		}
		_ = knownHash(s)
	})
}

func FuzzTokens(f *testing.F) {
	s, err := New(nil, Config{})
	require.NoError(f, err)
	_, key := s.newKeyText(SecretKey)
	f.Add(key)
	f.Add(newRefresh())
	f.Add("bk_live__")
	f.Fuzz(func(t *testing.T, in string) {
		if parseKey(in) {
			require.Len(t, strings.Split(in, "_"), 4)
		}
		if validRefresh(in) {
			require.True(t, validRefresh(successor(in, "salt")))
		}
		_, ok := totpStep([]byte("secret"), in, time.Unix(59, 0))
		require.False(t, ok && len(strings.ReplaceAll(strings.TrimSpace(in), " ", "")) != totpDigits)
		_ = normalRecovery(in)
		_ = validLocale(in)
		_ = short(in, 10)
	})
}
