//! `awskms-explore`: explores histories for longer than the tests do, and lives single ones again.

use std::process::ExitCode;

use awskms_explore::history::{History, live};
use awskms_explore::{lives, scope, small};

const HELP: &str = "\
awskms-explore: the promises of the awskms provider over all small histories and many long ones, in virtual time

usage: awskms-explore small [long]        every small history; `long` goes further than the tests do
       awskms-explore lives COUNT [SEED]  random lives, of the seeds from SEED on
       awskms-explore live SEED           one random life, told step by step
       awskms-explore live FILE           one history from a file, told step by step
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &str| text.parse::<u64>().ok();
    let is_good = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["small"] => every_small_history(false),
        ["small", "long"] => every_small_history(true),
        ["lives", count] => random_lives(number(count).unwrap_or(1), 0),
        ["lives", count, seed] => random_lives(number(count).unwrap_or(1), number(seed).unwrap_or(0)),
        ["live", which] => one_life(which),
        _ => {
            print!("{HELP}");
            return ExitCode::FAILURE;
        }
    };
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn every_small_history(is_long: bool) -> bool {
    let mut is_good = true;
    for (name, acts, bounds) in scope::all(is_long) {
        let figures = small::explore(&acts, bounds);
        println!("{name}: {figures}");
        for (history, breach) in figures.broken.iter().take(10) {
            println!("BROKEN {}: {}\n  {}", breach.promise, breach.what, written(history));
        }
        is_good &= figures.broken.is_empty();
    }
    is_good
}

fn random_lives(count: u64, first: u64) -> bool {
    let figures = lives::run(first, count);
    println!("{figures}");
    for (seed, history, breach) in &figures.broken {
        println!(
            "BROKEN {}: {}\n  again: awskms-explore live {seed}\n  {}",
            breach.promise,
            breach.what,
            written(history)
        );
    }
    figures.broken.is_empty()
}

fn one_life(which: &str) -> bool {
    let history = match which.parse() {
        Ok(seed) => lives::history(seed),
        Err(_) => match read(which) {
            Ok(history) => history,
            Err(error) => {
                eprintln!("{which}: {error}");
                return false;
            }
        },
    };
    let lived = live(&history, None);
    for line in &lived.log {
        println!("{line}");
    }
    for breach in &lived.breaches {
        println!("BROKEN {}: {}", breach.promise, breach.what);
    }
    lived.breaches.is_empty()
}

fn read(path: &str) -> Result<History, Box<dyn std::error::Error>> {
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

fn written(history: &History) -> String {
    serde_json::to_string(history).unwrap_or_default()
}
