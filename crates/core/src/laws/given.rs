//! Laws about what was given: its form means nothing to the key and stays in the state, what is ignored is untouched, what
//! is secret stays secret.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::generators::inputs;
use super::model::{account, default_policy, made, newborn};
use crate::desired::{Desired, DesiredSet, held, resolve_set};
use crate::diff::{Sides, changes, diff};
use crate::ignored::Ignored;
use crate::observed::{ObservedSet, Reading};
use crate::outputs::{preview_of_change, preview_of_new, set_outputs};
use crate::plan::{Claim, plan_update};
use crate::secrets::Secrets;
use crate::spec::check::{CheckContext, check};
use crate::spec::generated::{AWS_KMS_KEY_SPEC, KEY_POLICY};
use crate::spec::given::write_back;
use crate::spec::normal::normal;
use crate::spec::table::{Kind, Message};
use crate::untouched::{Ignoring, Untouched};
use crate::value::{PropertyMap, PropertyValue};

const REGION: &str = "eu-central-1";

/// A form in which a program may give inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Manifest,
    SnakeCase,
}

fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Plain), Just(Form::Manifest), Just(Form::SnakeCase)]
}

fn snake(message: &Message, map: &PropertyMap) -> PropertyMap {
    let entry = |(name, value): (&String, &PropertyValue)| {
        let Some(field) = message.fields.iter().find(|field| field.name == name) else {
            return (name.clone(), value.clone());
        };
        let value = match (&field.kind, value) {
            (Kind::Object(nested), PropertyValue::Map(map)) => PropertyValue::Map(snake(nested, map)),
            _ => value.clone(),
        };
        (field.proto_name.to_owned(), value)
    };
    map.iter().map(entry).collect()
}

fn in_form(form: Form, inputs: &PropertyMap) -> PropertyMap {
    let spec = match form {
        Form::Plain => return inputs.clone(),
        Form::Manifest => inputs.clone(),
        Form::SnakeCase => snake(&AWS_KMS_KEY_SPEC, inputs),
    };
    PropertyMap::from([
        ("apiVersion".to_owned(), "aws.openmcf.org/v1".into()),
        ("kind".to_owned(), "AwsKmsKey".into()),
        ("spec".to_owned(), spec.into()),
    ])
}

fn checked(olds: &PropertyMap, inputs: &PropertyMap) -> PropertyMap {
    let context = CheckContext { provider_region: Some(REGION), ..CheckContext::default() };
    let checked = check(olds, inputs, &context);
    assert!(checked.failures.is_empty(), "{:?}", checked.failures);
    checked.inputs
}

fn new(form: Form, inputs: &PropertyMap) -> PropertyMap {
    checked(&PropertyMap::new(), &in_form(form, inputs))
}

fn readable(given: &PropertyMap) -> PropertyMap {
    normal(given).expect("checked")
}

fn desired(inputs: &PropertyMap) -> DesiredSet {
    resolve_set(inputs, REGION, Some(&account())).expect("known")
}

