package life

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/engine"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// life is a plan while it is lived.
type life struct {
	*judge.History
	dev, other *stack.Stack
	figures    *Figures
	// moved are specs whose rows have gone to the other stack.
	moved []Spec
	// forgotten are keys by stack and name of resource that a person has deleted from a state and left behind.
	forgotten map[string]string
	// lineages are the IDs of provider resources that each stack has had; "" stands for none after some.
	lineages map[*stack.Stack]map[string]bool
	// left are the specs of each stack's last program.
	left map[*stack.Stack][]Spec
}

// Live lives a plan to its rest. The judge reports to the history's T.
func Live(h *judge.History, p Plan, f *Figures) {
	h.Planted = []string{strings.TrimSpace(Planted)}
	l := &life{History: h, dev: h.Stack("dev"), figures: f, forgotten: map[string]string{}, lineages: map[*stack.Stack]map[string]bool{}, left: map[*stack.Stack][]Spec{}}
	for _, s := range p.Steps {
		l.step(s)
		if h.T.Failed() {
			return
		}
	}
	l.rest()
	f.history()
}

// stack is the stack of a step.
func (l *life) stack(s Step) *stack.Stack {
	if !s.Other {
		return l.dev
	}
	return l.second()
}

func (l *life) second() *stack.Stack {
	if l.other == nil {
		l.other = l.Stack("prod")
	}
	return l.other
}

// specs are the program of a step: the second stack's resources have names of their own, and those that were moved to it.
func (l *life) specs(s Step) (specs []Spec) {
	if !s.Other {
		return s.Keys
	}
	for _, spec := range s.Keys {
		if spec.Alias != "" {
			spec.Alias = "alias/prod" + strings.TrimPrefix(spec.Alias, "alias")
		}
		if !slices.ContainsFunc(l.moved, func(m Spec) bool { return m.Name == spec.Name }) {
			specs = append(specs, spec)
		}
	}
	return append(specs, l.moved...)
}

// step lives one step.
func (l *life) step(s Step) {
	st := l.stack(s)
	specs := l.specs(s)
	l.edit(st, s.Edit, &specs)
	st.Program = program(specs)
	st.Program.Retries = s.Retries
	l.left[st] = specs
	st.Options = engine.UpdateOptions{Parallel: 1, Refresh: s.Refresh, RefreshProgram: s.RunProgram}
	if s.Parallel {
		st.Options.Parallel = 8
	}
	if s.Target != "" {
		st.Options.Targets = st.Targets(s.Target)
	}
	if s.Replace != "" {
		st.Options.ReplaceTargets = st.Targets(s.Replace)
	}
	if s.Previewed && !s.Dry {
		preview := l.run(st, s.Operation, true)
		if s.Planned && preview.Err == nil {
			st.Options.Plan = preview.Plan
		}
	}
	fired, disarm := l.arm(st, s.Trouble)
	l.run(st, s.Operation, s.Dry)
	disarm()
	if fired != nil && fired() {
		l.figures.kill(s)
	}
	st.EngineDies, st.Options.Plan = false, nil
	l.Calm()
}

func (l *life) run(st *stack.Stack, op stack.Operation, dry bool) *stack.Result {
	r := st.Run(op, dry)
	l.figures.operation()
	l.noteLineage(st)
	return r
}

// arm prepares the trouble of a step; fired says later whether a kill has come, disarm ends what may come yet.
func (l *life) arm(st *stack.Stack, t Trouble) (fired func() bool, disarm func()) {
	disarm = func() {}
	switch t.Kind {
	case "":
	case "killBefore", "killAfter":
		st.EngineDies = t.EngineDies
		fired = l.At(t.Call, t.Nth, sim.When(t.Kind == "killAfter"), "the provider is killed", st.KillProvider)
	case "interrupt":
		// The answer is late, and Ctrl-C comes while it is waited for.
		l.Fault(map[string]any{"operation": t.Call, "nth": t.Nth, "count": 1, "effect": map[string]any{"delay": map[string]any{"milliseconds": 100}}})
		l.At(t.Call, t.Nth, sim.After, "Ctrl-C", st.Interrupt)
	case "hangAfter":
		l.Fault(map[string]any{"operation": t.Call, "nth": t.Nth, "count": 1, "effect": "hangAfter"})
		later := time.AfterFunc(300*time.Millisecond, st.Interrupt)
		disarm = func() { later.Stop() }
	case "throttle", "accessDenied":
		// Twice, because the SDK repeats some calls; more often it would be waiting, in real time.
		l.Fault(map[string]any{"operation": t.Call, "nth": t.Nth, "count": 2, "effect": t.Kind})
	default:
		l.Fault(map[string]any{"operation": t.Call, "nth": t.Nth, "count": 1, "effect": t.Kind})
	}
	return fired, disarm
}

