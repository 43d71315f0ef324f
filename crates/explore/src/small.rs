//! All small histories: every act, every fault at every call, every crash, up to a bound; worlds that differ in nothing that
//! matters are gone on from once.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cloud::{Call, Fault, Faults, is_read};
use crate::history::{Act, History, STACKS, Step, allowed};
use crate::judge::{self, Breach};
use crate::known::known;
use crate::program::Program;
use crate::world::World;

/// How far histories go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Steps before the rest.
    pub steps: usize,
    /// Calls that go wrong without a crash.
    pub slips: usize,
    /// Crashes.
    pub crashes: usize,
    /// Steps of a person.
    pub hands: usize,
}

/// What an exploration has seen.
#[derive(Debug, Default)]
pub struct Figures {
    /// Histories that were lived, each an operation longer than another.
    pub histories: usize,
    /// Worlds that differ.
    pub worlds: usize,
    /// Worlds that were brought to rest.
    pub rests: usize,
    /// Histories that break a promise.
    pub broken: Vec<(History, Breach)>,
    /// How often what is known to be broken was met, by the file that shows it.
    pub known: BTreeMap<&'static str, usize>,
    /// How long it took.
    pub took: Duration,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { histories, worlds, rests, broken, known, took } = self;
        let (took, broken) = (took.as_secs_f64(), broken.len());
        write!(
            f,
            "{histories} histories, {worlds} worlds, {rests} brought to rest, in {took:.1} s; {broken} broken; known: {known:?}"
        )
    }
}

/// A world with the way to it.
struct Node {
    world: World,
    history: History,
    program: Option<Program>,
    left: Bounds,
}

#[derive(Default)]
struct Shared {
    nodes: Vec<Node>,
    /// Nodes that are being worked on.
    busy: usize,
    seen: HashSet<(u64, Option<Program>, [usize; 4])>,
    rested: HashSet<(u64, Option<Program>)>,
    worlds: HashSet<u64>,
    figures: Figures,
}

/// An exploration while it runs.
struct Search<'a> {
    acts: &'a [Act],
    shared: Mutex<Shared>,
    changed: Condvar,
}

/// Most broken histories that are kept.
const MOST_BROKEN: usize = 200;

/// Lives every history of these acts within the bounds, from a world without keys on, on all cores.
pub fn explore(acts: &[Act], bounds: Bounds) -> Figures {
    let began = Instant::now();
    let first = Node { world: World::new(&STACKS), history: History::default(), program: None, left: bounds };
    let shared = Shared { nodes: vec![first], ..Shared::default() };
    let search = Search { acts, shared: Mutex::new(shared), changed: Condvar::new() };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| search.work());
        }
    });
    let shared = search.shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut figures = shared.figures;
    figures.worlds = shared.worlds.len();
    figures.took = began.elapsed();
    // The shortest first: the others often are the same with more around it.
    figures.broken.sort_by_key(|(history, breach)| (history.steps.len(), breach.clone(), history.clone()));
    figures
}

