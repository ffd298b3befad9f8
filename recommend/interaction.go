package recommend

import (
	"fmt"
	"math"
	"time"
)

// Kind says what somebody did with an item.
type Kind string

// The kinds, from the weakest sign of interest to the strongest.
const (
	View     Kind = "view"
	Click    Kind = "click"
	Cart     Kind = "cart"
	Purchase Kind = "purchase"
)

// Interaction is something a user did with an item. A user may be a customer or
// an anonymous session.
type Interaction struct {
	User, Item string
	Kind       Kind // default Purchase
	// Weight is how much it counts. Default by kind: a view 0.3, a click 0.4,
	// a cart 0.7, a purchase 1.
	Weight float64
	Time   time.Time
}

// maxWeight bounds what one interaction may count.
const maxWeight = 1e6

func (x Interaction) withDefaults() Interaction {
	if x.Kind == "" {
		x.Kind = Purchase
	}
	if x.Weight == 0 {
		switch x.Kind {
		case View:
			x.Weight = 0.3
		case Click:
			x.Weight = 0.4
		case Cart:
			x.Weight = 0.7
		default:
			x.Weight = 1
		}
	}
	return x
}

// check finds what is wrong with an interaction; a time after latest is.
func (x Interaction) check(latest time.Time) error {
	switch {
	case x.User == "" || len(x.User) > maxIDLen:
		return &InteractionError{x, "needs a user of at most 200 bytes"}
	case x.Item == "" || len(x.Item) > maxIDLen:
		return &InteractionError{x, "needs an item of at most 200 bytes"}
	case x.Kind != View && x.Kind != Click && x.Kind != Cart && x.Kind != Purchase:
		return &InteractionError{x, "has an unknown kind"}
	case !(x.Weight > 0 && x.Weight <= maxWeight):
		return &InteractionError{x, fmt.Sprintf("has a weight that is not above 0 and at most %g", float64(maxWeight))}
	case x.Time.IsZero():
		return &InteractionError{x, "has no time"}
	case x.Time.After(latest):
		return &InteractionError{x, "lies in the future"}
	}
	return nil
}

// InteractionError reports an interaction that cannot be used.
type InteractionError struct {
	Interaction Interaction
	Reason      string
}

func (e *InteractionError) Error() string {
	return fmt.Sprintf("recommend: the %s of %.40q by %.40q %s", e.Interaction.Kind, e.Interaction.Item, e.Interaction.User, e.Reason)
}

// ConfigError says which field, or argument, is wrong.
type ConfigError struct {
	Field, Reason string
}

func (e *ConfigError) Error() string { return "recommend: " + e.Field + " " + e.Reason }

const maxIDLen = 200

// finite returns x, and 0 for what is no number.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
