package stack

import (
	"sync"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// registrations are the resources of a program on their way into the engine.
type registrations struct {
	monitor *deploytest.ResourceMonitor
	// done is closed when the resource has been registered, or could not be.
	done map[string]chan struct{}

	mu      sync.Mutex
	answers map[string]*deploytest.RegisterResourceResponse
}

// register waits for what the key names, as a language's SDK does, and registers it.
func (r *registrations) register(key Key, options deploytest.ResourceOptions) error {
	defer close(r.done[key.Name])
	earlier := append([]string{key.DeletedWith, key.ReplaceWith}, key.DependsOn...)
	for _, name := range append(earlier, references(key.Inputs)...) {
		if done, ok := r.done[name]; ok && name != key.Name {
			<-done
		}
	}
	options.Inputs = resource.NewPropertyMapFromMap(r.resolve(key.Inputs).(Inputs))
	answer, err := r.monitor.RegisterResource(Type, key.Name, true, options)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[key.Name] = answer
	return nil
}

// references are the names of the resources whose outputs a value takes.
func references(value any) (names []string) {
	switch v := value.(type) {
	case Ref:
		names = append(names, v.Resource)
	case map[string]any:
		for _, inner := range v {
			names = append(names, references(inner)...)
		}
	case []any:
		for _, inner := range v {
			names = append(names, references(inner)...)
		}
	}
	return names
}

// resolve puts outputs in the place of Refs; unknown ones where there is none.
func (r *registrations) resolve(value any) any {
	switch v := value.(type) {
	case Ref:
		r.mu.Lock()
		defer r.mu.Unlock()
		if at := r.answers[v.Resource]; at != nil {
			if output, ok := at.Outputs[resource.PropertyKey(v.Output)]; ok {
				return output
			}
		}
		return resource.MakeComputed(resource.NewProperty(""))
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			out[name] = r.resolve(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = r.resolve(inner)
		}
		return out
	default:
		return value
	}
}

// errgroup runs functions side by side and keeps the first error.
type errgroup struct {
	running sync.WaitGroup
	once    sync.Once
	err     error
}

func (g *errgroup) start(run func() error) {
	g.running.Go(func() {
		if err := run(); err != nil {
			g.once.Do(func() { g.err = err })
		}
	})
}

func (g *errgroup) wait() error {
	g.running.Wait()
	return g.err
}
