package engine_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/engine"

	"pulumi-awskms/tests/engine/judge"
	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// Kind 4: what was given is what is kept, as far as the engine's own grammar (unknowns, ignoreChanges, plans) decides it.

const role = "arn:aws:iam::" + sim.Account + ":role/"

// document is a policy that lets the account in, and a role, with one condition's value from outside.
func document(who string, value any) fields {
	return fields{"Version": "2012-10-17", "Statement": []any{
		fields{"Sid": "Account", "Effect": "Allow", "Principal": fields{"AWS": "arn:aws:iam::" + sim.Account + ":root"}, "Action": "kms:*", "Resource": "*"},
		fields{"Sid": "Use", "Effect": "Allow", "Principal": fields{"AWS": who}, "Action": "kms:Decrypt", "Resource": "*",
			"Condition": fields{"StringEquals": fields{"kms:EncryptionContext:app": value}}},
	}}
}

func TestPolicyThatCannotBeDecodedIsAFailureWithItsPath(t *testing.T) {
	for name, number := range map[string]float64{"NaN": math.NaN(), "infinity": math.Inf(1)} {
		t.Run(name, func(t *testing.T) {
			h, dev := begin(t)
			dev.Program = stack.One(inputs{"alias": "alias/a", "policyDocument": document(role+"App", number)})
			refused(t, dev.Preview(), "policyDocument")
			refused(t, dev.Up(), "policyDocument")
			lives(t, h, 0)
		})
	}
}

func TestUnknownInsideThePolicyIsUnknownInThePreview(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.Of(key{Name: "b", Inputs: inputs{}},
		key{Name: "a", Inputs: inputs{"alias": "alias/a", "policyDocument": document(role+"App", stack.Ref{Resource: "b", Output: "keyId"})}})
	must(t, dev.Preview())
	must(t, dev.Up()) // P5 compares
	h.Settle(dev)
}

func TestPlanWithAnUnknownInsideThePolicyHolds(t *testing.T) {
	each(t, map[string]bool{"create": true, "update": false}, func(t *testing.T, create bool) {
		h, dev := begin(t)
		if !create {
			dev.Program = stack.One(inputs{"alias": "alias/a"})
			must(t, dev.Up())
		}
		dev.Program = stack.Of(key{Name: "b", Inputs: inputs{}},
			key{Name: "a", Inputs: inputs{"alias": "alias/a", "policyDocument": document(role+"App", stack.Ref{Resource: "b", Output: "keyId"})}})
		plan := must(t, dev.Preview()).Plan
		must(t, dev.With(func(o *engine.UpdateOptions) { o.Plan = plan }, dev.Up))
		h.Settle(dev)
	})
}

