//! What was changed by hand shows after a refresh, and the next run takes it back.

use proptest::prelude::*;

use super::generators;
use super::key::is_a_call;
use super::model::{apply, assert_is, checked, default_policy, desired, made, plain_tags, plan, read_context};
use crate::desired::managed;
use crate::diff::{Sides, changes};
use crate::ignored::Ignored;
use crate::observed::Observed;
use crate::outputs::outputs;
use crate::plan::Step;
use crate::read_back::{self, IgnoredTags};
use crate::spec::normal::normal;
use crate::value::PropertyMap;

/// Facts of a key that anybody with the permission can change.
pub(super) fn take_facts(key: &mut Observed, other: Observed, which: [bool; 6]) {
    let [description, state, rotation, aliases, tags, policy] = which;
    if description {
        key.metadata.description = other.metadata.description;
    }
    if state {
        key.metadata.state = other.metadata.state;
    }
    if rotation {
        key.rotation_period_days = other.rotation_period_days;
    }
    if aliases {
        key.aliases = other.aliases;
    }
    if tags {
        key.tags = other.tags;
    }
    if policy {
        key.policy = other.policy;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_drifted_shows_and_is_taken_back((program, other) in generators::changes(), which in any::<[bool; 6]>()) {
        let (inputs, other) = (checked(&program), checked(&other));
        let (wanted, mut observed) = (desired(&inputs), made(&inputs));
        let before = outputs(&inputs, &observed, &PropertyMap::new());
        take_facts(&mut observed, made(&other), which);
        let (tags, ignored, default) = (plain_tags(&program), IgnoredTags::default(), default_policy());
        let read = read_back::inputs(&inputs, &observed, &read_context(&tags, &ignored, &default, Some(&wanted)));
        let read = normal(&read).expect("readable");
        // What was read asks for what is there. Only a policy may stay in a form that cannot express what it has become.
        let as_read = plan(&desired(&read), &observed, &managed(&read));
        let others: Vec<_> = as_read.steps().filter(|step| !matches!(step, Step::PutKeyPolicy { .. })).collect();
        prop_assert!(others.is_empty(), "{:?}", others);
        // What the user sees is what the run does.
        let (old_outputs, none) = (outputs(&read, &observed, &before), Ignored::default());
        let sides = Sides { old_inputs: &read, old_outputs: &old_outputs, news: &inputs, ignored: &none };
        let shown = changes(&sides).expect("readable");
        let plan = plan(&wanted, &observed, &managed(&read));
        let calls = shown.iter().any(|change| is_a_call(change, &read, &inputs));
        prop_assert_eq!(!plan.is_empty(), calls, "{:?} {:?}", plan, shown);
        apply(&mut observed, &plan);
        assert_is(&observed, &wanted);
    }
}
