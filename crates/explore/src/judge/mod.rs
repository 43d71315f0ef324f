//! The promises of docs/reliability.md, each one function. All are asked after every operation, and again at rest.

mod access;
mod keeping;
mod preview;
mod rest;
mod secrets;

pub use access::{never_fights, nobody_is_let_in};
pub use keeping::{data_stays_readable, no_key_is_orphaned, nothing_goes_unasked, one_resource_one_key};
pub use preview::preview_tells_the_truth;
pub use rest::{Rest, converges, settle};
pub use secrets::secrets_stay_secret;

use crate::engine::Stack;
use crate::keys::Key;
use crate::ledger::Ledger;
use crate::world::{Report, World};

/// A promise to the user, and who judges it.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// Its name in docs/reliability.md.
    pub id: &'static str,
    /// The judge: what at this moment breaks it.
    pub judge: fn(&Moment<'_>) -> Vec<String>,
}

/// All promises that the model can judge. P9 is about states of released versions, P11 about real time.
pub const PROMISES: [Promise; 10] = [
    Promise { id: "P1", judge: data_stays_readable },
    Promise { id: "P2", judge: nothing_goes_unasked },
    Promise { id: "P3", judge: no_key_is_orphaned },
    Promise { id: "P4", judge: one_resource_one_key },
    Promise { id: "P5", judge: preview_tells_the_truth },
    Promise { id: "P6", judge: converges },
    Promise { id: "P7", judge: nobody_is_let_in },
    Promise { id: "P8", judge: never_fights },
    Promise { id: "P10", judge: secrets_stay_secret },
    Promise { id: "sound", judge: provider_stays_sound },
];

/// When promises are judged: after an operation, or at rest.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The keys as they are.
    pub keys: &'a [Key],
    /// The states of the stacks.
    pub stacks: &'a [Stack],
    /// Who has asked for what.
    pub ledger: &'a Ledger,
    /// The operation that has just ended; none at rest.
    pub report: Option<&'a Report>,
    /// The preview of that operation, if one was made right before it.
    pub preview: Option<&'a Report>,
    /// The end of a history.
    pub rest: Option<&'a Rest>,
}

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// The promise.
    pub promise: &'static str,
    /// What has broken it.
    pub what: String,
}

/// Judges an operation that has just ended.
pub fn judge(world: &mut World, report: &Report, preview: Option<&Report>) -> Vec<Breach> {
    of(world, Some(report), preview, None)
}

fn of(world: &mut World, report: Option<&Report>, preview: Option<&Report>, rest: Option<&Rest>) -> Vec<Breach> {
    let keys = world.keys();
    let moment = Moment { keys: &keys, stacks: &world.stacks, ledger: &world.ledger, report, preview, rest };
    let breaches = PROMISES
        .iter()
        .flat_map(|promise| (promise.judge)(&moment).into_iter().map(|what| Breach { promise: promise.id, what }));
    breaches.collect()
}

/// No promise but a condition: the provider answers, and does not panic.
pub fn provider_stays_sound(moment: &Moment<'_>) -> Vec<String> {
    let texts = moment.report.into_iter().flat_map(|report| report.error.iter());
    texts.filter(|text| text.contains("internal error") || text.contains("panicked")).cloned().collect()
}
