package judge

import (
	"fmt"
	"slices"
	"time"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// NeverFights is P8: no operation changes a key, or takes a name of a key, that a row of another stack holds, unless its
// program adopts or imports it.
func NeverFights(m Moment) (broken []string) {
	r := m.Result
	if r == nil || r.Preview || m.Shared {
		return nil
	}
	owner := func(id string) string {
		if other := m.holder(id, r.Stack); other != nil && (!held(r.Before, id) || m.ledger.lost[claim{r.Stack, id}]) {
			return other.Name
		}
		return ""
	}
	for _, c := range r.Writes() {
		ids := []string{sim.IDOf(c.Text("KeyId"))}
		if target := c.Text("TargetKeyId"); target != "" {
			ids = []string{sim.IDOf(target)}
		}
		if alias := c.Text("AliasName"); alias != "" {
			if holder, ok := sim.Holder(r.KeysBefore, c.Region, alias); ok {
				ids = append(ids, holder.ID())
			}
		}
		for _, id := range ids {
			if other := owner(id); other != "" && !consents(r.Program, id, r.KeysBefore) {
				broken = append(broken, fmt.Sprintf("%s concerns key %s, which stack %s holds", c.Operation, stack.Short(id), other))
			}
		}
	}
	return broken
}

// consents says whether a program adopts or imports the key by ID, ARN or alias.
func consents(p stack.Program, id string, keys []sim.Key) bool {
	return slices.ContainsFunc(p.Keys, func(k stack.Key) bool {
		for _, reference := range []any{k.Inputs["adopt"], string(k.Import)} {
			name, _ := reference.(string)
			if name == "" {
				continue
			}
			if sim.IDOf(name) == id {
				return true
			}
			if holder, ok := sim.Holder(keys, sim.Region, name); ok && holder.ID() == id {
				return true
			}
		}
		return false
	})
}

// OldStatesStayUsable is P9: a preview on a state that a released version has written shows no change. Stacks with such a
// state are called after that version, with the prefix "recorded".
func OldStatesStayUsable(m Moment) []string {
	r := m.Result
	if r == nil || len(r.Stack.Name) < 8 || r.Stack.Name[:8] != "recorded" || m.Troubled {
		return nil
	}
	if changes := r.Changes(); r.Operation == stack.Up && (r.Err != nil || len(changes) > 0) {
		return []string{fmt.Sprintf("on the state of %s: %v, error %v", r.Stack.Name, changes, r.Err)}
	}
	return nil
}

// MaxStop is how long an operation may go on after a Ctrl-C: a call without an answer is given three seconds, and a busy
// machine some more.
const MaxStop = 6 * time.Second

// StopsWhenTold is P11.
func StopsWhenTold(m Moment) []string {
	r := m.Result
	if r == nil || r.Cancelled.IsZero() {
		return nil
	}
	if after := r.Ended.Sub(r.Cancelled); after > MaxStop {
		return []string{fmt.Sprintf("it went on for %.1f s after the interrupt", after.Seconds())}
	}
	return nil
}
