//! The rules that hold of every service's row.

use super::row::{Bound, Caller, Fits, Need};
use super::table::{ALL, service};
use super::{ServiceUse, statements};
use crate::policy::Facts;
use crate::policy::actions::{ON_A_KEY, carries_context};
use crate::spec::generated::AwsService;

#[test]
fn every_service_has_its_row() {
    assert_eq!(ALL.len(), AwsService::ALL.len());
    for name in AwsService::ALL {
        assert_eq!(service(*name).name, *name);
    }
    for row in ALL {
        assert!(row.guide.contains(" guide, "), "{:?}", row.name);
        for part in row.parts {
            assert!(part.actions.is_sorted() && part.actions.iter().all(|action| ON_A_KEY.contains(action)));
        }
    }
}

/// A statement with `kms:ViaService` and `aws:SourceArn` can never hold, and each caller has one of them; a service
/// that names no source is bound by its encryption context.
#[test]
fn roles_are_bound_to_the_service_and_services_to_what_they_act_for() {
    for row in ALL {
        for part in row.parts {
            let has = |bound| part.bounds.contains(&bound);
            let by_role = row.is_called_by_roles();
            assert_eq!(has(Bound::Via), by_role, "{:?} {}", row.name, part.suffix);
            let source = has(Bound::Sources) || has(Bound::SourceAccount);
            assert!(!(source && by_role), "{:?} {}", row.name, part.suffix);
            let looks_up = part.actions.iter().all(|action| *action == "kms:DescribeKey");
            let bound = source || has(Bound::Resources) || has(Bound::ForAwsResource) || part.for_readers;
            let by_service = matches!(row.caller, Caller::Itself(_) | Caller::InRegion(_));
            assert!(!by_service || bound || looks_up, "{:?} {}", row.name, part.suffix);
        }
    }
}

/// A condition on an encryption context would deny what carries none.
#[test]
fn looking_up_stands_without_a_context() {
    for part in ALL.iter().flat_map(|row| row.parts) {
        let on_context = |bound: &Bound| {
            matches!(bound, Bound::Resources | Bound::Carries(_) | Bound::Context(..) | Bound::ContextKey(_))
        };
        if part.bounds.iter().any(on_context) {
            assert!(part.actions.iter().all(|action| carries_context(action)), "{part:?}");
        }
    }
}

#[test]
fn a_service_is_named_alike_in_every_partition_and_where_it_must_in_every_region() {
    for row in ALL {
        let Some(via) = row.via("cn-north-1") else { continue };
        let everywhere = [AwsService::Dynamodb, AwsService::Backup].contains(&row.name);
        assert!(via.ends_with(if everywhere { ".*.amazonaws.com" } else { ".cn-north-1.amazonaws.com" }), "{via}");
    }
}

#[test]
fn grants_are_for_resources_of_the_service_or_through_it() {
    let for_resources = [AwsService::Autoscaling, AwsService::Backup, AwsService::Ebs, AwsService::Route53Dnssec];
    for row in ALL {
        for part in row.parts.iter().filter(|part| part.actions.contains(&"kms:CreateGrant")) {
            let bound = part.bounds.contains(&Bound::ForAwsResource);
            assert_eq!(bound, for_resources.contains(&row.name), "{:?}", row.name);
            assert!(bound || part.bounds.contains(&Bound::Via), "{:?}", row.name);
            assert!(!bound || part.actions.len() == 1, "the condition is for grants alone: {:?}", row.name);
        }
    }
}

#[test]
fn principals_of_services_are_global_but_for_logs() {
    for row in ALL {
        match row.caller {
            Caller::InRegion(name) => assert_eq!((row.name, name), (AwsService::CloudwatchLogs, "logs")),
            Caller::Itself(principal) => {
                assert!(principal.ends_with(".amazonaws.com") && principal.matches('.').count() == 2);
                // These always call as the role that calls them, or by a grant.
                let never = ["secretsmanager", "ssm", "rds", "ec2", "lambda", "eks", "dynamodb", "backup"];
                assert!(never.iter().all(|name| principal != format!("{name}.amazonaws.com")), "{principal}");
            }
            Caller::Role { host, .. } => assert!(!host.is_empty() && !host.contains('.')),
            Caller::ServiceLinkedRole { .. } => assert_eq!(row.name, AwsService::Autoscaling),
        }
    }
}

#[test]
fn only_signing_for_dnssec_needs_another_key_than_a_symmetric_one() {
    for row in ALL {
        assert_eq!(row.fits == Fits::Dnssec, row.name == AwsService::Route53Dnssec);
        let asymmetric = ["kms:Sign", "kms:GetPublicKey"];
        let signs = row.parts.iter().flat_map(|part| part.actions).any(|action| asymmetric.contains(action));
        assert_eq!(signs, row.fits == Fits::Dnssec, "{:?}", row.name);
    }
}

#[test]
fn what_may_be_given_has_its_condition() {
    for row in ALL {
        let has = |bound| row.parts.iter().any(|part| part.bounds.contains(&bound));
        assert_eq!(row.resources != Need::Never, has(Bound::Resources), "{:?}", row.name);
        assert_eq!(row.resources != Need::Never, row.context.is_some(), "{:?}", row.name);
        assert_eq!(row.sources != Need::Never, has(Bound::Sources), "{:?}", row.name);
        let readers = row.parts.iter().any(|part| part.for_readers);
        assert_eq!(row.takes_roles, row.is_called_by_roles() || readers, "{:?}", row.name);
    }
}

#[test]
fn a_key_in_china_names_its_partition_but_in_via_service() {
    let facts = Facts {
        partition: "aws-cn",
        account: "111122223333",
        region: "cn-north-1",
        key_usage: "ENCRYPT_DECRYPT",
        key_spec: "SYMMETRIC_DEFAULT",
        multi_region: false,
    };
    let entries = [AwsService::S3, AwsService::CloudwatchLogs, AwsService::CloudwatchAlarms].map(ServiceUse::new);
    let written = statements(&entries, &["App".to_owned()], &facts);
    let text = serde_json::json!(written).to_string();
    for part in [
        "\"s3.cn-north-1.amazonaws.com\"",
        "\"logs.cn-north-1.amazonaws.com.cn\"",
        "\"cloudwatch.amazonaws.com\"",
        "\"arn:aws-cn:iam::111122223333:role/App\"",
        "\"arn:aws-cn:logs:cn-north-1:111122223333:*\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
