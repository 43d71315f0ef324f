//! What others recorded of AWS. It is not part of the repository: `AWSKMS_TRUTH` names its folder; else it is looked for
//! beside the repository.

use std::path::PathBuf;

fn folder() -> PathBuf {
    std::env::var_os("AWSKMS_TRUTH")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/truth"), PathBuf::from)
}

/// A file of it; without one the test says that it is skipped.
pub(crate) fn text(name: &str) -> Option<String> {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("SKIPPED: there is no {}; set AWSKMS_TRUTH to the folder of recorded data", path.display());
    }
    text
}

/// A file in JSON.
pub(crate) fn json(name: &str) -> Option<serde_json::Value> {
    text(name).map(|text| serde_json::from_str(&text).expect("the file is JSON"))
}
