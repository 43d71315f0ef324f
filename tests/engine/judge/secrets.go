package judge

import (
	"encoding/json"
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// SecretsStaySecret is P10: no planted secret is in a state, a plan, a message, an error, the provider's log, or outside of a
// secret value in an answer of the provider.
func SecretsStaySecret(m Moment) (broken []string) {
	r := m.Result
	if r == nil || len(m.Planted) == 0 {
		return nil
	}
	places := map[string]string{"a message": r.Text(), "a status": strings.Join(r.Statuses, "\n"), "the provider's log": r.Log}
	if r.Saved != nil {
		saved, _ := json.Marshal(r.Saved)
		places["the state"] = string(saved)
	}
	if r.Plan != nil {
		plan, err := stack.SerializePlan(r.Plan, config.Base64Crypter, false)
		if err == nil {
			saved, _ := json.Marshal(plan)
			places["the plan"] = string(saved)
		}
	}
	for _, secret := range m.Planted {
		for _, place := range names(places) {
			if at := strings.Index(places[place], secret); at >= 0 {
				broken = append(broken, fmt.Sprintf("%s is in %s: …%s…", secret, place, around(places[place], at)))
			}
		}
		for _, call := range r.RPCs {
			if call.Method == "CheckConfig" {
				continue // the engine gives it configuration without marks, and puts them back itself
			}
			for name, value := range answers(call.Response) {
				if path := clear(value, secret, name); path != "" {
					broken = append(broken, fmt.Sprintf("%s is in the answer of %s at %s", secret, call.Method, path))
				}
			}
			if call.Err != nil && strings.Contains(call.Err.Error(), secret) {
				broken = append(broken, fmt.Sprintf("%s is in the error of %s", secret, call.Method))
			}
		}
	}
	return broken
}

// around is the text at a place, with what is near.
func around(text string, at int) string {
	return text[max(0, at-80):min(len(text), at+40)]
}

// answers are the property maps in an answer of the provider.
func answers(response any) map[string]*structpb.Value {
	found := map[string]*structpb.Value{}
	note := func(name string, properties *structpb.Struct) {
		if properties != nil {
			found[name] = structpb.NewStructValue(properties)
		}
	}
	switch r := response.(type) {
	case *pulumirpc.CheckResponse:
		note("inputs", r.GetInputs())
	case *pulumirpc.CreateResponse:
		note("properties", r.GetProperties())
	case *pulumirpc.UpdateResponse:
		note("properties", r.GetProperties())
	case *pulumirpc.ReadResponse:
		note("properties", r.GetProperties())
		note("inputs", r.GetInputs())
	}
	return found
}

// clear is the path at which a secret stands outside of any secret value; empty if there is none.
func clear(value *structpb.Value, secret, path string) string {
	switch v := value.GetKind().(type) {
	case *structpb.Value_StringValue:
		if strings.Contains(v.StringValue, secret) {
			return path
		}
	case *structpb.Value_ListValue:
		for i, inner := range v.ListValue.GetValues() {
			if at := clear(inner, secret, fmt.Sprintf("%s[%d]", path, i)); at != "" {
				return at
			}
		}
	case *structpb.Value_StructValue:
		fields := v.StructValue.GetFields()
		if fields[resource.SigKey].GetStringValue() == resource.SecretSig || fields["secret"].GetBoolValue() && fields[resource.SigKey] != nil {
			return ""
		}
		for name, inner := range fields {
			if strings.Contains(name, secret) {
				return path + "." + name
			}
			if at := clear(inner, secret, path+"."+name); at != "" {
				return at
			}
		}
	}
	return ""
}
