package stack

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/sdk/v3/go/common/providers"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Type is the token of the resource.
const Type = tokens.Type("awskms:index:AwsKmsKey")

// Project is the name of every stack's project.
const Project = "keys"

// Inputs are a resource's inputs as a program writes them. Values may be property values (secrets) or Refs.
type Inputs = map[string]any

// Ref is an output of a resource that comes earlier in the program; unknown while that one does not exist.
type Ref struct{ Resource, Output string }

// Program is what a user's program registers, in this order.
type Program struct {
	// Providers are explicit providers by name, with their configuration.
	Providers map[string]Inputs
	Keys      []Key
	// Retries is how often an onError hook of every key asks for one more try; 0 means no hook.
	Retries int
	// OnRetry is called before each retry.
	OnRetry func()
}

// Key is one resource of a program with its options. Other resources are named by their names.
type Key struct {
	Name                               string
	Inputs                             Inputs
	Trigger                            string // replacementTrigger
	ReplaceOn, Ignore                  []string
	DeleteBefore, Protect, Retain      bool
	DeletedWith, ReplaceWith, Provider string
	DependsOn                          []string
	// Formerly are old names, or whole URNs, of this resource: the option aliases.
	Formerly []string
	Import   resource.ID
	Timeouts *resource.CustomTimeouts
	// Version is the version of the SDK that registers the resource; another one means another default provider.
	Version string
}

// One is a program of one key named a.
func One(inputs Inputs) Program { return Program{Keys: []Key{{Name: "a", Inputs: inputs}}} }

// Of is a program of these keys.
func Of(keys ...Key) Program { return Program{Keys: keys} }

// Key is the key of a name in the program.
func (p Program) Key(name string) (Key, bool) {
	for _, k := range p.Keys {
		if k.Name == name {
			return k, true
		}
	}
	return Key{}, false
}

// run registers everything.
func (p Program) run(s *Stack, monitor *deploytest.ResourceMonitor) error {
	references := map[string]string{}
	for name, inputs := range p.Providers {
		made, err := monitor.RegisterResource(providers.MakeProviderType("awskms"), name, true,
			deploytest.ResourceOptions{Inputs: resource.NewPropertyMapFromMap(inputs)})
		if err != nil {
			return err
		}
		id := made.ID
		if id == "" {
			id = providers.UnknownID
		}
		reference, err := providers.NewReference(made.URN, id)
		if err != nil {
			return err
		}
		references[name] = reference.String()
	}
	hooks, end, err := p.hooks(monitor)
	if err != nil {
		return err
	}
	defer end()
	made := map[string]*deploytest.RegisterResourceResponse{}
	for _, key := range p.Keys {
		options := key.options(s, references[key.Provider])
		options.ResourceHookBindings.OnError = hooks
		options.Inputs = resource.NewPropertyMapFromMap(resolve(key.Inputs, made).(Inputs))
		if made[key.Name], err = monitor.RegisterResource(Type, key.Name, true, options); err != nil {
			return err
		}
	}
	return nil
}

// options are the engine's form of a key's options.
func (k Key) options(s *Stack, provider string) deploytest.ResourceOptions {
	o := deploytest.ResourceOptions{
		Provider: provider, Version: k.Version, ReplaceOnChanges: k.ReplaceOn, IgnoreChanges: k.Ignore, ImportID: k.Import,
		CustomTimeouts: k.Timeouts, Protect: &k.Protect, RetainOnDelete: &k.Retain,
	}
	if k.Trigger != "" {
		o.ReplacementTrigger = resource.NewProperty(k.Trigger)
	}
	if k.DeleteBefore {
		o.DeleteBeforeReplace = &k.DeleteBefore
	}
	if k.DeletedWith != "" {
		o.DeletedWith = s.URN(k.DeletedWith)
	}
	if k.ReplaceWith != "" {
		o.ReplaceWith = []resource.URN{s.URN(k.ReplaceWith)}
	}
	for _, name := range k.DependsOn {
		o.Dependencies = append(o.Dependencies, s.URN(name))
	}
	for _, old := range k.Formerly {
		urn := resource.URN(old)
		if !urn.IsValid() {
			urn = s.URN(old)
		}
		o.AliasURNs = append(o.AliasURNs, urn)
	}
	return o
}

// hooks makes the onError hook; end must be called when the program has registered everything, and waits for the
// deployment, because the hook is called until then.
func (p Program) hooks(monitor *deploytest.ResourceMonitor) (hooks []*deploytest.ResourceHook, end func(), err error) {
	if p.Retries == 0 {
		return nil, func() {}, nil
	}
	callbacks, err := deploytest.NewCallbacksServer()
	if err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	tries := map[string]int{}
	hook, err := deploytest.NewErrorHook(monitor, callbacks, "try again", func(_ context.Context, urn resource.URN, _ resource.ID, _ string,
		_ tokens.Type, _, _ *pulumirpc.ResourceOptions, _, _, _ resource.PropertyMap, operation string, _ []string,
	) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		at := fmt.Sprint(operation, " ", urn)
		if tries[at]++; tries[at] > p.Retries {
			return false, nil
		}
		if p.OnRetry != nil {
			p.OnRetry()
		}
		return true, nil
	})
	if err != nil {
		callbacks.Close()
		return nil, nil, err
	}
	return []*deploytest.ResourceHook{hook}, func() {
		monitor.SignalAndWaitForShutdown(context.Background())
		callbacks.Close()
	}, nil
}

// resolve puts outputs in the place of Refs.
func resolve(value any, made map[string]*deploytest.RegisterResourceResponse) any {
	switch v := value.(type) {
	case Ref:
		if at := made[v.Resource]; at != nil {
			if output, ok := at.Outputs[resource.PropertyKey(v.Output)]; ok {
				return output
			}
		}
		return resource.MakeComputed(resource.NewProperty(""))
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			out[name] = resolve(inner, made)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = resolve(inner, made)
		}
		return out
	default:
		return value
	}
}

// Secret makes a value secret.
func Secret(value any) resource.PropertyValue {
	return resource.MakeSecret(resource.NewPropertyValue(value))
}
