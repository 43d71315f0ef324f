package stack

import (
	"context"
	"errors"
	"io"

	"github.com/gofrs/uuid"

	pkghost "github.com/pulumi/pulumi/pkg/v3/host"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/providers"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"

	"pulumi-awskms/tests/engine/sim"
)

// StatelessURN is the one URN that every stateless `pulumi do` sends.
const StatelessURN = resource.URN("urn:pulumi:dev::default::awskms:index:AwsKmsKey::AwsKmsKey")

// DoCreate is `pulumi do awskms:AwsKmsKey create --stateless`: a new provider process, no state. It gives the key's ID.
func DoCreate(s *sim.Simulator, inputs Inputs) (resource.ID, error) {
	made := resource.ID("")
	err := do(s, func(ctx context.Context, provider plugin.Provider) error {
		checked, err := provider.Check(ctx, plugin.CheckRequest{URN: StatelessURN, Name: StatelessURN.Name(), Type: Type,
			News: resource.NewPropertyMapFromMap(inputs), AllowUnknowns: false})
		if err != nil {
			return err
		}
		if len(checked.Failures) > 0 {
			return errors.New(checked.Failures[0].Reason)
		}
		created, err := provider.Create(ctx, plugin.CreateRequest{URN: StatelessURN, Name: StatelessURN.Name(), Type: Type, Properties: checked.Properties})
		made = created.ID
		return err
	})
	return made, err
}

// DoDelete is `pulumi do awskms:AwsKmsKey delete`: the key is read and deleted.
func DoDelete(s *sim.Simulator, id resource.ID) error {
	return do(s, func(ctx context.Context, provider plugin.Provider) error {
		read, err := provider.Read(ctx, plugin.ReadRequest{URN: StatelessURN, Name: StatelessURN.Name(), Type: Type, ID: id})
		if err != nil {
			return err
		}
		_, err = provider.Delete(ctx, plugin.DeleteRequest{URN: StatelessURN, Name: StatelessURN.Name(), Type: Type, ID: read.ID,
			Inputs: read.Inputs, Outputs: read.Outputs})
		return err
	})
}

// DoPatch is `pulumi do awskms:AwsKmsKey patch`: the key is read and changed.
func DoPatch(s *sim.Simulator, id resource.ID, change Inputs) error {
	return do(s, func(ctx context.Context, provider plugin.Provider) error {
		read, err := provider.Read(ctx, plugin.ReadRequest{URN: StatelessURN, Name: StatelessURN.Name(), Type: Type, ID: id})
		if err != nil {
			return err
		}
		news := read.Inputs.Copy()
		for name, value := range resource.NewPropertyMapFromMap(change) {
			news[name] = value
		}
		checked, err := provider.Check(ctx, plugin.CheckRequest{URN: StatelessURN, Name: StatelessURN.Name(), Type: Type, Olds: read.Inputs, News: news})
		if err != nil {
			return err
		}
		_, err = provider.Update(ctx, plugin.UpdateRequest{URN: StatelessURN, Name: StatelessURN.Name(), Type: Type, ID: read.ID,
			OldInputs: read.Inputs, OldOutputs: read.Outputs, NewInputs: checked.Properties})
		return err
	})
}

// do starts a provider without a stack, as `pulumi do` does, and configures it.
func do(s *sim.Simulator, use func(context.Context, plugin.Provider) error) error {
	ctx := context.Background()
	sink := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: "never"})
	pulumis, err := pkghost.New(ctx, sink, sink, nil, nil, nil, nil, nil)
	if err != nil {
		return err
	}
	h := &host{Host: pulumis, stack: &Stack{Sim: s}}
	defer h.Close()
	provider, err := h.Provider(nil, workspace.PluginDescriptor{Name: "awskms"}, env.Env(nil))
	if err != nil {
		return err
	}
	urn := resource.NewURN("dev", "default", "", providers.MakeProviderType("awskms"), "")
	name, kind, config := urn.Name(), urn.Type(), resource.PropertyMap{"maxRetries": resource.NewProperty("1")}
	unique, err := uuid.NewV4() // a new one for each command
	if err != nil {
		return err
	}
	id := resource.ID(unique.String())
	if _, err := provider.Configure(ctx, plugin.ConfigureRequest{URN: &urn, Name: &name, Type: &kind, ID: &id, Inputs: config}); err != nil {
		return err
	}
	return use(ctx, provider)
}