// noteLineage notes what the provider is told of the state that it works for.
func (l *life) noteLineage(st *stack.Stack) {
	if l.lineages[st] == nil {
		l.lineages[st] = map[string]bool{}
	}
	ids := st.ProviderIDs()
	for _, id := range ids {
		l.lineages[st][id] = true
	}
	if len(ids) == 0 && len(l.lineages[st]) > 0 {
		l.lineages[st][""] = true
	}
}

// heed does what an error of a preview advises about a resource without a row: a live key of a former lineage of this state is
// rightly refused, until it is adopted; so is an alias that the key of another resource has, which is shown too late to give it
// up or is removed in the same run.
func (l *life) heed(st *stack.Stack) {
	if !l.advised(st) && len(l.lineages[st]) < 2 {
		return
	}
	for _, m := range st.Preview().Messages {
		if m.Severity != "error" {
			continue
		}
		adopt, taken := adviceToAdopt.FindStringSubmatch(m.Text), aliasOfAnother.FindStringSubmatch(m.Text)
		for i, k := range st.Program.Keys {
			switch {
			case m.URN != "" && m.URN != st.URN(k.Name) || st.Row(k.Name) != nil:
			case adopt != nil && len(l.lineages[st]) > 1 && l.fits(adopt[1], k):
				l.change(st, i, "adopt", adopt[1])
			case adopt != nil && len(l.lineages[st]) > 1:
				l.change(st, i, "adopt", "NONE")
				l.change(st, i, "alias", "alias/another-"+k.Name)
			case taken != nil && k.Inputs["alias"] == taken[1]:
				l.change(st, i, "alias", "alias/another-"+k.Name)
			}
		}
	}
}

// advised says whether an operation of the stack has been refused with an advice.
func (l *life) advised(st *stack.Stack) bool {
	return slices.ContainsFunc(l.Results, func(r *stack.Result) bool {
		return r.Stack == st && slices.ContainsFunc(r.Messages, func(m stack.Message) bool {
			return m.Severity == "error" && (adviceToAdopt.MatchString(m.Text) || aliasOfAnother.MatchString(m.Text))
		})
	})
}

func (l *life) untaint(st *stack.Stack, name string) {
	if row := st.Row(name); row != nil && row.Taint {
		l.Note("%s: state untaint %s", st.Name, name)
		st.Untaint(name)
	}
}

// fits says whether a key is of the kind that a resource asks for.
func (l *life) fits(arn string, k stack.Key) bool {
	is, found := sim.Find(l.Sim.Keys(), sim.IDOf(arn))
	return found && (is.Spec == "HMAC_256") == (k.Inputs["keySpec"] != nil)
}

// change changes an input of a program's resource.
func (l *life) change(st *stack.Stack, i int, name, value string) {
	l.Note("%s: %s gets %s %s, as an error advises", st.Name, st.Program.Keys[i].Name, name, value)
	st.Program.Keys = slices.Clone(st.Program.Keys)
	st.Program.Keys[i].Inputs = maps.Clone(st.Program.Keys[i].Inputs)
	st.Program.Keys[i].Inputs[name] = value
}

var (
	adviceToAdopt  = regexp.MustCompile(`set adopt to (arn:\S+?)[.;,]?(\s|$)`)
	aliasOfAnother = regexp.MustCompile(`(alias/\S+) is (?:taken|held) in .*, the key of another resource of this (?:stack|program)`)
)

// adopt takes a key back that a person has deleted from the state: with other names than the program's it is rightly not
// taken up without a word.
func (l *life) adopt(st *stack.Stack, k stack.Key) {
	if id, ok := l.forgotten[st.Name+"/"+k.Name]; ok && st.Row(k.Name) == nil {
		if is, found := sim.Find(l.Sim.Keys(), id); found && is.Live() && l.fits(is.Arn, k) {
			k.Inputs["adopt"] = is.Arn
		}
	}
}

// rest runs the last programs without trouble. What forbids a replacement, or a deletion, is taken out of them first: a refusal
// would be right.
func (l *life) rest() {
	for _, st := range l.Stacks {
		specs := slices.Clone(l.left[st])
		if st == l.dev {
			specs = slices.DeleteFunc(specs, func(s Spec) bool {
				return slices.ContainsFunc(l.moved, func(m Spec) bool { return m.Name == s.Name })
			})
		}
		for i := range specs {
			specs[i].Forbidden, specs[i].Protect = false, false
		}
		st.Unprotect()
		for _, k := range specs {
			// A tainted key is rightly kept until somebody says untaint, or asks for the replacement by an option.
			l.untaint(st, k.Name)
		}
		st.Program = program(specs)
		for _, k := range st.Program.Keys {
			l.adopt(st, k)
		}
		st.Options = engine.UpdateOptions{Parallel: 1}
	}
	for _, st := range l.Stacks {
		for range st.Program.Keys {
			l.heed(st)
		}
		l.Settle(st)
		for range 3 {
			l.figures.operation()
		}
	}
}
