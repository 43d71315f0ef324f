package engine_test

import (
	"testing"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// Kind 6: a name moves between resources of one program with one UpdateAlias, in any order, previewed; swaps too.

func two(aliasOfA, aliasOfB any, bAfterA bool) program {
	in := func(alias any) inputs {
		if alias == nil {
			return inputs{}
		}
		return inputs{"alias": alias}
	}
	a, b := key{Name: "a", Inputs: in(aliasOfA)}, key{Name: "b", Inputs: in(aliasOfB)}
	if bAfterA {
		b.DependsOn = []string{"a"}
		return stack.Of(a, b)
	}
	a.DependsOn = []string{"b"}
	return stack.Of(b, a)
}

func TestNameMovesInsideOneProgram(t *testing.T) {
	cases := map[string]struct{ a1, b1, a2, b2 any }{
		"given up and taken":      {"alias/x", nil, nil, "alias/x"},
		"given up for another":    {"alias/x", "alias/b", "alias/a", "alias/x"},
		"taken by a new resource": {"alias/x", "", "alias/a", "alias/x"},
		"swapped":                 {"alias/x", "alias/y", "alias/y", "alias/x"},
	}
	for name, c := range cases {
		for _, bAfterA := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", holder first", false: ", taker first"}[bAfterA], func(t *testing.T) {
				h, dev := begin(t)
				dev.Program = two(c.a1, c.b1, bAfterA)
				if c.b1 == "" {
					dev.Program = stack.One(inputs{"alias": c.a1})
				}
				must(t, dev.Up())
				a := id(t, dev, "a")
				dev.Program = two(c.a2, c.b2, bAfterA)
				must(t, dev.Preview())
				r := must(t, dev.Up())
				b := id(t, dev, "b")
				if c.a2 != nil {
					named(t, h, c.a2.(string), a)
				}
				named(t, h, c.b2.(string), b)
				for _, call := range r.Writes() {
					if call.Operation == "DeleteAlias" && call.Text("AliasName") == c.b2 {
						t.Error("the name was on no key for a moment")
					}
				}
				h.Settle(dev)
			})
		}
	}
}

func TestNameMovesBetweenStagesAllAtOnce(t *testing.T) {
	h, dev := begin(t)
	dev.Options.Parallel = 8
	dev.Program = stack.Of(key{Name: "a", Inputs: inputs{"alias": "alias/x"}}, key{Name: "b", Inputs: inputs{"alias": "alias/y"}})
	must(t, dev.Up())
	dev.Program = stack.Of(key{Name: "a", Inputs: inputs{"alias": "alias/y"}}, key{Name: "b", Inputs: inputs{"alias": "alias/x"}})
	must(t, dev.Preview())
	must(t, dev.Up())
	h.Settle(dev)
}

func TestNameThatIsNotGivenUpIsRefusedAsThisProgramsOwn(t *testing.T) {
	h, dev := begin(t)
	dev.Program = two("alias/x", nil, true)
	must(t, dev.Up())
	a := id(t, dev, "a")
	dev.Program = two("alias/x", "alias/x", true)
	failed(t, dev.Preview())
	r := dev.Up()
	failed(t, r)
	silent(t, r, "pulumi import")
	named(t, h, "alias/x", a)
}

func TestMovedNameSurvivesAKill(t *testing.T) {
	for _, when := range []sim.When{sim.Before, sim.After} {
		for _, nth := range []int{1, 2} {
			t.Run(side(when), func(t *testing.T) {
				h, dev := begin(t)
				dev.Program = two("alias/x", "alias/y", true)
				must(t, dev.Up())
				dev.Program = two("alias/y", "alias/x", true)
				h.At("UpdateAlias", nth, when, "the provider is killed", dev.KillProvider)
				dev.Up()
				h.Settle(dev)
			})
		}
	}
}
