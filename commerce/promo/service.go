package promo

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Tx is what the service needs of a transaction.
type Tx interface{ Promos() Store }

// Config configures a Service.
type Config struct {
	IDs    *core.IDs  // default: the system generator
	Clock  core.Clock // default: the system clock
	Random io.Reader  // for generated codes; default: crypto/rand
	// OnChange is called after each change, for instance to drop snapshots;
	// default: nothing.
	OnChange func()
}

// Service manages promotions and codes. Reading needs promotions:read,
// changing promotions:write. Safe for concurrent use.
type Service struct {
	db  core.Runner[Tx]
	cfg Config
}

// New makes a Service.
func New(db core.Runner[Tx], cfg Config) *Service {
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	return &Service{db, cfg}
}

func (s *Service) update(ctx context.Context, fn func(Store) error) error {
	if err := core.Require(ctx, core.PermPromosWrite); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(tx Tx) error { return fn(tx.Promos()) })
	if err == nil && s.cfg.OnChange != nil {
		s.cfg.OnChange()
	}
	return err
}

func (s *Service) view(ctx context.Context, fn func(Store) error) error {
	if err := core.Require(ctx, core.PermPromosRead); err != nil {
		return err
	}
	return s.db.View(ctx, func(tx Tx) error { return fn(tx.Promos()) })
}

// Params describes a new promotion: the fields of [Promotion] of these names.
type Params struct {
	Name         string      `json:"name"`
	Description  string      `json:"description,omitempty"`
	NeedsCode    bool        `json:"needs_code,omitempty"`
	Inactive     bool        `json:"inactive,omitempty"` // default: active
	StartsAt     time.Time   `json:"starts_at,omitzero"`
	EndsAt       time.Time   `json:"ends_at,omitzero"`
	Priority     int         `json:"priority,omitempty"`
	Exclusive    bool        `json:"exclusive,omitempty"`
	Class        string      `json:"class,omitempty"`
	CombinesWith []string    `json:"combines_with,omitempty"`
	Conditions   []Condition `json:"conditions,omitempty"`
	Actions      []Action    `json:"actions"`
	Limits       Limits      `json:"limits,omitzero"`
}

// Update changes a promotion; nil leaves a field as it is.
type Update struct {
	Name         *string      `json:"name,omitempty"`
	Description  *string      `json:"description,omitempty"`
	NeedsCode    *bool        `json:"needs_code,omitempty"`
	Active       *bool        `json:"active,omitempty"`
	StartsAt     *time.Time   `json:"starts_at,omitempty"` // the zero time takes the bound away
	EndsAt       *time.Time   `json:"ends_at,omitempty"`   // the zero time takes the bound away
	Priority     *int         `json:"priority,omitempty"`
	Exclusive    *bool        `json:"exclusive,omitempty"`
	Class        *string      `json:"class,omitempty"`
	CombinesWith *[]string    `json:"combines_with,omitempty"`
	Conditions   *[]Condition `json:"conditions,omitempty"`
	Actions      *[]Action    `json:"actions,omitempty"`
	Limits       *Limits      `json:"limits,omitempty"`
}

// Create makes a promotion.
func (s *Service) Create(ctx context.Context, p Params) (Promotion, error) {
	now := s.cfg.Clock.Now()
	out := Promotion{ID: core.NewID[core.PromotionID](s.cfg.IDs, core.PrefixPromotion), Name: p.Name, Description: p.Description, NeedsCode: p.NeedsCode,
		Active: !p.Inactive, StartsAt: p.StartsAt, EndsAt: p.EndsAt, Priority: p.Priority, Exclusive: p.Exclusive, Class: p.Class, CombinesWith: p.CombinesWith,
		Conditions: p.Conditions, Actions: p.Actions, Limits: p.Limits, Version: 1, CreatedAt: now, UpdatedAt: now}
	err := s.update(ctx, func(st Store) error {
		if err := out.Validate(); err != nil {
			return err
		}
		return st.Insert(ctx, out)
	})
	return out, err
}

// Update changes a promotion of the version seen; 0 takes whichever is newest.
// New limits count the uses there were before.
func (s *Service) Update(ctx context.Context, id core.PromotionID, seen int64, u Update) (p Promotion, err error) {
	err = s.update(ctx, func(st Store) error {
		if p, err = st.Promotion(ctx, id); err != nil {
			return err
		}
		set(&p.Name, u.Name)
		set(&p.Description, u.Description)
		set(&p.NeedsCode, u.NeedsCode)
		set(&p.Active, u.Active)
		set(&p.StartsAt, u.StartsAt)
		set(&p.EndsAt, u.EndsAt)
		set(&p.Priority, u.Priority)
		set(&p.Exclusive, u.Exclusive)
		set(&p.Class, u.Class)
		set(&p.CombinesWith, u.CombinesWith)
		set(&p.Conditions, u.Conditions)
		set(&p.Actions, u.Actions)
		set(&p.Limits, u.Limits)
		if err := p.Validate(); err != nil {
			return err
		}
		was := cmp.Or(seen, p.Version)
		p.Version, p.UpdatedAt = was+1, s.cfg.Clock.Now()
		return st.Update(ctx, p, was)
	})
	return p, err
}

