package stack

import (
	"context"
	"slices"
	"strings"

	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/edit"
	pulumistack "github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/pkg/v3/secrets/b64"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Rename is `pulumi stack rename`.
func (s *Stack) Rename(name string) {
	options := edit.RenameStackOptions{OldName: tokens.MustParseStackName(s.Name), OldProject: Project}
	s.edit(func(d *apitype.DeploymentV3) error {
		return edit.RenameStack(d, tokens.MustParseStackName(name), Project, options)
	})
	s.Name = name
}

// edit changes the state as it lies in a backend.
func (s *Stack) edit(change func(*apitype.DeploymentV3) error) {
	saved := s.saved()
	err := change(saved)
	if err == nil {
		s.Snapshot, err = pulumistack.DeserializeDeploymentV3(context.Background(), *saved, pulumistack.Base64SecretsProvider{})
	}
	if err != nil {
		s.T.Fatalf("editing the state: %v", err)
	}
	// The manager that comes out of a state batches, and does not survive the framework's copies of a snapshot.
	s.Snapshot.SecretsManager = b64.NewBase64SecretsManager()
}

// saved is the state as a backend stores it.
func (s *Stack) saved() *apitype.DeploymentV3 {
	saved, _, _, err := pulumistack.SerializeDeploymentWithMetadata(context.Background(), s.Snapshot, false)
	if err != nil {
		s.T.Fatalf("saving the state: %v", err)
	}
	return saved
}

// Load takes a saved state.
func (s *Stack) Load(saved *apitype.DeploymentV3) {
	s.Snapshot = &deploy.Snapshot{SecretsManager: b64.NewBase64SecretsManager()}
	s.edit(func(d *apitype.DeploymentV3) error { *d = *saved; return nil })
}

// Forget is `pulumi state delete --force` of a key, and no more than that: what depends on it stays.
func (s *Stack) Forget(name string) {
	for _, r := range s.Snapshot.Resources {
		if r.Type == Type && r.URN.Name() == name {
			forgetURN(s.Snapshot, r.URN)
			if err := edit.DeleteResource(s.Snapshot, r, nil, false); err != nil {
				s.T.Fatalf("state delete: %v", err)
			}
			return
		}
	}
	s.T.Fatalf("state delete: %s is not in the state", name)
}

// Taint is `pulumi state taint`.
func (s *Stack) Taint(name string) {
	for _, r := range s.Snapshot.Resources {
		if r.Type == Type && r.URN.Name() == name && !r.Delete {
			r.Taint = true
		}
	}
}

// Untaint is `pulumi state untaint`.
func (s *Stack) Untaint(name string) {
	for _, r := range s.Snapshot.Resources {
		if r.Type == Type && r.URN.Name() == name && !r.Delete {
			r.Taint = false
		}
	}
}

// Unprotect is `pulumi state unprotect --all`.
func (s *Stack) Unprotect() {
	if s.Snapshot == nil {
		return
	}
	for _, r := range s.Snapshot.Resources {
		r.Protect = false
	}
}

// ClearPending is what `pulumi refresh --clear-pending-creates` does to the state.
func (s *Stack) ClearPending() {
	if s.Snapshot != nil {
		s.Snapshot.PendingOperations = nil
	}
}

// RenameRow is `pulumi state rename`.
func (s *Stack) RenameRow(from, to string) {
	for _, r := range s.Snapshot.Resources {
		if r.URN == s.URN(from) {
			r.URN = s.URN(to)
		}
	}
}

// Move is `pulumi state move`: a key's row goes to another stack, with its provider where that stack has none.
func (s *Stack) Move(name string, to *Stack) {
	if to.Snapshot == nil {
		to.Snapshot = &deploy.Snapshot{SecretsManager: b64.NewBase64SecretsManager()}
	}
	moved := func(urn resource.URN) resource.URN {
		return resource.URN(strings.Replace(string(urn), "urn:pulumi:"+s.Name+"::", "urn:pulumi:"+to.Name+"::", 1))
	}
	for i, r := range s.Snapshot.Resources {
		if r.Type != Type || r.URN.Name() != name {
			continue
		}
		row := r.Copy()
		row.URN, row.Provider = moved(row.URN), string(moved(resource.URN(row.Provider)))
		// What it depended on stays behind.
		row.Dependencies, row.PropertyDependencies, row.DeletedWith, row.ReplaceWith = nil, nil, "", nil
		if provider := to.provider(row.Provider); provider == "" {
			for _, p := range s.Snapshot.Resources {
				if strings.HasPrefix(r.Provider, string(p.URN)+"::") {
					copied := p.Copy()
					copied.URN = moved(p.URN)
					to.Snapshot.Resources = append(to.Snapshot.Resources, copied)
				}
			}
		} else {
			row.Provider = provider
		}
		to.Snapshot.Resources = append(to.Snapshot.Resources, row)
		s.Snapshot.Resources = slices.Delete(s.Snapshot.Resources, i, i+1)
		forgetURN(s.Snapshot, r.URN)
		return
	}
	s.T.Fatalf("state move: %s is not in the state", name)
}

// forgetURN takes a resource out of what the others depend on.
func forgetURN(snapshot *deploy.Snapshot, gone resource.URN) {
	is := func(urn resource.URN) bool { return urn == gone }
	for _, r := range snapshot.Resources {
		r.Dependencies, r.ReplaceWith = slices.DeleteFunc(r.Dependencies, is), slices.DeleteFunc(r.ReplaceWith, is)
		for name, urns := range r.PropertyDependencies {
			r.PropertyDependencies[name] = slices.DeleteFunc(urns, is)
		}
		if r.DeletedWith == gone {
			r.DeletedWith = ""
		}
	}
}

// ProviderIDs are the IDs of the stack's provider resources.
func (s *Stack) ProviderIDs() (ids []string) {
	if s.Snapshot == nil {
		return nil
	}
	for _, r := range s.Snapshot.Resources {
		if r.Type == "pulumi:providers:awskms" {
			ids = append(ids, string(r.ID))
		}
	}
	return ids
}

// provider is the reference of the provider with the same URN in this stack, if it has one.
func (s *Stack) provider(reference string) string {
	for _, r := range s.Snapshot.Resources {
		if strings.HasPrefix(reference, string(r.URN)+"::") {
			return string(r.URN) + "::" + string(r.ID)
		}
	}
	return ""
}

// Copy is a second checkout, or a backup, of the stack: the state as it is now.
func (s *Stack) Copy() *Stack {
	other := New(s.T, s.Sim, s.Name)
	other.Program, other.Config, other.Options, other.Env, other.Observe = s.Program, s.Config, s.Options, s.Env, s.Observe
	other.Snapshot = lt.CloneSnapshot(s.T, s.Snapshot)
	return other
}

// SavePlan is `pulumi preview --save-plan`; the plan is in the result.
func (s *Stack) SavePlan() *Result { return s.Preview() }
