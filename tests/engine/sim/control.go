package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// control sends a request below /_sim/. docs/simulator.md lists them.
func (s *Simulator) control(method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, s.URL+"/_sim/"+path, body)
	if err != nil {
		return err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// must is control for requests that only a broken harness sends wrongly.
func (s *Simulator) must(method, path string, in, out any) {
	if err := s.control(method, path, in, out); err != nil {
		panic(err)
	}
}

// Options changes switches of the simulator.
func (s *Simulator) Options(switches map[string]any) { s.must("POST", "options", switches, nil) }

// Fault adds a fault rule: {"operation": "CreateKey", "nth": 1, "count": 1, "effect": "throttle"}.
func (s *Simulator) Fault(rule map[string]any) { s.must("POST", "faults", rule, nil) }

// Quiet removes all faults of the simulator and all rules of the proxy.
func (s *Simulator) Quiet() {
	s.must("DELETE", "faults", nil, nil)
	s.mu.Lock()
	s.rules = nil
	s.mu.Unlock()
}

// Role makes an IAM role with these permissions and gives its ARN.
func (s *Simulator) Role(name string, allow ...string) string {
	arn := "arn:aws:iam::" + Account + ":role/" + name
	s.must("POST", "principals", map[string]any{"arn": arn, "allow": allow}, nil)
	return arn
}

// Advance moves the virtual clock.
func (s *Simulator) Advance(seconds int) {
	s.must("POST", "clock", map[string]any{"advanceSeconds": seconds}, nil)
}
