package engine_test

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/engine"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// Kind 2: the engine asks for replacements in ways that never come by Diff. FORBID, the default, refuses all of them; ALLOW
// survives a kill in each.

// replacementWays change a program of a, or of a and b, so that the engine wants another key for the last of them.
var replacementWays = map[string]struct{ before, after program }{
	"replacementTrigger": {
		stack.Of(key{Name: "a", Inputs: named1, Trigger: "1"}),
		stack.Of(key{Name: "a", Inputs: named1, Trigger: "2"}),
	},
	"replaceWith": {
		stack.Of(key{Name: "b", Inputs: allowed("alias/b"), Trigger: "1"}, key{Name: "a", Inputs: named1, ReplaceWith: "b"}),
		stack.Of(key{Name: "b", Inputs: allowed("alias/b"), Trigger: "2"}, key{Name: "a", Inputs: named1, ReplaceWith: "b"}),
	},
	"replaceOnChanges": {
		stack.Of(key{Name: "a", Inputs: inputs{"alias": "alias/a", "description": "1"}, ReplaceOn: []string{"description"}}),
		stack.Of(key{Name: "a", Inputs: inputs{"alias": "alias/a", "description": "2"}, ReplaceOn: []string{"description"}}),
	},
	"replaceOnChanges *": {
		stack.Of(key{Name: "a", Inputs: inputs{"alias": "alias/a", "tags": fields{"x": "1"}}, ReplaceOn: []string{"*"}}),
		stack.Of(key{Name: "a", Inputs: inputs{"alias": "alias/a", "tags": fields{"x": "2"}}, ReplaceOn: []string{"*"}}),
	},
	"deleteBeforeReplace": {
		stack.Of(key{Name: "a", Inputs: named1, Trigger: "1", DeleteBefore: true}),
		stack.Of(key{Name: "a", Inputs: named1, Trigger: "2", DeleteBefore: true}),
	},
	"deleteBeforeReplace of a dependency": {
		stack.Of(key{Name: "b", Inputs: allowed("alias/b"), Trigger: "1", DeleteBefore: true},
			key{Name: "a", Inputs: inputs{"alias": "alias/a", "description": stack.Ref{Resource: "b", Output: "keyId"}}, DependsOn: []string{"b"}, ReplaceOn: []string{"description"}}),
		stack.Of(key{Name: "b", Inputs: allowed("alias/b"), Trigger: "2", DeleteBefore: true},
			key{Name: "a", Inputs: inputs{"alias": "alias/a", "description": stack.Ref{Resource: "b", Output: "keyId"}}, DependsOn: []string{"b"}, ReplaceOn: []string{"description"}}),
	},
	"keySpec": {
		stack.One(named1),
		stack.One(inputs{"alias": "alias/a", "keySpec": "HMAC_256"}),
	},
}

var named1 = inputs{"alias": "alias/a"}

func allowed(alias string) inputs { return inputs{"alias": alias, "replacementPolicy": "ALLOW"} }

func TestForbidRefusesEveryWayToAskForAReplacement(t *testing.T) {
	for way, c := range replacementWays {
		t.Run(way, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = c.before
			must(t, dev.Up())
			key := id(t, dev, "a")
			dev.Program = c.after
			refused(t, dev.Preview(), "replacementPolicy")
			failed(t, dev.Up(), "replacementPolicy")
			keeps(t, h, dev, "a", key)
			if way != "replaceWith" { // there b, which may, has been replaced; taking its trigger back would replace it again
				dev.Program = c.before
			}
			h.Settle(dev)
			keeps(t, h, dev, "a", key)
		})
	}
}

func TestDeletedWithOfAReplacedTarget(t *testing.T) {
	h, dev := begin(t)
	of := func(trigger string) program {
		return stack.Of(key{Name: "b", Inputs: allowed("alias/b"), Trigger: trigger}, key{Name: "a", Inputs: named1, DeletedWith: "b"})
	}
	dev.Program = of("1")
	must(t, dev.Up())
	key := id(t, dev, "a")
	dev.Program = of("2")
	dev.Up() // newer engines ask for another key a, too: refused
	keeps(t, h, dev, "a", key)
	dev.Program = of("1")
	h.Settle(dev)
}

