package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// Kind 3: whose key is it? A live key of another state is never taken up silently; a row's own key is never lost to it.

func TestNewStackUnderARenamedStacksOldNameTakesNoKey(t *testing.T) {
	type how struct {
		up    bool
		alias string
	}
	cases := map[string]how{
		"after an up": {true, "alias/a"}, "at once": {false, "alias/a"}, "after an up, another alias": {true, "alias/b"}, "at once, another alias": {false, "alias/b"},
	}
	each(t, cases, func(t *testing.T, how how) {
		h, staging := begin(t)
		staging.Program = stack.One(named1)
		must(t, staging.Up())
		k := id(t, staging, "a")
		staging.Rename("staging")
		if how.up {
			done(t, staging.Up()) // signs the key with the new name
			unchanged(t, staging.Up())
		}
		dev := h.Stack("dev")
		dev.Program = stack.One(inputs{"alias": how.alias})
		dev.Up()
		if row := dev.Row("a"); row != nil && sim.IDOf(string(row.ID)) == sim.IDOf(k) {
			t.Error("the new stack has taken the key of the renamed one")
		}
		dev.Destroy()
		keeps(t, h, staging, "a", k)
		h.Settle(staging)
		keeps(t, h, staging, "a", k)
		named(t, h, "alias/a", k)
	})
}

func TestLiveKeyOfAnotherLineageIsRefusedUnlessAdopted(t *testing.T) {
	h, first := begin(t)
	first.Program = stack.One(named1)
	must(t, first.Up())
	k := id(t, first, "a")
	second := h.Stack("dev") // of the same name, in another backend
	second.Program = stack.One(named1)
	failed(t, second.Preview(), stack.Short(k), "adopt")
	refused(t, second.Up(), stack.Short(k), "adopt")
	keeps(t, h, first, "a", k)
	unchanged(t, first.Up())
	second.Program = stack.One(inputs{"alias": "alias/a", "adopt": k})
	must(t, second.Up())
	failed(t, firstChanged(first))
	must(t, first.Destroy()) // forgets
	keeps(t, h, second, "a", k)
	h.Settle(second)
}

// firstChanged tries a change by a stack that has lost its key.
func firstChanged(s *stack.Stack) *stack.Result {
	s.Program = stack.One(inputs{"alias": "alias/a", "description": "from the old stack"})
	return s.Up()
}

func TestPendingKeyOfADestroyedLineageIsRestored(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(named1)
	must(t, dev.Up())
	k := id(t, dev, "a")
	must(t, dev.Destroy())
	lives(t, h, 0)
	must(t, dev.Preview())
	must(t, dev.Up())
	keeps(t, h, dev, "a", k)
	h.Settle(dev)
	lives(t, h, 1)
}

func TestMovedRowIsNotTakenBackByItsOldSource(t *testing.T) {
	each(t, map[string]inputs{"FORBID": named1, "ALLOW": allowed("alias/a")}, func(t *testing.T, in inputs) {
		h, from := begin(t)
		from.Program = stack.One(in)
		must(t, from.Up())
		k := id(t, from, "a")
		to := h.Stack("prod")
		to.Program = from.Program
		from.Move("a", to)
		from.Up() // of the unedited source
		keeps(t, h, to, "a", k)
		named(t, h, "alias/a", k)
		if row := from.Row("a"); row != nil && sim.IDOf(string(row.ID)) == sim.IDOf(k) {
			t.Error("the old stack has taken the key back")
		}
		from.Program = program{}
		done(t, from.Up())
		h.Settle(to)
		keeps(t, h, to, "a", k)
		named(t, h, "alias/a", k)
	})
}

