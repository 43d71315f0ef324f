package sim

import (
	"encoding/json"
	"strings"
)

// Key is a key as it is in KMS now.
type Key struct {
	Arn, State, Spec, Description string
	Tags                          map[string]string
	Aliases                       []string
	RotationPeriodInDays          *int
	Policy                        json.RawMessage
}

// ID is the key's ID without Region and account; the keys of a multi-Region set share it.
func (k Key) ID() string { return IDOf(k.Arn) }

// Region is where the key is.
func (k Key) Region() string { return strings.Split(k.Arn, ":")[3] }

// Live says whether the key's deletion is not scheduled.
func (k Key) Live() bool { return k.State != "PendingDeletion" && k.State != "PendingReplicaDeletion" }

// Mark is the provider's owner mark; empty for keys that are not ours.
func (k Key) Mark() string { return k.Tags["awskms:owner"] }

// Owner is the part of the mark that stands for the resource.
func (k Key) Owner() string {
	parts := strings.Split(k.Mark(), "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}

// IDOf is the ID in an ARN, or the text itself.
func IDOf(reference string) string { return reference[strings.LastIndex(reference, "/")+1:] }

// Keys are all keys of all Regions.
func (s *Simulator) Keys() []Key {
	var out struct{ Keys []Key }
	s.must("GET", "keys", nil, &out)
	return out.Keys
}

// Live are the keys whose deletion is not scheduled.
func (s *Simulator) Live() (live []Key) {
	for _, k := range s.Keys() {
		if k.Live() {
			live = append(live, k)
		}
	}
	return live
}

// Find is the key with this ID; the first one of a set.
func Find(keys []Key, id string) (Key, bool) {
	for _, k := range keys {
		if k.ID() == IDOf(id) {
			return k, true
		}
	}
	return Key{}, false
}

// Holder is the key in a Region that has this alias.
func Holder(keys []Key, region, alias string) (Key, bool) {
	for _, k := range keys {
		if k.Region() != region {
			continue
		}
		for _, name := range k.Aliases {
			if name == alias {
				return k, true
			}
		}
	}
	return Key{}, false
}
