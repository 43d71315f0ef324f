package life

import "slices"

// Profile is what random lives may have in them.
type Profile struct {
	Name string
	// Keys are the names of the resources of a program; MaxSteps how long a life is.
	Keys     []string
	MaxSteps int
	// Troubles are kinds of trouble, Options the ways of a program, Edits what people do, Operations the operations; what
	// stands there twice comes twice as often.
	Troubles, Options, Edits, Operations []string
	// SharedNames lets the resources of a program exchange their aliases.
	SharedNames bool
	// TwoStacks lets a second stack live beside the first.
	TwoStacks bool
}

var (
	calm       = []string{"none"}
	kills      = []string{"none", "killBefore", "killAfter", "killAfter"}
	faults     = []string{"none", "throttle", "kmsInternal", "accessDenied", "cutBefore", "cutAfter", "cutBody"}
	interrupts = []string{"none", "interrupt", "interrupt", "hangAfter"}
	allTrouble = []string{"none", "none", "none", "killBefore", "killAfter", "killAfter", "throttle", "kmsInternal", "accessDenied", "cutBefore", "cutAfter", "interrupt"}

	replacing  = []string{"forbid", "forbid", "trigger", "replaceOn", "replaceWith", "deleteBefore", "spec", "taint", "replace"}
	engines    = []string{"ignore", "protect", "retain", "deletedWith", "targets", "secret", "policy", "provider", "version", "parallel", "plan", "rotate"}
	everything = append(append([]string{}, replacing...), engines...)

	allEdits = []string{"", "", "", "", "describe", "disable", "schedule", "untag", "unmark", "unname", "state delete", "stack rename", "rename", "state rename", "move", "clear"}
	some     = []string{"up", "up", "up", "up", "refresh", "destroy"}
	allOps   = []string{"up", "up", "up", "up", "up", "preview", "refresh", "refresh --run-program", "destroy", "destroy --run-program"}
)

// Profiles by name: each looks harder at one kind of trouble than "all" does.
var Profiles = map[string]Profile{
	"all":     {Keys: abc, MaxSteps: 5, Troubles: allTrouble, Options: append([]string{"set", "retry"}, everything...), Edits: allEdits, Operations: allOps, TwoStacks: true},
	"options": {Keys: abc, MaxSteps: 5, Troubles: calm, Options: everything, Operations: allOps},
	"kills":   {Keys: []string{"a", "b"}, MaxSteps: 4, Troubles: kills, Options: replacing, Operations: some},
	"faults":  {Keys: []string{"a", "b"}, MaxSteps: 4, Troubles: faults, Options: []string{"policy", "secret", "spec"}, Operations: some},
	"hooks":   {Keys: []string{"a"}, MaxSteps: 3, Troubles: faults, Options: []string{"retry", "retry", "retry", "trigger"}, Operations: some},
	"cancel":  {Keys: []string{"a", "b"}, MaxSteps: 3, Troubles: interrupts, Options: []string{"parallel", "trigger"}, Operations: some},
	"edits":   {Keys: []string{"a", "b"}, MaxSteps: 5, Troubles: calm, Options: []string{"trigger"}, Edits: allEdits, Operations: some, TwoStacks: true},
	"names":   {Keys: abc, MaxSteps: 5, Troubles: kills, Options: []string{"parallel", "rename"}, Operations: some, SharedNames: true},
	"sets":    {Keys: []string{"a"}, MaxSteps: 4, Troubles: allTrouble, Options: []string{"set", "set", "set", "set", "policy", "trigger"}, Operations: some},
}

var abc = []string{"a", "b", "c"}

// reading and writing are the calls at which trouble comes.
var (
	reading = []string{"DescribeKey", "GetKeyPolicy", "ListResourceTags", "ListAliases", "GetKeyRotationStatus", "ListKeys"}
	writing = []string{
		"CreateKey", "CreateKey", "EnableKeyRotation", "CreateAlias", "UpdateAlias", "DeleteAlias", "DisableKeyRotation", "UpdateKeyDescription",
		"TagResource", "UntagResource", "PutKeyPolicy", "ScheduleKeyDeletion", "CancelKeyDeletion", "DisableKey", "EnableKey", "ReplicateKey",
		"UpdatePrimaryRegion",
	}
)

// Without is the profile without some troubles, options, edits and operations: what is known to be broken hides what is not.
func (p Profile) Without(names []string) Profile {
	rest := func(all []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(names, name) })
	}
	p.Troubles, p.Options, p.Edits, p.Operations = rest(p.Troubles), rest(p.Options), rest(p.Edits), rest(p.Operations)
	return p
}
