package core

import (
	"crypto/rand"
	"encoding/base32"
	"io"
	"strings"
	"sync"
	"time"
)

// Typed identifiers. All are "<prefix>_<26 characters>", made in Go, and sort
// by the time they were made.
type (
	ProductID        string
	VariantID        string
	CategoryID       string
	CollectionID     string
	ImageID          string
	ChannelID        string
	ReviewID         string
	LocationID       string
	StockItemID      string
	ReservationID    string
	MovementID       string
	CartID           string
	LineID           string
	TaxZoneID        string
	TaxClassID       string
	TaxRateID        string
	ShippingZoneID   string
	ShippingMethodID string
	PromotionID      string
	OrderID          string
	FulfilmentID     string
	RefundID         string
	PaymentID        string
	EntryID          string
	CustomerID       string
	AddressID        string
	StaffID          string
	RoleID           string
	SessionID        string
	APIKeyID         string
	EventID          string
	PriceEntryID     string
)

// Prefixes of the identifiers above.
const (
	PrefixProduct        = "prod"
	PrefixVariant        = "var"
	PrefixCategory       = "cat"
	PrefixCollection     = "col"
	PrefixImage          = "img"
	PrefixChannel        = "chan"
	PrefixReview         = "rev"
	PrefixLocation       = "loc"
	PrefixStockItem      = "item"
	PrefixReservation    = "resv"
	PrefixMovement       = "mov"
	PrefixCart           = "cart"
	PrefixLine           = "line"
	PrefixTaxZone        = "txz"
	PrefixTaxClass       = "txc"
	PrefixTaxRate        = "txr"
	PrefixShippingZone   = "shz"
	PrefixShippingMethod = "shm"
	PrefixPromotion      = "promo"
	PrefixOrder          = "ord"
	PrefixFulfilment     = "ful"
	PrefixRefund         = "ref"
	PrefixPayment        = "pay"
	PrefixEntry          = "ent"
	PrefixCustomer       = "cus"
	PrefixAddress        = "addr"
	PrefixStaff          = "staff"
	PrefixRole           = "role"
	PrefixSession        = "sess"
	PrefixAPIKey         = "key"
	PrefixEvent          = "evt"
	PrefixPriceEntry     = "prh"
)

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// IDs makes identifiers: 48 bits of milliseconds and 80 random bits, so that
// they sort by time and cannot be guessed. The zero value and nil use the
// system clock and crypto/rand. Safe for concurrent use.
type IDs struct {
	clock  Clock
	random io.Reader

	mu  sync.Mutex // guards random when it is not crypto/rand
	buf [10]byte
}

// NewIDs returns a generator over a clock and a source of randomness; nil
// means the system's. A seeded source makes identifiers reproducible.
func NewIDs(clock Clock, random io.Reader) *IDs { return &IDs{clock: clock, random: random} }

// New returns a fresh identifier with the prefix.
func (g *IDs) New(prefix string) string {
	var raw [16]byte
	var clock Clock
	if g != nil {
		clock = g.clock
	}
	ms := uint64(clock.Now().UnixMilli())
	for i := range 6 {
		raw[i] = byte(ms >> (8 * (5 - i)))
	}
	if g == nil || g.random == nil {
		_, _ = rand.Read(raw[6:]) // never fails since Go 1.24
	} else {
		g.mu.Lock()
		_, err := io.ReadFull(g.random, g.buf[:])
		copy(raw[6:], g.buf[:])
		g.mu.Unlock()
		if err != nil { // an exhausted source must not repeat identifiers
			_, _ = rand.Read(raw[6:])
		}
	}
	var b strings.Builder
	b.Grow(len(prefix) + 27)
	b.WriteString(prefix)
	b.WriteByte('_')
	var out [26]byte
	idEncoding.Encode(out[:], raw[:])
	b.Write(out[:])
	return b.String()
}

// NewID returns a fresh identifier of type T.
func NewID[T ~string](g *IDs, prefix string) T { return T(g.New(prefix)) }

// ValidID reports whether s has the shape of an identifier with the prefix.
// Databases are asked only about strings that pass.
func ValidID(s, prefix string) bool {
	rest, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(rest) == 0 || len(rest) > 64 {
		return false
	}
	for i := range len(rest) {
		c := rest[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// Clock tells the time; nil is the system clock. Times are UTC, cut to
// microseconds, the precision every database here keeps.
type Clock func() time.Time

// Now returns the clock's time in UTC, cut to microseconds.
func (c Clock) Now() time.Time {
	if c == nil {
		return time.Now().UTC().Truncate(time.Microsecond)
	}
	return c().UTC().Truncate(time.Microsecond)
}
