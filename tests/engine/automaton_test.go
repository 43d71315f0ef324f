package engine_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

const automaton = "testdata/automaton.json"

// recorded is a history with what the engine has called and kept. The model of the engine in crates/explore must call and keep
// the same.
type recorded struct {
	Name  string         `json:"name"`
	Steps []recordedStep `json:"steps"`
}

type recordedStep struct {
	Act     string         `json:"act"`
	Program []recordedSpec `json:"program,omitempty"`
	Kill    *recordedKill  `json:"kill,omitempty"`
	RPCs    []string       `json:"rpcs"`
	Rows    []string       `json:"rows"`
}

type recordedKill struct {
	Operation string `json:"operation"`
	Nth       int    `json:"nth"`
	After     bool   `json:"after"`
}

// recordedSpec is a key, in the words of crates/explore/src/program.rs.
type recordedSpec struct {
	Name         string `json:"name"`
	Alias        string `json:"alias,omitempty"`
	Description  string `json:"description,omitempty"`
	Hmac         bool   `json:"hmac,omitempty"`
	Forbidden    bool   `json:"forbidden,omitempty"`
	Trigger      string `json:"trigger,omitempty"`
	DeleteBefore bool   `json:"deleteBefore,omitempty"`
}

func (s recordedSpec) key() key {
	in := inputs{}
	set := func(name, value string) {
		if value != "" {
			in[name] = value
		}
	}
	set("description", s.Description)
	if s.Alias != "" {
		in["alias"] = "alias/" + s.Alias
	}
	if s.Hmac {
		in["keySpec"] = "HMAC_256"
	}
	if !s.Forbidden {
		in["replacementPolicy"] = "ALLOW"
	}
	return key{Name: s.Name, Inputs: in, Trigger: s.Trigger, DeleteBefore: s.DeleteBefore}
}

// TestAutomaton lives the recorded histories. With JUDGE_RECORD it writes down what the engine does instead.
func TestAutomaton(t *testing.T) {
	text, err := os.ReadFile(automaton)
	if err != nil {
		t.Fatal(err)
	}
	var histories []recorded
	if err := json.Unmarshal(text, &histories); err != nil {
		t.Fatal(err)
	}
	records := os.Getenv("JUDGE_RECORD") != ""
	for i := range histories {
		t.Run(histories[i].Name, func(t *testing.T) {
			h, dev := recordedBegin(t)
			for j := range histories[i].Steps {
				step := &histories[i].Steps[j]
				r := recordedRun(dev, step, func(k *recordedKill) {
					h.At(k.Operation, k.Nth, sim.When(k.After), "the provider is killed", dev.KillProvider)
				})
				h.Calm()
				rpcs, rows := calledRPCs(r), keptRows(r)
				if records {
					step.RPCs, step.Rows = rpcs, rows
					continue
				}
				if !slices.Equal(rpcs, step.RPCs) || !slices.Equal(rows, step.Rows) {
					t.Errorf("step %d: the engine called %v and kept %v; recorded are %v and %v", j+1, rpcs, rows, step.RPCs, step.Rows)
				}
			}
		})
	}
	if records {
		text, _ := json.MarshalIndent(histories, "", " ")
		if err := os.WriteFile(automaton, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// recordedBegin is begin for histories that are told one after the other.
func recordedBegin(t *testing.T) (*judge.History, *stack.Stack) {
	h := judge.Begin(t, simulator(t))
	return h, h.Stack("dev")
}

func recordedRun(dev *stack.Stack, step *recordedStep, kill func(*recordedKill)) *stack.Result {
	dev.Program = program{}
	for _, spec := range step.Program {
		dev.Program.Keys = append(dev.Program.Keys, spec.key())
	}
	dev.Options = engine.UpdateOptions{Parallel: 1, Refresh: step.Act == "upRefresh"}
	if step.Kill != nil {
		kill(step.Kill)
	}
	switch step.Act {
	case "preview":
		return dev.Preview()
	case "refresh":
		return dev.Refresh()
	case "destroy":
		return dev.Destroy()
	default:
		return dev.Up()
	}
}

// calledRPCs are the engine's calls about resources.
func calledRPCs(r *stack.Result) []string {
	called := []string{}
	for _, rpc := range r.RPCs {
		name := rpc.Method
		switch request := rpc.Request.(type) {
		case *pulumirpc.CheckRequest:
			if rpc.Method != "Check" {
				continue
			}
			if len(request.GetOlds().GetFields()) > 0 {
				name += " old"
			}
		case *pulumirpc.CreateRequest:
			if request.GetPreview() {
				name += " preview"
			}
		case *pulumirpc.UpdateRequest:
			if request.GetPreview() {
				name += " preview"
			}
		case *pulumirpc.DiffRequest:
			if rpc.Method != "Diff" {
				continue
			}
		case *pulumirpc.DeleteRequest, *pulumirpc.ReadRequest:
		default:
			continue
		}
		called = append(called, name)
	}
	return called
}

// keptRows are the rows after an operation, in short, in order of their text.
func keptRows(r *stack.Result) []string {
	rows := []string{}
	for _, row := range r.After {
		text := row.Name()
		if row.Delete {
			text += " delete"
		}
		if row.PendingReplacement {
			text += " pendingReplacement"
		}
		if len(row.InitErrors) > 0 {
			text += " initErrors"
		}
		rows = append(rows, text)
	}
	slices.Sort(rows)
	return rows
}
