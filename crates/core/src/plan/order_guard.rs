//! A second opinion on the order of one key's calls, independent of the planner: it looks at the finished order only.

use super::guard::Refusal;
use super::rights::{Call, Rights, Standing};
use super::{Step, room};
use crate::observed::Observed;

/// Refuses an order in which the caller loses a right that another order would have kept, in which something follows the
/// disabling of the key without need, or in which the key has more tags on the way than KMS allows.
///
/// `calls` are those of the key's own plan, and those of other lanes on it, in the order in which they are made.
pub(super) fn guard_order(calls: &[Call<'_>], rights: Option<&Rights<'_>>, seen: &Observed) -> Result<(), Refusal> {
    let put = calls.iter().position(|call| matches!(call, Call::Own(Step::PutKeyPolicy { .. })));
    if let (Some(at), Some(rights)) = (put, rights) {
        around_policy(&calls[..at], calls[at], &calls[at + 1..], rights)?;
    }
    behind_disabling(calls, put, rights)?;
    within_tags(calls, seen)
}

/// Nothing that gains by it stands in front of it, and what
/// loses by it stands behind it only beside something that gains.
fn around_policy(
    front: &[Call<'_>],
    policy: Call<'_>,
    behind: &[Call<'_>],
    rights: &Rights<'_>,
) -> Result<(), Refusal> {
    let no = |standing: Standing| standing == Standing::No;
    // A call that surely fails ends the run, so what stands behind it changes nothing; neither does such a policy.
    let fails =
        |call: &&Call<'_>| matches!(call, Call::Own(_)) && no(rights.before(**call)) && no(rights.after(**call));
    if no(rights.before(policy)) || front.iter().any(|call| fails(&call)) {
        return Ok(());
    }
    let gains = |call: &&Call<'_>| no(rights.before(**call)) && !no(rights.after(**call));
    let loses = |call: &&Call<'_>| no(rights.after(**call)) && !no(rights.before(**call));
    if let Some(call) = front.iter().find(gains) {
        return Err(Refusal::new(format!("{} before the policy that allows it", named(*call))));
    }
    let first_to_fail = behind.iter().find(|call| no(rights.after(**call)));
    match (first_to_fail.filter(loses), behind.iter().find(gains)) {
        (Some(call), None) => Err(Refusal::new(format!("{} after the policy that takes it", named(*call)))),
        _ => Ok(()),
    }
}

/// Behind the disabling of a key stand a new policy and what waits for it, and what the caller may not do at all.
fn behind_disabling(calls: &[Call<'_>], put: Option<usize>, rights: Option<&Rights<'_>>) -> Result<(), Refusal> {
    let Some(at) = calls.iter().position(|call| matches!(call, Call::Own(Step::DisableKey))) else { return Ok(()) };
    let Some(next) = (at + 1..calls.len()).find(|next| Some(*next) != put || rights.is_none()) else { return Ok(()) };
    let excused = rights.is_some_and(|rights| {
        let (before, after) = (rights.before(calls[next]), rights.after(calls[next]));
        before < after || before.min(after) == Standing::No
    });
    if excused { Ok(()) } else { Err(Refusal::new("DisableKey before the last step".into())) }
}

fn within_tags(calls: &[Call<'_>], seen: &Observed) -> Result<(), Refusal> {
    if seen.tags.seen().is_none() {
        return Ok(());
    }
    let mut key = seen.clone();
    for call in calls {
        let Call::Own(step) = call else { continue };
        key.apply(step);
        if matches!(step, Step::TagResource { .. }) && room::count(&key) > room::MOST {
            return Err(Refusal::new(format!("more than {} tags on the way", room::MOST)));
        }
    }
    Ok(())
}

fn named(call: Call<'_>) -> &'static str {
    match call {
        Call::Own(step) => step.operation(),
        Call::Promotion { .. } => "UpdatePrimaryRegion",
        Call::Replication => "ReplicateKey",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{Call, Observed, Rights, Step, guard_order};
    use crate::desired::resolve;
    use crate::laws::newborn;
    use crate::observed::Reading;
    use crate::value::PropertyMap;

    const ROLE: &str = "arn:aws:iam::123456789012:role/Deploy";
    const DESCRIBE: Step = Step::UpdateKeyDescription { description: String::new() };
    const ROTATE: Step = Step::EnableKeyRotation { period_days: 365 };

    fn key() -> Observed {
        newborn(&resolve(&PropertyMap::new(), None).expect("everything is known"))
    }

    fn policy(actions: &[&str]) -> Value {
        let actions: Vec<_> = actions.iter().map(|action| format!("kms:{action}")).collect();
        json!({ "Statement": [{ "Effect": "Allow", "Principal": { "AWS": ROLE }, "Action": actions, "Resource": "*" }] })
    }

    fn put() -> Step {
        Step::PutKeyPolicy { policy: json!({ "Statement": [] }), bypass_policy_lockout_safety_check: false }
    }

    /// What the guard says, by the actions that the present and the new policy allow.
    fn said(calls: &[Call<'_>], present: &[&str], coming: &[&str]) -> Result<(), String> {
        let (key, present, coming) = (key(), policy(present), policy(coming));
        let rights = Rights::new(ROLE, &key.metadata, Some(&present), Some(&coming));
        guard_order(calls, Some(&rights), &key).map_err(|refusal| refusal.to_string())
    }

    fn own(steps: &[Step]) -> Vec<Call<'_>> {
        steps.iter().map(Call::Own).collect()
    }

    fn refused(answer: Result<(), String>, part: &str) {
        let reason = answer.expect_err(part);
        assert!(reason.contains(part), "{reason}");
    }

    #[test]
    fn a_policy_stands_behind_what_it_takes_and_in_front_of_what_it_grants() {
        let (most, all) =
            (["PutKeyPolicy", "UpdateKeyDescription"], ["PutKeyPolicy", "UpdateKeyDescription", "EnableKeyRotation"]);
        let (early, late) = ([put(), ROTATE], [ROTATE, put()]);
        assert_eq!(said(&own(&early), &most, &all), Ok(()));
        refused(said(&own(&late), &most, &all), "EnableKeyRotation before the policy that allows it");
        assert_eq!(said(&own(&late), &all, &most), Ok(()));
        refused(said(&own(&early), &all, &most), "EnableKeyRotation after the policy that takes it");
        for steps in [early, late] {
            assert_eq!(said(&own(&steps), &all, &all), Ok(()));
            // A policy that is not put, and calls that fail anyhow, change nothing.
            assert_eq!(said(&own(&steps), &["UpdateKeyDescription"], &all), Ok(()));
            assert_eq!(said(&own(&steps), &most, &most), Ok(()));
        }
        let fails_first = [DESCRIBE, ROTATE, put()];
        assert_eq!(said(&own(&fails_first), &["PutKeyPolicy"], &["EnableKeyRotation"]), Ok(()));
    }

    #[test]
    fn what_loses_stands_behind_the_policy_only_beside_what_gains() {
        let (describes, rotates) = (["PutKeyPolicy", "UpdateKeyDescription"], ["PutKeyPolicy", "EnableKeyRotation"]);
        assert_eq!(said(&own(&[put(), ROTATE, DESCRIBE]), &describes, &rotates), Ok(()));
        assert_eq!(said(&own(&[DESCRIBE, put(), ROTATE]), &describes, &rotates), Ok(()));
        refused(said(&own(&[put(), DESCRIBE]), &describes, &rotates), "UpdateKeyDescription after");
        refused(said(&own(&[ROTATE, put(), DESCRIBE]), &describes, &rotates), "EnableKeyRotation before");
        // Behind a call that fails nothing is done.
        assert_eq!(said(&own(&[put(), Step::EnableKey, DESCRIBE]), &describes, &rotates), Ok(()));
    }

    #[test]
    fn calls_of_other_lanes_count_too() {
        let put = put();
        for (call, name, actions) in [
            (Call::Replication, "ReplicateKey", ["PutKeyPolicy", "ReplicateKey", ""]),
            (
                Call::Promotion { to: "eu-west-1" },
                "UpdatePrimaryRegion",
                ["PutKeyPolicy", "UpdatePrimaryRegion", "DescribeKey"],
            ),
        ] {
            let (early, late) = ([Call::Own(&put), call], [call, Call::Own(&put)]);
            refused(said(&late, &["PutKeyPolicy"], &actions), &format!("{name} before"));
            refused(said(&early, &actions, &["PutKeyPolicy"]), &format!("{name} after"));
            assert_eq!(said(&early, &["PutKeyPolicy"], &actions), Ok(()));
            assert_eq!(said(&late, &actions, &["PutKeyPolicy"]), Ok(()));
        }
        // A replica that cannot be made ends no other lane.
        let calls = [Call::Replication, Call::Own(&ROTATE), Call::Own(&put)];
        refused(said(&calls, &["PutKeyPolicy"], &["PutKeyPolicy", "EnableKeyRotation"]), "EnableKeyRotation before");
    }

    #[test]
    fn a_key_is_disabled_last_but_for_a_policy_and_what_waits_for_it() {
        let without = |steps: &[Step]| guard_order(&own(steps), None, &key()).map_err(|refusal| refusal.to_string());
        assert_eq!(without(&[put(), Step::DisableKey]), Ok(()));
        refused(without(&[Step::DisableKey, DESCRIBE]), "DisableKey before the last step");
        refused(without(&[Step::DisableKey, put()]), "DisableKey before the last step");
        let all = ["PutKeyPolicy", "UpdateKeyDescription", "DisableKey"];
        assert_eq!(said(&own(&[Step::DisableKey, put()]), &all, &all), Ok(()));
        refused(said(&own(&[Step::DisableKey, DESCRIBE]), &all, &all), "DisableKey before the last step");
        refused(said(&own(&[Step::DisableKey, put(), DESCRIBE]), &all, &all), "DisableKey before the last step");
        let (before, after) = (["PutKeyPolicy", "DisableKey"], ["PutKeyPolicy", "UpdateKeyDescription"]);
        assert_eq!(said(&own(&[Step::DisableKey, put(), DESCRIBE]), &before, &after), Ok(()));
        // What nobody allows may as well fail at the end.
        assert_eq!(said(&own(&[Step::DisableKey, ROTATE]), &all, &all), Ok(()));
    }

    #[test]
    fn tags_never_are_more_than_kms_allows() {
        let tags = |from: usize, to: usize| -> BTreeMap<String, String> {
            (from..to).map(|at| (at.to_string(), String::new())).collect()
        };
        let mut seen = key();
        seen.tags = Reading::Seen(tags(0, 49));
        let tag = |to| Step::TagResource { tags: tags(0, to) };
        let untag = Step::UntagResource { keys: vec!["0".into()] };
        let ask = |seen: &Observed, steps: &[Step]| guard_order(&own(steps), None, seen).is_ok();
        assert!(ask(&seen, &[tag(50)]) && !ask(&seen, &[tag(51)]));
        let more = Step::TagResource { tags: tags(1, 51) };
        assert!(ask(&seen, &[untag.clone(), more.clone()]) && !ask(&seen, &[more, untag]));
        // More than KMS can have let in was read late; nothing is added.
        seen.tags = Reading::Seen(tags(0, 60));
        assert!(ask(&seen, &[DESCRIBE]));
        seen.tags = Reading::Denied("kms:ListResourceTags");
        assert!(ask(&seen, &[tag(51)]));
    }
}
