package engine_test

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"

	"pulumi-awskms/tests/engine/stack"
)

// Kind 8: what is secret stays secret, whatever is derived from it. P10 looks for planted secrets after every operation.

// planted are programs whose inputs hold a secret that reads "hunter2", and a change of each.
var planted = map[string]struct {
	before, after inputs
}{
	"alias":          {inputs{"alias": stack.Secret("alias/hunter2")}, inputs{"alias": stack.Secret("alias/hunter2-new")}},
	"aliases":        {inputs{"aliases": []any{stack.Secret("alias/hunter2")}}, inputs{"aliases": []any{stack.Secret("alias/hunter2-new")}}},
	"description":    {inputs{"description": stack.Secret("hunter2")}, inputs{"description": stack.Secret("hunter2 new")}},
	"tags":           {inputs{"tags": stack.Secret(fields{"x": "hunter2"})}, inputs{"tags": stack.Secret(fields{"x": "hunter2 new"})}},
	"tag":            {inputs{"tags": fields{"x": stack.Secret("hunter2")}}, inputs{"tags": fields{"x": stack.Secret("hunter2 new")}}},
	"policy":         {inputs{"policy": stack.Secret(typed("hunter2"))}, inputs{"policy": stack.Secret(typed("hunter2new"))}},
	"usage role":     {inputs{"policy": fields{"usageRoles": []any{stack.Secret(role + "hunter2")}}}, inputs{"policy": fields{"usageRoles": []any{stack.Secret(role + "hunter2new")}}}},
	"context":        {inputs{"policy": fields{"usageRoles": []any{role + "App"}, "encryptionContext": fields{"app": stack.Secret("hunter2")}}}, nil},
	"policyDocument": {inputs{"policyDocument": stack.Secret(document(role+"hunter2", "x"))}, inputs{"policyDocument": stack.Secret(document(role+"hunter2new", "x"))}},
	"trigger":        {inputs{"rotateOnDemandTrigger": stack.Secret("hunter2")}, inputs{"rotateOnDemandTrigger": stack.Secret("hunter2 new")}},
	"alias of a set": {
		inputs{"alias": stack.Secret("alias/hunter2"), "replicas": []any{fields{"region": "eu-west-1"}}},
		inputs{"alias": stack.Secret("alias/hunter2-new"), "replicas": []any{fields{"region": "eu-west-1"}}},
	},
	"alias of a replica": {
		inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1", "aliases": []any{stack.Secret("alias/hunter2")}}}},
		inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1", "aliases": []any{stack.Secret("alias/hunter2-new")}}}},
	},
	"tag of a replica": {
		inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1", "tags": fields{"x": stack.Secret("hunter2")}}}},
		inputs{"alias": "alias/a", "replicas": []any{fields{"region": "eu-west-1", "tags": fields{"x": stack.Secret("hunter2 new")}}}},
	},
}

func TestSecretInAnyInputStaysSecret(t *testing.T) {
	for name, c := range planted {
		for _, plan := range []bool{false, true} {
			t.Run(name+map[bool]string{true: " with plans"}[plan], func(t *testing.T) {
				h, dev := begin(t)
				h.Planted = []string{"hunter2"}
				up := func(program stack.Program) {
					dev.Program = program
					preview := must(t, dev.Preview())
					dev.With(func(o *engine.UpdateOptions) {
						if plan {
							o.Plan = preview.Plan
						}
					}, func() *stack.Result { return must(t, dev.Up()) })
				}
				up(stack.One(c.before))
				must(t, dev.Refresh())
				if c.after != nil {
					up(stack.One(c.after))
				}
				h.Settle(dev)
				must(t, dev.Destroy())
			})
		}
	}
}

func TestSecretStaysSecretInTrouble(t *testing.T) {
	for name, c := range planted {
		for _, call := range []string{"CreateKey", "CreateAlias", "TagResource", "PutKeyPolicy", "UpdateKeyDescription", "DeleteAlias"} {
			t.Run(name+" "+call, func(t *testing.T) {
				h, dev := begin(t)
				h.Planted = []string{"hunter2"}
				dev.Program = stack.One(c.before)
				h.Fault(fields{"operation": call, "count": 1, "effect": "accessDenied"})
				dev.Up()
				if c.after != nil {
					dev.Program = stack.One(c.after)
					dev.Up()
				}
				h.Settle(dev)
			})
		}
	}
}

func TestSecretDefaultTagsStaySecret(t *testing.T) {
	each(t, map[string]bool{"with plans": true, "without": false}, func(t *testing.T, plan bool) {
		h, dev := begin(t)
		h.Planted = []string{"hunter2"}
		secret, err := config.Base64Crypter.EncryptValue(t.Context(), `{"tags":{"owner":"hunter2"}}`)
		if err != nil {
			t.Fatal(err)
		}
		dev.ConfigureSecret("defaultTags", secret)
		dev.Program = stack.One(named1)
		preview := must(t, dev.Preview())
		dev.With(func(o *engine.UpdateOptions) {
			if plan {
				o.Plan = preview.Plan
			}
		}, func() *stack.Result { return must(t, dev.Up()) })
		must(t, dev.Refresh())
		h.Settle(dev)
	})
}
