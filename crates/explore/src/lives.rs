//! Random longer lives: several keys, two stacks, many steps, from a seed; a life that breaks a promise is shrunk.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::cloud::Fault;
use crate::history::{Act, History, Step, live};
use crate::judge::Breach;
use crate::known::known;
use crate::program::{Program, Spec};
use crate::random::Random;
use crate::world::Hand;

/// What a run of random lives has seen.
#[derive(Debug, Default)]
pub struct Figures {
    /// Lives that were lived.
    pub lives: u64,
    /// Operations of the engine in them.
    pub operations: u64,
    /// Faults that were met.
    pub faults: u64,
    /// How often what is known to be broken was met, by the file that shows it.
    pub known: BTreeMap<&'static str, usize>,
    /// Seeds of lives that break a promise, shrunk, with what they break.
    pub broken: Vec<(u64, History, Breach)>,
    /// How long it took.
    pub took: Duration,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { lives, operations, faults, known, broken, took } = self;
        let (took, broken) = (took.as_secs_f64(), broken.len());
        write!(
            f,
            "{lives} lives, {operations} operations, {faults} faults met, in {took:.1} s; {broken} broken; known: {known:?}"
        )
    }
}

/// Broken lives that are shrunk; of more only the seeds would differ.
const MOST_BROKEN: usize = 20;

/// Lives `count` lives, of the seeds from `first` on, on all cores.
pub fn run(first: u64, count: u64) -> Figures {
    let (began, next) = (Instant::now(), AtomicU64::new(first));
    let figures = Mutex::new(Figures::default());
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    one(seed, &figures);
                }
            });
        }
    });
    let mut figures = figures.into_inner().unwrap_or_else(PoisonError::into_inner);
    figures.broken.sort_by_key(|(seed, ..)| *seed);
    figures.took = began.elapsed();
    figures
}

fn one(seed: u64, figures: &Mutex<Figures>) {
    let history = history(seed);
    let lived = live(&history, None);
    let is_shrunk = {
        let mut all = figures.lock().unwrap_or_else(PoisonError::into_inner);
        all.lives += 1;
        all.operations += lived.operations as u64;
        all.faults += lived.faults as u64;
        if let Some(name) = known(&lived.breaches) {
            *all.known.entry(name).or_default() += 1;
            return;
        }
        all.broken.len() < MOST_BROKEN
    };
    if let Some(breach) = lived.breaches.into_iter().next().filter(|_| is_shrunk) {
        let history = shrunk(history, breach.promise);
        let mut all = figures.lock().unwrap_or_else(PoisonError::into_inner);
        all.broken.push((seed, history, breach));
    }
}

/// Attempts at making a life smaller.
const MOST_ATTEMPTS: usize = 120;

/// The smallest part of a life that still breaks the promise: without steps, faults, keys and previews that do not matter.
pub fn shrunk(mut history: History, promise: &str) -> History {
    let mut attempts = 0;
    let mut breaks = |history: &History| {
        attempts += 1;
        attempts < MOST_ATTEMPTS && live(history, None).breaches.iter().any(|breach| breach.promise == promise)
    };
    loop {
        let smaller = smaller(&history).into_iter().find(|smaller| breaks(smaller));
        match smaller {
            Some(smaller) => history = smaller,
            None => return history,
        }
    }
}