func TestAllowedReplacementIsFinishedAfterAKill(t *testing.T) {
	for way, c := range replacementWays {
		if way == "deleteBeforeReplace of a dependency" {
			continue
		}
		for _, call := range []string{"CreateKey", "UpdateAlias", "ScheduleKeyDeletion"} {
			for _, when := range []sim.When{sim.Before, sim.After} {
				t.Run(way+" "+call+side(when), func(t *testing.T) {
					h, dev := begin(t)
					dev.Program = allowing(c.before)
					must(t, dev.Up())
					dev.Program = allowing(c.after)
					h.At(call, 1, when, "the provider is killed", dev.KillProvider)
					dev.Up()
					h.Settle(dev)
					lives(t, h, len(dev.Program.Keys))
				})
			}
		}
	}
}

func TestAllowedReplacementIsFinishedAfterTheEnginesEnd(t *testing.T) {
	for _, call := range []string{"CreateKey", "UpdateAlias", "ScheduleKeyDeletion"} {
		for _, when := range []sim.When{sim.Before, sim.After} {
			t.Run(call+side(when), func(t *testing.T) {
				h, dev := begin(t)
				dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Trigger: "1"})
				must(t, dev.Up())
				dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Trigger: "2"})
				dev.EngineDies = true
				h.At(call, 1, when, "engine and provider are killed", dev.KillProvider)
				dev.Up()
				dev.EngineDies = false
				h.Settle(dev)
				lives(t, h, 1)
			})
		}
	}
}

// side says it in a test's name.
func side(when sim.When) string {
	if when == sim.After {
		return " after"
	}
	return " before"
}

// allowing is the same program with replacementPolicy ALLOW on every key.
func allowing(p program) program {
	var keys []key
	for _, k := range p.Keys {
		with := inputs{"replacementPolicy": "ALLOW"}
		for name, value := range k.Inputs {
			with[name] = value
		}
		with["replacementPolicy"] = "ALLOW"
		k.Inputs = with
		keys = append(keys, k)
	}
	return program{Keys: keys}
}

// The engine shows the provider nothing of the key that a taint or --replace is about, so the key could as well be another
// state's by now: it is kept, and the way out is named.
func TestTaintAndReplaceOnTheCommandLineAreRefused(t *testing.T) {
	ways := map[string]func(*stack.Stack) *stack.Result{
		"taint": func(s *stack.Stack) *stack.Result { s.Taint("a"); return s.Up() },
		"--replace": func(s *stack.Stack) *stack.Result {
			return s.With(func(o *engine.UpdateOptions) { o.ReplaceTargets = s.Targets("a") }, s.Up)
		},
	}
	changes := map[string]inputs{
		"nothing else":     {"alias": "alias/a"},
		"another alias":    {"alias": "alias/b"},
		"no alias":         {},
		"one alias more":   {"alias": "alias/a", "aliases": []any{"alias/b"}},
		"another property": {"alias": "alias/a", "description": "2"},
		"replacement":      {"alias": "alias/a", "replacementPolicy": "ALLOW"},
	}
	for way, up := range ways {
		for change, after := range changes {
			for order, deleteBefore := range map[string]bool{"": false, ", deleted first": true} {
				t.Run(way+" and "+change+order, func(t *testing.T) {
					h, dev := begin(t)
					dev.Program = stack.One(named1)
					dev.Program.Keys[0].DeleteBefore = deleteBefore
					must(t, dev.Up())
					key := id(t, dev, "a")
					dev.Program.Keys[0].Inputs = after
					refused(t, up(dev), "replacementPolicy FORBID", "pulumi state untaint")
					keeps(t, h, dev, "a", key)
					dev.Untaint("a")
					h.Settle(dev)
					keeps(t, h, dev, "a", key)
					lives(t, h, 1)
				})
			}
		}
	}
}

