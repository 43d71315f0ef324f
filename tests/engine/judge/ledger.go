package judge

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// ledger is what the judge remembers of the keys of a history: who asked for what.
type ledger struct {
	// asked are keys whose deletion somebody has asked for, by ID and Region ("" for every Region).
	asked map[place]bool
	// released are keys that somebody asked to leave behind: retained, disabled at deletion, or deleted "with" another.
	released map[string]bool
	// maker is the stack in whose operation the key came into being.
	maker map[string]*stack.Stack
	// begun are keys of operations that failed before a row had them.
	begun map[string]begun
	// lost are keys that another stack has adopted or imported: a stack that still has a row of one owns it no more.
	lost map[claim]bool
}

// place is a key in a Region.
type place struct{ id, region string }

// begun is a create that failed: in which Region, and the resources that it may have been for, as far as the engine has not
// asked for a key of theirs there again since.
type begun struct {
	region    string
	resources []string
}

// claim is a stack's row of a key.
type claim struct {
	stack *stack.Stack
	id    string
}

func newLedger() ledger {
	return ledger{map[place]bool{}, map[string]bool{}, map[string]*stack.Stack{}, map[string]begun{}, map[claim]bool{}}
}

// byHand notes what a person has done to a key.
func (l *ledger) byHand(operation string, in map[string]any) {
	id, _ := in["KeyId"].(string)
	id = sim.IDOf(id)
	switch operation {
	case "ScheduleKeyDeletion":
		l.asked[place{id: id}] = true
	case "CancelKeyDeletion":
		delete(l.asked, place{id: id})
	}
}

// note takes an operation into account.
func (l *ledger) note(h *History, r *stack.Result) {
	if r.Preview {
		return
	}
	for _, k := range r.KeysAfter {
		// A key comes into being by CreateKey, or comes back by CancelKeyDeletion.
		if before, known := sim.Find(r.KeysBefore, k.ID()); !known || !before.Live() && k.Live() {
			if !known {
				l.maker[k.ID()] = r.Stack
			}
			if !held(r.After, k.ID()) {
				b := begun{region: k.Region()}
				for _, s := range r.Steps {
					if s.Failed {
						b.resources = append(b.resources, s.URN.Name())
					}
				}
				l.begun[k.ID()] = b
			}
		}
		if k.Live() {
			// It came back: whoever wants it gone must ask again.
			for at := range l.asked {
				if at.id == k.ID() && (at.region == "" || at.region == k.Region()) && held(r.After, k.ID()) && !deletes(r, k.ID()) {
					delete(l.asked, at)
				}
			}
		}
	}
	for id, b := range l.begun {
		if _, before := sim.Find(r.KeysBefore, id); before && r.Stack == l.maker[id] {
			b.resources = slices.DeleteFunc(b.resources, func(name string) bool { return created(r, name, b.region) })
			l.begun[id] = b
		}
	}
	l.noteAdoptions(h, r)
	for _, s := range r.Steps {
		if s.Old == nil || s.Old.State == nil {
			continue
		}
		l.noteStep(h, r, s)
	}
	for _, row := range r.After {
		if stays(row) {
			delete(l.released, sim.IDOf(string(row.ID)))
		}
	}
}

// created says whether an operation has made a key for a resource in a Region, or taken one up.
func created(r *stack.Result, name, region string) bool {
	return slices.ContainsFunc(r.Steps, func(s stack.Step) bool {
		return s.URN.Name() == name && !s.Failed && (s.Op == "create" || s.Op == "create-replacement") && s.New != nil && s.New.State != nil &&
			text(s.New.State.Inputs, "region", sim.Region) == region
	})
}

// noteAdoptions takes claims away from stacks whose key another one has adopted or imported.
func (l *ledger) noteAdoptions(h *History, r *stack.Result) {
	for _, row := range r.After {
		id := sim.IDOf(string(row.ID))
		if held(r.Before, id) || r.Operation != stack.Import && !consents(r.Program, id, r.KeysBefore) {
			continue
		}
		for _, other := range h.Stacks {
			l.lost[claim{other, id}] = other != r.Stack
		}
	}
}

