package life

import (
	"slices"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// edit does what a person does between two operations; a rename changes the program too.
func (l *life) edit(st *stack.Stack, e Edit, specs *[]Spec) {
	if e.Kind == "" || st.Snapshot == nil {
		return
	}
	row := st.Row(e.Name)
	key := func() (k sim.Key, ok bool) {
		if row == nil {
			return k, false
		}
		return sim.Find(l.Sim.Keys(), string(row.ID))
	}
	hand := func(operation string, in map[string]any) {
		if k, ok := key(); ok {
			in["KeyId"] = k.Arn
			l.HandIn(k.Region(), operation, in)
		}
	}
	switch e.Kind {
	case "describe":
		hand("UpdateKeyDescription", map[string]any{"Description": "by hand"})
	case "disable":
		hand("DisableKey", map[string]any{})
	case "schedule":
		hand("ScheduleKeyDeletion", map[string]any{"PendingWindowInDays": 7})
	case "untag":
		hand("UntagResource", map[string]any{"TagKeys": []string{"t"}})
	case "unmark":
		hand("UntagResource", map[string]any{"TagKeys": []string{"awskms:owner"}})
	case "unname":
		if k, ok := key(); ok && len(k.Aliases) > 0 {
			l.HandIn(k.Region(), "DeleteAlias", map[string]any{"AliasName": k.Aliases[0]})
		}
	case "state delete":
		if row != nil {
			l.forgotten[st.Name+"/"+e.Name] = string(row.ID)
			l.Forget(st, e.Name)
		}
	case "stack rename":
		name := map[string]string{"dev": "staging", "staging": "dev", "prod": "live", "live": "prod"}[st.Name]
		l.Note("%s: stack rename %s", st.Name, name)
		st.Rename(name)
	case "taint":
		if row != nil {
			l.Note("%s: state taint %s", st.Name, e.Name)
			st.Taint(e.Name)
		}
	case "clear":
		st.ClearPending()
	case "move":
		l.move(st, e.Name, *specs)
	}
}

// move is `pulumi state move` from the first stack to the second, whose program then has the resource. The first one's may
// still have it.
func (l *life) move(st *stack.Stack, name string, specs []Spec) {
	at := slices.IndexFunc(specs, func(s Spec) bool { return s.Name == name })
	if st != l.dev || st.Row(name) == nil || at < 0 || l.second().Row(name) != nil || len(st.Rows()) != countStaying(st) {
		return
	}
	l.Note("%s: state move %s", st.Name, name)
	spec := specs[at]
	spec.DeletedWith, spec.ReplaceWith, spec.After, spec.Provider, spec.Version = "", "", "", "", ""
	l.moved = append(slices.DeleteFunc(l.moved, func(m Spec) bool { return m.Name == name }), spec)
	st.Move(name, l.second())
	other := slices.DeleteFunc(slices.Clone(l.left[l.other]), func(s Spec) bool { return s.Name == name })
	l.left[l.other] = append(other, spec)
}

// countStaying is how many rows wait for nothing.
func countStaying(st *stack.Stack) (n int) {
	for _, row := range st.Rows() {
		if !row.Delete && !row.PendingReplacement {
			n++
		}
	}
	return n
}
