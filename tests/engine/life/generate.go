package life

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"pulumi-awskms/tests/engine/stack"
)

// Generator makes plans of a profile. What a life may not change half-way without a refusal that is right (deletionPolicy
// with a replacement) is drawn once for all its steps.
func (p Profile) Generator() *rapid.Generator[Plan] {
	return rapid.Custom(func(t *rapid.T) Plan {
		d := drawing{t, p, map[string]Spec{}}
		for _, name := range p.Keys {
			d.fixed[name] = d.nature(name)
		}
		var plan Plan
		for range rapid.IntRange(1, p.MaxSteps).Draw(t, "steps") {
			plan.Steps = append(plan.Steps, d.step())
		}
		return plan
	})
}

// drawing is the making of one plan.
type drawing struct {
	*rapid.T
	Profile
	fixed map[string]Spec
}

// rare is true now and then, if the profile has the option; more often for options that it has several times.
func (d drawing) rare(option string) bool {
	n := 0
	for _, o := range d.Options {
		if o == option {
			n++
		}
	}
	return n > 0 && rapid.IntRange(0, 5).Draw(d.T, option) >= 6-n
}

func (d drawing) one(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(d.T, label)
}

// nature is what a resource is for its whole life.
func (d drawing) nature(name string) Spec {
	s := Spec{Name: name}
	s.Set, s.DeleteBefore = d.rare("set"), d.rare("deleteBefore")
	if d.rare("retain") && !s.Set {
		s.DeletionPolicy = d.one("deletionPolicy", "RETAIN", "DISABLE")
	}
	if d.rare("provider") {
		s.Provider = "mine"
	}
	return s
}

// step draws one step.
func (d drawing) step() (s Step) {
	s.Other = d.TwoStacks && rapid.IntRange(0, 4).Draw(d.T, "other stack") == 0
	if len(d.Edits) > 0 {
		s.Edit = Edit{d.one("edit", d.Edits...), d.one("edited", d.Keys...)}
	}
	names := d.aliases()
	for i, name := range d.Profile.Keys {
		if i == 0 || rapid.Bool().Draw(d.T, "has "+name) {
			s.Keys = append(s.Keys, d.spec(name, names[i], s.Keys))
		}
	}
	switch op := d.one("operation", d.Operations...); op {
	case "preview":
		s.Operation, s.Dry = stack.Up, true
	default:
		s.Operation = stack.Operation(op)
	}
	s.Previewed = s.Operation != stack.Refresh && rapid.Bool().Draw(d.T, "previewed")
	s.Refresh = s.Operation == stack.Up && rapid.IntRange(0, 4).Draw(d.T, "refresh") == 0
	s.RunProgram = s.Refresh && rapid.Bool().Draw(d.T, "run program")
	s.Planned = s.Operation == stack.Up && s.Previewed && d.rare("plan")
	if d.rare("targets") {
		s.Target = d.one("target", d.Profile.Keys...)
	}
	if s.Operation == stack.Up && d.rare("replace") {
		s.Replace = d.one("replaced", d.Profile.Keys...)
	}
	if d.rare("taint") {
		s.Edit = Edit{"taint", d.one("tainted", d.Profile.Keys...)}
	}
	s.Parallel = d.rare("parallel")
	if d.rare("retry") {
		s.Retries = rapid.IntRange(1, 3).Draw(d.T, "retries")
	}
	if !s.Dry {
		s.Trouble = d.trouble()
	}
	return s
}

// trouble draws what goes wrong.
func (d drawing) trouble() Trouble {
	kind := d.one("trouble", d.Troubles...)
	if kind == "none" {
		return Trouble{}
	}
	calls := writing
	if !strings.HasPrefix(kind, "kill") && rapid.Bool().Draw(d.T, "at a read") {
		calls = reading
	}
	return Trouble{kind, d.one("call", calls...), rapid.IntRange(1, 2).Draw(d.T, "nth"), strings.HasPrefix(kind, "kill") && rapid.Bool().Draw(d.T, "engine dies")}
}

// aliases draws one alias for each resource, or none.
func (d drawing) aliases() []string {
	own := make([]string, len(d.Profile.Keys))
	if d.SharedNames {
		pool := rapid.Permutation([]string{"alias/x", "alias/y", "alias/z", ""}).Draw(d.T, "aliases")
		copy(own, pool)
		return own
	}
	for i, name := range d.Profile.Keys {
		// A key that was left behind keeps its name, and rightly stands in the way of whoever wants it later under another.
		if rapid.IntRange(0, 4).Draw(d.T, "has alias") > 0 || d.fixed[name].DeletionPolicy != "" {
			own[i] = "alias/" + name
		}
	}
	return own
}

// deletesBefore says whether a resource of the life is deleted before it is replaced.
func (d drawing) deletesBefore() bool {
	for _, s := range d.fixed {
		if s.DeleteBefore {
			return true
		}
	}
	return false
}

// spec draws a key of a program, after those of earlier.
func (d drawing) spec(name, alias string, earlier []Spec) Spec {
	s := d.fixed[name]
	s.Alias = alias
	s.Description = d.one("description", "", "1", "2")
	s.Tag = d.one("tag", "", "1", "2")
	s.Disabled = rapid.IntRange(0, 4).Draw(d.T, "disabled") == 0
	// What depends on a resource that is deleted first goes with it, by the policy of the state: the engine has not shown the new one.
	s.Forbidden = d.rare("forbid") && !d.deletesBefore()
	s.Hmac = d.rare("spec") && s.DeletionPolicy == "" && !s.Set
	s.Secret = d.rare("secret")
	if d.rare("policy") {
		s.Policy = d.one("policy", "App", "Other")
	}
	if d.rare("rotate") && !s.Hmac {
		s.RotateOn = d.one("rotate", "1", "2")
	}
	if s.Set {
		d.regions(&s)
	}
	if slices.Contains(d.Options, "trigger") {
		s.Trigger = d.one("trigger", "", "", "1", "2")
	}
	if d.rare("replaceOn") {
		s.ReplaceOn = []string{d.one("on", "description", "tags", "*")}
	}
	if d.rare("ignore") {
		s.Ignore = []string{d.one("ignored", "description", "tags.t", "enabled", "keySpec")}
	}
	s.Protect = d.rare("protect")
	if d.rare("version") {
		s.Version = d.one("version", "0.1.0", "0.2.0")
	}
	if len(earlier) > 0 {
		other := func(label string) string { return rapid.SampledFrom(earlier).Draw(d.T, label).Name }
		if d.rare("deletedWith") && !d.SharedNames {
			s.DeletedWith = other("with")
		}
		// With both, the engine deletes and makes resources again without a word about them to the provider; a preview cannot tell.
		if d.rare("replaceWith") && !d.deletesBefore() {
			s.ReplaceWith = other("replaceWith")
		}
		if rapid.Bool().Draw(d.T, "depends") {
			s.After = other("after")
		}
	}
	return s
}

// regions draws the Regions of a set.
func (d drawing) regions(s *Spec) {
	s.Region = d.one("region", "us-east-1", "us-east-1", "eu-west-1")
	for _, region := range []string{"us-east-1", "eu-west-1", "eu-central-1"} {
		if region != s.Region && rapid.Bool().Draw(d.T, "in "+region) {
			s.Replicas = append(s.Replicas, region)
		}
	}
}