func TestRenameAndMoveAreFencedByTheFirstUp(t *testing.T) {
	changes := map[string]func(*judge.History, *stack.Stack) *stack.Stack{
		"stack rename": func(_ *judge.History, s *stack.Stack) *stack.Stack { s.Rename("staging"); return s },
		"state rename": func(_ *judge.History, s *stack.Stack) *stack.Stack {
			s.RenameRow("a", "b")
			s.Program = stack.Of(key{Name: "b", Inputs: named1})
			return s
		},
		"aliases": func(_ *judge.History, s *stack.Stack) *stack.Stack {
			s.Program = stack.Of(key{Name: "b", Inputs: named1, Formerly: []string{"a"}})
			return s
		},
		"state move": func(h *judge.History, s *stack.Stack) *stack.Stack {
			to := h.Stack("prod")
			to.Program = s.Program
			s.Move("a", to)
			return to
		},
	}
	for how, change := range changes {
		t.Run(how, func(t *testing.T) {
			h, s := begin(t)
			s.Program = stack.One(named1)
			must(t, s.Up())
			k := id(t, s, "a")
			before := h.Sim.Live()[0].Mark()
			s = change(h, s)
			must(t, s.Preview())
			r := must(t, s.Up())
			name := s.Program.Keys[0].Name
			if !r.Has("update", name) {
				t.Errorf("the first up takes the steps %v instead of one update", r.StepNames())
			}
			if calls := sim.Names(r.Writes()); calls != "TagResource" {
				t.Errorf("it makes the calls %s", calls)
			}
			keeps(t, h, s, name, k)
			if h.Sim.Live()[0].Mark() == before {
				t.Error("the key has its old mark")
			}
			unchanged(t, s.Up())
			h.Settle(s)
			keeps(t, h, s, name, k)
		})
	}
}

func TestStatelessCreatesOwnNothing(t *testing.T) {
	h, _ := begin(t)
	first, err := stack.DoCreate(h.Sim, inputs{"description": "mine"})
	if err != nil {
		t.Fatal(err)
	}
	second, err := stack.DoCreate(h.Sim, inputs{"description": "yours"})
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Fatal("the second create has rewritten the first key")
	}
	if err := stack.DoDelete(h.Sim, first); err != nil {
		t.Fatal(err)
	}
	third, err := stack.DoCreate(h.Sim, inputs{"description": "theirs"})
	if err != nil {
		t.Fatal(err)
	}
	if third == first || third == second {
		t.Error("a create without a state has taken up an older key")
	}
	lives(t, h, 2)
	for _, k := range h.Sim.Live() {
		if shall := map[string]string{sim.IDOf(second): "yours", sim.IDOf(third): "theirs"}[k.ID()]; k.Description != shall {
			t.Errorf("a key's description is %q instead of %q", k.Description, shall)
		}
	}
}

func TestStatelessPatchLeavesTheStackItsKey(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(named1)
	must(t, dev.Up())
	k := id(t, dev, "a")
	if err := stack.DoPatch(h.Sim, k, inputs{"description": "patched"}); err != nil {
		t.Fatal(err)
	}
	dev.Program = stack.One(inputs{"alias": "alias/a", "description": "from the program"})
	done(t, dev.Up())
	keeps(t, h, dev, "a", k)
	h.Settle(dev)
}

func TestAnotherOwnersLowerGenerationFences(t *testing.T) {
	ways := map[string]func(*judge.History, string){
		"without kms:ListResourceTags": func(h *judge.History, _ string) {
			h.Fault(fields{"operation": "ListResourceTags", "effect": "accessDenied"})
		},
		"tag stripped": func(h *judge.History, k string) {
			h.Hand("UntagResource", fields{"KeyId": k, "TagKeys": []string{"awskms:owner"}})
		},
	}
	for way, prepare := range ways {
		t.Run(way, func(t *testing.T) {
			h, one := begin(t)
			one.Name = "one"
			one.Program = stack.One(named1)
			must(t, one.Up())
			k := id(t, one, "a")
			must(t, one.Destroy())
			must(t, one.Up()) // restored: its mark is of generation 2
			two := h.Stack("two")
			two.Program = stack.Of(key{Name: "z", Inputs: inputs{"alias": "alias/a", "adopt": k}})
			prepare(h, k)
			must(t, two.Up())
			h.Calm()
			failed(t, firstChanged(one))
			one.Destroy() // may forget, must not delete
			keeps(t, h, two, "z", k)
			h.Settle(two)
			keeps(t, h, two, "z", k)
		})
	}
}

func TestLateTagsLowerNoGeneration(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(named1)
	must(t, dev.Up())
	k := id(t, dev, "a")
	h.Sim.Advance(120)
	must(t, dev.Destroy())
	must(t, dev.Up()) // restored: generation 2
	dev.Program = stack.One(inputs{"alias": "alias/a", "description": "2"})
	h.Sim.Options(fields{"lag": []any{fields{"operation": "ListResourceTags", "seconds": 60}}})
	dev.Up() // may be refused, must not go wrong for ever
	h.Sim.Options(fields{"lag": []any{}})
	h.Settle(dev)
	keeps(t, h, dev, "a", k)
	must(t, dev.Destroy())
	lives(t, h, 0)
}

