// Package stack runs Pulumi's own engine on the provider's release binary: what a backend would keep of a stack, and the
// operations on it.
package stack

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"

	"pulumi-awskms/tests/engine/sim"
)

// Stack is a stack of one project, its program and its state.
type Stack struct {
	T        lt.TB
	Sim      *sim.Simulator
	Name     string
	Program  Program
	Snapshot *deploy.Snapshot
	Config   config.Map
	Options  engine.UpdateOptions
	// Env is added to the provider's environment.
	Env []string
	// EngineDies makes the first failed step the engine's own end: what would have come after it is not recorded.
	EngineDies bool
	// Observe is called after each operation.
	Observe func(*Result)

	mu        sync.Mutex
	hosts     []*host
	rpcs      []RPC
	log       string
	cancel    context.CancelFunc
	cancelled time.Time
}

// New is a stack without resources, whose provider repeats no call: with Pulumi's engine in real time, waiting for retries
// would be all that a history does.
func New(t lt.TB, s *sim.Simulator, name string) *Stack {
	stack := &Stack{T: t, Sim: s, Name: name, Options: engine.UpdateOptions{Parallel: 1}}
	stack.Configure("maxRetries", "1")
	return stack
}

// Configure is `pulumi config set awskms:NAME VALUE`; an empty value is `config rm`.
func (s *Stack) Configure(name, value string) {
	if s.Config == nil {
		s.Config = config.Map{}
	}
	key := config.MustMakeKey("awskms", name)
	if value == "" {
		delete(s.Config, key)
		return
	}
	s.Config[key] = config.NewValue(value)
}

// ConfigureSecret is `pulumi config set --secret`; the value must be what the stack's (base64) crypter makes of a text.
func (s *Stack) ConfigureSecret(name, ciphertext string) {
	s.Config[config.MustMakeKey("awskms", name)] = config.NewSecureValue(ciphertext)
}

// URN is the URN of a key of this stack.
func (s *Stack) URN(name string) resource.URN {
	return resource.NewURN(tokens.QName(s.Name), Project, "", Type, name)
}

// Rows are the state's rows of our type.
func (s *Stack) Rows() (rows []Row) {
	if s.Snapshot == nil {
		return nil
	}
	for _, r := range s.Snapshot.Resources {
		if r.Type == Type {
			rows = append(rows, Row{r.Copy()})
		}
	}
	return rows
}

// Row is the row of a resource that exists; nil without one.
func (s *Stack) Row(name string) *Row {
	for _, r := range s.Rows() {
		if r.Name() == name && !r.Delete {
			return &r
		}
	}
	return nil
}

// KillProvider kills the provider processes of the operation that runs.
func (s *Stack) KillProvider() {
	s.mu.Lock()
	hosts := slices.Clone(s.hosts)
	s.mu.Unlock()
	for _, h := range hosts {
		h.kill()
	}
}

// Interrupt is one Ctrl-C in the operation that runs.
func (s *Stack) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancelled.IsZero() {
		s.cancelled = time.Now()
	}
	s.cancel()
}

