package sim

import (
	"fmt"
	"strings"
)

// Call is one entry of the simulator's journal.
type Call struct {
	Seq                          int
	Operation, Region, Principal string
	// Effect says whether the call changed anything.
	Effect bool
	// Code is AWS's error code; nil for a success.
	Code    *string
	Request map[string]any
}

// Text is a member of the request; empty where it has none.
func (c Call) Text(member string) string {
	text, _ := c.Request[member].(string)
	return text
}

// Journal are the calls after a mark.
func (s *Simulator) Journal(since int) []Call {
	var out struct{ Calls []Call }
	s.must("GET", fmt.Sprintf("journal?since=%d", since), nil, &out)
	return out.Calls
}

// Writes are the calls among them that changed something, but for those that only use a key.
func Writes(calls []Call) (writes []Call) {
	for _, c := range calls {
		if c.Effect {
			writes = append(writes, c)
		}
	}
	return writes
}

// Names lists calls in short: "CreateKey, TagResource!ThrottlingException x3".
func Names(calls []Call) string {
	var names []string
	last, times := "", 0
	end := func() {
		switch {
		case times == 1:
			names = append(names, last)
		case times > 1:
			names = append(names, fmt.Sprintf("%s x%d", last, times))
		}
	}
	for _, c := range calls {
		name := c.Operation
		if c.Code != nil {
			name += "!" + *c.Code
		}
		if name != last {
			end()
			last, times = name, 0
		}
		times++
	}
	end()
	return strings.Join(names, ", ")
}

// LastSeq is the number of the last call so far. It asks from the last known number on, because journals are long.
func (s *Simulator) LastSeq() int {
	s.mu.Lock()
	known := s.lastSeq
	s.mu.Unlock()
	if calls := s.Journal(known); len(calls) > 0 {
		known = calls[len(calls)-1].Seq
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastSeq = known
	return known
}
