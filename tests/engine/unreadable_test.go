package engine_test

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/engine"

	"pulumi-awskms/tests/engine/stack"
)

// Kind 1: "could not be read" is not "gone". A read that fails part-way is an error of the refresh and removes no row.

var plain = inputs{"alias": "alias/a", "description": "d", "tags": fields{"team": "a"}}

// detailReads are the calls of a read after DescribeKey.
var detailReads = []string{"GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListResourceTags"}

// failures of a call that say nothing about the key.
var failures = map[string]any{
	"throttle": "throttle", "5xx": "kmsInternal", "timeout": "dependencyTimeout", "cut": "cutBefore", "half an answer": "cutBody",
	"expired token": fields{"error": fields{"code": "ExpiredTokenException", "message": "The security token included in the request is expired", "status": 400}},
	"limit":         fields{"error": fields{"code": "LimitExceededException", "message": "too many", "status": 400}},
}

func TestReadThatFailsPartWayIsAnError(t *testing.T) {
	for _, call := range append([]string{"DescribeKey"}, detailReads...) {
		each(t, prefixed(call, failures), func(t *testing.T, effect any) {
			h, dev := begin(t)
			dev.Program = stack.One(plain)
			must(t, dev.Up())
			key := id(t, dev, "a")
			h.Fault(fields{"operation": call, "effect": effect})
			failed(t, dev.Refresh())
			keeps(t, h, dev, "a", key)
			h.Settle(dev)
			keeps(t, h, dev, "a", key)
		})
	}
}

// prefixed gives the cases of a call names of their own.
func prefixed[T any](call string, cases map[string]T) map[string]T {
	named := map[string]T{}
	for name, c := range cases {
		named[call+" "+name] = c
	}
	return named
}

func TestPublicKeyThatCannotBeReadKeepsTheRow(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(inputs{"alias": "alias/a", "keySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY"})
	must(t, dev.Up())
	key := id(t, dev, "a")
	h.Fault(fields{"operation": "GetPublicKey", "effect": "kmsInternal"})
	dev.Refresh()
	keeps(t, h, dev, "a", key)
	h.Settle(dev)
}

func TestDestroyWithRefreshForgetsNoLiveKey(t *testing.T) {
	for _, call := range detailReads {
		t.Run(call, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(plain)
			must(t, dev.Up())
			key := id(t, dev, "a")
			h.Fault(fields{"operation": call, "effect": "kmsInternal"})
			failed(t, dev.With(func(o *engine.UpdateOptions) { o.Refresh = true }, dev.Destroy))
			keeps(t, h, dev, "a", key)
			h.Settle(dev)
		})
	}
}

func TestInterruptedRefreshRemovesNoRow(t *testing.T) {
	each(t, map[string]int32{"one after another": 1, "all at once": 8}, func(t *testing.T, parallel int32) {
		h, dev := begin(t)
		dev.Options.Parallel = parallel
		for _, name := range []string{"a", "b", "c", "d"} {
			dev.Program.Keys = append(dev.Program.Keys, key{Name: name, Inputs: inputs{"alias": "alias/" + name}})
		}
		must(t, dev.Up())
		h.Fault(fields{"operation": "GetKeyPolicy", "effect": fields{"delay": fields{"milliseconds": 6000}}})
		time.AfterFunc(500*time.Millisecond, dev.Interrupt)
		failed(t, dev.Refresh())
		if rows := dev.Rows(); len(rows) != 4 {
			t.Errorf("%d of 4 rows are left", len(rows))
		}
		h.Settle(dev)
	})
}

func TestUpdateThatCannotReadTheKeyTriesAgain(t *testing.T) {
	for _, call := range append([]string{"DescribeKey"}, detailReads...) {
		t.Run(call, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(plain)
			must(t, dev.Up())
			key := id(t, dev, "a")
			dev.Program = stack.One(inputs{"alias": "alias/a", "description": "other", "tags": fields{"team": "b"}})
			h.Fault(fields{"operation": call, "effect": "kmsInternal"})
			silent(t, dev.Up(), " exists, but not yet")
			keeps(t, h, dev, "a", key)
			h.Settle(dev)
		})
	}
}

func TestDeleteBelievesNotFoundOfTheKeyAlone(t *testing.T) {
	gone := fields{"error": fields{"code": "NotFoundException", "message": "not there", "status": 400}}
	for _, call := range detailReads {
		t.Run(call, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(plain)
			must(t, dev.Up())
			h.Sim.Advance(3600) // of a young key "not found" is doubted for half a minute
			h.Fault(fields{"operation": call, "effect": gone})
			dev.Destroy() // it may fail; it must not forget a live key (P3)
			h.Calm()
			must(t, dev.Destroy())
			lives(t, h, 0)
		})
	}
}

func TestKeyThatIsGoneLeavesTheState(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(plain)
	must(t, dev.Up())
	key := id(t, dev, "a")
	h.Hand("ScheduleKeyDeletion", fields{"KeyId": key, "PendingWindowInDays": 7})
	h.Sim.Advance(8 * 86400)
	must(t, dev.Refresh())
	if dev.Row("a") != nil {
		t.Error("a key that KMS does not know any more is still in the state")
	}
	h.Settle(dev)
	lives(t, h, 1)
}

func TestOneLateNotFoundIsNotBelieved(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(plain)
	must(t, dev.Up())
	h.Sim.Advance(3600)
	key := id(t, dev, "a")
	h.Fault(fields{"operation": "DescribeKey", "count": 1, "effect": fields{"error": fields{"code": "NotFoundException", "message": "late", "status": 400}}})
	dev.Refresh()
	keeps(t, h, dev, "a", key)
}

func TestCredentialsOfAnotherAccountForgetNothing(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(plain)
	must(t, dev.Up())
	key := id(t, dev, "a")
	dev.Env = []string{"AWS_ACCESS_KEY_ID=999999999999"}
	failed(t, dev.Refresh())
	keeps(t, h, dev, "a", key)
	failed(t, dev.Destroy())
	keeps(t, h, dev, "a", key)
	dev.Env = nil
	h.Settle(dev)
}
