//! `pulumi-resource-awskms import-file`: a file for `pulumi import --file`, of the keys of a Region or of another tool's state.

use std::collections::BTreeMap;
use std::io::Read as _;

use awskms_core::functions::check_list;
use awskms_core::functions::generated::names;
use awskms_core::import_file::{Found, from_pulumi, from_terraform, render, unique};
use awskms_core::spec::provider::check_config;
use awskms_core::value::{PropertyMap, PropertyValue};
use tokio_util::sync::CancellationToken;

use crate::config::{Clients, Settings};
use crate::kms::{Filter, KmsError, Listing};
use crate::resource::{Provider, kms_failure};

/// What the subcommand can be asked for.
pub const HELP: &str = "\
pulumi-resource-awskms import-file: prints a file for `pulumi import --file FILE`

usage: import-file [--region REGION] [--alias-prefix PREFIX] [--tag KEY=VALUE]... [--owned true|false]
           the customer-managed keys of a Region, by their aliases; credentials, Region and endpoint come from the
           environment and the shared configuration, as for the AWS CLI
       import-file --from-pulumi FILE [--forget]
           the keys of a stack whose keys the AWS provider of Pulumi manages; FILE is what `pulumi stack export` writes
       import-file --from-terraform FILE [--forget]
           the keys of a Terraform state; FILE is what `terraform state pull` or `terraform show -json` writes

FILE may be - for the standard input. With --forget, prints instead the commands that make the other tool forget its
resources once the keys are imported. No key is changed.
";

/// What to print.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// To stdout.
    pub text: String,
    /// To stderr.
    pub notes: Vec<String>,
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Which state is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Pulumi,
    Terraform,
}

/// What the words ask for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    /// The state of another tool.
    state: Option<(Tool, String)>,
    /// The commands that forget, instead of the file.
    forget: bool,
    /// As the listing of keys takes it.
    query: PropertyMap,
}

/// Runs the subcommand.
///
/// # Errors
/// The words make no sense, the file cannot be read, or the keys cannot be listed.
pub fn run(words: &[&str]) -> Result<Printed, AnyError> {
    if words.iter().any(|word| matches!(*word, "--help" | "-h")) {
        return Ok(Printed { text: HELP.to_owned(), notes: vec![] });
    }
    let asked = read_words(words)?;
    match &asked.state {
        Some((tool, file)) => of_state(*tool, file, asked.forget),
        None => of_region(&asked.query),
    }
}

fn read_words(words: &[&str]) -> Result<Asked, String> {
    let mut asked = Asked::default();
    let mut tags = PropertyMap::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see import-file --help"));
        match *word {
            "--region" => drop(asked.query.insert(names::REGION.to_owned(), (*value()?).into())),
            "--alias-prefix" => drop(asked.query.insert(names::ALIAS_PREFIX.to_owned(), (*value()?).into())),
            "--tag" => {
                let tag = value()?;
                let (key, text) = tag.split_once('=').ok_or_else(|| format!("--tag {tag:?} is not KEY=VALUE"))?;
                tags.insert(key.to_owned(), text.into());
            }
            "--owned" => {
                let text = value()?;
                let owned = text.parse::<bool>().map_err(|_| format!("--owned {text:?} is neither true nor false"))?;
                asked.query.insert(names::OWNED.to_owned(), owned.into());
            }
            "--from-pulumi" => asked.state = Some((Tool::Pulumi, (*value()?).to_owned())),
            "--from-terraform" => asked.state = Some((Tool::Terraform, (*value()?).to_owned())),
            "--forget" => asked.forget = true,
            other => return Err(format!("import-file does not know {other:?}; see import-file --help")),
        }
    }
    if !tags.is_empty() {
        asked.query.insert(names::TAGS.to_owned(), PropertyValue::Map(tags));
    }
    match (&asked.state, asked.query.is_empty(), asked.forget) {
        (Some(_), false, _) => {
            Err("--from-pulumi and --from-terraform read a state; they go with --forget alone".into())
        }
        (None, _, true) => Err("--forget needs --from-pulumi or --from-terraform".into()),
        _ => Ok(asked),
    }
}