// run runs an operation. Unless it is a preview, the state moves on, after a failure too, as the backend's would.
func (s *Stack) run(name Operation, op lt.TestOp, preview bool) *Result {
	r := &Result{Stack: s, Operation: name, Preview: preview, Options: s.Options, Program: s.Program, Before: s.Rows(), KeysBefore: s.Sim.Keys()}
	mark := s.Sim.LastSeq()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.mu.Lock()
	s.cancel, s.cancelled, s.hosts = cancel, time.Time{}, nil
	s.mu.Unlock()

	var hosts []*host
	options := lt.TestUpdateOptions{T: quiet{s.T}, UpdateOptions: s.Options, SkipDisplayTests: true}
	options.HostFactory = s.hostFactory(func(_ plugin.RunInfo, m *deploytest.ResourceMonitor) error { return s.Program.run(s, m) }, &hosts)
	var died *deploy.Snapshot
	validate := func(_ workspace.Project, target deploy.Target, entries engine.JournalEntries, events []engine.Event, err error) error {
		failed := slices.IndexFunc(entries, func(e engine.TestJournalEntry) bool { return e.Kind == engine.TestJournalEntryFailure })
		if s.EngineDies && failed >= 0 {
			died, _ = entries[:failed].Snap(target.Snapshot)
		}
		r.note(events)
		return err
	}
	planned := lt.TestOp(func(u engine.UpdateInfo, c *engine.Context, o engine.UpdateOptions, dry bool) (plan *deploy.Plan, changes display.ResourceChanges, err error) {
		plan, changes, err = op(u, c, o, dry)
		r.Plan = plan
		return plan, changes, err
	})
	began := time.Now()
	snapshot, err := planned.RunWithContextStep(ctx, s.project(), s.target(), options, preview, nil, validate, "")
	r.Ended = time.Now()
	r.Err, r.Took = err, r.Ended.Sub(began)
	for _, h := range hosts {
		h.Close()
	}
	if died != nil {
		snapshot = died
	}
	if !preview && snapshot != nil {
		s.Snapshot = snapshot
		r.Saved = s.saved()
	}
	s.mu.Lock()
	r.Cancelled = s.cancelled
	s.mu.Unlock()
	r.RPCs, r.Log = s.taken()
	r.After, r.Calls, r.KeysAfter = s.Rows(), s.Sim.Journal(mark), s.Sim.Keys()
	if s.Snapshot != nil {
		for _, o := range s.Snapshot.PendingOperations {
			r.Pending = append(r.Pending, string(o.Type)+" "+o.Resource.URN.Name())
		}
	}
	if s.Observe != nil {
		s.Observe(r)
	}
	return r
}

func (s *Stack) project() workspace.Project {
	return workspace.Project{Name: Project, Runtime: workspace.NewProjectRuntimeInfo("test", nil)}
}

func (s *Stack) target() deploy.Target {
	return deploy.Target{Name: tokens.MustParseStackName(s.Name), Config: s.Config, Decrypter: config.Base64Crypter, Snapshot: lt.CloneSnapshot(s.T, s.Snapshot)}
}

// note reads steps and messages from the engine's events.
func (r *Result) note(events []engine.Event) {
	for _, e := range events {
		switch p := e.Payload().(type) {
		case engine.ResourcePreEventPayload:
			if p.Metadata.Type == Type {
				r.Steps = append(r.Steps, Step{Op: string(p.Metadata.Op), URN: p.Metadata.URN, Old: p.Metadata.Old, New: p.Metadata.New})
			}
		case engine.ResourceOutputsEventPayload:
			// After the step: what the state has now.
			if p.Metadata.Type == Type {
				for i := range r.Steps {
					if r.Steps[i].URN == p.Metadata.URN && r.Steps[i].Op == string(p.Metadata.Op) && p.Metadata.New != nil {
						r.Steps[i].New = p.Metadata.New
					}
				}
			}
		case engine.ResourceOperationFailedPayload:
			for i := range r.Steps {
				if r.Steps[i].URN == p.Metadata.URN && r.Steps[i].Op == string(p.Metadata.Op) {
					r.Steps[i].Failed = true
				}
			}
		case engine.DiagEventPayload:
			switch {
			case p.Severity == "debug":
			case p.Ephemeral:
				r.Statuses = append(r.Statuses, plain(p.Message))
			default:
				r.Messages = append(r.Messages, Message{string(p.Severity), p.URN, plain(p.Message)})
			}
		}
	}
}

// plain takes the marks for colours out of a message.
func plain(text string) string {
	for {
		from := strings.Index(text, "<{%")
		to := strings.Index(text, "%}>")
		if from < 0 || to < from {
			return strings.TrimSpace(text)
		}
		text = text[:from] + text[to+len("%}>"):]
	}
}

// quiet keeps the framework's own log lines away; they are in Result.Messages.
type quiet struct{ lt.TB }

func (quiet) Logf(string, ...any) {}
func (quiet) Log(...any)          {}
