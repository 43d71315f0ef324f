//! `pulumi-resource-awskms`: the plugin that the Pulumi engine starts.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use pulumi_awskms::rpc::engine::Engine;
use pulumi_awskms::rpc::{Ending, SCHEMA, Service, VERSION, engine_is_gone, serve};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::prelude::*;

const HELP: &str = "\
pulumi-resource-awskms: the Pulumi provider for AWS KMS keys

usage: pulumi-resource-awskms [ENGINE_ADDRESS]   serves the provider; the Pulumi engine does this
       pulumi-resource-awskms schema             prints the package schema
       pulumi-resource-awskms import-file ...    prints a file for `pulumi import --file`; see import-file --help
       pulumi-resource-awskms --version
       pulumi-resource-awskms --help

Without an address it waits for an engine to attach, for debugging: it prints its port, and
PULUMI_DEBUG_PROVIDERS=awskms:PORT makes `pulumi` use it. AWSKMS_LOG=debug writes a log to stderr.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--help" | "-h" | "help", ..] => print(HELP),
        ["--version" | "-v" | "version", ..] => print(&format!("{VERSION}\n")),
        ["schema", ..] => print(SCHEMA),
        ["import-file", words @ ..] => import_file(words),
        words => run(engine_address(words)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pulumi-resource-awskms: {error}");
            ExitCode::FAILURE
        }
    }
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

fn print(text: &str) -> Result<(), AnyError> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// The file goes to stdout, and what is to be known about it to stderr.
fn import_file(words: &[&str]) -> Result<(), AnyError> {
    let made = pulumi_awskms::import_file::run(words)?;
    for note in &made.notes {
        eprintln!("pulumi-resource-awskms: {note}");
    }
    print(&made.text)
}

/// The engine may put flags of its own, some with values, before its address; the address is the last word that has the
/// form of one.
fn engine_address<'a>(words: &[&'a str]) -> Option<&'a str> {
    let is_address = |word: &str| word.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    words.iter().copied().rev().find(|word| !word.starts_with('-') && !word.contains("://") && is_address(word))
}

/// The AWS SDK and the crates below it write requests and answers, with what is secret in them, and errors that hold them
/// whole; these are never written. This provider says itself which calls fail.
fn keeps_secrets(event: &tracing::Metadata<'_>) -> bool {
    event.target().starts_with("pulumi_awskms")
}

/// Where a panic happened, without what it says: that may hold what was being worked on.
fn tell_place_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("pulumi-resource-awskms: internal error, please report it: panicked at {place}");
    }));
}

fn run(engine_address: Option<&str>) -> Result<(), AnyError> {
    tell_place_of_panics();
    let runtime = tokio::runtime::Runtime::new()?;
    let served = runtime.block_on(serve_engine(engine_address));
    // A look-up of a name cannot be interrupted, and nobody waits for it any more.
    runtime.shutdown_background();
    served
}

async fn serve_engine(engine_address: Option<&str>) -> Result<(), AnyError> {
    // stdout belongs to the engine.
    if let Ok(filter) = EnvFilter::try_from_env("AWSKMS_LOG") {
        let lines =
            tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
        tracing_subscriber::registry().with(lines).with(filter).with(filter_fn(keeps_secrets)).init();
    }
    let engine = Engine::default();
    if let Some(address) = engine_address {
        engine.attach(address);
    }
    let service = Service::new(engine);
    // Before the port is announced: whoever reads it may end the process at once.
    let signals = EndSignals::listen()?;
    let engine_address = engine_address.map(str::to_owned);
    serve(service, async move {
        let gone = async {
            match &engine_address {
                Some(address) => engine_is_gone(address).await,
                // Whoever attaches for debugging may come again.
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = signals.first() => Ending::Asked,
            () = gone => Ending::EngineGone,
        }
    })
    .await
}

/// The requests to end, heard from now on.
struct EndSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl EndSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the first one.
    async fn first(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::engine_address;

    #[test]
    fn finds_the_engine_behind_flags() {
        assert_eq!(engine_address(&["127.0.0.1:4000"]), Some("127.0.0.1:4000"));
        assert_eq!(
            engine_address(&["-logtostderr", "-v", "9", "--tracing", "http://x:1", "127.0.0.1:1"]),
            Some("127.0.0.1:1")
        );
        assert_eq!(engine_address(&[]), None);
        assert_eq!(engine_address(&["-v"]), None);
    }
}
