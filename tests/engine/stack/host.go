package stack

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	pkghost "github.com/pulumi/pulumi/pkg/v3/host"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// maxMessage is Pulumi's own limit of a message, in bytes.
const maxMessage = 400 << 20

// host is Pulumi's own plugin host in all but two things: the program is a Go function, and provider processes are ours, so
// that their environment, their ends and every call to them are in the test's hands.
type host struct {
	plugin.Host
	language plugin.LanguageRuntime
	stack    *Stack

	mu        sync.Mutex
	processes []*process
	conns     []*grpc.ClientConn
	providers []plugin.Provider
}

// hostFactory is given to the engine for one operation; the hosts that it makes are the caller's to close, because the
// framework, whose cancellation never terminates, does not close them.
func (s *Stack) hostFactory(program deploytest.ProgramFunc, made *[]*host) engine.HostFactory {
	return func(ctx context.Context, d, status diag.Sink, debug plugin.DebugContext) (plugin.Host, error) {
		pulumis, err := pkghost.New(ctx, d, status, debug, nil, nil, nil, nil)
		if err != nil {
			return nil, err
		}
		h := &host{Host: pulumis, language: deploytest.NewLanguageRuntime(program), stack: s}
		*made = append(*made, h)
		s.mu.Lock()
		s.hosts = append(s.hosts, h)
		s.mu.Unlock()
		return h, nil
	}
}

// LanguageRuntime is the program.
func (h *host) LanguageRuntime(*plugin.Context, string) (plugin.LanguageRuntime, error) {
	return h.language, nil
}

// Provider starts a provider process and shakes hands with it.
func (h *host) Provider(ctx *plugin.Context, d workspace.PluginDescriptor, _ env.Env) (plugin.Provider, error) {
	if d.Name != "awskms" {
		return nil, fmt.Errorf("there is no plugin %s here", d.Name)
	}
	p, err := startProvider(h.ServerAddr(), environment(h.stack.Sim.Endpoint, h.stack.Env))
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient("127.0.0.1:"+p.port, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		grpc.WithUnaryInterceptor(h.stack.record))
	if err != nil {
		return nil, err
	}
	provider := plugin.NewProviderWithClient(ctx, pulumirpc.NewResourceProviderClient(conn), false)
	h.mu.Lock()
	h.processes, h.conns, h.providers = append(h.processes, p), append(h.conns, conn), append(h.providers, provider)
	h.mu.Unlock()
	_, err = provider.Handshake(context.Background(), handshake(h.ServerAddr()))
	return provider, err
}

// handshake offers all that this engine can do, as the engine itself does; its flags differ from version to version.
func handshake(engineAddress string) plugin.ProviderHandshakeRequest {
	request := plugin.ProviderHandshakeRequest{EngineAddress: engineAddress}
	fields := reflect.ValueOf(&request).Elem()
	for i := range fields.NumField() {
		if field := fields.Field(i); field.Kind() == reflect.Bool {
			field.SetBool(true)
		}
	}
	return request
}

// SignalCancellation reaches our providers too: a Ctrl-C becomes their Cancel.
func (h *host) SignalCancellation() error {
	h.mu.Lock()
	providers := append([]plugin.Provider{}, h.providers...)
	h.mu.Unlock()
	errs := []error{h.Host.SignalCancellation()}
	for _, provider := range providers {
		errs = append(errs, provider.SignalCancellation(context.Background()))
	}
	return errors.Join(errs...)
}

// kill ends every provider process of the host at once.
func (h *host) kill() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.processes {
		p.kill()
	}
}

// Close ends processes and connections. It gives what the processes have written to stderr.
func (h *host) Close() error {
	h.mu.Lock()
	processes, conns := h.processes, h.conns
	h.processes, h.conns, h.providers = nil, nil, nil
	h.mu.Unlock()
	for _, conn := range conns {
		conn.Close()
	}
	for _, p := range processes {
		p.end()
		h.stack.noteLog(p.stderr.String())
	}
	return h.Host.Close()
}
