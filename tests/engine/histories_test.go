package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/life"
	"pulumi-awskms/tests/engine/sim"
)

// Random histories, told what to do by the environment:
//
//	JUDGE_PROFILES   names of profiles, one worker each in turn; default: all
//	JUDGE_WITHOUT    what the profiles leave out: troubles, options, edits, operations
//	JUDGE_WORKERS    how many simulators live side by side; default: 2
//	JUDGE_SECONDS    how long; default: 10
//	JUDGE_HISTORIES  how many lives are enough; default: no bound
//	JUDGE_ROUND      with which profile the first worker begins; default: 0
//	JUDGE_FIGURES    a file to which the figures are appended
//	JUDGE_FOUND      a folder for the plans of broken lives; default: the one for temporary files

var figures life.Figures

func TestHistories(t *testing.T) {
	workers, seconds := number("JUDGE_WORKERS", 2), number("JUDGE_SECONDS", 10)
	enough, round := number("JUDGE_HISTORIES", 0), number("JUDGE_ROUND", 0)
	profiles := []string{"all"}
	if list := os.Getenv("JUDGE_PROFILES"); list != "" {
		profiles = strings.Split(list, ",")
	}
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	over := func() bool { return time.Now().After(end) || enough > 0 && figures.Lived() >= enough }
	t.Cleanup(func() {
		if path := os.Getenv("JUDGE_FIGURES"); path != "" {
			if err := figures.Write(path); err != nil {
				t.Error(err)
			}
		}
	})
	for worker := range workers {
		name := profiles[(round*workers+worker)%len(profiles)]
		profile, ok := life.Profiles[name]
		if !ok {
			t.Fatalf("no profile %s", name)
		}
		profile = profile.Without(strings.Split(os.Getenv("JUDGE_WITHOUT"), ","))
		t.Run(fmt.Sprintf("%s %d", name, worker), func(t *testing.T) {
			t.Parallel()
			s := simulator(t)
			for !over() && !t.Failed() {
				live(t, s, fmt.Sprint(name, "-", worker), profile, over)
			}
		})
	}
}

// number is a number of the environment.
func number(name string, or int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return or
}

// live lives random lives until there are enough or one is broken; rapid shrinks that one and prints its seed.
func live(t *testing.T, s *sim.Simulator, name string, profile life.Profile, over func() bool) {
	broken := false // then it is shrunk, and nothing else matters
	rapid.Check(t, func(rt *rapid.T) {
		plan := profile.Generator().Draw(rt, "life")
		if over() && !broken {
			return
		}
		h, seen := judge.Begin(rt, s), &figures
		if broken {
			seen = &life.Figures{}
		}
		defer func() {
			if rt.Failed() {
				broken = true
				rt.Logf("what happened:\n%s\nits plan was kept: %s", h.Log(), keep(name, plan))
			}
		}()
		life.Live(h, plan, seen)
	})
}

// keep writes a broken plan down. The last one is the shrunk one.
func keep(profile string, plan life.Plan) string {
	folder := os.Getenv("JUDGE_FOUND")
	if folder == "" {
		folder = os.TempDir()
	}
	text, _ := json.MarshalIndent(plan, "", "  ")
	path := filepath.Join(folder, fmt.Sprintf("broken-%s-%d.json", profile, os.Getpid()))
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return err.Error()
	}
	return path + "; this lives it again, below tests/engine: JUDGE_REPLAY=" + path + " go test -run TestFound ."
}

// TestFound lives what random lives have found before: every file below found, or the one that JUDGE_REPLAY names.
func TestFound(t *testing.T) {
	files, err := filepath.Glob("found/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if one := os.Getenv("JUDGE_REPLAY"); one != "" {
		files = []string{one}
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var plan life.Plan
			if err := json.Unmarshal(text, &plan); err != nil {
				t.Fatal(err)
			}
			t.Parallel()
			h := judge.Begin(t, simulator(t))
			life.Live(h, plan, &life.Figures{})
			if t.Failed() {
				t.Logf("what happened:\n%s", h.Log())
			}
		})
	}
}
