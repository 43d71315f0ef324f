//! Check of a function's arguments: everything that is wrong with them, said at once, before anything is called.

use super::generated::{AWS_KMS_KEY_LIST_ARGS, Function};
use super::rules;
use crate::failure::Failure;
use crate::path::Path;
use crate::secrets::Secrets;
use crate::spec::table::Message;
use crate::spec::validate;
use crate::value::{PropertyMap, PropertyValue};

/// Checked arguments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments {
    /// The arguments with their defaults; meaningful only without failures.
    pub arguments: PropertyMap,
    /// Everything that is wrong.
    pub failures: Vec<Failure>,
}

/// Checks the arguments of a function. `lenient`: Regions that this version does not know are taken.
pub fn check(function: Function, given: &PropertyMap, lenient: bool) -> Arguments {
    let mut checked = by_table(function.arguments(), given);
    if checked.failures.is_empty() {
        rules::of_function(function, &checked.arguments, lenient, &mut checked.failures);
    }
    told(checked, given)
}

/// Checks what a listing of keys is asked for.
pub fn check_list(given: &PropertyMap, lenient: bool) -> Arguments {
    let mut checked = by_table(&AWS_KMS_KEY_LIST_ARGS, given);
    if checked.failures.is_empty() {
        rules::of_list(&checked.arguments, lenient, &mut checked.failures);
    }
    told(checked, given)
}

fn by_table(message: &Message, given: &PropertyMap) -> Arguments {
    let mut failures = vec![];
    let mut arguments = validate::object(message, None, given, &mut failures);
    // The engine calls a function when its arguments are known, and takes no unknown value in the answer.
    for (name, _) in arguments.iter().filter(|(_, value)| value.has_unknowns()) {
        failures.push(Failure::new(
            Path::of(name),
            "it is not known yet; call the output form of the function, which waits until it is",
        ));
    }
    validate::fill_defaults(message, &mut arguments);
    Arguments { arguments, failures }
}

/// Failures without the secrets that the arguments hold.
fn told(checked: Arguments, given: &PropertyMap) -> Arguments {
    let secrets = Secrets::of(&[given]);
    let failures = checked
        .failures
        .into_iter()
        .map(|failure| Failure { path: failure.path.outside_of_secrets(given), reason: secrets.mask(&failure.reason) });
    Arguments { failures: failures.collect(), ..checked }
}

/// A text argument that is known.
pub(super) fn text<'a>(arguments: &'a PropertyMap, name: &str) -> Option<&'a str> {
    arguments.get(name).and_then(PropertyValue::as_str)
}
