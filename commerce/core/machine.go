package core

import (
	"fmt"
	"slices"
	"strings"
)

// Transition is one allowed step of a state machine and what takes it.
type Transition[S ~string] struct {
	From, To S
	On       string // what happens: "ship", "refund in full"
}

// Machine is a state machine as data: one table that checks and is printed.
// Staying in a state is always allowed and is no step.
type Machine[S ~string] struct {
	Name  string // what it is the state of: "order", "payment"
	Start []S    // states a new thing may have
	Table []Transition[S]
}

// Check returns nil when the step is in the table or stays where it is, else a
// [*TransitionError].
func (m Machine[S]) Check(from, to S) error {
	if from == to || slices.ContainsFunc(m.Table, func(t Transition[S]) bool { return t.From == from && t.To == to }) {
		return nil
	}
	return &TransitionError{Machine: m.Name, From: string(from), To: string(to)}
}

// States returns every state of the table, in the order of first mention.
func (m Machine[S]) States() []S {
	out := slices.Clone(m.Start)
	for _, t := range m.Table {
		out = append(out, t.From, t.To)
	}
	seen := map[S]bool{}
	return slices.DeleteFunc(out, func(s S) bool {
		had := seen[s]
		seen[s] = true
		return had
	})
}

// Diagram prints the table as a Mermaid state diagram.
func (m Machine[S]) Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range m.Start {
		fmt.Fprintf(&b, "    [*] --> %s\n", string(s))
	}
	leaves := map[S]bool{}
	for _, t := range m.Table {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", string(t.From), string(t.To), t.On)
		leaves[t.From] = true
	}
	for _, s := range m.States() {
		if !leaves[s] {
			fmt.Fprintf(&b, "    %s --> [*]\n", string(s))
		}
	}
	return b.String()
}

// TransitionError is a step that a state machine does not allow.
type TransitionError struct {
	Machine, From, To string
}

func (e *TransitionError) Error() string {
	return fmt.Sprintf("the %s is %s and cannot become %s", e.Machine, words(e.From), words(e.To))
}

// ErrorKind implements [Classified].
func (e *TransitionError) ErrorKind() Kind { return KindConflict }

// ErrorCode implements [Classified].
func (e *TransitionError) ErrorCode() string { return "illegal_transition" }

// ErrorDetails implements [Detailed].
func (e *TransitionError) ErrorDetails() map[string]any {
	return map[string]any{"machine": e.Machine, "from": e.From, "to": e.To}
}

func words(state string) string { return strings.ReplaceAll(state, "_", " ") }