func TestUnknownImmutableInputsPreviewNoReplacement(t *testing.T) {
	for name, output := range map[string]string{"keySpec": "keySpec", "keyUsage": "keyUsage", "multiRegion": "multiRegion", "region": "region", "enableRotation": "enableRotation"} {
		t.Run(name, func(t *testing.T) {
			h, dev := begin(t)
			plainly := map[string]any{"keySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "multiRegion": false, "region": sim.Region, "enableRotation": true}
			dev.Program = stack.One(inputs{"alias": "alias/a", name: plainly[name]})
			must(t, dev.Up())
			k := id(t, dev, "a")
			dev.Program = stack.Of(key{Name: "b", Inputs: inputs{name: plainly[name]}},
				key{Name: "a", Inputs: inputs{"alias": "alias/a", name: stack.Ref{Resource: "b", Output: output}}})
			r := must(t, dev.Preview())
			if r.Has("replace", "a") || r.Has("create-replacement", "a") {
				t.Errorf("the preview says %v", r.StepNames())
			}
			must(t, dev.Up())
			keeps(t, h, dev, "a", k)
			h.Settle(dev)
		})
	}
}

// manifest is the form with apiVersion, kind, metadata and spec.
func manifest(spec fields) inputs {
	return inputs{"apiVersion": "aws.project-planton.org/v1", "kind": "AwsKmsKey", "metadata": fields{"name": "a"}, "spec": spec}
}

// ignored are programs before and after a change, with the option ignoreChanges in each spelling.
var ignored = map[string]struct {
	before, after inputs
	ignore        string
	drift         func(h *judge.History, k string)
}{
	"policy":               {inputs{"alias": "alias/a", "policy": typed("App")}, nil, "policy", otherPolicy},
	"policy, changed":      {inputs{"alias": "alias/a", "policy": typed("App")}, inputs{"alias": "alias/a", "policy": typed("Other")}, "policy", otherPolicy},
	"policy.usageRoles":    {inputs{"alias": "alias/a", "policy": typed("App")}, inputs{"alias": "alias/a", "policy": typed("Other")}, "policy.usageRoles", otherPolicy},
	"policyDocument":       {inputs{"alias": "alias/a", "policyDocument": document(role+"App", "x")}, inputs{"alias": "alias/a", "policyDocument": document(role+"App", "y")}, "policyDocument", otherPolicy},
	"aliasName":            {inputs{"aliasName": "alias/a"}, inputs{"aliasName": "alias/b"}, "aliasName", nil},
	"alias":                {inputs{"alias": "alias/a"}, inputs{"alias": "alias/b"}, "alias", nil},
	"description":          {inputs{"alias": "alias/a", "description": "1"}, inputs{"alias": "alias/a", "description": "2"}, "description", otherDescription},
	"tags.x":               {inputs{"alias": "alias/a", "tags": fields{"x": "1"}}, inputs{"alias": "alias/a", "tags": fields{"x": "2"}}, "tags.x", nil},
	"spec.policy":          {manifest(fields{"alias": "alias/a", "policy": typed("App")}), manifest(fields{"alias": "alias/a", "policy": typed("Other")}), "spec.policy", otherPolicy},
	"spec.description":     {manifest(fields{"alias": "alias/a", "description": "1"}), manifest(fields{"alias": "alias/a", "description": "2"}), "spec.description", otherDescription},
	"spec":                 {manifest(fields{"alias": "alias/a", "description": "1"}), manifest(fields{"alias": "alias/a", "description": "2"}), "spec", otherDescription},
	"manifest description": {manifest(fields{"alias": "alias/a", "description": "1"}), manifest(fields{"alias": "alias/a", "description": "1"}), "description", nil},
	"keySpec":              {inputs{"alias": "alias/a"}, inputs{"alias": "alias/a", "keySpec": "HMAC_256"}, "keySpec", nil},
	"*":                    {inputs{"alias": "alias/a", "description": "1"}, inputs{"alias": "alias/b", "description": "2", "tags": fields{"x": "2"}}, "*", otherDescription},
}

func typed(user string) fields { return fields{"usageRoles": []any{role + user}} }

func otherPolicy(h *judge.History, k string) {
	text, _ := json.Marshal(document(role+"Hand", "hand"))
	h.Hand("PutKeyPolicy", fields{"KeyId": k, "PolicyName": "default", "Policy": string(text)})
}

func otherDescription(h *judge.History, k string) {
	h.Hand("UpdateKeyDescription", fields{"KeyId": k, "Description": "by hand"})
}

func TestIgnoredMeansUntouched(t *testing.T) {
	for name, c := range ignored {
		for _, drift := range []bool{false, true} {
			if drift && c.drift == nil {
				continue
			}
			t.Run(fmt.Sprintf("%s drift %v", name, drift), func(t *testing.T) {
				h, dev := begin(t)
				dev.Program = stack.One(c.before)
				must(t, dev.Up())
				k := id(t, dev, "a")
				if drift {
					c.drift(h, k)
					must(t, dev.Refresh())
				}
				before := look(h, k)
				after := c.after
				if after == nil {
					after = c.before
				}
				dev.Program = stack.Of(key{Name: "a", Inputs: after, Ignore: []string{c.ignore}})
				must(t, dev.Preview())
				must(t, dev.Up())
				if now := look(h, k); now != before {
					t.Errorf("ignored, and yet\n%s\nis now\n%s", before, now)
				}
				must(t, dev.Up())
				must(t, dev.Refresh())
				must(t, dev.Up())
				if now := look(h, k); now != before {
					t.Errorf("ignored, and yet after more runs\n%s\nis now\n%s", before, now)
				}
			})
		}
	}
}

// look is a key as it is, but for what belongs to the provider.
func look(h *judge.History, id string) string {
	k, _ := sim.Find(h.Sim.Keys(), id)
	delete(k.Tags, "awskms:owner")
	text, _ := json.Marshal(k)
	return string(text)
}

func TestIgnoredDriftStaysWhenAnotherPropertyChanges(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(inputs{"alias": "alias/a", "description": "1"})
	must(t, dev.Up())
	k := id(t, dev, "a")
	otherDescription(h, k)
	dev.Program = stack.Of(key{Name: "a", Inputs: inputs{"alias": "alias/a", "description": "1", "tags": fields{"x": "1"}}, Ignore: []string{"description"}})
	must(t, dev.Preview())
	must(t, dev.Up())
	if is, _ := sim.Find(h.Sim.Keys(), k); is.Description != "by hand" || is.Tags["x"] != "1" {
		t.Errorf("description %q, tags %v", is.Description, is.Tags)
	}
}

func TestReplicaThatComesBackHasItsTagsAtOnce(t *testing.T) {
	h, dev := begin(t)
	with := func(tags ...fields) program {
		var list []any
		for _, t := range tags {
			list = append(list, fields{"region": "eu-west-1", "tags": t})
		}
		return stack.One(inputs{"alias": "alias/a", "multiRegion": true, "replicas": list})
	}
	dev.Program = with(fields{"old": "1", "same": "1"})
	must(t, dev.Up())
	dev.Program = with()
	must(t, dev.Up())
	dev.Program = with(fields{"new": "2", "same": "2"})
	must(t, dev.Preview())
	must(t, dev.Up())
	for _, k := range h.Sim.Keys() {
		if k.Region() == "eu-west-1" && (k.Tags["old"] != "" || k.Tags["new"] != "2" || k.Tags["same"] != "2") {
			t.Errorf("the replica's tags are %v", k.Tags)
		}
	}
	h.Settle(dev)
}

func TestTriggerThatComesBackIsNotLostWithoutAWord(t *testing.T) {
	h, dev := begin(t)
	with := func(trigger string) program {
		in := inputs{"alias": "alias/a"}
		if trigger != "" {
			in["rotateOnDemandTrigger"] = trigger
		}
		return stack.One(in)
	}
	dev.Program = with("")
	must(t, dev.Up())
	for _, trigger := range []string{"1", ""} {
		dev.Program = with(trigger)
		must(t, dev.Up())
	}
	dev.Program = with("1")
	r := must(t, dev.Up())
	rotated := false
	for _, c := range r.Writes() {
		rotated = rotated || c.Operation == "RotateKeyOnDemand"
	}
	if !rotated && !r.Says("rotateOnDemandTrigger") {
		t.Errorf("nothing was rotated, and nothing said:\n%s", r.Text())
	}
	h.Settle(dev)
}

func TestReplicaAliasesThatEqualTheInheritedOnesAreNoChangeAfterImport(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1"}}})
	must(t, dev.Up())
	row := dev.Row("a")
	arn := row.Outputs["keyArn"].StringValue()
	dev.Forget("a")
	must(t, dev.Import("a", arn))
	dev.Program = stack.One(inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1", "aliases": []any{"alias/a"}}}})
	dev.Unprotect()
	unchanged(t, dev.Up())
	h.Settle(dev)
}

func TestImportedKeyIsFollowedByNoChange(t *testing.T) {
	h, dev := begin(t)
	dev.Program = stack.One(plain)
	must(t, dev.Up())
	k := id(t, dev, "a")
	dev.Forget("a")
	must(t, dev.Import("a", k))
	dev.Unprotect()
	unchanged(t, dev.Up())
	h.Settle(dev)
}
