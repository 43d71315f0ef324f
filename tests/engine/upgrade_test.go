package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// P9: states that released versions have written are kept below testdata/states, each with the calls that made its keys. The
// calls are made again on a new simulator, the IDs of its keys are put into the state, and a preview must show no change.

// recording is one file there.
type recording struct {
	State json.RawMessage
	// Calls made the keys, in this order; Keys are their ARNs then.
	Calls []sim.Call
	Keys  []string
}

// released are programs whose states are recorded: JUDGE_RECORD=0.2.0 go test -run TestRecord . writes those of a version.
var released = map[string]program{
	"plain":    stack.One(inputs{"alias": "alias/a"}),
	"full":     stack.One(inputs{"alias": "alias/a", "aliases": []any{"alias/b"}, "description": "d", "tags": fields{"x": "1"}, "rotationPeriodDays": 90, "policy": fields{"adminRole": role + "Admin", "usageRoles": []any{role + "App"}, "encryptionContext": fields{"app": "x"}}}),
	"document": stack.One(inputs{"alias": "alias/a", "policyDocument": document(role+"App", "x"), "enabled": false}),
	"manifest": stack.One(manifest(fields{"alias": "alias/a", "description": "d"})),
	"hmac":     stack.One(inputs{"alias": "alias/a", "keySpec": "HMAC_256"}),
	"signing":  stack.One(inputs{"alias": "alias/a", "keySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY"}),
	"set":      set(inputs{"description": "d", "tags": fields{"x": "1"}}),
	"secret":   stack.One(inputs{"alias": stack.Secret("alias/a"), "description": stack.Secret("d")}),
}

func TestRecord(t *testing.T) {
	version := os.Getenv("JUDGE_RECORD")
	if version == "" {
		t.Skip("JUDGE_RECORD names no version")
	}
	for name, program := range released {
		s, err := sim.Start()
		if err != nil {
			t.Fatal(err)
		}
		dev := stack.New(t, s, "recorded")
		dev.Program = program
		r := must(t, dev.Up())
		made := recording{Calls: r.Writes()}
		if made.State, err = json.Marshal(r.Saved); err != nil {
			t.Fatal(err)
		}
		for _, k := range r.KeysAfter {
			made.Keys = append(made.Keys, k.Arn)
		}
		text, err := json.MarshalIndent(made, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join("testdata/states", version)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".json"), append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

func TestStatesOfReleasedVersionsShowNoChange(t *testing.T) {
	files, err := filepath.Glob("testdata/states/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded states: %v", err)
	}
	for _, file := range files {
		version, name := filepath.Base(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(version+" "+name, func(t *testing.T) {
			h, dev := begin(t)
			dev.Name = "recorded"
			dev.Program = released[name]
			load(t, h, dev, file)
			unchanged(t, dev.Preview())
			unchanged(t, dev.Up())
			h.Settle(dev)
			must(t, dev.Destroy())
			lives(t, h, 0)
		})
	}
}

// load makes the recorded keys anew and gives the stack its state, with their new IDs.
func load(t *testing.T, h *judge.History, s *stack.Stack, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var was recording
	if err := json.Unmarshal(text, &was); err != nil {
		t.Fatal(err)
	}
	sort.Slice(was.Calls, func(i, j int) bool { return was.Calls[i].Seq < was.Calls[j].Seq })
	old := sim.IDOf(was.Keys[0])
	now := old
	for _, c := range was.Calls {
		request, _ := json.Marshal(c.Request)
		var in map[string]any
		if err := json.Unmarshal([]byte(strings.ReplaceAll(string(request), old, now)), &in); err != nil {
			t.Fatal(err)
		}
		out := h.Sim.ByHand(c.Region, c.Operation, in)
		if made, ok := out["KeyMetadata"].(map[string]any); ok {
			now = fmt.Sprint(made["KeyId"])
		}
	}
	var saved apitype.DeploymentV3
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(was.State), old, now)), &saved); err != nil {
		t.Fatal(err)
	}
	s.Load(&saved)
}
