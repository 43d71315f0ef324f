package judge

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// Rest is a stack after the faults have stopped: its program was run once more, once again, and refreshed.
type Rest struct {
	Stack              *stack.Stack
	Up, Again, Refresh *stack.Result
}

// Settle ends all trouble, runs the stack's program until it must be at rest, and judges it. Where a person has changed a key,
// or a deletion has failed half-way, the up is one with --refresh, because the engine knows of no such change otherwise; a deletion
// that fails says so.
func (h *History) Settle(s *stack.Stack) *Rest {
	h.Calm()
	h.Note("at rest:")
	rest := &Rest{Stack: s}
	rest.Up = s.With(func(o *engine.UpdateOptions) { o.Refresh = o.Refresh || h.handed || h.halfDeleted(s) }, s.Up)
	rest.Again, rest.Refresh = s.Up(), s.Refresh()
	if h.cutOff() && rest.Refresh.Err == nil && len(drifts(rest.Refresh)) > 0 {
		// What a killed run has added and no state knows of shows in a refresh, and goes.
		s.Up()
		rest.Refresh = s.Refresh()
	}
	h.judge(Moment{History: h, Rest: rest})
	return rest
}

// cutOff says whether the provider or the engine was killed, or a call cut, at any time.
func (h *History) cutOff() bool {
	return slices.ContainsFunc(h.cuts, func(came func() bool) bool { return came() })
}

// halfDeleted says whether an operation of the stack has scheduled a deletion and failed.
func (h *History) halfDeleted(s *stack.Stack) bool {
	return slices.ContainsFunc(h.Results, func(r *stack.Result) bool {
		return r.Stack == s && !r.Preview && r.Err != nil && slices.ContainsFunc(r.Calls, func(c sim.Call) bool { return c.Operation == "ScheduleKeyDeletion" })
	})
}

// maxReadsOfNoChange is how many calls an up without change may make for each key of each Region.
const maxReadsOfNoChange = 8

// Converges is P6: at rest one up reaches what the program says, live and in the state, and the next up and a refresh change
// nothing.
func Converges(m Moment) (broken []string) {
	if m.Rest == nil {
		return nil
	}
	up, again, refresh := m.Rest.Up, m.Rest.Again, m.Rest.Refresh
	if up.Err != nil {
		return []string{fmt.Sprintf("the first up without trouble fails: %s", firstError(up))}
	}
	if changes := again.Changes(); again.Err != nil || len(changes) > 0 {
		broken = append(broken, fmt.Sprintf("the second up changes %v, error %v", changes, again.Err))
	}
	if writes := again.Writes(); len(writes) > 0 {
		broken = append(broken, "the second up writes: "+sim.Names(writes))
	}
	if most := maxReadsOfNoChange * max(1, len(again.KeysAfter)); len(again.Calls) > most {
		broken = append(broken, fmt.Sprintf("the second up makes %d calls: %s", len(again.Calls), sim.Names(again.Calls)))
	}
	if refresh.Err != nil {
		broken = append(broken, fmt.Sprintf("the refresh at rest fails: %s", firstError(refresh)))
	}
	if drift := drifts(refresh); len(drift) > 0 {
		broken = append(broken, fmt.Sprintf("the refresh at rest finds changes in %v", drift))
	}
	for _, k := range m.Rest.Stack.Program.Keys {
		broken = append(broken, unlike(m.Rest.Stack, k, up.KeysAfter)...)
	}
	return broken
}

// drifts are the resources whose inputs a refresh has changed; but for those that ignore something, because a refresh is not
// told of it.
func drifts(refresh *stack.Result) (changed []string) {
	ignores := func(row stack.Row) bool {
		return slices.ContainsFunc(refresh.Program.Keys, func(k stack.Key) bool { return k.Name == row.Name() && len(k.Ignore) > 0 })
	}
	for _, before := range refresh.Before {
		if ignores(before) {
			continue
		}
		same := slices.ContainsFunc(refresh.After, func(after stack.Row) bool {
			return after.URN == before.URN && after.ID == before.ID && after.Inputs.DeepEquals(before.Inputs)
		})
		if !same {
			changed = append(changed, before.Name())
		}
	}
	return changed
}

// unlike compares a key with what its program says, in the Region of the primary. What the program leaves out, ignores or
// keeps secret is not compared.
func unlike(s *stack.Stack, want stack.Key, keys []sim.Key) (broken []string) {
	row := s.Row(want.Name)
	if row == nil {
		return []string{want.Name + " has no row"}
	}
	inputs := resource.NewPropertyMapFromMap(plainOnly(want.Inputs))
	var key *sim.Key
	for _, k := range keys {
		if k.ID() == sim.IDOf(string(row.ID)) && k.Region() == text(inputs, "region", k.Region()) {
			key = &k
		}
	}
	if key == nil {
		return []string{fmt.Sprintf("%s has the key %s, which is not in KMS", want.Name, stack.Short(string(row.ID)))}
	}
	ignored := func(name string) bool { return slices.Contains(want.Ignore, name) || slices.Contains(want.Ignore, "*") }
	check := func(name, is, shall string) {
		if is != shall && !ignored(name) {
			broken = append(broken, fmt.Sprintf("%s of %s is %q and shall be %q", name, want.Name, is, shall))
		}
	}
	if v, ok := inputs["description"]; ok && v.IsString() {
		check("description", key.Description, v.StringValue())
	}
	check("keySpec", key.Spec, text(inputs, "keySpec", "SYMMETRIC_DEFAULT"))
	state := "Enabled"
	if v, ok := inputs["enabled"]; ok && v.IsBool() && !v.BoolValue() {
		state = "Disabled"
	}
	check("enabled", key.State, state)
	for _, alias := range aliasesIn(inputs, key.Region()) {
		if !slices.Contains(key.Aliases, alias) && !ignored("alias") && !ignored("aliases") {
			broken = append(broken, fmt.Sprintf("%s does not have its name %s", want.Name, alias))
		}
	}
	if v, ok := inputs["tags"]; ok && v.IsObject() && len(want.Ignore) == 0 {
		for name, value := range v.ObjectValue() {
			if value.IsString() {
				check("tag "+string(name), key.Tags[string(name)], value.StringValue())
			}
		}
	}
	return broken
}

// plainOnly leaves out inputs that are no plain values: secrets, references and property values.
func plainOnly(inputs stack.Inputs) stack.Inputs {
	out := stack.Inputs{}
	for name, value := range inputs {
		switch value.(type) {
		case string, bool, int, float64, []any, map[string]any:
			out[name] = value
		}
	}
	return out
}

// firstError is the first error that the CLI would print of an operation.
func firstError(r *stack.Result) string {
	for _, m := range r.Messages {
		if m.Severity == "error" {
			return m.Text
		}
	}
	return fmt.Sprint(r.Err)
}
