//! AWS managed keys: the keys behind the predefined aliases, made when one is first described.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};

use super::keys::uuid;
use crate::document::Document;
use crate::key::{Key, Rotation};
use crate::material::{Material, digest};
use crate::regions;
use crate::sim::Call;
use crate::state::{Alias, State};

/// Services with a predefined alias, and what their keys protect by their descriptions.
static SERVICES: &[(&str, &str)] = &[
    ("acm", "ACM private keys"),
    ("backup", "Backup data"),
    ("codecommit", "CodeCommit repositories"),
    ("dynamodb", "DynamoDB data"),
    ("ebs", "EBS volumes"),
    ("elasticfilesystem", "EFS filesystems"),
    ("es", "Elasticsearch data"),
    ("glue", "Glue data"),
    ("kinesis", "Kinesis data"),
    ("lambda", "Lambda functions"),
    ("rds", "RDS database volumes"),
    ("redshift", "Redshift clusters"),
    ("s3", "S3 objects"),
    ("secretsmanager", "Secrets Manager data"),
    ("sns", "SNS data"),
    ("sqs", "SQS data"),
    ("ssm", "SSM parameters"),
    ("workspaces", "WorkSpaces volumes"),
    ("xray", "X-Ray data"),
];

/// Names of services as their endpoints have them, where they are others than their aliases'.
static HOSTS: &[(&str, &str)] = &[("ebs", "ec2")];

const YEAR_IN_DAYS: i64 = 365;

/// Predefined names, each with whether it begins with `alias/`.
pub(super) fn names() -> impl Iterator<Item = String> {
    SERVICES.iter().map(|(service, _)| format!("alias/aws/{service}"))
}

/// Makes the key behind a predefined alias of the caller's, if the name is one and the key is not there yet.
pub(super) fn bring_about(state: &mut State, call: &Call<'_>, name: &str) {
    let alias = match name.strip_prefix("arn:") {
        None => name,
        Some(rest) => {
            let own = [call.region, call.caller.account.as_str()];
            let parts: Vec<&str> = rest.splitn(5, ':').collect();
            match parts[..] {
                [_, "kms", region, account, alias] if [region, account] == own => alias,
                _ => return,
            }
        }
    };
    let service = alias.strip_prefix("alias/aws/");
    let Some((service, data)) = SERVICES.iter().find(|(known, _)| Some(*known) == service) else { return };
    let place = (call.caller.account.clone(), call.region.to_owned(), alias.to_owned());
    if place.0.is_empty() || state.aliases.contains_key(&place) {
        return;
    }
    let key = made(state.seed, call, service, data);
    state.aliases.insert(place, Alias { key_id: key.id.clone(), created: call.now, updated: call.now });
    state.keys.insert((key.region.clone(), key.id.clone()), key);
    state.quiet_until = 0.0;
}

/// The key follows from the seed and its place alone, so that it is the same whenever it is first seen.
fn made(seed: u64, call: &Call<'_>, service: &str, data: &str) -> Key {
    let (account, region) = (&call.caller.account, call.region);
    let mut rng = ChaCha20Rng::from_seed(digest(&format!("{seed} {account} {region} {service}")));
    let id = uuid(&mut rng);
    let policy = policy(account, region, service, data).to_string();
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let next = call.now + YEAR_IN_DAYS as f64 * 86_400.0;
    Key {
        description: format!("Default key that protects my {data} when no other key is defined"),
        managed_by_aws: true,
        materials: vec![Material::generate("SYMMETRIC_DEFAULT", &mut rng)],
        rotation: Some(Rotation { period_days: YEAR_IN_DAYS, next }),
        ..Key::made(id, account, region, call.now, Document::new(&policy, std::collections::BTreeMap::new()))
    }
}

/// Everybody in the account may use the key through the service; the account may look at it.
fn policy(account: &str, region: &str, service: &str, data: &str) -> Value {
    let host = HOSTS.iter().find(|(alias, _)| *alias == service).map_or(service, |(_, host)| host);
    json!({
        "Version": "2012-10-17",
        "Id": format!("auto-{service}-1"),
        "Statement": [
            {
                "Sid": format!("Allow access to {data} for all principals in the account that are authorized to use the service"),
                "Effect": "Allow",
                "Principal": { "AWS": "*" },
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": { "StringEquals": {
                    "kms:CallerAccount": account, "kms:ViaService": format!("{host}.{region}.amazonaws.com"),
                } },
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:{}:iam::{account}:root", regions::partition(region)) },
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*",
            },
        ],
    })
}
