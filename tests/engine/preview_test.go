package engine_test

import (
	"maps"
	"testing"

	"pulumi-awskms/tests/engine/stack"
)

// Kind 9: what a preview lists is what the run does. P5 compares the two wherever a run follows its preview.

// allOfIt is a key with all that an update can change by a call.
var allOfIt = inputs{
	"alias": "alias/a", "aliases": []any{"alias/b"}, "description": "d", "tags": fields{"x": "1", "y": "2"}, "rotationPeriodDays": 90,
	"enabled": true, "policy": typed("App"),
}

func TestPreviewListsTheCallsOfEveryChange(t *testing.T) {
	changes := map[string]inputs{"everything": {"alias": "alias/c"}, "enabled": maps.Clone(allOfIt), "a tag": maps.Clone(allOfIt)}
	changes["enabled"]["enabled"] = false
	changes["a tag"]["tags"] = fields{"x": "3"}
	for name := range allOfIt {
		if name != "enabled" {
			changes["without "+name] = maps.Clone(allOfIt)
			delete(changes["without "+name], name)
		}
	}
	each(t, changes, func(t *testing.T, changed inputs) {
		h, dev := begin(t)
		for _, in := range []inputs{allOfIt, changed, allOfIt} {
			dev.Program = stack.One(in)
			must(t, dev.Preview())
			must(t, dev.Up())
		}
		h.Settle(dev)
	})
}
