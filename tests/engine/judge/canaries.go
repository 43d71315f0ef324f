package judge

import (
	"encoding/base64"
	"fmt"

	"pulumi-awskms/tests/engine/sim"
	"pulumi-awskms/tests/engine/stack"
)

// canary is a ciphertext that must stay readable.
type canary struct {
	id, region, text, ciphertext string
}

// maxCanaries of one history: they are looked at one by one at its end.
const maxCanaries = 12

// plantCanaries encrypts something with keys that have none of the kind yet.
func (h *History) plantCanaries(r *stack.Result) {
	for _, k := range r.KeysAfter {
		if k.Mark() == "" || k.State != "Enabled" || k.Spec != "SYMMETRIC_DEFAULT" || len(h.canaries) >= maxCanaries || h.hasCanary(k) {
			continue
		}
		text := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "canary %d", len(h.canaries)))
		// A policy may keep the person out; that is no matter of this promise.
		if ciphertext, err := h.Sim.Encrypt(k, text); err == nil {
			h.canaries = append(h.canaries, canary{k.ID(), k.Region(), text, ciphertext})
		}
	}
}

func (h *History) hasCanary(k sim.Key) bool {
	for _, c := range h.canaries {
		if c.id == k.ID() && c.region == k.Region() {
			return true
		}
	}
	return false
}

// DataStaysReadable is P1. After each operation the key of every canary must be there, unless its deletion was asked for; at
// rest the ciphertext itself is opened.
func DataStaysReadable(m Moment) (broken []string) {
	if m.Result != nil && m.Result.Preview {
		return nil
	}
	keys := m.Sim.Keys()
	for _, c := range m.canaries {
		if m.ledger.askedFor(c.id, c.region) {
			continue
		}
		var found *sim.Key
		for _, k := range keys {
			if k.ID() == c.id && k.Region() == c.region {
				found = &k
			}
		}
		switch {
		case found == nil:
			broken = append(broken, fmt.Sprintf("key %s in %s is gone with its data", stack.Short(c.id), c.region))
		case !found.Live():
			broken = append(broken, fmt.Sprintf("key %s in %s is %s, and its data with it", stack.Short(c.id), c.region, found.State))
		case m.Rest != nil:
			if err := m.open(c, *found); err != nil {
				broken = append(broken, fmt.Sprintf("a ciphertext of key %s in %s cannot be read: %v", stack.Short(c.id), c.region, err))
			}
		}
	}
	return broken
}

// open decrypts a canary. A key that is disabled, or whose policy keeps the person out, is opened for it and put back: that
// is in its owner's hands.
func (h *History) open(c canary, k sim.Key) error {
	hand := func(operation string, in map[string]any) {
		in["KeyId"] = k.Arn
		h.Sim.TryByHand(c.region, operation, in)
	}
	if k.State == "Disabled" {
		hand("EnableKey", map[string]any{})
		defer hand("DisableKey", map[string]any{})
	}
	text, err := h.Sim.Decrypt(c.region, c.ciphertext)
	if err != nil {
		hand("PutKeyPolicy", map[string]any{"PolicyName": "default", "Policy": openPolicy})
		defer hand("PutKeyPolicy", map[string]any{"PolicyName": "default", "Policy": string(k.Policy)})
		text, err = h.Sim.Decrypt(c.region, c.ciphertext)
	}
	if err == nil && text != c.text {
		err = fmt.Errorf("it opens to something else")
	}
	return err
}

// openPolicy lets the account use a key as IAM says.
const openPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + sim.Account + `:root"},"Action":"kms:*","Resource":"*"}]}`