// Delete removes a promotion and its codes. One that orders used is a
// KindConflict error: switch it off instead.
func (s *Service) Delete(ctx context.Context, id core.PromotionID) error {
	return s.update(ctx, func(st Store) error { return st.Delete(ctx, id) })
}

// Promotion returns a promotion.
func (s *Service) Promotion(ctx context.Context, id core.PromotionID) (p Promotion, err error) {
	err = s.view(ctx, func(st Store) error { p, err = st.Promotion(ctx, id); return err })
	return p, err
}

// Promotions returns promotions, newest first.
func (s *Service) Promotions(ctx context.Context, q Query) (page core.Page[Promotion], err error) {
	err = s.view(ctx, func(st Store) error { page, err = st.Promotions(ctx, q); return err })
	return page, err
}

// Usage returns how much each promotion was used by orders that stand.
func (s *Service) Usage(ctx context.Context, ids []core.PromotionID) (u map[core.PromotionID]Usage, err error) {
	err = s.view(ctx, func(st Store) error { u, err = st.Usage(ctx, ids); return err })
	return u, err
}

// AddCode gives a promotion a code of the merchant's choice, such as SUMMER26.
// usageLimit 0 is unbounded. A code in use is a KindExists error.
func (s *Service) AddCode(ctx context.Context, id core.PromotionID, code string, usageLimit int64) (Code, error) {
	c := Code{Code: NormalCode(code), PromotionID: id, UsageLimit: usageLimit, CreatedAt: s.cfg.Clock.Now()}
	return c, s.addCodes(ctx, id, []Code{c})
}

// MaxGenerated bounds how many codes one call makes.
const MaxGenerated = 10_000

// GenerateParams says what codes to make.
type GenerateParams struct {
	Count      int    `json:"count"`                 // 1 to MaxGenerated
	Prefix     string `json:"prefix,omitempty"`      // default: none
	UsageLimit int64  `json:"usage_limit,omitempty"` // of each; default 1, negative is unbounded
}

// codeAlphabet has 32 signs and none that are easily taken for another.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// GenerateCodes makes codes that cannot be guessed: 65 random bits each.
func (s *Service) GenerateCodes(ctx context.Context, id core.PromotionID, p GenerateParams) ([]Code, error) {
	if p.Count < 1 || p.Count > MaxGenerated {
		return nil, core.Invalid("count", "must be 1 to %d", MaxGenerated)
	}
	if p.UsageLimit == 0 {
		p.UsageLimit = 1
	}
	const length = 13
	random := make([]byte, p.Count*length)
	if _, err := io.ReadFull(s.cfg.Random, random); err != nil {
		return nil, core.Errorf(core.KindInternal, "randomness", "no randomness for codes: %v", err)
	}
	now, prefix := s.cfg.Clock.Now(), NormalCode(p.Prefix)
	codes := make([]Code, p.Count)
	for i := range codes {
		var b strings.Builder
		b.WriteString(prefix)
		for _, r := range random[i*length : (i+1)*length] {
			b.WriteByte(codeAlphabet[r%32]) // 256 is a multiple of 32: every sign is as likely
		}
		codes[i] = Code{Code: b.String(), PromotionID: id, UsageLimit: max(p.UsageLimit, 0), CreatedAt: now}
	}
	return codes, s.addCodes(ctx, id, codes)
}

func (s *Service) addCodes(ctx context.Context, id core.PromotionID, codes []Code) error {
	return s.update(ctx, func(st Store) error {
		for _, c := range codes {
			if !ValidCode(c.Code) {
				return core.Invalid("code", "must be 3 to %d bytes of text without spaces", MaxCodeLength)
			}
			if c.UsageLimit < 0 {
				return core.Invalid("usage_limit", "must not be negative")
			}
		}
		p, err := st.Promotion(ctx, id)
		if err != nil {
			return err
		}
		if !p.NeedsCode {
			return core.Errorf(core.KindConflict, "automatic_promotion", "the promotion is automatic: it takes no codes")
		}
		return st.InsertCodes(ctx, codes)
	})
}

// DeleteCode takes a code away. Orders that used it keep their discount.
func (s *Service) DeleteCode(ctx context.Context, id core.PromotionID, code string) error {
	return s.update(ctx, func(st Store) error { return st.DeleteCode(ctx, id, NormalCode(code)) })
}

// Codes returns the codes of a promotion, by code.
func (s *Service) Codes(ctx context.Context, id core.PromotionID, q core.PageQuery) (page core.Page[Code], err error) {
	err = s.view(ctx, func(st Store) error { page, err = st.Codes(ctx, id, q); return err })
	return page, err
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
