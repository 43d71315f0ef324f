// Package judge keeps the provider to its promises: it watches the lives of stacks on one simulator and judges them after
// each operation and at rest.
package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// History is the common life of some stacks on one simulator, from no key on.
type History struct {
	T      lt.TB
	Sim    *sim.Simulator
	Stacks []*stack.Stack
	// Results are all operations so far.
	Results []*stack.Result
	// Planted are secrets that must nowhere be seen.
	Planted []string
	// Shared says that a person has brought one key into two rows, by copying a state or by an import into the same program.
	Shared bool

	ledger   ledger
	canaries []canary
	troubled bool
	// cuts tell of all that was to happen in the midst of a call whether it has.
	cuts []func() bool
	// handed says that a person has changed a key.
	handed   bool
	notes    []string
	breaches []Breach
}

// Breach is a promise that was not kept.
type Breach struct {
	Promise Promise
	What    string
}

// Begin is a new history on a simulator, which is reset.
func Begin(t lt.TB, s *sim.Simulator) *History {
	if err := s.Reset(); err != nil {
		t.Fatalf("resetting the simulator: %v", err)
	}
	return &History{T: t, Sim: s, ledger: newLedger()}
}

// Stack is one more stack, without resources.
func (h *History) Stack(name string) *stack.Stack {
	s := stack.New(h.T, h.Sim, name)
	h.Watch(s)
	return s
}

// Watch takes a stack into the history.
func (h *History) Watch(s *stack.Stack) {
	s.Observe = h.observe
	h.Stacks = append(h.Stacks, s)
}

// Fault makes the simulator cause trouble until Calm: docs/simulator.md has the rules.
func (h *History) Fault(rule map[string]any) {
	h.troubled = true
	h.Note("fault %v", rule)
	h.Sim.Fault(rule)
}

// At does something before or after the effect of the nth call of an operation; see sim.Simulator.At.
func (h *History) At(operation string, nth int, when sim.When, what string, do func()) (fired func() bool) {
	h.troubled = true
	side := "before"
	if when == sim.After {
		side = "after"
	}
	h.Note("%s %s the effect of %s number %d", what, side, operation, nth)
	fired = h.Sim.At(operation, nth, when, do)
	h.cuts = append(h.cuts, fired)
	return fired
}

// Calm ends all trouble.
func (h *History) Calm() {
	h.troubled = false
	h.Sim.Quiet()
}

// Hand is a call of KMS by a person in the Region of the stacks. What a person does is nobody's breach.
func (h *History) Hand(operation string, in map[string]any) {
	h.HandIn(sim.Region, operation, in)
}

// HandIn is Hand in another Region.
func (h *History) HandIn(region, operation string, in map[string]any) {
	h.Note("by hand: %s %v", operation, in)
	if _, err := h.Sim.TryByHand(region, operation, in); err != nil {
		h.Note("  refused: %v", err)
		return
	}
	h.handed = true
	h.ledger.byHand(operation, in)
}

// Forget is `pulumi state delete` by a person, who leaves the key behind.
func (h *History) Forget(s *stack.Stack, name string) {
	if row := s.Row(name); row != nil {
		h.Note("%s: state delete %s", s.Name, name)
		h.ledger.released[sim.IDOf(string(row.ID))] = true
		s.Forget(name)
	}
}

// Note writes a line into the history's log.
func (h *History) Note(format string, args ...any) {
	h.notes = append(h.notes, fmt.Sprintf(format, args...))
}

// Log is the history so far, operation by operation.
func (h *History) Log() string { return strings.Join(h.notes, "\n") }

// Breaches are those so far.
func (h *History) Breaches() []Breach { return h.breaches }

// observe judges an operation.
func (h *History) observe(r *stack.Result) {
	h.Results = append(h.Results, r)
	h.Note("- %s", r)
	h.ledger.note(h, r)
	h.judge(Moment{History: h, Result: r, Troubled: h.troubled})
	if !r.Preview {
		h.plantCanaries(r)
	}
}

// judge asks every promise about a moment.
func (h *History) judge(m Moment) {
	for _, p := range Promises {
		for _, what := range p.Judge(m) {
			if slices.ContainsFunc(h.breaches, func(b Breach) bool { return b.Promise.ID == p.ID && b.What == what }) {
				continue // said once
			}
			h.breaches = append(h.breaches, Breach{p, what})
			h.Note("  !! %s %s: %s", p.ID, p.Words, what)
			h.T.Errorf("%s broken (%s): %s", p.ID, p.Words, what)
		}
	}
}

// before is the operation before this one on the same stack, if nothing came between: no other stack, no edit of the state.
func (h *History) before(r *stack.Result) *stack.Result {
	at := slices.Index(h.Results, r)
	if at < 1 || h.Results[at-1].Stack != r.Stack || stack.Rows(h.Results[at-1].After, nil) != stack.Rows(r.Before, nil) {
		return nil
	}
	return h.Results[at-1]
}

// holders are the rows that hold a key now, as "stack/name", but for those whose stack has lost it.
func (h *History) holders(id string) (holders []string) {
	for _, s := range h.Stacks {
		for _, row := range s.Rows() {
			if stays(row) && sim.IDOf(string(row.ID)) == id && !h.ledger.lost[claim{s, id}] {
				holders = append(holders, s.Name+"/"+row.Name())
			}
		}
	}
	return holders
}

// holder is another stack than this one that holds a key; nil if there is none.
func (h *History) holder(id string, but *stack.Stack) *stack.Stack {
	for _, s := range h.Stacks {
		if s != but && held(s.Rows(), id) && !h.ledger.lost[claim{s, id}] {
			return s
		}
	}
	return nil
}

// names is a set in order.
func names[V any](set map[string]V) []string { return slices.Sorted(maps.Keys(set)) }
