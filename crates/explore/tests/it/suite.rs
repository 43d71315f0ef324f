//! The part of the exploration that every run of the tests makes.

use std::collections::BTreeSet;

use awskms_explore::history::{History, live};
use awskms_explore::{lives, scope, small};

/// As many as half a minute of two cores allows; `make judge` goes on from there.
const LIVES: u64 = 250;

#[test]
fn every_small_history_keeps_the_promises() {
    for (name, acts, bounds) in scope::all(false) {
        let figures = small::explore(&acts, bounds);
        println!("{name}: {figures}");
        assert!(figures.histories > 20, "{name}: only {} histories were lived", figures.histories);
        let broken = figures.broken.iter().take(5).map(|(history, breach)| (written(history), breach));
        assert!(figures.broken.is_empty(), "{name}: {:#?}", broken.collect::<Vec<_>>());
    }
}

#[test]
fn long_lives_keep_the_promises() {
    let figures = lives::run(3_000, LIVES);
    println!("{figures}");
    assert_eq!(figures.lives, LIVES);
    let broken = figures.broken.iter().take(5).map(|(seed, history, breach)| {
        (format!("cargo run --release -p awskms-explore -- live {seed}"), written(history), breach)
    });
    assert!(figures.broken.is_empty(), "{:#?}", broken.collect::<Vec<_>>());
}

#[test]
fn the_same_seed_is_the_same_life() {
    assert_eq!(lives::history(7), lives::history(7));
    let told = |_| live(&lives::history(7), None).log;
    assert_eq!(told(1), told(2));
}

/// Histories that were found once. Those in found/open.txt do not hold yet; one that does by now must be taken off the list.
#[test]
fn found_histories_keep_the_promises() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("found");
    let open = std::fs::read_to_string(folder.join("open.txt")).expect("the list of open ones");
    let lines = open.lines().filter(|line| !line.starts_with('#'));
    let open: BTreeSet<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    let files = std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut names = BTreeSet::new();
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let history: History =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("a history");
        let lived = live(&history, None);
        if open.contains(name.as_str()) {
            assert!(!lived.breaches.is_empty(), "{name} holds by now: take it off open.txt");
        } else {
            assert!(lived.breaches.is_empty(), "{name}: {:#?}\n{}", lived.breaches, lived.log.join("\n"));
        }
        names.insert(name);
    }
    assert!(open.iter().all(|name| names.contains(*name)), "open.txt names a history that is not there");
    // What the explorations leave out of their verdict must still be broken.
    let known = awskms_explore::known::names();
    assert!(known.iter().all(|name| open.contains(name)), "{known:?} are known, {open:?} are open");
}

fn written(history: &History) -> String {
    serde_json::to_string(history).expect("a history is data")
}