impl Search<'_> {
    fn work(&self) {
        while let Some(node) = self.next() {
            self.rest(&node);
            if node.left.steps > 0 {
                for act in self.acts {
                    self.act(&node, act);
                }
            }
            self.with(|shared| shared.busy -= 1);
            self.changed.notify_all();
        }
    }

    /// The next world to go on from; none when all is done.
    fn next(&self) -> Option<Node> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(node) = shared.nodes.pop() {
                shared.busy += 1;
                return Some(node);
            }
            if shared.busy == 0 {
                return None;
            }
            shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Shared) -> T) -> T {
        act(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Brings a world to rest and judges it there.
    fn rest(&self, node: &Node) {
        let Some(program) = &node.program else { return };
        let mut world = node.world.clone();
        let name = (world.canonical(), node.program.clone());
        if self.with(|shared| shared.rested.insert(name)) {
            let breaches = judge::settle(&mut world, &[(0, allowed(program))]);
            self.with(|shared| shared.figures.rests += 1);
            self.broken(&node.history, breaches);
        }
    }

    /// Takes an act from a world on, in every way that it can go wrong.
    fn act(&self, node: &Node, act: &Act) {
        let Some(operation) = act.operation() else { return self.by_hand(node, act) };
        let mut world = node.world.clone();
        let preview = world.operate(0, &operation, true, &vec![]);
        let mut step = Step { stack: 0, act: act.clone(), faults: vec![], is_previewed: true };
        let breaches = judge::judge(&mut world, &preview, None);
        self.broken(&with(&node.history, &step), breaches);
        let mut ways: Vec<Faults> = vec![vec![]];
        while let Some(faults) = ways.pop() {
            let mut world = node.world.clone();
            let report = world.operate(0, &operation, false, &faults);
            let breaches = judge::judge(&mut world, &report, Some(&preview));
            step.faults.clone_from(&faults);
            let history = with(&node.history, &step);
            let is_good = breaches.is_empty();
            self.with(|shared| shared.figures.histories += 1);
            self.broken(&history, breaches);
            ways.extend(further(&report.calls, &faults, node.left));
            if is_good {
                let crashes = faults.iter().filter(|(_, fault)| fault.kills()).count();
                let left = Bounds {
                    steps: node.left.steps - 1,
                    slips: node.left.slips - (faults.len() - crashes),
                    crashes: node.left.crashes - crashes,
                    hands: node.left.hands,
                };
                let program = act.program().or_else(|| node.program.clone());
                self.go_on(Node { world, history, program, left });
            }
        }
    }

    fn by_hand(&self, node: &Node, act: &Act) {
        let Act::ByHand(name, hand) = act else { return };
        let mut world = node.world.clone();
        if node.left.hands == 0 || !world.by_hand(0, name, *hand) {
            return;
        }
        let step = Step { stack: 0, act: act.clone(), faults: vec![], is_previewed: false };
        let left = Bounds { steps: node.left.steps - 1, hands: node.left.hands - 1, ..node.left };
        self.go_on(Node { world, history: with(&node.history, &step), program: node.program.clone(), left });
    }

    /// Keeps a world to go on from, unless one like it was there.
    fn go_on(&self, mut node: Node) {
        let name = node.world.canonical();
        let left = [node.left.steps, node.left.slips, node.left.crashes, node.left.hands];
        let is_new = self.with(|shared| {
            shared.worlds.insert(name);
            let is_new = shared.seen.insert((name, node.program.clone(), left));
            if is_new {
                shared.nodes.push(node);
            }
            is_new
        });
        if is_new {
            self.changed.notify_one();
        }
    }

    fn broken(&self, history: &History, breaches: Vec<Breach>) {
        if let Some(name) = known(&breaches) {
            return self.with(|shared| *shared.figures.known.entry(name).or_default() += 1);
        }
        self.with(|shared| {
            for breach in breaches {
                if shared.figures.broken.len() < MOST_BROKEN {
                    shared.figures.broken.push((history.clone(), breach));
                }
            }
        });
    }
}

fn with(history: &History, step: &Step) -> History {
    let mut history = history.clone();
    history.steps.push(step.clone());
    history
}

/// The ways in which a run can go wrong once more, after the last fault that it has met.
fn further(calls: &[Call], faults: &Faults, left: Bounds) -> Vec<Faults> {
    let last = faults.last();
    // Whatever dies takes no further call; so all faults but the last are slips.
    if last.is_some_and(|(_, fault)| fault.kills()) {
        return vec![];
    }
    let from = last.map_or(0, |(at, _)| at + 1);
    let first_write = calls.iter().position(|call| !is_read(&call.operation));
    let mut ways = vec![];
    for (at, call) in calls.iter().enumerate().skip(from) {
        for fault in Fault::ALL {
            let is_within = if fault.kills() { left.crashes > 0 } else { left.slips > faults.len() };
            if is_within && makes_a_difference(call, fault, first_write == Some(at)) {
                ways.push(faults.iter().copied().chain([(at, fault)]).collect());
            }
        }
    }
    ways
}

/// Leaves out what comes to the same as something else: a lost answer of a read is a read that was not done; a death before a
/// call is one after the change before it.
fn makes_a_difference(call: &Call, fault: Fault, is_first_write: bool) -> bool {
    let reads = is_read(&call.operation);
    match fault {
        Fault::Refused | Fault::Cut => true,
        Fault::Stale => call.may_be_stale,
        Fault::KilledBefore => is_first_write,
        Fault::Lost | Fault::KilledAfter | Fault::Interrupted => !reads,
    }
}