func TestSetThatComesBackIsNotFencedByItself(t *testing.T) {
	of := func(region string, others ...string) program {
		var replicas []any
		for _, other := range others {
			replicas = append(replicas, fields{"region": other})
		}
		return stack.One(inputs{"alias": "alias/a", "region": region, "replicas": replicas})
	}
	t.Run("the primary's mark is denied once", func(t *testing.T) {
		h, dev := begin(t)
		dev.Program = of("us-east-1", "eu-west-1")
		must(t, dev.Up())
		k := id(t, dev, "a")
		must(t, dev.Destroy())
		h.Fault(fields{"operation": "TagResource", "region": "us-east-1", "count": 1, "effect": "accessDenied"})
		dev.Up()
		h.Settle(dev)
		keeps(t, h, dev, "a", k)
		must(t, dev.Destroy())
		lives(t, h, 0)
	})
	t.Run("with another Region and without the old primary's", func(t *testing.T) {
		h, dev := begin(t)
		dev.Program = of("us-east-1", "eu-west-1")
		must(t, dev.Up())
		must(t, dev.Destroy())
		dev.Program = of("eu-west-1")
		h.Settle(dev)
		must(t, dev.Destroy())
		lives(t, h, 0)
	})
	t.Run("with another Region and another replica", func(t *testing.T) {
		h, dev := begin(t)
		dev.Program = of("us-east-1", "eu-west-1")
		must(t, dev.Up())
		must(t, dev.Destroy())
		dev.Program = of("eu-west-1", "eu-central-1")
		h.Settle(dev)
		must(t, dev.Destroy())
		lives(t, h, 0)
	})
	t.Run("with the Regions changed about", func(t *testing.T) {
		h, dev := begin(t)
		dev.Program = of("us-east-1", "eu-west-1")
		must(t, dev.Up())
		must(t, dev.Destroy())
		dev.Program = of("eu-west-1", "us-east-1")
		h.Settle(dev)
		must(t, dev.Destroy())
		lives(t, h, 0)
	})
}

func TestWithoutReadingTagsASecondKeyIsAnnounced(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(inputs{})
	h.At("CreateKey", 1, sim.After, "the answer is lost", func() {})
	dev.Up()
	h.Calm()
	h.Fault(fields{"operation": "ListResourceTags", "effect": "accessDenied"})
	r := dev.Up()
	if len(h.Sim.Live()) > 1 && !r.Says("kms:ListResourceTags") {
		t.Errorf("a second key was made without a word about kms:ListResourceTags:\n%s", r.Text())
	}
}

func TestLostAnswerOfTagResourceLocksNobodyOut(t *testing.T) {
	moments := map[string]func(*testing.T, *judge.History, *stack.Stack){
		"taken up": func(_ *testing.T, h *judge.History, s *stack.Stack) {
			h.At("CreateKey", 1, sim.After, "the provider is killed", s.KillProvider)
			s.Up()
			h.Calm()
		},
		"restored": func(t *testing.T, _ *judge.History, s *stack.Stack) { must(t, s.Up()); must(t, s.Destroy()) },
		"renamed":  func(t *testing.T, _ *judge.History, s *stack.Stack) { must(t, s.Up()); s.Rename("staging") },
	}
	for moment, reach := range moments {
		for _, trouble := range []string{"cutAfter", "cutBody", "accessDenied", "kmsInternal"} {
			t.Run(moment+" "+trouble, func(t *testing.T) {
				h, dev := begin(t)
				dev.Program = stack.One(named1)
				reach(t, h, dev)
				h.Fault(fields{"operation": "TagResource", "count": 1, "effect": trouble})
				dev.Up()
				h.Settle(dev)
				lives(t, h, 1)
				must(t, dev.Destroy())
				lives(t, h, 0)
			})
		}
	}
}

func TestEndOfTheUsersTimeDuringTagResourceLocksNobodyOut(t *testing.T) {
	ways := map[string]func(*stack.Stack) *stack.Result{
		"customTimeouts": func(s *stack.Stack) *stack.Result {
			s.Program.Keys[0].Timeouts = &resource.CustomTimeouts{Create: 2}
			return s.Up()
		},
		"Ctrl-C": func(s *stack.Stack) *stack.Result {
			time.AfterFunc(500*time.Millisecond, s.Interrupt)
			return s.Up()
		},
	}
	for way, up := range ways {
		t.Run(way, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(named1)
			must(t, dev.Up())
			must(t, dev.Destroy())
			h.Fault(fields{"operation": "TagResource", "count": 1, "effect": "hangAfter"})
			up(dev)
			h.Settle(dev)
			must(t, dev.Destroy())
			lives(t, h, 0)
		})
	}
}

