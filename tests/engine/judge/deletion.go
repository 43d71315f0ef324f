package judge

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// NothingGoesUnasked is P2: every deletion, every disabling and every name that goes has a step of the engine, or an input,
// that asks for it; and no key is replaced that its program does not allow to replace.
func NothingGoesUnasked(m Moment) (broken []string) {
	r := m.Result
	if r == nil || r.Preview {
		return nil
	}
	for _, c := range r.Writes() {
		switch c.Operation {
		case "ScheduleKeyDeletion":
			id := sim.IDOf(c.Text("KeyId"))
			if !m.ledger.askedFor(id, c.Region) {
				broken = append(broken, fmt.Sprintf("the deletion of key %s in %s was scheduled", stack.Short(id), c.Region))
			}
		case "DisableKey":
			id := sim.IDOf(c.Text("KeyId"))
			if !disabledOnPurpose(r, id, c.Region) {
				broken = append(broken, fmt.Sprintf("key %s in %s was disabled", stack.Short(id), c.Region))
			}
		case "DeleteImportedKeyMaterial":
			broken = append(broken, "key material was deleted")
		}
	}
	for _, k := range r.KeysBefore {
		for _, alias := range k.Aliases {
			if _, ok := sim.Holder(r.KeysAfter, k.Region(), alias); !ok && !unnamedOnPurpose(m, k, alias) {
				broken = append(broken, fmt.Sprintf("%s of key %s in %s is gone", alias, stack.Short(k.ID()), k.Region()))
			}
		}
	}
	return append(broken, forbiddenReplacements(r)...)
}

// forbiddenReplacements are replacements by another key of resources whose program forbids it.
func forbiddenReplacements(r *stack.Result) (broken []string) {
	for _, s := range r.Steps {
		if s.Op != "create-replacement" || s.Failed || s.New == nil || s.Old == nil || s.New.ID == s.Old.ID {
			continue
		}
		if s.New.State != nil && text(s.New.State.Inputs, "replacementPolicy", "FORBID") == "FORBID" {
			broken = append(broken, fmt.Sprintf("%s got another key, which its replacementPolicy forbids", s.URN.Name()))
		}
	}
	return broken
}

// inputsAfter are the inputs of the steps that concern a key, as they are after the step.
func inputsAfter(r *stack.Result, id string) (all []resource.PropertyMap) {
	for _, s := range r.Steps {
		if s.New == nil || s.New.State == nil {
			continue
		}
		if sim.IDOf(string(s.New.ID)) == id || (s.Old != nil && sim.IDOf(string(s.Old.ID)) == id) || s.New.ID == "" || s.Failed {
			all = append(all, s.New.State.Inputs)
		}
	}
	return all
}

// disabledOnPurpose says whether a program, or a deletionPolicy, wants the key disabled.
func disabledOnPurpose(r *stack.Result, id, region string) bool {
	for _, s := range deletedRows(r) {
		if sim.IDOf(string(s.Old.ID)) == id && replicaPolicy(s.Old.State.Inputs, region) == "DISABLE" {
			return true
		}
	}
	return slices.ContainsFunc(inputsAfter(r, id), func(inputs resource.PropertyMap) bool {
		if entry, ok := replicas(inputs)[region]; ok {
			if v, ok := entry["enabled"]; ok && v.IsBool() {
				return !v.BoolValue()
			}
		}
		v, ok := inputs["enabled"]
		return ok && v.IsBool() && !v.BoolValue()
	}) || removedReplicaPolicy(r, id, region) == "DISABLE"
}

// removedReplicaPolicy is the deletionPolicy of a replica that an update takes out of the list.
func removedReplicaPolicy(r *stack.Result, id, region string) string {
	for _, s := range r.Steps {
		if s.Old != nil && s.Old.State != nil && sim.IDOf(string(s.Old.ID)) == id {
			if _, ok := replicas(s.Old.State.Inputs)[region]; ok {
				return replicaPolicy(s.Old.State.Inputs, region)
			}
		}
	}
	return ""
}

// unnamedOnPurpose says whether a program has given a name up: its row was deleted, or its inputs do not have it any more.
func unnamedOnPurpose(m Moment, k sim.Key, alias string) bool {
	r := m.Result
	if m.ledger.askedFor(k.ID(), k.Region()) {
		return true
	}
	for _, s := range r.Steps {
		concerns := (s.Old != nil && sim.IDOf(string(s.Old.ID)) == k.ID()) || (s.New != nil && sim.IDOf(string(s.New.ID)) == k.ID()) ||
			s.New != nil && s.New.ID == "" // a create that takes a key up
		if !concerns {
			continue
		}
		if s.Deletes() {
			return true
		}
		// While a name moves to a key of another class there is a moment without it, and trouble may come just then.
		if s.Op == "create-replacement" || s.Op == "replace" {
			return m.Troubled
		}
		if s.New == nil || s.New.State == nil || !slices.Contains(aliasesIn(s.New.State.Inputs, k.Region()), alias) {
			return true
		}
	}
	return false
}

// aliasesIn are the names that inputs give to the key in a Region; those that cannot be read, because they are secret, are
// left out.
func aliasesIn(inputs resource.PropertyMap, region string) (aliases []string) {
	own := func(inputs resource.PropertyMap) {
		if v, ok := inputs["aliases"]; ok && v.IsArray() {
			for _, name := range v.ArrayValue() {
				if name.IsString() {
					aliases = append(aliases, name.StringValue())
				}
			}
		}
	}
	if entry, ok := replicas(inputs)[region]; ok {
		if _, ok := entry["aliases"]; ok {
			own(entry)
			return aliases
		}
	}
	for _, name := range []resource.PropertyKey{"alias", "aliasName"} {
		if v, ok := inputs[name]; ok && v.IsString() {
			aliases = append(aliases, v.StringValue())
		}
	}
	own(inputs)
	return aliases
}