fn main(set: &DesiredSet) -> &Desired {
    &set.members[REGION]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_form_means_nothing_and_stays(inputs in inputs(), one in forms(), other in forms()) {
        let (kept, same) = (new(one, &inputs), new(other, &inputs));
        prop_assert_eq!(readable(&kept), readable(&same));
        prop_assert_eq!(&checked(&kept, &kept), &kept);
        for (name, value) in in_form(one, &inputs) {
            prop_assert_eq!(kept.get(&name), Some(&value));
        }
        let none = Ignored::default();
        let sides = Sides { old_inputs: &kept, old_outputs: &PropertyMap::new(), news: &same, ignored: &none };
        prop_assert_eq!(changes(&sides).expect("readable"), vec![]);
    }

    #[test]
    fn what_is_written_back_means_what_was_read(old in inputs(), now in inputs(), form in forms()) {
        let kept = new(form, &old);
        let (before, now) = (readable(&kept), readable(&new(Form::Plain, &now)));
        let written = write_back(&kept, &before, &now);
        prop_assert!(diff(&readable(&written), &now).is_empty(), "{:?}", written);
        prop_assert_eq!(form == Form::Plain, !written.contains_key("spec"));
        prop_assert_eq!(write_back(&kept, &before, &before), kept);
    }

    #[test]
    fn what_is_ignored_is_untouched(
        old in inputs(), now in inputs(), by_hand in inputs(), form in forms(), spelled in any::<bool>(), which in 0_usize..7,
    ) {
        let properties = ["alias", "aliases", "description", "enabled", "enableRotation", "tags", "policy"];
        let name = properties[which];
        let path = if spelled && form != Form::Plain { format!("spec.{name}") } else { name.to_owned() };
        let ignored = Ignored::of(&[path]);
        let (old, now) = (new(form, &old), new(form, &now));
        let (old_inputs, inputs) = (readable(&old), ignored.applied(&old, &now).expect("readable"));
        // Somebody has made another key of it since.
        let mut seen = newborn(main(&desired(&old_inputs)));
        let other = made(&readable(&new(Form::Plain, &by_hand)));
        (seen.aliases, seen.policy, seen.tags) = (other.aliases, other.policy, other.tags);
        (seen.rotation_period_days, seen.metadata.state) = (other.rotation_period_days, other.metadata.state);
        seen.metadata.description = other.metadata.description;
        let set = ObservedSet::of_one(REGION, seen.clone());
        let (mut wanted, mut held) = (desired(&inputs), held(&old_inputs, REGION));
        let ignoring = Ignoring { old: &old_inputs, new: &inputs, ignored: &ignored, unfinished: None };
        let untouched =
            Untouched::of(&ignoring, &mut wanted, &mut held, &set, Some(&account()), &default_policy());
        let mut view = seen.clone();
        untouched.restore(REGION, &mut view, main(&wanted), &default_policy());
        let plan = plan_update(main(&wanted), &view, &held[REGION], &Claim::default(), &default_policy());
        let mut after = seen.clone();
        plan.steps().for_each(|step| after.apply(step));
        let names = |key: &crate::observed::Observed, list: &PropertyMap| {
            let of = |name: &str| list.get(name).and_then(PropertyValue::as_list).unwrap_or_default().to_vec();
            let given: Vec<_> = if name == "alias" { list.get("alias").cloned().into_iter().collect() } else { of("aliases") };
            let held = key.aliases.seen().cloned().unwrap_or_default();
            given.iter().map(|name| held.contains(name.as_str().expect("text"))).collect::<Vec<_>>()
        };
        match name {
            "alias" | "aliases" => prop_assert_eq!(names(&after, &old_inputs), names(&seen, &old_inputs)),
            "description" => prop_assert_eq!(after.metadata.description, seen.metadata.description),
            "enabled" => prop_assert_eq!(after.metadata.state, seen.metadata.state),
            "enableRotation" => prop_assert_eq!(after.rotation_period_days, seen.rotation_period_days),
            "tags" => prop_assert_eq!(after.tags, seen.tags),
            _ => prop_assert_eq!(after.policy, seen.policy),
        }
    }
}

