package core_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
)

type light string

func lights() core.Machine[light] {
	return core.Machine[light]{Name: "light", Start: []light{"red"}, Table: []core.Transition[light]{
		{From: "red", To: "green", On: "wait"}, {From: "green", To: "out_of_order", On: "storm"}}}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	m := lights()
	require.NoError(t, m.Check("red", "green"))
	require.NoError(t, m.Check("green", "green"))
	var illegal *core.TransitionError
	require.ErrorAs(t, m.Check("red", "out_of_order"), &illegal)
	require.EqualError(t, illegal, "the light is red and cannot become out of order")
	require.Equal(t, core.KindConflict, core.KindOf(illegal))
	require.Equal(t, "illegal_transition", core.CodeOf(illegal))
	require.Equal(t, []light{"red", "green", "out_of_order"}, m.States())
}

func ExampleMachine_Diagram() {
	fmt.Print(lights().Diagram())
	// Output:
	// stateDiagram-v2
	//     [*] --> red
	//     red --> green: wait
	//     green --> out_of_order: storm
	//     out_of_order --> [*]
}
