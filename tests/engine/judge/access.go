package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"pulumi-awskms/tests/engine/stack"
)

// NobodyIsLetInOrLockedOut is P7. Every policy that any call puts on a key, those of steps in between included, allows
// nobody whom the program before or after the operation does not name, and leaves somebody who can change it.
func NobodyIsLetInOrLockedOut(m Moment) (broken []string) {
	r := m.Result
	if r == nil || r.Preview {
		return nil
	}
	named := namedPrincipals(m.History, r)
	for _, c := range r.Writes() {
		policy := c.Text("Policy")
		if policy == "" {
			continue // AWS's default policy: the account's own IAM decides
		}
		allowed, err := principals(policy)
		if err != nil {
			broken = append(broken, fmt.Sprintf("%s puts a policy that is none: %v", c.Operation, err))
			continue
		}
		for _, who := range allowed {
			if !slices.ContainsFunc(named, func(text string) bool { return strings.Contains(text, who) }) && !accounts(who) {
				broken = append(broken, fmt.Sprintf("%s lets %s in, whom no program names", c.Operation, who))
			}
		}
		if len(allowed) == 0 {
			broken = append(broken, c.Operation+" puts a policy that allows nobody anything")
		}
	}
	return broken
}

// accounts says whether the principal stands for an account itself, whose IAM decides.
func accounts(who string) bool { return strings.HasSuffix(who, ":root") }

// namedPrincipals are texts of inputs that may name principals: of the program, and of the state before the operation.
func namedPrincipals(h *History, r *stack.Result) (texts []string) {
	var collect func(v resource.PropertyValue)
	collect = func(v resource.PropertyValue) {
		switch {
		case v.IsString():
			texts = append(texts, v.StringValue())
		case v.IsSecret():
			collect(v.SecretValue().Element)
		case v.IsOutput():
			collect(v.OutputValue().Element)
		case v.IsArray():
			for _, inner := range v.ArrayValue() {
				collect(inner)
			}
		case v.IsObject():
			for _, inner := range v.ObjectValue() {
				collect(inner)
			}
		}
	}
	for _, k := range r.Program.Keys {
		collect(resource.NewProperty(resource.NewPropertyMapFromMap(plainOnly(k.Inputs))))
		for _, value := range k.Inputs {
			if v, ok := value.(resource.PropertyValue); ok {
				collect(v)
			}
		}
	}
	for _, row := range append(slices.Clone(r.Before), r.After...) {
		collect(resource.NewProperty(row.Inputs))
	}
	return texts
}

// principals are those whom a policy's Allow statements name.
func principals(policy string) (all []string, err error) {
	var document struct {
		Statement []struct {
			Effect    string
			Principal any
		}
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return nil, err
	}
	var collect func(any)
	collect = func(v any) {
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case []any:
			for _, inner := range v {
				collect(inner)
			}
		case map[string]any:
			for _, inner := range v {
				collect(inner)
			}
		}
	}
	for _, s := range document.Statement {
		if s.Effect == "Allow" {
			collect(s.Principal)
		}
	}
	return all, nil
}
