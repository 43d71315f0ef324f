//! `awskms-sim`: the simulator as a server on loopback.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use awskms_sim::http::{Served, listen, serve};
use awskms_sim::store::Store;
use awskms_sim::{Options, Sim, State};

const HELP: &str = "\
awskms-sim: a strict simulator of AWS KMS on loopback

usage: awskms-sim --listen 127.0.0.1:PORT [--principals known|any] [--state FILE] [--seed N] [--latency MS]
                  [--policies rewritten|verbatim] [--quotas off|on] [--options JSON]

  --listen ADDRESS    where to listen; port 0 picks a free one
  --principals WHICH  known (default): policies may name only principals that were made, as at AWS; any: any ARN
  --state FILE        keeps the state in a file that survives any end of the process
  --seed N            decides key IDs and key material; default: the time
  --latency MS        milliseconds before every answer of KMS
  --policies WHICH    rewritten (default): GetKeyPolicy reorders and rewrites, as AWS may; verbatim: as they were put
  --quotas WHICH      off (default); on: throttles at AWS's default request rates
  --options JSON      any of the switches of POST /_sim/options

The first line on stdout is `listening on http://ADDRESS`. See docs/simulator.md.
";

struct Arguments {
    listen: SocketAddr,
    options: Options,
    state: Option<PathBuf>,
    seed: u64,
    latency: Duration,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        return finish(std::io::stdout().write_all(HELP.as_bytes()).map_err(|error| error.to_string()));
    }
    finish(arguments(&words).and_then(|arguments| run(&arguments)))
}

fn finish(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("awskms-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments(words: &[String]) -> Result<Arguments, String> {
    let mut listen = None;
    let mut parsed = Arguments {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        options: Options::default(),
        state: None,
        seed: seed_of_the_moment(),
        latency: Duration::ZERO,
    };
    let mut words = words.iter();
    while let Some(flag) = words.next() {
        let value = words.next().ok_or_else(|| format!("{flag} needs a value; see --help"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{flag} {value}: not a number"));
        match flag.as_str() {
            "--listen" => {
                listen =
                    Some(value.parse().map_err(|_| format!("--listen {value}: give an address such as 127.0.0.1:0"))?);
            }
            "--principals" => set(&mut parsed.options, "knownPrincipalsOnly", one_of(flag, value, "known", "any")?)?,
            "--policies" => set(&mut parsed.options, "rewritePolicies", one_of(flag, value, "rewritten", "verbatim")?)?,
            "--quotas" => set(&mut parsed.options, "quotas", one_of(flag, value, "on", "off")?)?,
            "--options" => {
                let changes = serde_json::from_str(value).map_err(|error| format!("--options: {error}"))?;
                parsed.options = parsed.options.changed(&changes).map_err(|error| format!("--options: {error}"))?;
            }
            "--state" => parsed.state = Some(PathBuf::from(value)),
            "--seed" => parsed.seed = number()?,
            "--latency" => parsed.latency = Duration::from_millis(number()?),
            other => return Err(format!("{other} is no option; see --help")),
        }
    }
    parsed.listen = listen.ok_or("--listen is missing; see --help")?;
    Ok(parsed)
}

/// Whether a flag has the first of its two values.
fn one_of(flag: &str, value: &str, yes: &str, no: &str) -> Result<bool, String> {
    match value {
        _ if value == yes => Ok(true),
        _ if value == no => Ok(false),
        other => Err(format!("{flag} {other}: it is {yes} or {no}")),
    }
}

fn set(options: &mut Options, name: &str, value: bool) -> Result<(), String> {
    *options = options.changed(&serde_json::json!({ name: value }))?;
    Ok(())
}

fn seed_of_the_moment() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        since.as_secs().rotate_left(32) ^ u64::from(since.subsec_nanos()) ^ u64::from(std::process::id()) << 40
    })
}

#[tokio::main]
async fn run(arguments: &Arguments) -> Result<(), String> {
    let (sim, store) = match &arguments.state {
        None => (Sim::new(State::new(arguments.seed, arguments.options.clone())), None),
        Some(path) => {
            let opened = Store::open(path, arguments.seed, arguments.options.clone());
            let (store, sim) = opened.map_err(|error| format!("--state {}: {error}", path.display()))?;
            (sim, Some(store))
        }
    };
    let listener = listen(arguments.listen).await.map_err(|error| format!("--listen {}: {error}", arguments.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    announce(&format!("listening on http://{address}")).map_err(|error| error.to_string())?;
    let served = Served::new(sim, store, arguments.latency);
    tokio::select! {
        result = serve(listener, served) => result.map(|never| match never {}).map_err(|error| error.to_string()),
        result = asked_to_end() => result.map_err(|error| error.to_string()),
    }
}

fn announce(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}
