//! Generated files: written, or compared with what is checked in.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Files by their path below the repository.
#[derive(Debug, Default)]
pub(crate) struct Output {
    files: Vec<(String, String)>,
}

impl Output {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: &str, text: String) {
        self.files.push((path.to_owned(), text));
    }

    /// Writes every file.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        for (path, text) in &self.files {
            let file = root.join(path);
            if std::fs::read_to_string(&file).is_ok_and(|current| current == *text) {
                continue;
            }
            let folder = file.parent().context("a file without a folder")?;
            std::fs::create_dir_all(folder)?;
            std::fs::write(&file, text).with_context(|| format!("writing {path}"))?;
            println!("wrote {path}");
        }
        Ok(())
    }

    /// Fails when a file differs from what is checked in, naming the first line that does.
    pub(crate) fn check(&self, root: &Path) -> Result<()> {
        let mut stale = vec![];
        for (path, text) in &self.files {
            let current = std::fs::read_to_string(root.join(path)).unwrap_or_default();
            if current != *text {
                let line = current.lines().zip(text.lines()).take_while(|(old, new)| old == new).count() + 1;
                stale.push(format!("{path}, line {line}"));
            }
        }
        if !stale.is_empty() {
            bail!("stale: {}. Run `make sdk`.", stale.join("; "));
        }
        println!("{} generated files are up to date", self.files.len());
        Ok(())
    }
}

/// Rust code in the repository's format.
pub(crate) fn rustfmt(code: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--quiet", "--config-path", "rustfmt.toml"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting rustfmt")?;
    child.stdin.take().context("rustfmt has no input")?.write_all(code.as_bytes())?;
    let done = child.wait_with_output()?;
    if !done.status.success() {
        bail!("rustfmt refused the generated code");
    }
    Ok(String::from_utf8(done.stdout)?)
}
