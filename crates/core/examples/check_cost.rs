//! What Check and Diff cost for a large key: `cargo run --release -p awskms-core --example check_cost`.

use std::time::Instant;

use awskms_core::diff::{Sides, changes};
use awskms_core::ignored::Ignored;
use awskms_core::spec::check::{CheckContext, check};
use awskms_core::spec::generated::ProviderConfig;
use awskms_core::spec::normal::normal;
use awskms_core::value::{PropertyMap, PropertyValue};

fn tags(prefix: &str) -> PropertyValue {
    (0..48).map(|n| (format!("{prefix}-{n}"), PropertyValue::from("v".repeat(100)))).collect::<PropertyMap>().into()
}

/// Inputs with 48 tags, a policy document of 20 KB and 20 replicas, which have tags and a policy of their own or the key's.
fn inputs(own_policies: bool) -> PropertyMap {
    let statements: Vec<String> = (0..40)
        .map(|n| {
            let roles: Vec<String> = (0..8).map(|r| format!("\"arn:aws:iam::123456789012:role/team/r{n}x{r}\"")).collect();
            format!(
                "{{\"Sid\": \"S{n}\", \"Effect\": \"Allow\", \"Principal\": {{\"AWS\": [{}]}}, \"Action\": [\"kms:Encrypt\", \"kms:Decrypt\"], \"Resource\": \"*\"}}",
                roles.join(",")
            )
        })
        .collect();
    let root = "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::123456789012:root\"}, \"Action\": \"kms:*\", \"Resource\": \"*\"}";
    let document = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{root}, {}]}}", statements.join(","));
    let regions = [
        "af-south-1",
        "ap-east-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ca-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "us-east-1",
        "us-west-2",
    ];
    let replicas = regions.into_iter().map(|region| {
        let mut entry = PropertyMap::from([
            ("region".to_owned(), region.into()),
            ("aliases".to_owned(), PropertyValue::List(vec!["alias/replica".into()])),
        ]);
        if own_policies {
            entry.insert("tags".to_owned(), tags("r"));
            entry.insert("policyDocument".to_owned(), document.as_str().into());
        }
        entry.into()
    });
    PropertyMap::from([
        ("region".to_owned(), "eu-central-1".into()),
        ("alias".to_owned(), "alias/prod/orders".into()),
        ("multiRegion".to_owned(), true.into()),
        ("tags".to_owned(), tags("k")),
        ("policyDocument".to_owned(), document.as_str().into()),
        ("replicas".to_owned(), PropertyValue::List(replicas.collect())),
    ])
}

fn timed<T>(what: &str, mut call: impl FnMut() -> T) {
    const ROUNDS: u32 = 50;
    let began = Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(call());
    }
    println!("{what}: {:.3} ms", began.elapsed().as_secs_f64() * 1e3 / f64::from(ROUNDS));
}

fn main() {
    for own_policies in [false, true] {
        println!("replicas with policies of their own: {own_policies}");
        costs(&inputs(own_policies));
    }
}

fn costs(given: &PropertyMap) {
    let config = ProviderConfig::default();
    let context = CheckContext { provider_region: Some("eu-central-1"), default_tags: None, config: Some(&config) };
    let checked = check(&PropertyMap::new(), given, &context);
    assert_eq!(checked.failures, []);
    let ignored = Ignored::of(&[]);
    timed("check of a new key", || check(&PropertyMap::new(), given, &context));
    timed("check of a key in the state", || check(&checked.inputs, given, &context));
    timed("normal form", || normal(&checked.inputs));
    let (old_inputs, none) = (&checked.inputs, PropertyMap::new());
    let sides = Sides { old_inputs, old_outputs: &none, news: old_inputs, ignored: &ignored };
    timed("diff", || changes(&sides));
    let Some(text) = given["policyDocument"].as_str() else { return };
    let json = serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    timed("check of one policy", || awskms_core::policy::check_document(&json));
}
