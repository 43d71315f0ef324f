//! Rules of `policy.additionalStatements`: those of a policy document, and labels of their own.

use serde_json::{Value, json};

use super::Around;
use crate::path::Path;
use crate::policy::{self, Facts, TypedPolicy};
use crate::spec::check::Checked;
use crate::spec::constants::names;
use crate::spec::generated::KeyPolicy;
use crate::value::PropertyValue;

pub(super) fn check(checked: &mut Checked, around: &Around<'_>) {
    let list = around.policy.get(names::ADDITIONAL_STATEMENTS).and_then(PropertyValue::as_list).unwrap_or_default();
    for (index, statement) in list.iter().enumerate() {
        let at = around.at.name(names::ADDITIONAL_STATEMENTS).index(index);
        // What is not known yet is checked when it is.
        let Some(json) = statement.to_json() else { continue };
        one(checked, around, &at, &json);
    }
    labels(checked, around);
}

fn one(checked: &mut Checked, around: &Around<'_>, at: &Path, statement: &Value) {
    if !statement.is_object() {
        return checked
            .fail(at.clone(), "a statement is an object with Effect, Principal, Action and Resource; give one");
    }
    let findings = policy::check_document(&json!({ "Version": "2012-10-17", "Statement": statement }));
    // What is odd but right is remarked of the whole policy.
    for error in checked.lints.apply(findings).errors {
        let hidden = "the statement is not valid; a part of it is a secret, so no part of it is shown";
        checked.fail(at.clone(), if around.secret { hidden.to_owned() } else { error.to_string() });
    }
}

/// Two statements of one label: nobody could tell which one a message means, and an import could not tell them apart.
fn labels(checked: &mut Checked, around: &Around<'_>) {
    let Ok(policy) = KeyPolicy::from_properties(around.policy) else { return };
    let Some(typed) = TypedPolicy::of(&policy) else { return };
    let text = |name| checked.text(name).unwrap_or_default();
    let (key_spec, key_usage) = (text(names::KEY_SPEC), text(names::KEY_USAGE));
    // No label depends on the key's place.
    let facts = Facts {
        partition: "aws",
        account: "000000000000",
        region: "eu-central-1",
        key_usage: &key_usage,
        key_spec: &key_spec,
        multi_region: false,
    };
    let own: Vec<(usize, String)> =
        policy::colliding(&typed, &facts).map(|(index, sid)| (index, sid.to_owned())).collect();
    for (index, sid) in own {
        let shown = if around.secret { String::new() } else { format!(" {sid:?}") };
        checked.fail(
            around.at.name(names::ADDITIONAL_STATEMENTS).index(index).name("Sid"),
            format!("the label{shown} is that of a statement which the other properties of the policy make; choose another one"),
        );
    }
}