func TestOlderStatePullsNoNameOffTheNewerKey(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Trigger: "1"})
	must(t, dev.Up())
	backup := dev.Copy()
	dev.Program = stack.Of(key{Name: "a", Inputs: allowed("alias/a"), Trigger: "2"})
	must(t, dev.Up())
	k := id(t, dev, "a")
	backup.Program = stack.One(inputs{"alias": "alias/a", "description": "from the backup", "replacementPolicy": "ALLOW"})
	backup.Up()
	named(t, h, "alias/a", k)
	keeps(t, h, dev, "a", k)
	unchanged(t, dev.Up())
}

func TestForgottenKeyOfAnotherSpecKeepsItsName(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(named1)
	must(t, dev.Up())
	k := id(t, dev, "a")
	dev.Forget("a")
	dev.Program = stack.One(inputs{"alias": "alias/a", "multiRegion": true})
	failed(t, dev.Preview())
	failed(t, dev.Up())
	named(t, h, "alias/a", k)
}

func TestNameOfAnotherStacksPendingKeyIsNotTakenWithoutAWord(t *testing.T) {
	h, prod := begin(t)
	prod.Name = "prod"
	prod.Program = stack.One(named1)
	must(t, prod.Up())
	k := id(t, prod, "a")
	h.Hand("ScheduleKeyDeletion", fields{"KeyId": k, "PendingWindowInDays": 7}) // by hand, so the name stays
	dev := h.Stack("dev")
	dev.Program = stack.Of(key{Name: "b", Inputs: named1})
	r := dev.Up()
	if holder, _ := sim.Holder(h.Sim.Keys(), sim.Region, "alias/a"); holder.ID() != sim.IDOf(k) && !strings.Contains(r.Text(), stack.Short(k)) {
		t.Errorf("the name of another stack's pending key was taken without a word:\n%s", r.Text())
	}
}

func TestOrganizationInCIAndNotOnALaptopIsOneOwner(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(named1)
	dev.Env = []string{"PULUMI_ORGANIZATION=acme"}
	h.At("CreateKey", 1, sim.After, "the provider is killed", dev.KillProvider)
	dev.Up()
	dev.Env = nil
	h.Settle(dev)
	lives(t, h, 1)
}

func TestRetainedKeyIsInNobodysWay(t *testing.T) {
	for _, policy := range []string{"RETAIN", "DISABLE"} {
		t.Run(policy+" other alias", func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(inputs{"alias": "alias/a", "deletionPolicy": policy})
			must(t, dev.Up())
			k := id(t, dev, "a")
			must(t, dev.Destroy())
			dev.Program = stack.One(inputs{"alias": "alias/b"})
			must(t, dev.Preview())
			must(t, dev.Up())
			if id(t, dev, "a") == k {
				t.Error("a key that was given away was taken up under another alias")
			}
			named(t, h, "alias/a", k)
			h.Settle(dev)
		})
		t.Run(policy+" its own alias", func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(inputs{"alias": "alias/a", "deletionPolicy": policy})
			must(t, dev.Up())
			k := id(t, dev, "a")
			must(t, dev.Destroy())
			must(t, dev.Up())
			keeps(t, h, dev, "a", k)
			h.Settle(dev)
			lives(t, h, 1)
		})
	}
}

func TestInterruptedCreateOfThisStateIsFinished(t *testing.T) {
	for _, dies := range []bool{false, true} {
		for _, call := range []string{"CreateKey", "EnableKeyRotation", "CreateAlias"} {
			for _, when := range []sim.When{sim.Before, sim.After} {
				t.Run(call+side(when), func(t *testing.T) {
					h, dev := begin(t)
					dev.Program = stack.One(named1)
					dev.EngineDies = dies
					h.At(call, 1, when, "the provider is killed", dev.KillProvider)
					dev.Up()
					dev.EngineDies = false
					h.Settle(dev)
					lives(t, h, 1)
				})
			}
		}
	}
}

// A recorded key that the state has lost may be another state's by now: it is taken up only by its name.
func TestStateDeleteThenUpNeedsAdopt(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(named1)
	must(t, dev.Up())
	k := id(t, dev, "a")
	dev.Forget("a")
	refused(t, dev.Up(), "set adopt to arn:", ":key/"+k)
	dev.Program = stack.One(inputs{"alias": "alias/a", "adopt": k})
	h.Settle(dev)
	keeps(t, h, dev, "a", k)
	lives(t, h, 1)
}
