package stack

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// RPC is one call of the engine to the provider.
type RPC struct {
	// Method is its name without the service: "Create".
	Method            string
	Request, Response proto.Message
	Err               error
}

// record notes each call with its answer.
func (s *Stack) record(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	err := invoke(ctx, method, request, reply, conn, options...)
	in, _ := request.(proto.Message)
	out, _ := reply.(proto.Message)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rpcs = append(s.rpcs, RPC{method[strings.LastIndex(method, "/")+1:], in, out, err})
	return err
}

// noteLog keeps what a provider process has written to stderr.
func (s *Stack) noteLog(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log += text
}

// taken gives calls and log since the last time, and forgets them.
func (s *Stack) taken() (calls []RPC, log string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls, log = s.rpcs, s.log
	s.rpcs, s.log = nil, ""
	return calls, log
}
