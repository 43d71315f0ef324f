//! The judges see what they are there for: each wrong provider breaks the promise that it is wrong about.

use awskms_explore::history::{Act, History, Step, live};
use awskms_explore::{Spec, Wrong};

fn step(act: Act) -> Step {
    Step { stack: 0, act, faults: vec![], is_previewed: true }
}

/// A life in which everything is made, changed and read once.
fn history() -> History {
    let spec = Spec { name: "a".into(), alias: "a".into(), description: "1".into(), secret: true, ..Spec::default() };
    let changed = Spec { description: "2".into(), forbidden: true, ..spec.clone() };
    let other = Step { stack: 1, ..step(Act::Up(vec![Spec { alias: "other".into(), ..spec.clone() }])) };
    History { steps: vec![step(Act::Up(vec![spec])), step(Act::Refresh), other, step(Act::Up(vec![changed]))] }
}

/// The promises that a provider breaks in that life.
fn broken(wrong: Option<Wrong>) -> Vec<&'static str> {
    live(&history(), wrong).breaches.into_iter().map(|breach| breach.promise).collect()
}

#[track_caller]
fn breaks(wrong: Wrong, promise: &str) {
    breaks_in(&history(), wrong, promise);
}

#[track_caller]
fn breaks_in(history: &History, wrong: Wrong, promise: &str) {
    let lived = live(history, Some(wrong));
    assert!(
        lived.breaches.iter().any(|breach| breach.promise == promise),
        "{wrong:?} does not break {promise}: {:?}",
        lived.breaches
    );
}

#[test]
fn the_provider_itself_breaks_none() {
    assert_eq!(broken(None), Vec::<&str>::new(), "{:?}", live(&history(), None));
}

#[test]
fn data_must_stay_readable() {
    breaks(Wrong::DeletesAtUpdate, "P1");
}

#[test]
fn nothing_may_go_unasked() {
    breaks(Wrong::DeletesAtUpdate, "P2");
    breaks(Wrong::ReplacesAlways, "P2");
}

#[test]
fn no_key_may_be_orphaned() {
    breaks(Wrong::ForgetsAtRefresh, "P3");
}

#[test]
fn one_resource_has_one_key() {
    // A preview would tell first that one call more was made than it has listed.
    let mut unseen = history();
    unseen.steps.iter_mut().for_each(|step| step.is_previewed = false);
    breaks_in(&unseen, Wrong::CreatesTwice, "P4");
    breaks(Wrong::CreatesTwice, "P5");
}

#[test]
fn a_preview_may_not_write_and_must_tell_the_truth() {
    breaks(Wrong::WritesInPreview, "P5");
    breaks(Wrong::LosesId, "P5");
}

#[test]
fn the_world_must_come_to_rest() {
    breaks(Wrong::NeverConverges, "P6");
}

#[test]
fn nobody_may_be_let_in() {
    breaks(Wrong::LetsIn, "P7");
}

#[test]
fn another_stack_must_be_left_alone() {
    breaks(Wrong::TakesFromOthers, "P8");
}

#[test]
fn secrets_must_stay_secret() {
    breaks(Wrong::ShowsSecrets, "P10");
}
