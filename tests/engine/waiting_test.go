package engine_test

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// Kind 7: waiting holds up nobody else, ends when it is told to, and done means usable.

// slack is what a busy machine may add to a bound, in a run that waits for nothing else.
const slack = 5 * time.Second

func within(t *testing.T, most time.Duration, r *stack.Result) *stack.Result {
	t.Helper()
	if r.Took > most {
		t.Errorf("%s took %.1f s instead of at most %.1f", r.Title(), r.Took.Seconds(), most.Seconds())
	}
	return r
}

func TestLookForInterruptedKeysEndsWithTheUsersTime(t *testing.T) {
	for _, call := range []string{"ListKeys", "ListResourceTags"} {
		t.Run(call, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(named1)
			h.Sim.ByHand(sim.Region, "CreateKey", fields{}) // something to look at
			dev.Program.Keys[0].Timeouts = &resource.CustomTimeouts{Create: 3}
			h.Fault(fields{"operation": call, "effect": "hang"})
			failed(t, within(t, 3*time.Second+slack, dev.Up()))
			h.Settle(dev)
			lives(t, h, 2)
		})
	}
}

func TestLookForInterruptedKeysEndsWithCtrlC(t *testing.T) {
	for _, call := range []string{"ListKeys", "ListResourceTags"} {
		t.Run(call, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(named1)
			h.Sim.ByHand(sim.Region, "CreateKey", fields{})
			h.Fault(fields{"operation": call, "effect": "hang"})
			time.AfterFunc(time.Second, dev.Interrupt)
			failed(t, dev.Up()) // P11 has the bound
			h.Settle(dev)
			lives(t, h, 2)
		})
	}
}

func TestCtrlCAtAnyCall(t *testing.T) {
	calls := map[string]func(*testing.T, *judge.History, *stack.Stack) func() *stack.Result{
		"ListKeys": creating, "CreateKey": creating, "EnableKeyRotation": creating, "CreateAlias": creating,
		"DescribeKey": changing, "GetKeyPolicy": changing, "ListAliases": changing, "TagResource": changing, "UpdateKeyDescription": changing,
		"ScheduleKeyDeletion": destroying, "DeleteAlias": destroying,
	}
	for call, prepare := range calls {
		for _, effect := range []string{"hang", "hangAfter"} {
			t.Run(call+" "+effect, func(t *testing.T) {
				h, dev := begin(t)
				run := prepare(t, h, dev)
				h.Fault(fields{"operation": call, "count": 1, "effect": effect})
				time.AfterFunc(700*time.Millisecond, dev.Interrupt)
				run()
				h.Settle(dev)
				lives(t, h, len(dev.Program.Keys))
			})
		}
	}
}

// A deletion that KMS has accepted is done, whatever becomes of the names: a row that stayed would say that the key is in use.
func TestDeletionIsDoneWhereItsNamesCannotBeDeleted(t *testing.T) {
	for what, trouble := range map[string]func(*judge.History, *stack.Stack){
		"refused": func(h *judge.History, _ *stack.Stack) {
			h.Fault(fields{"operation": "DeleteAlias", "count": 1, "effect": "accessDenied"})
		},
		"Ctrl-C": func(h *judge.History, dev *stack.Stack) {
			h.Fault(fields{"operation": "ScheduleKeyDeletion", "count": 1, "effect": fields{"delay": fields{"milliseconds": 600}}})
			time.AfterFunc(300*time.Millisecond, dev.Interrupt)
		},
	} {
		t.Run(what, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(named1)
			must(t, dev.Up())
			trouble(h, dev)
			says(t, dev.Destroy(), "The deletion is scheduled all the same")
			if rows := dev.Rows(); len(rows) > 0 {
				t.Errorf("rows are left: %v", rows)
			}
			h.Settle(dev)
			lives(t, h, 1)
		})
	}
}

func creating(_ *testing.T, _ *judge.History, s *stack.Stack) func() *stack.Result {
	s.Program = stack.One(named1)
	return s.Up
}

func changing(t *testing.T, _ *judge.History, s *stack.Stack) func() *stack.Result {
	s.Program = stack.One(named1)
	must(t, s.Up())
	s.Program = stack.One(inputs{"alias": "alias/a", "description": "2", "tags": fields{"x": "1"}})
	return s.Up
}

