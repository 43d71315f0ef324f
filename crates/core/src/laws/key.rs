//! Laws of one key, from Check to reading back.

use proptest::prelude::*;

use super::generators::{Program, changes, programs};
use super::model::{
    apply, assert_is, checked, default_policy, desired, given, made, plain_tags, plan, read_context, rewritten,
};
use crate::desired::{Managed, managed};
use crate::diff::{Change, diff};
use crate::observed::{KeyState, Reading};
use crate::outputs::{TRIGGER, outputs};
use crate::plan::{Intent, guard};
use crate::read_back::{self, IgnoredTags};
use crate::spec::table::Effect;
use crate::value::{PropertyMap, PropertyValue};

/// Whether a change of the inputs needs a call. A period is kept for the day when rotation is switched on, and whether a
/// trigger asks for a rotation is decided beside the plan, by the rotation mark.
pub(super) fn is_a_call(change: &Change, old: &PropertyMap, new: &PropertyMap) -> bool {
    let rotates = |inputs: &PropertyMap| inputs.get("enableRotation").and_then(PropertyValue::as_bool) == Some(true);
    let idle_period = change.path.root() == "rotationPeriodDays" && !rotates(old) && !rotates(new);
    change.effect == Effect::Update && change.path.root() != TRIGGER && !idle_period
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn check_is_idempotent(program in programs()) {
        let once = given(&program);
        prop_assert_eq!(&given(&program.with(once.clone())), &once);
        let once = checked(&program);
        prop_assert_eq!(&checked(&program.with(once.clone())), &once);
        prop_assert!(diff(&once, &once).is_empty());
    }

    #[test]
    fn a_new_key_is_what_was_asked_for_and_then_nothing_is_left_to_do(program in programs()) {
        let inputs = checked(&program);
        let observed = made(&inputs);
        assert_is(&observed, &desired(&inputs));
        prop_assert!(plan(&desired(&inputs), &observed, &managed(&inputs)).is_empty());
    }

    #[test]
    fn a_change_leads_from_one_key_to_the_other((old, new) in changes(), pending in any::<bool>()) {
        let (old, new) = (checked(&old), checked(&new));
        let mut observed = made(&old);
        if pending {
            observed.metadata.state = KeyState::PendingDeletion;
            if desired(&old).key_spec == "SYMMETRIC_DEFAULT" {
                observed.rotation_period_days = Reading::Denied("kms:GetKeyRotationStatus");
            }
        }
        let wanted = desired(&new);
        let plan = plan(&wanted, &observed, &managed(&old));
        guard(&plan, Intent::Update).expect("nothing unsafe");
        let deletes = plan.steps().any(|step| step.operation() == "ScheduleKeyDeletion");
        prop_assert!(!deletes);
        apply(&mut observed, &plan);
        assert_is(&observed, &wanted);
        // The diff and the plan agree on whether there is anything to do.
        if !pending {
            let calls = diff(&old, &new).iter().any(|change| is_a_call(change, &old, &new));
            prop_assert_eq!(!plan.is_empty(), calls, "{:?} {:?}", plan, diff(&old, &new));
        }
    }

    #[test]
    fn a_run_that_stops_anywhere_is_finished_by_the_next((old, new) in changes(), stop in 0_usize..8) {
        let (old, new) = (checked(&old), checked(&new));
        let (mut observed, wanted) = (made(&old), desired(&new));
        let first = plan(&wanted, &observed, &managed(&old));
        for step in first.steps().take(stop) {
            observed.apply(step);
        }
        // The state of a run that failed has the new inputs; what the old ones held is still to be released.
        let both = Managed {
            aliases: &managed(&old).aliases | &managed(&new).aliases,
            tag_keys: &managed(&old).tag_keys | &managed(&new).tag_keys,
        };
        let second = plan(&wanted, &observed, &both);
        apply(&mut observed, &second);
        assert_is(&observed, &wanted);
    }

    #[test]
    fn a_refresh_of_an_untouched_key_changes_nothing(program in programs()) {
        let inputs = checked(&program);
        let mut observed = made(&inputs);
        let before = outputs(&inputs, &observed, &PropertyMap::new());
        observed.policy = Reading::Seen(rewritten(observed.policy.seen().expect("seen")));
        let (tags, ignored, default) = (plain_tags(&program), IgnoredTags::default(), default_policy());
        let wanted = desired(&inputs);
        let read = read_back::inputs(&inputs, &observed, &read_context(&tags, &ignored, &default, Some(&wanted)));
        prop_assert_eq!(&read, &inputs);
        prop_assert_eq!(outputs(&read, &observed, &before), before);
        // An import writes other words that mean the same.
        let context = read_context(&tags, &ignored, &default, None);
        let imported = read_back::inputs(&PropertyMap::new(), &observed, &context);
        let imported = checked(&program.with(imported));
        prop_assert!(plan(&desired(&imported), &observed, &managed(&imported)).is_empty(), "{:?}", imported);
    }
}

#[test]
fn a_condition_on_roles_that_nobody_names_is_no_change() {
    let with = |policy: &[(&str, PropertyValue)]| {
        let policy: PropertyMap = policy.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        checked(&Program { inputs: PropertyMap::from([("policy".to_owned(), policy.into())]), ..Program::default() })
    };
    let context = PropertyMap::from([("App".to_owned(), "x".into())]);
    let (old, new) = (
        with(&[("accountAccess", "FULL".into())]),
        with(&[("accountAccess", "FULL".into()), ("encryptionContext", context.into())]),
    );
    assert!(diff(&old, &new).is_empty());
    assert!(plan(&desired(&new), &made(&old), &managed(&old)).is_empty());
}
