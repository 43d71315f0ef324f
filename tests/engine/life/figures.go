package life

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// Figures are what a run of random lives has to show.
type Figures struct {
	mu sync.Mutex
	// Histories are lives lived to their rest without a breach, Operations the engine's operations in all of them.
	Histories, Operations int
	// Kills counts kills that came, by their point: operation of the engine, call of KMS, side of its effect, engine's end.
	Kills map[string]int
}

// Lived is how many histories there are so far.
func (f *Figures) Lived() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Histories
}

func (f *Figures) history() { f.add(func() { f.Histories++ }) }

func (f *Figures) operation() { f.add(func() { f.Operations++ }) }

func (f *Figures) kill(s Step) {
	f.add(func() {
		if f.Kills == nil {
			f.Kills = map[string]int{}
		}
		f.Kills[fmt.Sprintf("%s %s %d %s engine dies %v", s.Operation, s.Trouble.Call, s.Trouble.Nth, s.Trouble.Kind, s.Trouble.EngineDies)]++
	})
}

func (f *Figures) add(note func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	note()
}

// Write appends the figures to a file, as one line of JSON.
func (f *Figures) Write(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(append(line, '\n'))
	return err
}