/// A secret of its own in each place of the inputs: a value that is legal there, by path.
fn planted() -> Vec<(&'static str, PropertyMap, &'static str)> {
    let text = |value: &str| PropertyValue::from(value);
    let map = |entries: &[(&str, PropertyValue)]| -> PropertyMap {
        entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let one = |name: &str, value: PropertyValue| map(&[("alias", text("alias/x")), (name, value)]);
    let role = "arn:aws:iam::123456789012:role/hunter2";
    let statement = map(&[
        ("Effect", text("Allow")),
        ("Principal", map(&[("AWS", text(role))]).into()),
        ("Action", text("kms:*")),
        ("Resource", text("*")),
    ]);
    let document =
        map(&[("Version", text("2012-10-17")), ("Statement", PropertyValue::List(vec![statement.clone().into()]))]);
    let document_text = PropertyValue::Map(document.clone()).to_json().expect("JSON").to_string();
    let policy = |name: &str, value: PropertyValue| {
        one(
            "policy",
            map(&[
                ("adminRole", text("arn:aws:iam::123456789012:role/A")),
                ("usageRoles", PropertyValue::List(vec![text("arn:aws:iam::123456789012:role/B")])),
                (name, value),
            ])
            .into(),
        )
    };
    let list = |item: PropertyValue| PropertyValue::List(vec![item]);
    let secret = |value: &str| text(value).into_secret();
    let replica = |name: &str, value: PropertyValue| {
        one("replicas", list(map(&[("region", text("eu-west-1")), (name, value)]).into()))
    };
    vec![
        ("region", one("region", secret("eu-central-1")), "eu-central-1"),
        ("alias", map(&[("alias", secret("alias/hunter2"))]), "hunter2"),
        ("aliases", one("aliases", list(secret("alias/hunter2"))), "hunter2"),
        ("aliases, whole", one("aliases", list(text("alias/hunter2")).into_secret()), "hunter2"),
        ("description", one("description", secret("say \"hunter2\"")), "hunter2"),
        ("rotateOnDemandTrigger", one("rotateOnDemandTrigger", secret("hunter2")), "hunter2"),
        ("tags", one("tags", map(&[("pin", secret("hunter2"))]).into()), "hunter2"),
        ("tags, whole", one("tags", PropertyValue::Map(map(&[("hunter2", text("1"))])).into_secret()), "hunter2"),
        ("policyDocument", one("policyDocument", PropertyValue::Map(document).into_secret()), "hunter2"),
        ("policyDocument, text", one("policyDocument", secret(&document_text)), "hunter2"),
        ("policy.adminRole", policy("adminRole", secret(role)), "hunter2"),
        ("policy.adminRoles", policy("adminRoles", list(secret(role))), "hunter2"),
        ("policy.usageRoles", policy("usageRoles", list(secret(role)).into_secret()), "hunter2"),
        ("policy.encryptionContext", policy("encryptionContext", map(&[("App", secret("hunter2"))]).into()), "hunter2"),
        (
            "policy.additionalStatements",
            policy("additionalStatements", list(statement.clone().into()).into_secret()),
            "hunter2",
        ),
        (
            "policy.services",
            policy("services", list(map(&[("service", text("S3")), ("roles", list(secret("hunter2")))]).into())),
            "hunter2",
        ),
        (
            "policy.access",
            policy(
                "access",
                list(map(&[("roles", list(secret("hunter2"))), ("operations", list(text("DECRYPT")))]).into()),
            ),
            "hunter2",
        ),
        (
            "policy.trustedAccounts",
            policy(
                "trustedAccounts",
                list(map(&[("account", text("444455556666")), ("roles", list(secret("hunter2")))]).into()),
            ),
            "hunter2",
        ),
        ("policy.organization", policy("organization", map(&[("id", secret("o-hunter2hunter2"))]).into()), "hunter2"),
        ("policy.protect", policy("protect", map(&[("deletionOnlyBy", list(secret("hunter2")))]).into()), "hunter2"),
        ("replicas.region", one("replicas", list(map(&[("region", secret("eu-west-1"))]).into())), "eu-west-1"),
        ("replicas.description", replica("description", secret("hunter2")), "hunter2"),
        ("replicas.aliases", replica("aliases", list(secret("alias/hunter2"))), "hunter2"),
        ("replicas.tags", replica("tags", map(&[("pin", secret("hunter2"))]).into()), "hunter2"),
        ("replicas.policy", replica("policy", map(&[("usageRoles", list(secret(role)))]).into()), "hunter2"),
        (
            "lints.ignore",
            one(
                "lints",
                map(&[("ignore", list(map(&[("rule", text("KP009")), ("reason", secret("hunter2"))]).into()))]).into(),
            ),
            "hunter2",
        ),
        (
            "replicas, whole",
            one("replicas", list(map(&[("region", text("eu-west-1"))]).into()).into_secret()),
            "eu-west-1",
        ),
    ]
}

/// What of some properties everybody can read.
fn open(properties: &PropertyMap) -> String {
    fn collect(value: &PropertyValue, text: &mut String) {
        match value {
            PropertyValue::List(items) => items.iter().for_each(|item| collect(item, text)),
            PropertyValue::Map(map) => map.iter().for_each(|(key, item)| {
                text.push_str(key);
                text.push('\n');
                collect(item, text);
            }),
            PropertyValue::String(inner) => {
                text.push_str(inner);
                text.push('\n');
            }
            _ => {}
        }
    }
    let mut text = String::new();
    collect(&PropertyValue::Map(properties.clone()), &mut text);
    text
}

#[test]
fn every_text_of_the_definition_has_its_secret() {
    let names: Vec<&str> = planted().iter().map(|(name, ..)| *name).collect();
    let takes_text = |kind: &Kind| !matches!(kind, Kind::Bool | Kind::Integer { .. } | Kind::Enum(_));
    // Read at creation only, and no part of an output but its own echo; the rest have their parts in the list.
    let excepted = ["adopt", "policy", "deletionGuard"];
    let all = AWS_KMS_KEY_SPEC.fields.iter().filter(|field| !field.hidden && takes_text(&field.kind));
    for field in all.filter(|field| !excepted.contains(&field.name)) {
        assert!(names.iter().any(|name| name.split(['.', ',']).next() == Some(field.name)), "{}", field.name);
    }
    for field in KEY_POLICY.fields.iter().filter(|field| !field.hidden && takes_text(&field.kind)) {
        assert!(names.contains(&format!("policy.{}", field.name).as_str()), "{}", field.name);
    }
}

#[test]
fn what_is_derived_from_a_secret_is_a_secret_everywhere() {
    let plain = readable(&new(Form::Plain, &PropertyMap::from([("alias".to_owned(), "alias/y".into())])));
    for (name, inputs, secret) in planted() {
        for form in [Form::Plain, Form::Manifest] {
            let kept = new(form, &inputs);
            assert!(!open(&kept).contains(secret), "{name}: {kept:?}");
            let inputs = readable(&kept);
            let wanted = desired(&inputs);
            let mut set = ObservedSet::of_one(REGION, newborn(main(&wanted)));
            for (region, wanted) in wanted.members.iter().filter(|(region, _)| *region != REGION) {
                let mut replica = newborn(wanted);
                replica.metadata.arn = crate::outputs::arn_in(&replica.metadata.arn, region);
                set.members.insert(region.clone(), replica);
            }
            for (region, wanted) in &wanted.members {
                if let Some(member) = set.members.get_mut(region) {
                    member.aliases = Reading::Seen(wanted.aliases.clone());
                }
            }
            let real = set_outputs(&inputs, &set, &PropertyMap::new());
            let mut left = real.clone();
            let held = held(&inputs, REGION).iter().map(|(r, managed)| (r.clone(), managed.to_value())).collect();
            left.insert("__unreleased".into(), PropertyValue::Map(held));
            let policy = main(&wanted).policy.clone().unwrap_or_else(default_policy).to_string();
            let secrets = Secrets::of(&[&inputs]);
            let sealed = secrets.seal(real.clone(), &inputs);
            let all = [
                sealed.clone(),
                secrets.seal(left, &inputs),
                secrets.seal(preview_of_new(&inputs, Some(policy.clone()), Some(&account())), &inputs),
                secrets.seal(preview_of_change(&inputs, &sealed, Some(policy)), &inputs),
            ];
            for outputs in &all {
                assert!(!open(outputs).contains(secret), "{name}: {}", open(outputs));
            }
            // A plan is made from the preview and compared with the run: both hide the same.
            for (output, value) in &all[3] {
                let hidden = |value: &PropertyValue| matches!(value, PropertyValue::Secret(_));
                assert!(
                    value.has_unknowns() || !real.contains_key(output) || hidden(value) == hidden(&sealed[output]),
                    "{name}: {output}"
                );
            }
            // What goes from the secret to something in the open, and back, is no secret's path either.
            let none = Ignored::default();
            for (old, new) in [(&kept, &plain), (&plain, &kept)] {
                let sides = Sides { old_inputs: old, old_outputs: &PropertyMap::new(), news: new, ignored: &none };
                let paths: Vec<String> =
                    changes(&sides).expect("readable").iter().map(|c| c.path.to_string()).collect();
                assert!(paths.iter().all(|path| !path.contains(secret)), "{name}: {paths:?}");
            }
        }
    }
}

#[test]
fn default_tags_that_are_secret_stay_secret() {
    let defaults = PropertyMap::from([("pin".to_owned(), PropertyValue::from("hunter2").into_secret())]);
    let context =
        CheckContext { provider_region: Some(REGION), default_tags: Some(&defaults), ..CheckContext::default() };
    let kept =
        check(&PropertyMap::new(), &PropertyMap::from([("alias".to_owned(), "alias/x".into())]), &context).inputs;
    let inputs = readable(&kept);
    let set = ObservedSet::of_one(REGION, newborn(main(&desired(&inputs))));
    let outputs = Secrets::of(&[&inputs]).seal(set_outputs(&inputs, &set, &PropertyMap::new()), &inputs);
    assert!(!open(&kept).contains("hunter2") && !open(&outputs).contains("hunter2"), "{outputs:?}");
    assert_eq!(main(&desired(&inputs)).tags, BTreeMap::from([("pin".to_owned(), "hunter2".to_owned())]));
}

#[test]
fn messages_of_check_show_no_secret_and_no_key_inside_of_one() {
    let bad = [
        ("alias", PropertyValue::from("hunter2 !").into_secret()),
        ("tags", PropertyValue::Map(PropertyMap::from([("aws:hunter2".to_owned(), "1".into())])).into_secret()),
        ("keySpec", PropertyValue::from("hunter2").into_secret()),
        ("policyDocument", PropertyValue::from("{hunter2").into_secret()),
        ("description", PropertyValue::List(vec!["hunter2".into()]).into_secret()),
    ];
    for (name, value) in bad {
        for form in [Form::Plain, Form::Manifest] {
            let inputs = in_form(form, &PropertyMap::from([(name.to_owned(), value.clone())]));
            let checked = check(&PropertyMap::new(), &inputs, &CheckContext::default());
            assert!(!checked.failures.is_empty(), "{name}");
            for failure in checked.failures.iter().chain(&checked.warnings) {
                assert!(!failure.to_string().contains("hunter2"), "{failure}");
            }
        }
    }
}
