package sim

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// Region is where a stack works unless its program says otherwise.
const Region = "us-east-1"

// Account is the account of every caller that is not a role of another one.
const Account = "123456789012"

// Simulator is a running simulator process with a proxy before it. Providers are given the proxy's address, so that a call
// can be cut, or its caller killed, exactly before or after it takes effect.
type Simulator struct {
	// URL is the simulator's own address: control requests and people's calls go there.
	URL string
	// Endpoint is the proxy's address.
	Endpoint string

	process *exec.Cmd
	proxy   *http.Server
	client  http.Client

	mu      sync.Mutex
	rules   []*rule
	lastSeq int
}

// Start runs a simulator on free ports of loopback. Policies may name any principal; transient states take no time unless
// a test sets the options creatingSeconds and updatingSeconds.
func Start(flags ...string) (*Simulator, error) {
	flags = append([]string{"--listen", "127.0.0.1:0", "--principals", "any", "--options", `{"creatingSeconds":0,"updatingSeconds":0}`}, flags...)
	process := exec.Command(Binary("awskms-sim"), flags...)
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("%w (`make build` makes it)", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the simulator's first line: %w", err)
	}
	s := &Simulator{URL: strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), process: process}
	s.client.Transport = &http.Transport{MaxIdleConnsPerHost: 16}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.Endpoint = "http://" + listener.Addr().String()
	s.proxy = &http.Server{Handler: http.HandlerFunc(s.forward)}
	go s.proxy.Serve(listener)
	return s, nil
}

// Close ends the simulator and its proxy.
func (s *Simulator) Close() {
	s.proxy.Close()
	s.process.Process.Signal(syscall.SIGTERM)
	s.process.Wait()
}

// Reset forgets keys, faults, rules and the journal.
func (s *Simulator) Reset() error {
	s.Quiet()
	s.Options(map[string]any{"lag": []any{}, "creatingSeconds": 0, "updatingSeconds": 0, "quotas": false})
	s.mu.Lock()
	s.lastSeq = 0
	s.mu.Unlock()
	return s.control("POST", "reset", nil, nil)
}
