package stack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	pkgresource "github.com/pulumi/pulumi/pkg/v3/resource"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/sim"
)

// Operation is what was run.
type Operation string

// The operations, named as users name them.
const (
	Up                Operation = "up"
	Refresh           Operation = "refresh"
	RefreshRunProgram Operation = "refresh --run-program"
	Destroy           Operation = "destroy"
	DestroyRunProgram Operation = "destroy --run-program"
	Import            Operation = "import"
)

// Row is a resource of our type as the state had it at one moment.
type Row struct {
	*pkgresource.State
}

// Name is the resource's name.
func (r Row) Name() string { return r.URN.Name() }

// Step is one step that the engine has taken or, in a preview, would take.
type Step struct {
	Op       string // same, create, update, replace, create-replacement, delete-replaced, delete, refresh, import, …
	URN      resource.URN
	Old, New *engine.StepEventStateMetadata
	Failed   bool
}

// Deletes says whether the step is the deletion of a key's row.
func (s Step) Deletes() bool { return s.Op == "delete" || s.Op == "delete-replaced" }

// Message is what the CLI would print of an operation.
type Message struct {
	Severity string
	URN      resource.URN
	Text     string
}

// Result is all that can be known of an operation from outside.
type Result struct {
	Stack     *Stack
	Operation Operation
	Preview   bool
	Options   engine.UpdateOptions
	Program   Program
	Err       error
	Steps     []Step
	Messages  []Message
	// Statuses are the lines that people see in a resource's status column for a moment.
	Statuses []string
	// Before and After are the rows of our type.
	Before, After []Row
	// Pending are operations that a killed engine has left: "creating a".
	Pending []string
	// Calls are the calls of KMS meanwhile.
	Calls                 []sim.Call
	KeysBefore, KeysAfter []sim.Key
	RPCs                  []RPC
	// Log is what the provider has written to stderr.
	Log  string
	Plan *deploy.Plan
	// Saved is the state as a backend stores it; nil after a preview.
	Saved *apitype.DeploymentV3
	Took  time.Duration
	// Cancelled is when Ctrl-C was pressed; zero where it was not.
	Cancelled time.Time
	Ended     time.Time
}

// Has says whether there was a step of this kind on this resource.
func (r *Result) Has(op, name string) bool {
	return slices.ContainsFunc(r.Steps, func(s Step) bool { return s.Op == op && s.URN.Name() == name })
}

// StepNames lists the steps: "create a".
func (r *Result) StepNames() (names []string) {
	for _, s := range r.Steps {
		name := s.Op + " " + s.URN.Name()
		if s.Failed {
			name = "FAILED:" + name
		}
		names = append(names, name)
	}
	return names
}

// Changes are the steps that are not "same".
func (r *Result) Changes() (changes []string) {
	for _, name := range r.StepNames() {
		if !strings.HasPrefix(name, "same ") && !strings.HasPrefix(name, "refresh ") && !strings.HasPrefix(name, "read ") {
			changes = append(changes, name)
		}
	}
	return changes
}

// Writes are the calls that changed something.
func (r *Result) Writes() []sim.Call { return sim.Writes(r.Calls) }

// Text is everything that was said, errors included.
func (r *Result) Text() string {
	var lines []string
	for _, m := range r.Messages {
		lines = append(lines, m.Severity+": "+m.Text)
	}
	if r.Err != nil {
		lines = append(lines, r.Err.Error())
	}
	return strings.Join(lines, "\n")
}

// Says looks for a text, whatever its line breaks.
func (r *Result) Says(text string) bool {
	return strings.Contains(strings.Join(strings.Fields(r.Text()), " "), text)
}

// Title names the operation in short.
func (r *Result) Title() string {
	title := r.Stack.Name + ": " + string(r.Operation)
	if r.Preview {
		title = r.Stack.Name + ": preview of " + string(r.Operation)
	}
	return title
}

// String tells the operation, its outcome and where it has led.
func (r *Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d ms) => %s", r.Title(), r.Took.Milliseconds(), strings.Join(r.StepNames(), ", "))
	if r.Err != nil {
		fmt.Fprintf(&b, " ERROR %s", strings.ReplaceAll(r.Err.Error(), "\n", " | "))
	}
	fmt.Fprintf(&b, "\n    rows  %s\n    keys  %s\n    calls %s", Rows(r.After, r.Pending), Keys(r.KeysAfter), shortened(sim.Names(r.Calls)))
	for _, m := range r.Messages {
		if !strings.Contains(m.Text, "no policy is given") { // said of nearly every key here
			fmt.Fprintf(&b, "\n    %s: %s", m.Severity, strings.ReplaceAll(m.Text, "\n", " | "))
		}
	}
	return b.String()
}

// Rows shows rows in short.
func Rows(rows []Row, pending []string) string {
	var b []string
	for _, r := range rows {
		text := r.Name() + "=" + Short(string(r.ID))
		for _, flag := range []struct {
			set  bool
			name string
		}{{r.Delete, "delete"}, {r.PendingReplacement, "pendingReplacement"}, {r.Taint, "taint"}, {r.Protect, "protect"}, {len(r.InitErrors) > 0, "initErrors"}} {
			if flag.set {
				text += " " + flag.name
			}
		}
		b = append(b, text)
	}
	for _, o := range pending {
		b = append(b, "pending:"+o)
	}
	return "[" + strings.Join(b, "; ") + "]"
}

// Keys shows keys in short.
func Keys(keys []sim.Key) string {
	var b []string
	for _, k := range keys {
		mark := k.Mark()
		b = append(b, strings.TrimSpace(fmt.Sprintf("%s %s /%s %s", Short(k.ID()), k.State, mark[strings.LastIndex(mark, "/")+1:], strings.Join(k.Aliases, ","))))
	}
	return "[" + strings.Join(b, "; ") + "]"
}

// Short is enough of an ID to know it again.
func Short(id string) string {
	id = strings.TrimPrefix(sim.IDOf(id), "mrk-")
	if len(id) > 6 {
		return id[:6]
	}
	return id
}

// shortened cuts long texts in the middle.
func shortened(text string) string {
	const most = 600
	if len(text) <= most {
		return text
	}
	return text[:most/2] + " … " + text[len(text)-most/2:]
}