func TestCreateAgainFinishesTheSameKey(t *testing.T) {
	for _, call := range []string{"EnableKeyRotation", "CreateAlias"} {
		for _, times := range []int{1, 5} {
			t.Run(call, func(t *testing.T) {
				h, dev := begin(t)
				dev.Program = program{Keys: stack.One(named1).Keys, Retries: times}
				h.Fault(fields{"operation": call, "count": times, "effect": "accessDenied"})
				done(t, dev.Up())
				lives(t, h, 1)
				h.Settle(dev)
				lives(t, h, 1)
			})
		}
	}
}

func TestCreateAgainAfterALostAnswerFinishesTheSameKey(t *testing.T) {
	for _, effect := range []string{"cutAfter", "cutBefore", "kmsInternal"} {
		for _, call := range []string{"CreateKey", "EnableKeyRotation", "CreateAlias"} {
			t.Run(call+" "+effect, func(t *testing.T) {
				h, dev := begin(t)
				dev.Program = program{Keys: stack.One(named1).Keys, Retries: 3}
				h.Fault(fields{"operation": call, "count": 1, "effect": effect})
				dev.Up()
				h.Settle(dev)
				lives(t, h, 1)
			})
		}
	}
}

// The stacks of the other scenarios let the SDK repeat no call, to save time. Users let it; CreateKey must not be among what it
// repeats.
func TestCallsThatAreRepeatedMakeNoSecondKey(t *testing.T) {
	for _, effect := range []string{"cutAfter", "cutBody", "cutBefore", "kmsInternal"} {
		t.Run(effect, func(t *testing.T) {
			h, dev := begin(t)
			dev.Configure("maxRetries", "3")
			dev.Program = stack.One(named1)
			h.Fault(fields{"operation": "CreateKey", "count": 1, "effect": effect})
			dev.Up()
			h.Settle(dev)
			lives(t, h, 1)
		})
	}
}

func TestRetriedReplacementMakesOneKey(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Trigger: "1"})
	must(t, dev.Up())
	dev.Program = program{Keys: []key{{Name: "a", Inputs: allowed("alias/a"), Trigger: "2"}}, Retries: 3}
	h.Fault(fields{"operation": "EnableKeyRotation", "count": 2, "effect": "accessDenied"})
	dev.Up()
	h.Settle(dev)
	lives(t, h, 1)
}

func TestDeleteOfARowWhoseKeyAnotherRowHoldsOnlyForgets(t *testing.T) {
	renamed := stack.Of(key{Name: "b", Inputs: named1})
	t.Run("pulumi import", func(t *testing.T) {
		h, dev := begin(t)
		dev.Program = stack.One(named1)
		must(t, dev.Up())
		key := id(t, dev, "a")
		h.Shared = true // a person puts the key into a second row
		must(t, dev.Import("b", key))
		dev.Program = renamed
		dev.Unprotect()
		done(t, dev.Up())
		h.Shared = false
		keeps(t, h, dev, "b", key)
		named(t, h, "alias/a", key)
		h.Settle(dev)
		keeps(t, h, dev, "b", key)
	})
	t.Run("the option import", func(t *testing.T) {
		h, dev := begin(t)
		dev.Program = stack.One(named1)
		must(t, dev.Up())
		k := id(t, dev, "a")
		h.Shared = true
		dev.Program = stack.Of(key{Name: "b", Inputs: named1, Import: resourceID(k)})
		done(t, dev.Up())
		keeps(t, h, dev, "b", k)
		named(t, h, "alias/a", k)
		dev.Program = renamed
		h.Shared = false
		h.Settle(dev)
		keeps(t, h, dev, "b", k)
	})
}

