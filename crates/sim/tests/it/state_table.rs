//! Every operation in every state, through the real SDK, against AWS's table of key states.

use aws_sdk_kms::Client;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, OriginType};
use awskms_sim::connector::Connector;
use serde_json::{Value, json};

use crate::client::{AWAY, HOME, Refusal, in_region, simulator};
use crate::drive::{Subject, imports, needs_a_past, operations};
use crate::truth;

const STATES: [&str; 8] = [
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingReplicaDeletion",
    "PendingImport",
    "Unavailable",
    "Creating",
    "Updating",
];

/// Operations that are newer than the table, and the one that each resembles.
const LIKE: [(&str, &str); 6] = [
    ("Decapsulate", "Decrypt"),
    ("DeriveSharedSecret", "Sign"),
    ("Encapsulate", "Encrypt"),
    ("GetKeyLastUsage", "DescribeKey"),
    ("ListKeyRotations", "ListGrants"),
    ("RotateKeyOnDemand", "EnableKeyRotation"),
];

/// Where the state allows a call and something else refuses it: operation, state or `*`, the code, why.
const OTHERWISE: [(&str, &str, &str, &str); 5] = [
    ("ReplicateKey", "Creating", "UnsupportedOperationException", "recorded on AWS: a replica just made is no primary"),
    ("UpdatePrimaryRegion", "Creating", "UnsupportedOperationException", "as ReplicateKey"),
    ("RotateKeyOnDemand", "PendingImport", "KMSInvalidStateException", "recorded on AWS: is pending import"),
    ("RotateKeyOnDemand", "Updating", "KMSInvalidStateException", "whether it waits is not documented"),
    ("DisableKeyRotation", "Unavailable", "UnsupportedOperationException", "keys of key stores do not rotate"),
];

/// A key in a state, as the state comes about where an operation needs no past; else put there.
async fn key_in(
    kms: &Connector,
    state: &str,
    operation: &str,
    spec: KeySpec,
    usage: KeyUsageType,
) -> (Subject, Client) {
    let (home, away) = (in_region(kms, HOME), in_region(kms, AWAY));
    let forced = needs_a_past(operation) || state == "Unavailable";
    let external = imports(operation) || (state == "PendingImport" && !forced);
    let origin = if external { OriginType::External } else { OriginType::AwsKms };
    let making = home.create_key().key_spec(spec).key_usage(usage).multi_region(true).origin(origin);
    let made = making.send().await.expect("makes a key").key_metadata.expect("its metadata");
    let primary = made.arn.expect("an ARN");
    let mut subject = Subject { arn: primary.clone(), ..Subject::default() };
    if external && state != "PendingImport" {
        subject.import(&home).await;
    }
    let with_replica = operation == "UpdatePrimaryRegion" || !forced;
    let mut client = home.clone();
    match state {
        "Creating" if !forced => {
            client = away.clone();
            subject.arn = primary.replace(HOME, AWAY);
            replicate(&home, &primary).await;
            subject.prepare(&client, operation).await;
        }
        "Updating" | "PendingReplicaDeletion" | "Enabled" if with_replica => {
            replicate(&home, &primary).await;
            let ended = json!({ "arn": primary.replace(HOME, AWAY), "state": "Enabled" });
            kms.control("POST", "keys", &ended).expect("the replica is ready");
            subject.prepare(&client, operation).await;
        }
        _ => subject.prepare(&client, operation).await,
    }
    let arn = || subject.arn.clone();
    match state {
        _ if forced => {
            kms.control("POST", "keys", &json!({ "arn": arn(), "state": state })).expect("puts it there");
        }
        "Disabled" => drop(client.disable_key().key_id(arn()).send().await.expect("disables")),
        "PendingDeletion" | "PendingReplicaDeletion" => {
            drop(client.schedule_key_deletion().key_id(arn()).send().await.expect("schedules"));
        }
        "Updating" => {
            drop(client.update_primary_region().key_id(arn()).primary_region(AWAY).send().await.expect("moves"));
        }
        _ => {}
    }
    let shown = client.describe_key().key_id(arn()).send().await.expect("describes").key_metadata.expect("metadata");
    assert_eq!(shown.key_state.expect("a state").as_str(), state, "{operation}");
    (subject, client)
}