/// A life with one thing less, in every way.
fn smaller(history: &History) -> Vec<History> {
    let mut all = vec![];
    for at in (0..history.steps.len()).rev() {
        let mut less = history.clone();
        less.steps.remove(at);
        all.push(less);
    }
    let mut change = |at: usize, change: &dyn Fn(&mut Step)| {
        let mut less = history.clone();
        change(&mut less.steps[at]);
        if less != *history {
            all.push(less);
        }
    };
    for (at, step) in history.steps.iter().enumerate() {
        for fault in 0..step.faults.len() {
            change(at, &|step| {
                step.faults.remove(fault);
            });
        }
        change(at, &|step| step.is_previewed = false);
        let (Act::Up(program) | Act::UpRefresh(program)) = &step.act else { continue };
        for key in 0..program.len() {
            let mut without = program.clone();
            without.remove(key);
            change(at, &|step| step.act = Act::Up(without.clone()));
            let mut plainer = program.clone();
            let Spec { name, replicas, secret, .. } = program[key].clone();
            let hidden = if secret { "1" } else { "" }.to_owned();
            plainer[key] = Spec { name, replicas, secret, description: hidden.clone(), tag: hidden, ..Spec::default() };
            change(at, &|step| step.act = Act::Up(plainer.clone()));
        }
    }
    all
}

/// The life of a seed.
pub fn history(seed: u64) -> History {
    let mut random = Random::new(seed);
    let natures: Vec<Spec> = ["a", "b", "c"].into_iter().map(|name| nature(&mut random, name)).collect();
    let steps = 14 + random.below(4);
    History { steps: (0..steps).map(|_| step(&mut random, &natures)).collect() }
}

/// What a resource is for its whole life.
fn nature(random: &mut Random, name: &str) -> Spec {
    let replicas = random.one_in(5).then(Vec::new);
    Spec { name: name.to_owned(), replicas, secret: random.one_in(4), ..Spec::default() }
}

fn step(random: &mut Random, natures: &[Spec]) -> Step {
    let stack = usize::from(random.one_in(6));
    let act = match random.below(20) {
        0 | 1 => Act::Refresh,
        2 => Act::Destroy,
        3 | 4 => {
            let name = random.of(natures).name.clone();
            Act::ByHand(name, *random.of(&Hand::ALL))
        }
        5 | 6 => Act::UpRefresh(program(random, natures, stack)),
        _ => Act::Up(program(random, natures, stack)),
    };
    let faults = if random.one_in(2) { faults(random) } else { vec![] };
    Step { stack, act, faults, is_previewed: random.one_in(5) }
}

fn faults(random: &mut Random) -> Vec<(usize, Fault)> {
    let count = 1 + random.below(3);
    let mut faults: Vec<_> = (0..count).map(|_| (random.below(30), *random.of(&Fault::ALL))).collect();
    faults.sort_unstable();
    faults.dedup_by_key(|(at, _)| *at);
    faults
}

fn program(random: &mut Random, natures: &[Spec], stack: usize) -> Program {
    let mut program = vec![];
    for (at, nature) in natures.iter().enumerate() {
        if random.one_in(2 * at + 1) {
            program.push(spec(random, nature, stack));
        }
    }
    program
}

fn spec(random: &mut Random, nature: &Spec, stack: usize) -> Spec {
    let mut spec = nature.clone();
    // The names of the two stacks differ: of two that want the same one is rightly refused for ever.
    if !random.one_in(5) {
        spec.alias = format!("{}{stack}", nature.name);
    }
    let one = |random: &mut Random| (*random.of(&["", "1", "2"])).to_owned();
    (spec.description, spec.tag, spec.trigger) = (one(random), one(random), one(random));
    if spec.secret {
        // Whatever a killed run has set, the state must know that it is secret.
        let set = |random: &mut Random| (*random.of(&["1", "2"])).to_owned();
        (spec.description, spec.tag) = (set(random), set(random));
    }
    if random.one_in(4) {
        (*random.of(&["App", "Other"])).clone_into(&mut spec.role);
    }
    spec.disabled = random.one_in(5);
    spec.forbidden = random.one_in(3);
    spec.delete_before = random.one_in(8);
    match &mut spec.replicas {
        Some(replicas) => {
            let regions = ["eu-west-1", "eu-central-1"];
            replicas.extend(regions.into_iter().filter(|_| random.one_in(2)).map(str::to_owned));
        }
        None => spec.hmac = random.one_in(8),
    }
    spec
}