func destroying(t *testing.T, _ *judge.History, s *stack.Stack) func() *stack.Result {
	s.Program = stack.One(named1)
	must(t, s.Up())
	s.Program = program{}
	return s.Up
}

func TestHealthyKeyDoesNotWaitForAnotherRegion(t *testing.T) {
	h, dev := begin(t)
	dev.Options.Parallel = 8
	for _, name := range []string{"b", "c", "d"} {
		dev.Program.Keys = append(dev.Program.Keys, key{Name: name, Inputs: inputs{"alias": "alias/" + name, "region": "eu-west-1"}, Timeouts: &resource.CustomTimeouts{Create: 10}})
	}
	dev.Program.Keys = append(dev.Program.Keys, key{Name: "a", Inputs: named1})
	h.Fault(fields{"region": "eu-west-1", "effect": "hang"})
	began := time.Now()
	var took time.Duration
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for time.Since(began) < 30*time.Second {
			if _, ok := sim.Holder(h.Sim.Keys(), sim.Region, "alias/a"); ok {
				took = time.Since(began)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	within(t, 10*time.Second+slack, dev.Up())
	<-finished
	if took == 0 || took > slack {
		t.Errorf("the healthy key was ready after %.1f s", took.Seconds())
	}
	h.Settle(dev)
}

func TestForeignKeyWhoseTagsFailHoldsUpNoCreate(t *testing.T) {
	h, dev := begin(t)
	h.Sim.ByHand(sim.Region, "CreateKey", fields{})
	dev.Program = stack.One(named1)
	h.Fault(fields{"operation": "ListResourceTags", "nth": 1, "count": 3, "effect": "kmsInternal"})
	must(t, dev.Up())
	h.Settle(dev)
	lives(t, h, 2)
}

// set is a key with a replica.
func set(more inputs) program {
	in := inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1"}}}
	for name, value := range more {
		in[name] = value
	}
	return stack.One(in)
}

func TestUpEndsWhenReplicasAreEnabled(t *testing.T) {
	h, dev := begin(t)
	h.Sim.Options(fields{"creatingSeconds": 3})
	dev.Program = set(nil)
	r := must(t, dev.Up())
	for _, k := range r.KeysAfter {
		if k.State != "Enabled" {
			t.Errorf("the key in %s is %s after up", k.Region(), k.State)
		}
	}
	h.Settle(dev)
}

func TestUpThatShallNotWaitForReplicasDoesNot(t *testing.T) {
	h, dev := begin(t)
	h.Sim.Options(fields{"creatingSeconds": 30})
	dev.Program = set(inputs{"waitForReplicas": false})
	r := must(t, within(t, slack, dev.Up()))
	if row := dev.Row("a"); row != nil {
		state := row.Outputs["replicaKeys"].ObjectValue()["eu-west-1"].ObjectValue()["keyState"].StringValue()
		if state != "Creating" {
			t.Errorf("the output says %s of a replica that is Creating", state)
		}
	}
	_ = r
	h.Sim.Options(fields{"creatingSeconds": 0})
	h.Sim.Advance(60)
	h.Settle(dev)
}

func TestDisabledReplicaIsWaitedForAsLongAsTheUserAllows(t *testing.T) {
	h, dev := begin(t)
	h.Sim.Options(fields{"creatingSeconds": 600})
	dev.Program = stack.One(inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1", "enabled": false}}})
	dev.Program.Keys[0].Timeouts = &resource.CustomTimeouts{Create: 3, Update: 3}
	failed(t, within(t, 3*time.Second+slack, dev.Up()))
	h.Sim.Advance(601)
	h.Settle(dev)
	for _, k := range h.Sim.Keys() {
		if k.Region() == "eu-west-1" && k.State != "Disabled" {
			t.Errorf("the replica is %s", k.State)
		}
	}
}

func TestCtrlCWhileReplicasAreMade(t *testing.T) {
	h, dev := begin(t)
	h.Sim.Options(fields{"creatingSeconds": 600})
	dev.Program = set(nil)
	time.AfterFunc(time.Second, dev.Interrupt)
	dev.Up()
	h.Sim.Advance(601)
	h.Settle(dev)
}