async fn replicate(home: &Client, primary: &str) {
    home.replicate_key().key_id(primary).replica_region(AWAY).send().await.expect("replicates");
}

/// Codes and parts of messages that footnotes of the table stand for.
fn meaning(footnote: &str) -> (&'static str, &'static str) {
    match footnote {
        "1" => ("DisabledException", "is disabled"),
        "2" => ("DisabledException", "is pending "),
        "3" | "10" => ("KMSInvalidStateException", "is pending "),
        "4" | "13" => ("KMSInvalidStateException", "is not pending deletion"),
        "5" => ("KMSInvalidStateException", "is pending import"),
        "6" | "7" | "9" => ("UnsupportedOperationException", ""),
        "8" => ("KMSInvalidStateException", ""),
        "11" => ("KMSInvalidStateException", "is unavailable"),
        "14" => ("KMSInvalidStateException", "is creating"),
        "15" => ("KMSInvalidStateException", "is updating"),
        other => panic!("footnote {other}"),
    }
}

/// Whether what came of a call is what a cell of the table says.
fn fits(cell: &str, operation: &str, state: &str, came: &Result<(), Refusal>) -> bool {
    let excused = |refusal: &Refusal| {
        OTHERWISE
            .iter()
            .any(|(name, of, code, _)| *name == operation && (*of == state || *of == "*") && *code == refusal.code)
    };
    let (verdict, notes) = cell.trim_end_matches(']').split_once('[').unwrap_or((cell, ""));
    match (verdict, came) {
        ("n/a", _) | ("ok" | "?", Ok(())) => true,
        ("X" | "ok" | "?", Err(refusal)) => {
            let noted = notes.split(',').filter(|note| !note.is_empty()).map(meaning);
            let refused = verdict != "ok"
                && noted.into_iter().any(|(code, part)| refusal.code == code && refusal.message.contains(part));
            refused || excused(refusal)
        }
        _ => false,
    }
}

/// Operations that are about no single key, or about none yet.
const OF_NO_KEY: [&str; 10] = [
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "CreateKey",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "GenerateRandom",
    "ListKeys",
    "ListRetirableGrants",
    "UpdateCustomKeyStore",
];

#[test]
fn the_table_leaves_no_operation_out() {
    let driven: Vec<_> = operations().into_iter().map(|(name, _, _)| name).collect();
    let left_out: Vec<_> =
        awskms_sim::operations().filter(|name| !driven.contains(name) && !OF_NO_KEY.contains(name)).collect();
    assert!(left_out.is_empty(), "{left_out:?}");
}

#[tokio::test]
async fn every_operation_in_every_state() {
    let Some(table) = truth::json("key-state.json") else { return };
    let kms = simulator();
    let mut wrong = vec![];
    let mut cells = 0;
    for (operation, spec, usage) in operations() {
        let row = LIKE.iter().find(|(name, _)| *name == operation).map_or(operation, |(_, like)| like);
        let row = table.get(row).unwrap_or_else(|| panic!("{operation} is not in the table"));
        for state in STATES {
            let column = if state == "PendingReplicaDeletion" { "PendingDeletion" } else { state };
            let cell = row.get(column).and_then(Value::as_str).expect("a cell");
            let (subject, client) = key_in(&kms, state, operation, spec.clone(), usage.clone()).await;
            let came = subject.call(&client, operation).await;
            cells += 1;
            // A call that must move an alias cannot succeed onto a pending key; the table speaks of the old one too.
            let cell = if operation == "UpdateAlias" && cell == "?[10]" { "X[10]" } else { cell };
            if !fits(cell, operation, state, &came) {
                wrong.push(format!("{operation} in {state}: the table says {cell}, came {came:?}"));
            }
        }
    }
    println!("{cells} cells");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
