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

// Random histories. JUDGE_PROFILES names profiles (default: all), JUDGE_WORKERS how many simulators run side by side,
// JUDGE_WITHOUT what they leave out, JUDGE_SECONDS how long, JUDGE_FIGURES a file for the figures, JUDGE_FOUND a folder for broken lives.

var figures life.Figures

func TestHistories(t *testing.T) {
	seconds, err := strconv.Atoi(os.Getenv("JUDGE_SECONDS"))
	if err != nil {
		seconds = 10
	}
	workers, err := strconv.Atoi(os.Getenv("JUDGE_WORKERS"))
	if err != nil {
		workers = 2
	}
	profiles := []string{"all"}
	if list := os.Getenv("JUDGE_PROFILES"); list != "" {
		profiles = strings.Split(list, ",")
	}
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	t.Cleanup(func() {
		if path := os.Getenv("JUDGE_FIGURES"); path != "" {
			if err := figures.Write(path); err != nil {
				t.Error(err)
			}
		}
	})
	for worker := range workers {
		profile, ok := life.Profiles[profiles[worker%len(profiles)]]
		if !ok {
			t.Fatalf("no profile %s", profiles[worker%len(profiles)])
		}
		name := profiles[worker%len(profiles)]
		profile = profile.Without(strings.Split(os.Getenv("JUDGE_WITHOUT"), ","))
		t.Run(fmt.Sprintf("%s %d", name, worker), func(t *testing.T) {
			t.Parallel()
			s := simulator(t)
			for time.Now().Before(end) && !t.Failed() {
				live(t, s, fmt.Sprint(name, "-", worker), profile, end)
			}
		})
	}
}

// live lives random lives until the time is over or one is broken; rapid shrinks that one and prints its seed.
func live(t *testing.T, s *sim.Simulator, name string, profile life.Profile, end time.Time) {
	broken := false // then it is shrunk, and time does not matter
	rapid.Check(t, func(rt *rapid.T) {
		plan := profile.Generator().Draw(rt, "life")
		if time.Now().After(end) && !broken {
			return
		}
		h := judge.Begin(rt, s)
		defer func() {
			if rt.Failed() {
				broken = true
				rt.Logf("what happened:\n%s\nits plan was kept: %s", h.Log(), keep(name, plan))
			}
		}()
		life.Live(h, plan, &figures)
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
	return path + " (JUDGE_REPLAY=" + path + " go test -run TestFound .)"
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
