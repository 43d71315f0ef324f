// Package life makes random lives of stacks and lives them under the judge's eyes.
package life

import (
	"encoding/json"
	"fmt"
	"strings"

	"pulumi-awskms/tests/engine/stack"
)

// Plan is a whole life: it is generated, shrunk, saved and lived. It is data only, so that a found one can be kept as a file.
type Plan struct {
	Steps []Step
}

// Step is one operation on one stack, and what goes before it and wrong in it.
type Step struct {
	// Other says that the step is the second stack's.
	Other bool `json:",omitempty"`
	// Edit changes the state, or a key by hand, before the operation.
	Edit Edit `json:",omitzero"`
	// Keys are the program.
	Keys      []Spec
	Operation stack.Operation
	// Dry says that the operation is a preview, Previewed that a preview goes before it, Planned that its plan is used.
	Dry, Previewed, Planned bool `json:",omitempty"`
	Refresh, RunProgram     bool `json:",omitempty"`
	// Target and Replace are the options --target and --replace.
	Target, Replace string  `json:",omitempty"`
	Parallel        bool    `json:",omitempty"`
	Retries         int     `json:",omitempty"`
	Trouble         Trouble `json:",omitzero"`
}

// Edit is what a person does between operations.
type Edit struct {
	// Kind is one of edits; Name the resource.
	Kind, Name string
}

// Trouble is what goes wrong, at the nth call of an operation of KMS.
type Trouble struct {
	// Kind is killBefore, killAfter, interrupt, or an effect of the simulator.
	Kind, Call string
	Nth        int
	// EngineDies says that a kill ends the engine too.
	EngineDies bool `json:",omitempty"`
}

// Spec is one key of a program.
type Spec struct {
	Name, Alias, Description, Tag, Policy string `json:",omitempty"`
	// Hmac asks for another spec; Forbidden leaves replacementPolicy at its default; Secret hides description and tag.
	Disabled, Hmac, Forbidden, Secret bool   `json:",omitempty"`
	DeletionPolicy                    string `json:",omitempty"`
	// Region is the primary's, Replicas are the other Regions of a set; a set is always multi-Region.
	Region   string   `json:",omitempty"`
	Set      bool     `json:",omitempty"`
	Replicas []string `json:",omitempty"`

	Trigger                               string   `json:",omitempty"`
	ReplaceOn, Ignore                     []string `json:",omitempty"`
	DeleteBefore, Protect, Retain         bool     `json:",omitempty"`
	DeletedWith, ReplaceWith, After       string   `json:",omitempty"`
	Provider, Version, Formerly, RotateOn string   `json:",omitempty"`
}

// key is the resource that a spec means.
func (s Spec) key() stack.Key {
	in := stack.Inputs{"description": s.Description}
	if s.Secret {
		in["description"] = stack.Secret(Planted + s.Description)
	}
	set := func(name, value string) {
		if value != "" {
			in[name] = value
		}
	}
	set("alias", s.Alias)
	set("deletionPolicy", s.DeletionPolicy)
	set("region", s.Region)
	set("rotateOnDemandTrigger", s.RotateOn)
	if s.Tag != "" {
		in["tags"] = stack.Inputs{"t": s.Tag}
		if s.Secret {
			in["tags"] = stack.Inputs{"t": stack.Secret(Planted + s.Tag)}
		}
	}
	if s.Policy != "" {
		in["policy"] = stack.Inputs{"usageRoles": []any{"arn:aws:iam::123456789012:role/" + s.Policy}}
	}
	if s.Disabled {
		in["enabled"] = false
	}
	if s.Hmac {
		in["keySpec"] = "HMAC_256"
	}
	if !s.Forbidden {
		in["replacementPolicy"] = "ALLOW"
	}
	if s.Set {
		replicas := []any{}
		for _, region := range s.Replicas {
			replicas = append(replicas, stack.Inputs{"region": region})
		}
		in["multiRegion"], in["replicas"] = true, replicas
	}
	k := stack.Key{
		Name: s.Name, Inputs: in, Trigger: s.Trigger, ReplaceOn: s.ReplaceOn, Ignore: s.Ignore, DeleteBefore: s.DeleteBefore, Protect: s.Protect,
		Retain: s.Retain, DeletedWith: s.DeletedWith, ReplaceWith: s.ReplaceWith, Provider: s.Provider, Version: s.Version,
	}
	if s.After != "" {
		k.DependsOn = []string{s.After}
	}
	if s.Formerly != "" {
		k.Formerly = []string{s.Formerly}
	}
	return k
}

// Planted is what secret values contain.
const Planted = "hunter2 "

// program is what the specs mean together.
func program(specs []Spec) (p stack.Program) {
	for _, s := range specs {
		p.Keys = append(p.Keys, s.key())
		if s.Provider != "" {
			p.Providers = map[string]stack.Inputs{s.Provider: {"region": "us-east-1", "maxRetries": 1}}
		}
	}
	return p
}

// String tells a plan step by step, as short as it can be read.
func (p Plan) String() string {
	var b strings.Builder
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, s)
	}
	return b.String()
}

// String is the step as JSON: every member that says something.
func (s Step) String() string {
	text, _ := json.Marshal(s)
	return string(text)
}
