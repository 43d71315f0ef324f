package judge

import (
	"fmt"
	"slices"
	"strings"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// NoKeyIsOrphaned is P3. No operation takes a live key out of the states unless somebody asked to leave it behind; and at
// rest every live key of ours is in a state, or a message has named it.
func NoKeyIsOrphaned(m Moment) (broken []string) {
	if r := m.Result; r != nil && !r.Preview {
		for _, row := range r.Before {
			id := sim.IDOf(string(row.ID))
			key, there := sim.Find(r.KeysAfter, id)
			if there && key.Live() && !inAnyRow(m.History, id) && !m.ledger.released[id] {
				broken = append(broken, fmt.Sprintf("the live key %s of %s is in no state any more", stack.Short(id), row.Name()))
			}
		}
	}
	if m.Rest == nil {
		return broken
	}
	for _, k := range m.Sim.Live() {
		id := k.ID()
		if k.Mark() == "" || inAnyRow(m.History, id) || m.ledger.released[id] || m.said(id) || m.outOfReach(id) {
			continue
		}
		broken = append(broken, fmt.Sprintf("the live key %s %v is in no state", stack.Short(id), k.Aliases))
	}
	return broken
}

// inAnyRow says whether any state has the key, also in a row that waits for its deletion.
func inAnyRow(h *History, id string) bool {
	for _, s := range h.Stacks {
		for _, row := range s.Rows() {
			if sim.IDOf(string(row.ID)) == id {
				return true
			}
		}
	}
	return false
}

// said says whether a warning or an error of a run has named the key to the user.
func (h *History) said(id string) bool {
	return slices.ContainsFunc(h.Results, func(r *stack.Result) bool {
		return !r.Preview && slices.ContainsFunc(r.Messages, func(said stack.Message) bool {
			return said.Severity != "info" && strings.Contains(said.Text, id)
		})
	})
}

// outOfReach says whether the key was begun by an interrupted create, or replacement, that no later run has asked for again:
// the resource has left the program, what asked for the replacement was taken back, or the key is wanted in another Region. No call of the engine speaks of such a
// key again; only `pulumi refresh` does after the engine's own end, by its pending operation.
func (h *History) outOfReach(id string) bool {
	return len(h.ledger.begun[id].resources) > 0
}

// OneResourceOneKey is P4: no key is in two rows, and at rest no resource has two live keys.
func OneResourceOneKey(m Moment) (broken []string) {
	if m.Result != nil && m.Result.Preview {
		return nil
	}
	if !m.Shared {
		for _, k := range m.Sim.Keys() {
			if holders := m.holders(k.ID()); len(holders) > 1 {
				broken = append(broken, fmt.Sprintf("key %s is held by %v", stack.Short(k.ID()), holders))
			}
		}
	}
	if m.Rest == nil {
		return broken
	}
	owners := map[string][]string{}
	for _, k := range m.Sim.Live() {
		if k.Owner() == "" || m.ledger.released[k.ID()] || m.outOfReach(k.ID()) || m.said(k.ID()) && !inAnyRow(m.History, k.ID()) {
			continue
		}
		if !slices.Contains(owners[k.Owner()], k.ID()) { // the keys of a set share their ID
			owners[k.Owner()] = append(owners[k.Owner()], k.ID())
		}
	}
	for _, owner := range names(owners) {
		if len(owners[owner]) > 1 {
			var ids []string
			for _, id := range owners[owner] {
				ids = append(ids, stack.Short(id))
			}
			broken = append(broken, fmt.Sprintf("one resource has the live keys %v", ids))
		}
	}
	return broken
}

// EngineStaysSound is no promise of the provider's: whatever it answers must not lead the engine to a panic, or to a state
// that fails its own checks.
func EngineStaysSound(m Moment) (broken []string) {
	if m.Result == nil || m.Result.Err == nil {
		return nil
	}
	// With targets and a protected resource the engine itself saves a state that refers to a missing dependency.
	if strings.Contains(m.Result.Err.Error(), "because it is protected") {
		return nil
	}
	for _, bad := range []string{"panic", "integrity", "resources differ", "validation error", "fatal error", "assertion"} {
		if strings.Contains(m.Result.Err.Error(), bad) || strings.Contains(m.Result.Log, "panicked") {
			return []string{m.Result.Err.Error()}
		}
	}
	return nil
}