func TestTargetedUpAfterARenameMakesNoSecondRow(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.Of(key{Name: "b", Inputs: named1})
	must(t, dev.Up())
	k := id(t, dev, "b")
	dev.Program = stack.Of(key{Name: "a", Inputs: named1})
	// b's row stays, because it is no target: its key must not come into a second one.
	dev.With(func(o *engine.UpdateOptions) { o.Targets = dev.Targets("a") }, dev.Up)
	keeps(t, h, dev, "b", k)
	dev.Program = stack.Of(key{Name: "a", Inputs: named1, Formerly: []string{"b"}})
	h.Settle(dev)
	keeps(t, h, dev, "a", k)
	lives(t, h, 1)
}

func TestRenameWithoutAliasesSaysWhoseTheAliasIs(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(named1)
	must(t, dev.Up())
	k := id(t, dev, "a")
	dev.Program = stack.Of(key{Name: "b", Inputs: named1})
	r := dev.Preview()
	failed(t, r, "aliases")
	silent(t, r, "pulumi import")
	failed(t, dev.Up(), "aliases")
	keeps(t, h, dev, "a", k)
}

func TestAliasOfAStrangerAdvisesImport(t *testing.T) {
	h, dev := begin(t)
	k := h.Sim.ByHand(sim.Region, "CreateKey", fields{})["KeyMetadata"].(map[string]any)["KeyId"]
	h.Hand("CreateAlias", fields{"AliasName": "alias/a", "TargetKeyId": k})
	dev.Program = stack.One(named1)
	refused(t, dev.Preview(), "pulumi import")
	refused(t, dev.Up(), "pulumi import")
}

func TestGuardIsAskedBeforeTheNewKeyIsMade(t *testing.T) {
	for _, policy := range []inputs{{"minIdleDays": 30, "onUnknown": "BLOCK"}} {
		h, dev := begin(t)
		before := inputs{"alias": "alias/a", "replacementPolicy": "ALLOW", "deletionGuard": policy}
		dev.Program = stack.One(before)
		must(t, dev.Up())
		k := id(t, dev, "a")
		if live := h.Sim.Live(); len(live) == 1 { // the key is in use
			h.Sim.Encrypt(live[0], "eA==")
		}
		dev.Program = stack.One(inputs{"alias": "alias/a", "replacementPolicy": "ALLOW", "deletionGuard": policy, "multiRegion": true})
		refused(t, dev.Up(), "deletionGuard")
		keeps(t, h, dev, "a", k)
		named(t, h, "alias/a", k)
		lives(t, h, 1)
		// The way out: without the guard, first alone, then with the replacement.
		dev.Program = stack.One(inputs{"alias": "alias/a", "replacementPolicy": "ALLOW"})
		must(t, dev.Up())
		dev.Program = stack.One(inputs{"alias": "alias/a", "replacementPolicy": "ALLOW", "multiRegion": true})
		h.Settle(dev)
		lives(t, h, 1)
	}
}

func TestDeletedWithLeavesTheKeyAndNothingElse(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.Of(key{Name: "b", Inputs: allowed("alias/b")}, key{Name: "a", Inputs: named1, DeletedWith: "b"})
	must(t, dev.Up())
	must(t, dev.Destroy())
	lives(t, h, 1) // by Pulumi's definition of deletedWith
}

func TestRemovalBesideAReplacementNeedsARunOfItsOwn(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Trigger: "1", DeleteBefore: true}, key{Name: "b", Inputs: inputs{"alias": "alias/b"}, DependsOn: []string{"a"}})
	must(t, dev.Up())
	dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Trigger: "2", DeleteBefore: true})
	// To the provider this is b's replacement: the engine deletes b before a comes anew, and nothing says that b does not.
	failed(t, dev.Up(), "replacementPolicy")
	lives(t, h, 2)
	h.Settle(dev) // in a run of its own the removal is what it looks like
	lives(t, h, 1)
}

func TestTaintAfterAnUpgradeOfTheSDKIsRefused(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Version: "0.1.0"})
	must(t, dev.Up())
	dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Version: "0.2.0"})
	dev.Taint("a")
	refused(t, dev.Up(), "provider's version changed", "pulumi state untaint")
	dev.Untaint("a")
	h.Settle(dev)
	lives(t, h, 1)
}
