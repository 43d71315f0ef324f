//! Rust code for Pulumi's wire contract.

use std::path::Path;

use anyhow::{Context, Result};
use protox::Compiler;

const FILES: [&str; 2] = ["pulumi/provider.proto", "pulumi/engine.proto"];
const STATUS: &str = "pulumi/status.proto";

fn compiler(root: &Path) -> Result<Compiler> {
    let mut compiler = Compiler::new([root.join("proto")])?;
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?.open_file(STATUS)?;
    Ok(compiler)
}

/// The compiled descriptors, as a serialized `FileDescriptorSet`.
pub(crate) fn descriptors(root: &Path) -> Result<Vec<u8>> {
    Ok(compiler(root)?.encode_file_descriptor_set())
}

/// The generated modules, by path.
pub(crate) fn render(root: &Path) -> Result<Vec<(String, String)>> {
    let folder = tempfile::tempdir()?;
    tonic_prost_build::configure()
        .btree_map(".")
        .out_dir(folder.path())
        .compile_fds(compiler(root)?.file_descriptor_set())
        .context("generating the wire contract")?;
    let mut files = vec![];
    for (generated, target, source) in [
        ("pulumirpc.rs", "src/rpc/gen/pulumirpc.rs", "proto/pulumi/{provider,engine,plugin}.proto"),
        ("google.rpc.rs", "src/rpc/gen/google_rpc.rs", "proto/pulumi/status.proto"),
    ] {
        let code = std::fs::read_to_string(folder.path().join(generated))?;
        // Properties are read straight into the provider's own values.
        let code = code.replace("::prost_types::Struct", "crate::rpc::Struct");
        let code = crate::output::rustfmt(&code)?;
        files.push((target.to_owned(), format!("// Generated from {source} by `cargo xtask generate`.\n{code}")));
    }
    Ok(files)
}
