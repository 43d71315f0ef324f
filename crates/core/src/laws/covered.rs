//! The generators know every property, so that a new one is under every law. Who adds a property and no generator is told so
//! here, by name.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::generators::{Program, programs, sets};
use super::model::{checked, made};
use crate::outputs::{REPLICA_KEYS, outputs};
use crate::policy::service;
use crate::spec::generated::{AWS_KMS_KEY_SPEC, AwsService, OUTPUTS};
use crate::spec::table::{Kind, Message};
use crate::value::{PropertyMap, PropertyValue};

/// Properties, and values of enums, that no generator gives, each with the reason.
const EXCEPTIONS: [(&str, &str); 1] = [(
    "ServiceUse.service=ROUTE53_DNSSEC",
    "for keys in us-east-1 only, and the laws' keys are elsewhere; tests/grpc/test_policy.py has it",
)];

/// Lists of services that roles call, of which the others are refused.
const CALLED: [&str; 3] = ["OrganizationAccess.services", "RoleAccess.via", "TrustedAccount.services"];

/// Whether Check refuses a value of an enum where it stands.
fn is_refused(name: &str) -> bool {
    let value = CALLED.iter().find_map(|list| name.strip_prefix(list)?.strip_prefix('='));
    value.and_then(AwsService::parse).is_some_and(|name| !service(name).is_called_by_roles())
}

/// Samples enough for every choice to come up many times.
const SAMPLES: usize = 1_500;

/// Everything that is defined and visible, as `Message.property` and, for enums, `Message.property=VALUE`.
fn defined(message: &'static Message, all: &mut BTreeSet<String>) {
    for field in message.fields.iter().filter(|field| !field.hidden) {
        let name = format!("{}.{}", message.name, field.name);
        if !all.insert(name.clone()) {
            continue;
        }
        match innermost(&field.kind) {
            Kind::Enum(values) => all.extend(values.values.iter().map(|value| format!("{name}={}", value.name))),
            Kind::Object(nested) => defined(nested, all),
            Kind::Bool => all.extend([format!("{name}=false"), format!("{name}=true")]),
            _ => {}
        }
    }
}

/// What some inputs give of that.
fn given(message: &'static Message, inputs: &PropertyMap, all: &mut BTreeMap<String, usize>) {
    for field in message.fields {
        let Some(value) = inputs.get(field.name) else { continue };
        let name = format!("{}.{}", message.name, field.name);
        let items = value.as_list().unwrap_or(std::slice::from_ref(value));
        for item in items {
            match (innermost(&field.kind), item.reveal()) {
                (Kind::Enum(_), PropertyValue::String(text)) => *all.entry(format!("{name}={text}")).or_default() += 1,
                (Kind::Bool, PropertyValue::Bool(flag)) => *all.entry(format!("{name}={flag}")).or_default() += 1,
                (Kind::Object(nested), PropertyValue::Map(map)) => given(nested, map, all),
                _ => {}
            }
        }
        *all.entry(name).or_default() += 1;
    }
}

fn innermost(kind: &'static Kind) -> &'static Kind {
    match kind {
        Kind::List { element, .. } | Kind::Map { element, .. } => innermost(element),
        other => other,
    }
}

fn samples(programs: &impl Strategy<Value = Program>) -> Vec<PropertyMap> {
    let mut runner = TestRunner::deterministic();
    (0..SAMPLES).map(|_| programs.new_tree(&mut runner).expect("a program").current().inputs).collect()
}

#[test]
fn every_property_of_the_definition_is_generated_or_excepted() {
    let (mut wanted, mut found) = (BTreeSet::new(), BTreeMap::new());
    defined(&AWS_KMS_KEY_SPEC, &mut wanted);
    for inputs in samples(&programs()).iter().chain(&samples(&sets())) {
        given(&AWS_KMS_KEY_SPEC, inputs, &mut found);
    }
    let excepted: BTreeSet<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    let missing: Vec<_> = wanted
        .iter()
        .filter(|name| !is_refused(name) && !found.contains_key(*name) && !excepted.contains(name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "the laws do not know {missing:?}: add a generator to laws/generators.rs, or an exception with its reason here"
    );
    let stale: Vec<_> = excepted.iter().filter(|name| found.contains_key(**name) || !wanted.contains(**name)).collect();
    assert!(stale.is_empty(), "these need no exception: {stale:?}");
}

/// What a key returns is its inputs, the outputs of the definition, and what is internal to the state.
#[test]
fn every_output_of_the_definition_is_given_and_no_other() {
    let mut found = BTreeSet::new();
    let mut inputs_of_all = samples(&programs());
    inputs_of_all.truncate(SAMPLES / 10);
    for inputs in inputs_of_all {
        let inputs = checked(&Program { inputs, ..Program::default() });
        let mut key = made(&inputs);
        key.metadata.deletion_date = Some("2026-02-01T00:00:00Z".into());
        let outputs = outputs(&inputs, &key, &PropertyMap::new());
        for name in outputs.keys().filter(|name| !inputs.contains_key(*name)) {
            let known = OUTPUTS.iter().any(|output| output.name == name) || name.starts_with("__");
            assert!(known, "{name} is an output that outputs.proto lacks");
        }
        for output in OUTPUTS.iter().filter(|output| output.always) {
            assert!(outputs.contains_key(output.name), "a key lacks {}, which outputs.proto requires", output.name);
        }
        found.extend(outputs.into_keys());
    }
    // Of sets only, whose laws have it.
    found.insert(REPLICA_KEYS.to_owned());
    for output in OUTPUTS {
        assert!(found.contains(output.name), "no key has {}: put it in outputs/mod.rs", output.name);
    }
}
