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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{check, check_list};
    use crate::functions::Function;
    use crate::functions::generated::{AWS_KMS_KEY_LIST_ARGS, names};
    use crate::path::Segment;
    use crate::value::{PropertyMap, PropertyValue};

    fn any_value() -> impl Strategy<Value = PropertyValue> {
        let leaf = prop_oneof![
            Just(PropertyValue::Null),
            any::<bool>().prop_map(PropertyValue::from),
            any::<f64>().prop_map(PropertyValue::Number),
            "\\PC{0,12}".prop_map(PropertyValue::from),
            prop::sample::select(vec![
                "alias/x",
                "arn:aws:kms:eu-west-1:123456789012:key/x",
                "YQ==",
                "{}",
                "*",
                "kms:Decrypt"
            ])
            .prop_map(PropertyValue::from),
            Just(PropertyValue::Unknown),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(PropertyValue::List),
                prop::collection::btree_map("[a-z]{1,3}", inner.clone(), 0..3).prop_map(PropertyValue::Map),
                inner.prop_map(PropertyValue::into_secret),
            ]
        })
    }

    fn any_arguments() -> impl Strategy<Value = PropertyMap> {
        let all: Vec<&'static str> = Function::ALL
            .iter()
            .map(|function| function.arguments())
            .chain([&AWS_KMS_KEY_LIST_ARGS])
            .flat_map(|message| message.fields)
            .map(|field| field.name)
            .chain(["other"])
            .collect();
        prop::collection::btree_map(prop::sample::select(all).prop_map(str::to_owned), any_value(), 0..4)
    }

    proptest! {
        /// Nothing that a program can write brings Check down, and every failure names an argument.
        #[test]
        fn every_failure_names_an_argument(given in any_arguments()) {
            for function in Function::ALL {
                for failure in check(*function, &given, false).failures {
                    let root = failure.path.root().to_owned();
                    let known = function.arguments().fields.iter().any(|field| field.name == root);
                    prop_assert!(known || given.contains_key(&root), "{failure}");
                    prop_assert!(!failure.reason.is_empty());
                    prop_assert!(matches!(failure.path.segments(), [Segment::Name(_), ..]));
                }
            }
            for failure in check_list(&given, true).failures {
                prop_assert!(!failure.path.root().is_empty());
            }
        }

        /// What has passed is read without an error, and passes again.
        #[test]
        fn what_has_passed_passes_again(given in any_arguments()) {
            for function in Function::ALL {
                let once = check(*function, &given, false);
                if once.failures.is_empty() {
                    let again = check(*function, &once.arguments, false);
                    prop_assert_eq!(&again, &once);
                }
            }
        }

        /// No secret is in a failure, however it is wrong.
        #[test]
        fn no_failure_tells_a_secret(secret in "[a-z]{8,12}( [a-z]{8,12})?") {
            let given = PropertyMap::from([(names::KEY_ID.to_owned(), PropertyValue::from(secret.as_str()).into_secret())]);
            for function in Function::ALL {
                for failure in check(*function, &given, false).failures {
                    prop_assert!(!failure.reason.contains(&secret), "{}", failure);
                }
            }
        }
    }
}