fn of_state(tool: Tool, file: &str, forget: bool) -> Result<Printed, AnyError> {
    let mut text = String::new();
    if file == "-" {
        std::io::stdin().read_to_string(&mut text).map_err(|error| format!("reading the standard input: {error}"))?;
    } else {
        text = std::fs::read_to_string(file).map_err(|error| format!("reading {file}: {error}"))?;
    }
    let state = serde_json::from_str(&text).map_err(|error| format!("{file} is not JSON: {error}"))?;
    let found = match tool {
        Tool::Pulumi => from_pulumi(&state)?,
        Tool::Terraform => from_terraform(&state)?,
    };
    let text = if forget { forgetting(tool, &found) } else { render(&found.entries) };
    Ok(Printed { text, notes: found.notes })
}

/// One command a resource, in an order in which nothing is left that depends on what is gone.
fn forgetting(tool: Tool, found: &Found) -> String {
    let command = match tool {
        Tool::Pulumi => "pulumi state delete --yes",
        Tool::Terraform => "terraform state rm",
    };
    let quoted = |address: &String| format!("{command} '{}'\n", address.replace('\'', "'\\''"));
    found.replaced.iter().map(quoted).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn of_region(query: &PropertyMap) -> Result<Printed, AnyError> {
    let checked = check_list(query, true);
    if let Some(failure) = checked.failures.first() {
        return Err(failure.to_string().into());
    }
    let text = |name: &str| checked.arguments.get(name).and_then(PropertyValue::as_str).map(str::to_owned);
    let tags = checked.arguments.get(names::TAGS).and_then(PropertyValue::as_map).into_iter().flatten();
    let tags: BTreeMap<String, String> =
        tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    let owned = checked.arguments.get(names::OWNED).and_then(PropertyValue::as_bool);
    let filter = Filter { alias_prefix: text(names::ALIAS_PREFIX), tags, owned, include_replicas: false };
    let settings = Settings::read(&check_config(&PropertyMap::new()).inputs)?;
    let clients = Clients::new(settings, None, CancellationToken::new()).await?;
    let provider = Provider::new(clients, awskms_core::owner::Lineage::Untold, false);
    let target = provider.target(text(names::REGION).as_deref())?;
    let (mut keys, mut notes, mut after) = (vec![], vec![], None);
    let failure = |error: &KmsError| kms_failure(&format!("listing the keys of {}", target.region), error);
    let listing = Listing::of(&target, &filter).await.map_err(|error| failure(&error))?;
    loop {
        let page = listing.page(usize::MAX, after.as_deref()).await.map_err(|error| failure(&error))?;
        keys.extend(page.keys.iter().map(|key| (key.metadata.arn.clone(), key.name(&filter).to_owned())));
        notes.extend(page.unread.into_iter().map(|reason| format!("left out, because it could not be read: {reason}")));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(Printed { text: render(&unique(keys)), notes })
}

#[cfg(test)]
mod tests {
    use awskms_core::value::PropertyValue;

    use super::{Asked, Tool, read_words};

    #[test]
    fn words_are_a_query() {
        let asked =
            read_words(&["--region", "eu-west-1", "--tag", "a=b=c", "--tag", "d=", "--owned", "true"]).expect("fine");
        assert_eq!(asked.query["region"], "eu-west-1".into());
        assert_eq!(asked.query["owned"], true.into());
        let tags = asked.query["tags"].as_map().expect("tags");
        assert_eq!((tags["a"].clone(), tags["d"].clone()), ("b=c".into(), PropertyValue::from("")));
        assert_eq!(
            read_words(&["--from-terraform", "-", "--forget"]),
            Ok(Asked { state: Some((Tool::Terraform, "-".into())), forget: true, ..Asked::default() })
        );
    }

    #[test]
    fn senseless_words_are_refused() {
        for words in [
            &["--regoin", "x"][..],
            &["--region"],
            &["--tag", "x"],
            &["--owned", "maybe"],
            &["--forget"],
            &["--from-pulumi", "f", "--region", "eu-west-1"],
        ] {
            assert!(read_words(words).is_err(), "{words:?}");
        }
    }
}
