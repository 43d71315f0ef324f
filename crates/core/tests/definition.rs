//! The definition is the one place for names: no code writes the name of a property by hand, and the recipes of
//! CONTRIBUTING.md name the places that there are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use awskms_core::spec::constants::names;

/// Where names of the definition stand as texts all the same, each with the reason.
const EXCEPTIONS: [(&str, &str); 17] = [
    ("crates/core/src/spec/generated.rs", "the definition itself"),
    ("crates/core/src/spec/constants.rs", "the definition itself"),
    ("crates/core/src/functions/generated.rs", "the definition itself"),
    ("crates/core/src/import_file", "what other tools' states and Pulumi's import files call things"),
    ("crates/core/src/ids.rs", "`kms` and `sts` are services in ARNs"),
    ("crates/core/src/policy/caller.rs", "`sts` is a service in ARNs"),
    ("crates/core/src/policy/services/table.rs", "members of AWS services' encryption contexts"),
    ("crates/core/src/policy/evaluate.rs", "`kms` is the prefix of actions"),
    ("crates/core/src/desired.rs", "`aliases` of a hidden output, which old states have"),
    ("crates/core/src/laws", "laws write what programs write"),
    ("crates/core/src/spec/policies_tests.rs", "tests write what programs write"),
    ("crates/core/src/spec/pasted.rs", "elements of a policy document"),
    ("src/kms/denied.rs", "`kms` is the prefix of actions"),
    ("crates/core/src/policy/laws", "laws write what programs write"),
    ("crates/core/src/spec/peers.rs", "names that other tools have, which are outputs or parts here"),
    ("src/failed_call", "words in the texts of the SDK"),
    ("src/resource", "use cases, which are still to follow"),
];

/// The most places that a recipe may name: what the house promises to those who add something.
const RECIPES: [(&str, usize); 5] =
    [("An input", 3), ("An output", 2), ("A setting", 3), ("A function", 4), ("A part of the policy", 5)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Code without its comments, its attributes and its tests, which may write names by hand.
fn without_tests(code: &str) -> String {
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines =
        code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("#["));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_property_name_is_written_by_hand() {
    let known: BTreeSet<&str> = names::ALL.iter().copied().collect();
    let mut files = vec![];
    for folder in ["crates/core/src", "src"] {
        rust_files(&root().join(folder), &mut files);
    }
    let mut found = vec![];
    for file in files {
        let shown = file.strip_prefix(root()).expect("below the root").display().to_string();
        if EXCEPTIONS.iter().any(|(path, _)| shown.starts_with(path)) || shown.ends_with("_laws.rs") {
            continue;
        }
        let code = without_tests(&std::fs::read_to_string(&file).expect("a text"));
        let texts = code.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
        let names: BTreeSet<&str> = texts.filter(|text| known.contains(text)).collect();
        found.extend(names.into_iter().map(|name| format!("{shown}: {name:?}")));
    }
    assert!(found.is_empty(), "use awskms_core::spec::constants::names instead of {found:#?}");
}

/// Every place that a recipe names is there, and none names more places than is promised.
#[test]
fn the_recipes_name_the_places_that_there_are() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    let section =
        text.split("## Adding something").nth(1).expect("the recipes").split("\n## ").next().unwrap_or_default();
    for (title, most) in RECIPES {
        let recipe = section.split(&format!("**{title}**")).nth(1).unwrap_or_else(|| panic!("no recipe for {title}"));
        let recipe = recipe.split("\n\n**").next().unwrap_or_default();
        let steps: Vec<&str> = recipe.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
        assert!(!steps.is_empty() && steps.len() <= most, "{title}: {} places, {most} are promised", steps.len());
        for step in steps {
            let place = step.split('`').nth(1).unwrap_or_default();
            assert!(root().join(place).is_file(), "{title}: there is no {place:?}");
        }
    }
}
