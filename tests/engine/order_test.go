package engine_test

import (
	"fmt"
	"testing"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/stack"
)

// Kind 5: the order of a plan knows who may do what.

// deployer makes the stack's provider work as a role. IAM lets it do everything, which counts only where a key's policy says
// so for the whole account; the policies here do not, so that they alone decide what the role may do with a key.
func deployer(t *testing.T, h *judge.History, s *stack.Stack) string {
	t.Helper()
	arn := h.Sim.Role("Deployer", "kms:*", "sts:*")
	s.Configure("assumeRoles", fmt.Sprintf(`[{"roleArn":%q}]`, arn))
	return arn
}

// rights is a policy document that lets the account's administrators do all, and a role these actions.
func rights(role string, actions ...string) fields {
	list := []any{}
	for _, action := range actions {
		list = append(list, action)
	}
	return fields{"Version": "2012-10-17", "Statement": []any{
		fields{"Sid": "Admin", "Effect": "Allow", "Principal": fields{"AWS": "arn:aws:iam::123456789012:role/Admin"}, "Action": "kms:*", "Resource": "*"},
		fields{"Sid": "Deployer", "Effect": "Allow", "Principal": fields{"AWS": role}, "Action": list, "Resource": "*"},
	}}
}

// common are rights that every run needs.
var common = []string{
	"kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:ScheduleKeyDeletion",
	"kms:CancelKeyDeletion",
}

// changes need these rights each.
var changes = map[string]struct {
	before, after inputs
	needs         []string
}{
	"rotation":    {inputs{"enableRotation": false}, inputs{"enableRotation": true}, []string{"kms:EnableKeyRotation"}},
	"no rotation": {inputs{"enableRotation": true}, inputs{"enableRotation": false}, []string{"kms:DisableKeyRotation"}},
	"tags":        {inputs{"tags": fields{"x": "1"}}, inputs{"tags": fields{"x": "2", "y": "1"}}, []string{"kms:TagResource"}},
	"fewer tags":  {inputs{"tags": fields{"x": "1", "y": "1"}}, inputs{"tags": fields{"x": "1"}}, []string{"kms:UntagResource"}},
	"description": {inputs{"description": "1"}, inputs{"description": "2"}, []string{"kms:UpdateKeyDescription"}},
	"alias":       {inputs{"alias": "alias/a"}, inputs{"alias": "alias/b"}, []string{"kms:CreateAlias", "kms:DeleteAlias"}},
	"disabled":    {inputs{}, inputs{"enabled": false}, []string{"kms:DisableKey"}},
	"enabled":     {inputs{"enabled": false}, inputs{}, []string{"kms:EnableKey"}},
}

var everything = []string{
	"kms:EnableKeyRotation", "kms:DisableKeyRotation", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription", "kms:CreateAlias",
	"kms:UpdateAlias", "kms:DeleteAlias", "kms:DisableKey", "kms:EnableKey",
}

func with(in inputs, policy fields) inputs {
	out := inputs{"policyDocument": policy, "bypassPolicyLockoutSafetyCheck": true}
	for name, value := range in {
		out[name] = value
	}
	return out
}

func TestPolicyThatGrantsWhatTheRestNeedsGoesFirst(t *testing.T) {
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			h, dev := begin(t)
			me := deployer(t, h, dev)
			all := append(append([]string{}, common...), everything...)
			dev.Program = stack.One(with(c.before, rights(me, all...)))
			must(t, dev.Up())
			dev.Program = stack.One(with(c.before, rights(me, without(all, c.needs)...)))
			must(t, dev.Up())
			dev.Program = stack.One(with(c.after, rights(me, all...)))
			must(t, dev.Preview())
			must(t, dev.Up())
			h.Settle(dev)
		})
	}
}

func TestPolicyThatTakesWhatTheRestNeedsGoesLast(t *testing.T) {
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			h, dev := begin(t)
			me := deployer(t, h, dev)
			all := append(append([]string{}, common...), everything...)
			dev.Program = stack.One(with(c.before, rights(me, all...)))
			must(t, dev.Up())
			dev.Program = stack.One(with(c.after, rights(me, without(all, c.needs)...)))
			must(t, dev.Preview())
			must(t, dev.Up())
			h.Settle(dev)
		})
	}
}

func TestWhatCannotBeDoneAtAllIsSaidInThePreview(t *testing.T) {
	h, dev := begin(t)
	me := deployer(t, h, dev)
	all := append(append([]string{}, common...), everything...)
	dev.Program = stack.One(with(inputs{"description": "1"}, rights(me, all...)))
	must(t, dev.Up())
	few := rights(me, without(all, []string{"kms:UpdateKeyDescription"})...)
	dev.Program = stack.One(with(inputs{"description": "1"}, few))
	must(t, dev.Up())
	dev.Program = stack.One(with(inputs{"description": "2"}, few))
	says(t, dev.Preview(), "kms:UpdateKeyDescription")
}

func without(all, some []string) (rest []string) {
	for _, action := range all {
		left := false
		for _, other := range some {
			left = left || action == other
		}
		if !left {
			rest = append(rest, action)
		}
	}
	return rest
}

func TestKeyWithFullTagsIsAdopted(t *testing.T) {
	cases := map[string]struct {
		tags    int
		ignored int
	}{"50 tags": {50, 0}, "48 and 2 ignored": {48, 2}}
	each(t, cases, func(t *testing.T, c struct{ tags, ignored int }) {
		h, dev := begin(t)
		tags, wanted := []any{}, fields{}
		for i := range c.tags {
			name := fmt.Sprintf("t%02d", i)
			tags = append(tags, fields{"TagKey": name, "TagValue": "1"})
			if i < 48 {
				wanted[name] = "1"
			}
		}
		for i := range c.ignored {
			tags = append(tags, fields{"TagKey": fmt.Sprintf("ignored:%d", i), "TagValue": "1"})
		}
		if c.ignored > 0 {
			dev.Configure("ignoreTags", `{"keyPrefixes":["ignored:"]}`)
			for _, name := range []string{"t46", "t47"} { // all that there is room for beside the marks
				delete(wanted, name)
			}
		}
		made := h.Sim.ByHand("us-east-1", "CreateKey", fields{"Tags": tags})["KeyMetadata"].(map[string]any)["KeyId"]
		dev.Program = stack.One(inputs{"alias": "alias/a", "adopt": made, "tags": wanted})
		must(t, dev.Preview())
		must(t, dev.Up())
		h.Settle(dev)
	})
}