// noteStep reads from a step what it asks for.
func (l *ledger) noteStep(h *History, r *stack.Result, s stack.Step) {
	old, id := s.Old.State, sim.IDOf(string(s.Old.State.ID))
	if s.Deletes() {
		if kept(r, s) || !h.Shared && h.holder(id, r.Stack) != nil {
			return // the key stays: another row has it
		}
		policy := text(old.Inputs, "deletionPolicy", "SCHEDULE")
		if old.RetainOnDelete || deletedWithAnother(r, s) || policy == "RETAIN" || policy == "DISABLE" {
			l.released[id] = true
			return
		}
		for _, region := range regions(old.Inputs) {
			if replicaPolicy(old.Inputs, region) == "SCHEDULE" {
				l.asked[place{id, region}] = true
			}
		}
		return
	}
	if s.New == nil || s.New.State == nil {
		return
	}
	now := regions(s.New.State.Inputs)
	for _, region := range regions(old.Inputs) {
		if !slices.Contains(now, region) {
			if replicaPolicy(old.Inputs, region) == "SCHEDULE" {
				l.asked[place{id, region}] = true
			}
		}
	}
}

// askedFor says whether anybody asked for the deletion of a key in a Region.
func (l *ledger) askedFor(id, region string) bool {
	return l.asked[place{id, region}] || l.asked[place{id: id}]
}

// held says whether a row that stays has the key.
func held(rows []stack.Row, id string) bool {
	return slices.ContainsFunc(rows, func(r stack.Row) bool { return stays(r) && sim.IDOf(string(r.ID)) == id })
}

// stays says whether a row is neither waiting for its deletion nor deleted and waiting for its replacement.
func stays(r stack.Row) bool { return !r.Delete && !r.PendingReplacement }

// kept says whether the key of a row that a step deletes stays with another row: of another resource, or of the same one,
// which a replacement has given the key that it had.
func kept(r *stack.Result, s stack.Step) bool {
	id := sim.IDOf(string(s.Old.State.ID))
	sameAgain := s.Old.State.Delete || slices.ContainsFunc(r.Steps, func(o stack.Step) bool {
		return o.URN == s.URN && o.Op == "create-replacement" && o.New != nil && sim.IDOf(string(o.New.ID)) == id
	})
	return slices.ContainsFunc(r.After, func(row stack.Row) bool {
		return stays(row) && sim.IDOf(string(row.ID)) == id && (row.URN != s.URN || sameAgain)
	})
}

// deletes says whether an operation has a step that deletes the row of a key.
func deletes(r *stack.Result, id string) bool {
	return slices.ContainsFunc(r.Steps, func(s stack.Step) bool {
		return s.Deletes() && s.Old != nil && sim.IDOf(string(s.Old.ID)) == id
	})
}

// deletedWithAnother says whether the engine leaves a deletion out because the resource goes with another one.
func deletedWithAnother(r *stack.Result, s stack.Step) bool {
	with := s.Old.State.DeletedWith
	return with != "" && slices.ContainsFunc(r.Steps, func(o stack.Step) bool { return o.URN == with && o.Deletes() })
}

// text is a plain string among inputs; the default where it is absent, secret or unknown.
func text(inputs resource.PropertyMap, name resource.PropertyKey, or string) string {
	if v, ok := inputs[name]; ok && v.IsString() {
		return v.StringValue()
	}
	return or
}

// replicas are the entries of the input replicas by Region.
func replicas(inputs resource.PropertyMap) map[string]resource.PropertyMap {
	found := map[string]resource.PropertyMap{}
	list, ok := inputs["replicas"]
	if !ok || !list.IsArray() {
		return found
	}
	for _, entry := range list.ArrayValue() {
		if entry.IsObject() {
			found[text(entry.ObjectValue(), "region", "")] = entry.ObjectValue()
		}
	}
	return found
}

// regions are all Regions that the inputs name.
func regions(inputs resource.PropertyMap) []string {
	return append([]string{text(inputs, "region", sim.Region)}, names(replicas(inputs))...)
}

// replicaPolicy is the deletionPolicy of the key in one Region.
func replicaPolicy(inputs resource.PropertyMap, region string) string {
	key := text(inputs, "deletionPolicy", "SCHEDULE")
	if entry, ok := replicas(inputs)[region]; ok {
		return text(entry, "deletionPolicy", key)
	}
	return key
}

// deletedRows are steps that delete, of one operation.
func deletedRows(r *stack.Result) (steps []stack.Step) {
	for _, s := range r.Steps {
		if s.Deletes() && s.Old != nil && s.Old.State != nil {
			steps = append(steps, s)
		}
	}
	return steps
}
