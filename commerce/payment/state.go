package payment

import "github.com/bodega-commerce/bodega/commerce/core"

// State is what people are shown of a payment; it follows from its status and
// amounts.
type State string

// The states.
const (
	StateCreated           State = "created"
	StateRequiresAction    State = "requires_action"
	StatePending           State = "pending"
	StateDeclined          State = "declined"
	StateFailed            State = "failed"
	StateAuthorized        State = "authorized"
	StateVoided            State = "voided"
	StatePartiallyCaptured State = "partially_captured"
	StateCaptured          State = "captured"
	StatePartiallyRefunded State = "partially_refunded"
	StateRefunded          State = "refunded"
	StateDisputed          State = "disputed"
	StateChargedBack       State = "charged_back" // a dispute is lost
	StateQuarantined       State = "quarantined"
)

// Unsettled reports whether the provider has not given a final answer to the
// authorization.
func (s State) Unsettled() bool {
	return s == StateCreated || s == StateRequiresAction || s == StatePending
}

// Accepted reports whether money is promised or taken, so that the order
// stands.
func (s State) Accepted() bool {
	switch s {
	case StateAuthorized, StatePartiallyCaptured, StateCaptured, StatePartiallyRefunded, StateRefunded, StateDisputed, StateChargedBack:
		return true
	}
	return false
}

func derive(p Payment) State {
	switch {
	case p.Quarantine != "":
		return StateQuarantined
	case p.Dispute == DisputeLost:
		return StateChargedBack
	case p.Dispute == DisputeOpen:
		return StateDisputed
	case p.Refunded.IsPositive() && p.Refunded.Amount >= p.Captured.Amount:
		return StateRefunded
	case p.Refunded.IsPositive():
		return StatePartiallyRefunded
	case p.Status == Captured && p.Captured.Amount < p.Amount.Amount:
		return StatePartiallyCaptured
	case p.Status == Unknown:
		return StateCreated
	}
	return State(p.Status)
}

// Machine is the table of payment states. A provider's messages come late,
// twice and in any order, so a step may pass over states between; what has
// happened to the money never goes back. Only a dispute that is won returns to
// the state before it. Quarantine can come from anywhere and is left by
// nothing.
func Machine() core.Machine[State] {
	chain := []struct {
		state State
		on    string
	}{
		{StateCreated, ""},
		{StateRequiresAction, "the buyer has to act"},
		{StatePending, "the provider works on it"},
		{StateDeclined, "decline"},
		{StateFailed, "fail or time out"},
		{StateAuthorized, "authorize"},
		{StateVoided, "void"},
		{StatePartiallyCaptured, "capture a part"},
		{StateCaptured, "capture"},
		{StatePartiallyRefunded, "refund a part"},
		{StateRefunded, "refund in full"},
		{StateDisputed, "dispute"},
		{StateChargedBack, "lose the dispute"},
	}
	m := core.Machine[State]{Name: "payment", Start: []State{StateCreated}}
	for i, from := range chain {
		for _, to := range chain[i+1:] {
			m.Table = append(m.Table, core.Transition[State]{From: from.state, To: to.state, On: to.on})
		}
		m.Table = append(m.Table, core.Transition[State]{From: from.state, To: StateQuarantined, On: "amount or currency differ"})
	}
	for _, back := range []State{StatePartiallyCaptured, StateCaptured, StatePartiallyRefunded, StateRefunded} {
		m.Table = append(m.Table, core.Transition[State]{From: StateDisputed, To: back, On: "win the dispute"})
	}
	// A refund told before a later capture counts as full until then.
	m.Table = append(m.Table, core.Transition[State]{From: StateRefunded, To: StatePartiallyRefunded, On: "capture more"})
	return m
}
