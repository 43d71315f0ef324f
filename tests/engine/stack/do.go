package stack

import (
	"context"
	"errors"
	"io"

	"github.com/gofrs/uuid"
	"google.golang.org/protobuf/types/known/structpb"

	pkghost "github.com/pulumi/pulumi/pkg/v3/host"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"pulumi-awskms/tests/engine/sim"
)

// StatelessURN is the one URN that every stateless `pulumi do` sends; StatelessProvider that of its provider.
const (
	StatelessURN      = "urn:pulumi:dev::default::awskms:index:AwsKmsKey::AwsKmsKey"
	StatelessProvider = "urn:pulumi:dev::default::pulumi:providers:awskms::"
	statelessName     = "AwsKmsKey"
)

// Plain are inputs of plain values, as they go over the wire.
type Plain = map[string]any

// DoCreate is `pulumi do awskms:AwsKmsKey create --stateless`: a new provider process, no state. It gives the key's ID.
func DoCreate(s *sim.Simulator, inputs Plain) (id string, err error) {
	err = do(s, func(ctx context.Context, provider pulumirpc.ResourceProviderClient) error {
		checked, err := check(ctx, provider, nil, inputs)
		if err != nil {
			return err
		}
		made, err := provider.Create(ctx, &pulumirpc.CreateRequest{Urn: StatelessURN, Name: statelessName, Type: string(Type), Properties: checked})
		id = made.GetId()
		return err
	})
	return id, err
}

// DoDelete is `pulumi do awskms:AwsKmsKey delete`: the key is read and deleted.
func DoDelete(s *sim.Simulator, id string) error {
	return do(s, func(ctx context.Context, provider pulumirpc.ResourceProviderClient) error {
		is, err := provider.Read(ctx, &pulumirpc.ReadRequest{Urn: StatelessURN, Name: statelessName, Type: string(Type), Id: id})
		if err != nil {
			return err
		}
		_, err = provider.Delete(ctx, &pulumirpc.DeleteRequest{Urn: StatelessURN, Name: statelessName, Type: string(Type), Id: is.GetId(),
			Properties: is.GetProperties(), OldInputs: is.GetInputs()})
		return err
	})
}

// DoPatch is `pulumi do awskms:AwsKmsKey patch`: the key is read and changed.
func DoPatch(s *sim.Simulator, id string, change Plain) error {
	return do(s, func(ctx context.Context, provider pulumirpc.ResourceProviderClient) error {
		is, err := provider.Read(ctx, &pulumirpc.ReadRequest{Urn: StatelessURN, Name: statelessName, Type: string(Type), Id: id})
		if err != nil {
			return err
		}
		news := is.GetInputs().AsMap()
		for name, value := range change {
			news[name] = value
		}
		checked, err := check(ctx, provider, is.GetInputs(), news)
		if err != nil {
			return err
		}
		_, err = provider.Update(ctx, &pulumirpc.UpdateRequest{Urn: StatelessURN, Name: statelessName, Type: string(Type), Id: is.GetId(),
			Olds: is.GetProperties(), OldInputs: is.GetInputs(), News: checked})
		return err
	})
}

// check is Check; its failures are an error.
func check(ctx context.Context, provider pulumirpc.ResourceProviderClient, olds *structpb.Struct, news Plain) (*structpb.Struct, error) {
	properties, err := structpb.NewStruct(news)
	if err != nil {
		return nil, err
	}
	checked, err := provider.Check(ctx, &pulumirpc.CheckRequest{Urn: StatelessURN, Name: statelessName, Type: string(Type), Olds: olds, News: properties})
	if err != nil {
		return nil, err
	}
	for _, failure := range checked.GetFailures() {
		return nil, errors.New(failure.GetReason())
	}
	return checked.GetInputs(), nil
}

// do starts a provider without a stack, as `pulumi do` does, and configures it with an ID that is new each time.
func do(s *sim.Simulator, use func(context.Context, pulumirpc.ResourceProviderClient) error) error {
	ctx := context.Background()
	sink := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: "never"})
	pulumis, err := pkghost.New(ctx, sink, sink, nil, nil, nil, nil, nil)
	if err != nil {
		return err
	}
	h := &host{Host: pulumis, stack: &Stack{Sim: s}}
	defer h.Close()
	if _, err := h.Provider(nil, workspace.PluginDescriptor{Name: "awskms"}, env.Env(nil)); err != nil {
		return err
	}
	provider := pulumirpc.NewResourceProviderClient(h.conns[0])
	unique, err := uuid.NewV4()
	if err != nil {
		return err
	}
	config, err := structpb.NewStruct(Plain{"maxRetries": "1"})
	if err != nil {
		return err
	}
	urn, name, kind, id := StatelessProvider, "", "pulumi:providers:awskms", unique.String()
	_, err = provider.Configure(ctx, &pulumirpc.ConfigureRequest{Args: config, AcceptSecrets: true, AcceptResources: true, Urn: &urn, Name: &name, Type: &kind, Id: &id})
	if err != nil {
		return err
	}
	return use(ctx, provider)
}
