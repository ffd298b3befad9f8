package core_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestMoneyErrorsAreClassified(t *testing.T) {
	t.Parallel()
	_, mismatch := money.New(1, "EUR").Add(money.New(1, "USD"))
	_, overflow := money.New(1<<62, "EUR").Mul(2)
	_, parse := money.Parse("x", "EUR")
	_, argument := money.New(1, "EUR").Split(0)
	for code, err := range map[string]error{"currency_mismatch": mismatch, "money_overflow": overflow, "money_invalid": errors.Join(parse, argument)} {
		err = fmt.Errorf("pricing a line: %w", err)
		require.Equal(t, core.KindInvalid, core.KindOf(err))
		require.Equal(t, code, core.CodeOf(err))
	}
	// What a layer above has classified stays so.
	own := &core.Error{Kind: core.KindConflict, Code: "cart_currency", Err: mismatch}
	require.Equal(t, core.KindConflict, core.KindOf(own))
	require.Equal(t, "cart_currency", core.CodeOf(own))
	require.Equal(t, core.KindInternal, core.KindOf(errors.New("other")))
}
