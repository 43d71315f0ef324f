//! Generates everything that is generated: `cargo xtask generate`, or `cargo xtask check` to fail when a checked-in file
//! is stale. The proto definition is the only input.

mod constants;
mod definition;
mod functions;
mod output;
mod prose;
mod reference;
mod rust;
mod schema;
mod wire;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::definition::Definition;
use crate::output::Output;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  generate          writes the generated Rust code, schema.json and docs/reference.md
  check             fails when one of them is not what the definition says
  descriptors FILE  writes the compiled descriptors of Pulumi's wire contract, for the contract test";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let root = root()?;
    match words {
        ["generate"] => everything(&root)?.write(&root),
        ["check"] => everything(&root)?.check(&root),
        ["descriptors", file] => {
            let descriptors = wire::descriptors(&root)?;
            std::fs::write(file, descriptors).with_context(|| format!("writing {file}"))
        }
        _ => bail!("{USAGE}"),
    }
}

fn everything(root: &Path) -> Result<Output> {
    let definition = Definition::read(root)?;
    let mut output = Output::default();
    output.add("crates/core/src/spec/generated.rs", rust::render(&definition)?);
    output.add("crates/core/src/spec/constants.rs", constants::render(&definition)?);
    output.add("crates/core/src/functions/generated.rs", functions::render(&definition)?);
    output.add("schema.json", schema::render(root, &definition)?);
    output.add("docs/reference.md", reference::render(&definition)?);
    for (path, text) in wire::render(root)? {
        output.add(&path, text);
    }
    Ok(output)
}

/// The repository: the folder above this crate, as cargo sees it when the command runs. A target folder that several work
/// trees share may hold a binary that was built in another of them.
fn root() -> Result<PathBuf> {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    Ok(manifest.parent().context("xtask has no parent folder")?.to_owned())
}
