package stack

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"pulumi-awskms/tests/engine/sim"
)

// process is one provider process.
type process struct {
	port   string
	stderr lockedBuffer
	cmd    *exec.Cmd
	done   chan struct{}
}

// lockedBuffer is written by the process's reader and read by tests.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// startProvider runs the provider as the engine does: with the engine's address as its argument, and its port as the first
// line that it prints.
func startProvider(engineAddress string, env []string) (*process, error) {
	p := &process{cmd: exec.Command(sim.Binary("pulumi-resource-awskms"), engineAddress), done: make(chan struct{})}
	p.cmd.Env = env
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the provider's first line: %w; %s", err, p.stderr.String())
	}
	p.port = strings.TrimSpace(line)
	go func() {
		io.Copy(io.Discard, lines)
		p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// kill ends the process at once, as a crash or the kernel would.
func (p *process) kill() { syscall.Kill(p.cmd.Process.Pid, syscall.SIGKILL) }

// end asks the process to stop, as the engine does.
func (p *process) end() {
	syscall.Kill(p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		p.kill()
		<-p.done
	}
}

// environment is what the provider of a stack sees: nothing of the user's AWS settings.
func environment(endpoint string, more []string) []string {
	env := []string{
		"AWS_ENDPOINT_URL=" + endpoint, "AWS_REGION=" + sim.Region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	}
	// A provider that was built fast rather than well needs more stack.
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "AWSKMS_LOG", "RUST_MIN_STACK"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, more...)
}
