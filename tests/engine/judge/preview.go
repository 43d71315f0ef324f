package judge

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// PreviewTellsTheTruth is P5. A preview changes nothing. Where a run follows its preview without anything between them and
// without trouble, both succeed or both fail, take the same steps, make the calls that the preview has listed, and end in the
// values that the preview has shown as known.
func PreviewTellsTheTruth(m Moment) (broken []string) {
	r := m.Result
	if r == nil {
		return nil
	}
	if r.Preview {
		if writes := r.Writes(); len(writes) > 0 {
			broken = append(broken, "the preview writes: "+sim.Names(writes))
		}
		return broken
	}
	p := m.before(r)
	if p == nil || m.Troubled || !p.Preview || p.Operation != r.Operation || !sameRun(p, r) {
		return nil
	}
	if r.Err != nil && strings.Contains(r.Err.Error(), "unknown provider") {
		return nil // the engine deletes a row before it has started that row's provider
	}
	if (p.Err == nil) != (r.Err == nil) {
		return []string{fmt.Sprintf("the preview's error was %q, the run's %q", errorText(p), errorText(r))}
	}
	if p.Err != nil {
		return nil
	}
	if said, done := foreseen(p.StepNames()), foreseen(r.StepNames()); !slices.Equal(said, done) {
		broken = append(broken, fmt.Sprintf("the preview said %v, the run did %v", said, done))
	}
	broken = append(broken, callsUnlike(p, r)...)
	return append(broken, valuesUnlike(p, r)...)
}

// sameRun says whether a run does what the preview has shown: same program, same options.
func sameRun(p, r *stack.Result) bool {
	return reflect.DeepEqual(p.Program.Keys, r.Program.Keys) && reflect.DeepEqual(p.Program.Providers, r.Program.Providers) &&
		p.Options.Refresh == r.Options.Refresh && p.Options.RefreshProgram == r.Options.RefreshProgram &&
		reflect.DeepEqual(p.Options.Targets, r.Options.Targets) && reflect.DeepEqual(p.Options.ReplaceTargets, r.Options.ReplaceTargets)
}

func errorText(r *stack.Result) string {
	if r.Err == nil {
		return ""
	}
	return firstError(r)
}

// foreseen orders steps for a comparison. The deletion of rows that an earlier run has left is not shown by previews.
func foreseen(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return names
}

var regionNote = regexp.MustCompile(` \([^)]*\)`)

// callsUnlike compares the calls of creations and updates. Only where all that is done are these does a preview list every call:
// the engine does not ask the provider about a deletion before it makes it.
func callsUnlike(p, r *stack.Result) []string {
	for _, s := range r.Steps {
		if s.Op != "create" && s.Op != "update" && s.Op != "same" {
			return nil
		}
	}
	created := 0
	for _, s := range p.Steps {
		if s.New != nil && s.New.State != nil && s.New.State.Inputs.ContainsUnknowns() {
			return nil // what depends on a value that is not known yet is not listed
		}
		if s.Op == "create" {
			created++
		}
	}
	var listed, made []string
	for _, m := range p.Messages {
		if list, ok := strings.CutPrefix(m.Text, "KMS calls: "); ok {
			listed = append(listed, strings.Split(regionNote.ReplaceAllString(list, ""), ", ")...)
		}
	}
	for _, c := range r.Calls {
		switch {
		case c.Effect:
			made = append(made, c.Operation)
		case c.Code != nil && *c.Code == doneAlready[c.Operation]:
			// Tried, as the preview has said, and done already by a run that was killed; it may have been tried twice.
			if at := slices.Index(listed, c.Operation); at >= 0 {
				listed = slices.Delete(listed, at, at+1)
			}
		}
	}
	// The note that a new key is recorded is made when the provider ends; the engine may end it sooner.
	for ; created > 0 && len(listed) > len(made); created-- {
		if at := slices.Index(listed, "TagResource"); at >= 0 {
			listed = slices.Delete(listed, at, at+1)
		}
	}
	if listed, made = foreseen(listed), foreseen(made); !slices.Equal(listed, made) {
		return []string{fmt.Sprintf("the preview listed the calls %v, the run made %v", listed, made)}
	}
	return nil
}

// doneAlready are the errors that say that there is nothing left for a call to do.
var doneAlready = map[string]string{"CreateAlias": "AlreadyExistsException", "DeleteAlias": "NotFoundException"}

// valuesUnlike compares the outputs that the preview knew with those that came.
func valuesUnlike(p, r *stack.Result) (broken []string) {
	for _, row := range r.After {
		for _, s := range p.Steps {
			made := s.Op == "create" || s.Op == "update" || s.Op == "create-replacement"
			if s.URN != row.URN || !made || row.Delete || s.New == nil || s.New.State == nil {
				continue
			}
			for name, said := range s.New.State.Outputs {
				came, ok := row.Outputs[name]
				if strings.HasPrefix(string(name), "__") || said.ContainsUnknowns() {
					continue
				}
				if !ok || !sameValue(said, came) {
					broken = append(broken, fmt.Sprintf("the preview said %s of %s would be %v, it is %v", name, row.Name(), said, came))
				}
			}
		}
	}
	return broken
}

// sameValue compares what secrets hold.
func sameValue(a, b resource.PropertyValue) bool {
	return unwrapped(a).DeepEquals(unwrapped(b))
}

func unwrapped(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsSecret():
		return unwrapped(v.SecretValue().Element)
	case v.IsOutput():
		return unwrapped(v.OutputValue().Element)
	case v.IsArray():
		out := []resource.PropertyValue{}
		for _, inner := range v.ArrayValue() {
			out = append(out, unwrapped(inner))
		}
		return resource.NewProperty(out)
	case v.IsObject():
		out := resource.PropertyMap{}
		for name, inner := range v.ObjectValue() {
			out[name] = unwrapped(inner)
		}
		return resource.NewProperty(out)
	default:
		return v
	}
}
