package sim

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
)

// When says on which side of a call's effect something happens.
type When bool

// The two sides.
const (
	Before When = false
	After  When = true
)

// rule is what the proxy does once, at the nth call of an operation from now on.
type rule struct {
	operation string
	nth       int
	when      When
	do        func()
	seen      int
}

// At calls do before or after the effect of the nth call of an operation ("*" for any), counted from now and from 1; its
// caller then sees a cut connection. Fired tells whether it has come to that.
func (s *Simulator) At(operation string, nth int, when When, do func()) (fired func() bool) {
	done := make(chan struct{})
	r := &rule{operation: operation, nth: nth, when: when, do: func() { do(); close(done) }}
	s.mu.Lock()
	s.rules = append(s.rules, r)
	s.mu.Unlock()
	return func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
}

// take finds the rule that this call fulfils, and forgets it.
func (s *Simulator) take(operation string) *rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.rules {
		if r.operation != operation && r.operation != "*" {
			continue
		}
		if r.seen++; r.seen == r.nth {
			s.rules = slices.Delete(s.rules, i, i+1)
			return r
		}
	}
	return nil
}

// forward hands a call to the simulator and its answer back, unless a rule says otherwise.
func (s *Simulator) forward(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	target := request.Header.Get("X-Amz-Target")
	rule := s.take(target[strings.LastIndex(target, ".")+1:])
	if rule != nil && rule.when == Before {
		rule.do()
		panic(http.ErrAbortHandler) // cuts the connection
	}
	onward, err := http.NewRequestWithContext(request.Context(), request.Method, s.URL+request.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	onward.Header = request.Header.Clone()
	onward.Host = request.Host
	response, err := s.client.Do(onward)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	answer, err := io.ReadAll(response.Body)
	response.Body.Close()
	if rule != nil {
		rule.do()
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for name, values := range response.Header {
		if name != "Content-Length" && name != "Connection" && name != "Transfer-Encoding" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(response.StatusCode)
	w.Write(answer)
}
