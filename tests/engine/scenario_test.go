// Package engine_test judges the provider's release binary under Pulumi's own engine: named scenarios, one file for each
// kind of trouble, and random histories. docs/reliability.md says what is promised.
package engine_test

import (
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

type (
	inputs  = stack.Inputs
	program = stack.Program
	key     = stack.Key
	fields  = map[string]any
)

// simulators that no test uses at the moment.
var simulators = make(chan *sim.Simulator, 64)

// simulator gives a test one of its own until it ends.
func simulator(t *testing.T) *sim.Simulator {
	var s *sim.Simulator
	select {
	case s = <-simulators:
	default:
		var err error
		if s, err = sim.Start(); err != nil {
			t.Fatalf("starting a simulator: %v", err)
		}
	}
	t.Cleanup(func() { simulators <- s })
	return s
}

func TestMain(m *testing.M) {
	code := m.Run()
	close(simulators)
	for s := range simulators {
		s.Close()
	}
	os.Exit(code)
}

// begin is the start of a scenario: a history of its own, told in the log where the test fails, and a stack called dev.
func begin(t *testing.T) (*judge.History, *stack.Stack) {
	t.Parallel()
	h := judge.Begin(t, simulator(t))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what happened:\n%s", h.Log())
		}
	})
	return h, h.Stack("dev")
}

// each runs a scenario for each member of a list.
func each[T any](t *testing.T, cases map[string]T, run func(*testing.T, T)) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { run(t, c) })
	}
}

// done wants an operation to succeed.
func done(t *testing.T, r *stack.Result) *stack.Result {
	t.Helper()
	if r.Err != nil {
		t.Errorf("%s fails: %v", r.Title(), r.Text())
	}
	return r
}

// must wants an operation of the preparation to succeed: without it the rest makes no sense.
func must(t *testing.T, r *stack.Result) *stack.Result {
	t.Helper()
	if r.Err != nil {
		t.Fatalf("%s fails: %v", r.Title(), r.Text())
	}
	return r
}

// refused wants an operation to fail, with these words, and to change nothing.
func refused(t *testing.T, r *stack.Result, words ...string) {
	t.Helper()
	failed(t, r, words...)
	if writes := r.Writes(); len(writes) > 0 {
		t.Errorf("%s is refused and has made the calls %s", r.Title(), sim.Names(writes))
	}
}

// failed wants an operation to fail, with these words.
func failed(t *testing.T, r *stack.Result, words ...string) {
	t.Helper()
	if r.Err == nil {
		t.Errorf("%s succeeds", r.Title())
	}
	says(t, r, words...)
}

// says wants these words among the messages or the error.
func says(t *testing.T, r *stack.Result, words ...string) {
	t.Helper()
	for _, text := range words {
		if !r.Says(text) {
			t.Errorf("%s does not say %q but:\n%s", r.Title(), text, r.Text())
		}
	}
}

// silent wants these words in no message.
func silent(t *testing.T, r *stack.Result, words ...string) {
	t.Helper()
	for _, text := range words {
		if r.Says(text) {
			t.Errorf("%s says %q", r.Title(), text)
		}
	}
}

// unchanged wants an operation to take no step that changes anything and to write nothing.
func unchanged(t *testing.T, r *stack.Result) {
	t.Helper()
	done(t, r)
	if changes, writes := r.Changes(), r.Writes(); len(changes)+len(writes) > 0 {
		t.Errorf("%s changes %v by %s", r.Title(), changes, sim.Names(writes))
	}
}

// keeps wants the resource to have a row with this key, and the key to be live.
func keeps(t *testing.T, h *judge.History, s *stack.Stack, name, id string) {
	t.Helper()
	row := s.Row(name)
	if row == nil {
		t.Errorf("%s/%s has no row", s.Name, name)
		return
	}
	if sim.IDOf(string(row.ID)) != sim.IDOf(id) {
		t.Errorf("%s/%s has the key %s instead of %s", s.Name, name, stack.Short(string(row.ID)), stack.Short(id))
	}
	if k, ok := sim.Find(h.Sim.Keys(), id); !ok || !k.Live() {
		t.Errorf("the key of %s/%s is not live", s.Name, name)
	}
}

// lives wants so many live keys.
func lives(t *testing.T, h *judge.History, n int) {
	t.Helper()
	if live := h.Sim.Live(); len(live) != n {
		t.Errorf("%d live keys instead of %d: %s", len(live), n, stack.Keys(live))
	}
}

// named wants an alias to name this key.
func named(t *testing.T, h *judge.History, alias, id string) {
	t.Helper()
	holder, ok := sim.Holder(h.Sim.Keys(), sim.Region, alias)
	if !ok || holder.ID() != sim.IDOf(id) {
		t.Errorf("%s names %s instead of %s", alias, stack.Short(holder.ID()), stack.Short(id))
	}
}

// id is the key of a resource; it ends the test where there is none.
func id(t *testing.T, s *stack.Stack, name string) string {
	t.Helper()
	row := s.Row(name)
	if row == nil {
		t.Fatalf("%s/%s has no row", s.Name, name)
	}
	return string(row.ID)
}

// resourceID is an ID as the option import takes it.
func resourceID(id string) resource.ID { return resource.ID(id) }
