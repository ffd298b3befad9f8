package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
	"time"
)

// Result is what a run measured.
type Result struct {
	Name    string   `json:"name"`
	Figures []Figure `json:"figures"`
	// Violations are promises that were broken, apart from speed.
	Violations []string `json:"violations,omitempty"`
	Notes      []string `json:"notes,omitempty"`
}

// Figure is one number, with what it should be where that is known.
type Figure struct {
	Name   string   `json:"name"`
	Value  float64  `json:"value"`
	Unit   string   `json:"unit,omitempty"`
	AtMost *float64 `json:"at_most,omitempty"`
	Least  *float64 `json:"at_least,omitempty"`
}

// Met reports whether the figure is as it should be.
func (f Figure) Met() bool {
	return (f.AtMost == nil || f.Value <= *f.AtMost) && (f.Least == nil || f.Value >= *f.Least)
}

// OK reports whether nothing was violated; a target that was missed is none.
func (r *Result) OK() bool { return len(r.Violations) == 0 }

func (r *Result) add(name string, value float64, unit string) {
	r.Figures = append(r.Figures, Figure{Name: name, Value: math.Round(value*1000) / 1000, Unit: unit})
}

func (r *Result) atMost(name string, value float64, unit string, limit float64) {
	r.add(name, value, unit)
	r.Figures[len(r.Figures)-1].AtMost = &limit
}

func (r *Result) atLeast(name string, value float64, unit string, limit float64) {
	r.add(name, value, unit)
	r.Figures[len(r.Figures)-1].Least = &limit
}

func (r *Result) violated(format string, args ...any) {
	r.Violations = append(r.Violations, fmt.Sprintf(format, args...))
}

// latencies adds the percentiles of durations.
func (r *Result) latencies(of string, ds []time.Duration) {
	slices.Sort(ds)
	for _, p := range []int{50, 95, 99} {
		r.add(fmt.Sprintf("%s p%d", of, p), percentile(ds, p), "ms")
	}
}

// percentile of sorted durations, in milliseconds.
func percentile(ds []time.Duration, p int) float64 {
	if len(ds) == 0 {
		return 0
	}
	return float64(ds[min(len(ds)*p/100, len(ds)-1)]) / float64(time.Millisecond)
}

// Print writes a table for people.
func (r *Result) Print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%s\n", r.Name)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range r.Figures {
		target, verdict := "", ""
		switch {
		case f.AtMost != nil:
			target = fmt.Sprintf("at most %g", *f.AtMost)
		case f.Least != nil:
			target = fmt.Sprintf("at least %g", *f.Least)
		}
		if target != "" {
			verdict = "met"
			if !f.Met() {
				verdict = "MISSED"
			}
		}
		_, _ = fmt.Fprintf(t, "  %s\t%s %s\t%s\t%s\n", f.Name, number(f.Value), f.Unit, target, verdict)
	}
	_ = t.Flush()
	for _, n := range r.Notes {
		_, _ = fmt.Fprintf(w, "  note: %s\n", n)
	}
	for _, v := range r.Violations {
		_, _ = fmt.Fprintf(w, "  VIOLATED: %s\n", v)
	}
}

func number(v float64) string {
	if v == math.Trunc(v) || v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// JSON writes the result for programs.
func (r *Result) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
