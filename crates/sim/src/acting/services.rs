//! How services of AWS call KMS, as data: who calls, with which operations and which encryption context. Each entry follows
//! the guide that it names.

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    /// The user or role that calls the service, with `kms:ViaService` of this name (without `.<Region>.amazonaws.com`).
    Via(&'static str),
    /// The service with its own principal.
    Itself(&'static str),
    /// The service with a principal of its own in each Region (this name, then `.<Region>.amazonaws.com`).
    InRegion(&'static str),
}

/// What a service does for one of its uses.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    pub(super) actor: Actor,
    /// Whether the call names the resource that it is made for: `aws:SourceArn` and `aws:SourceAccount`.
    pub(super) source: bool,
    /// Pairs of the encryption context; an empty value stands for the resource.
    pub(super) context: &'static [(&'static str, &'static str)],
    /// Operations in the caller's or the service's own name.
    pub(super) calls: &'static [&'static str],
    /// Operations that the service does by a grant that it makes before; none if it makes no grant.
    pub(super) by_grant: &'static [&'static str],
    /// Whether its calls about grants have `kms:GrantIsForAWSResource`.
    pub(super) for_resource: bool,
}

const fn via(
    service: &'static str,
    name: &'static str,
    host: &'static str,
    context: &'static [(&'static str, &'static str)],
    calls: &'static [&'static str],
) -> Use {
    Use { service, name, actor: Actor::Via(host), source: false, context, calls, by_grant: &[], for_resource: true }
}

const fn itself(
    service: &'static str,
    name: &'static str,
    principal: &'static str,
    context: &'static [(&'static str, &'static str)],
    calls: &'static [&'static str],
) -> Use {
    let actor = Actor::Itself(principal);
    Use { service, name, actor, source: true, context, calls, by_grant: &[], for_resource: true }
}

const GRANTED: &[&str] = &["GenerateDataKeyWithoutPlaintext", "Decrypt"];

/// Every use, by service.
pub(super) static USES: &[Use] = &[
    // EC2 Auto Scaling guide, "Required KMS key policy for use with encrypted volumes": its role asks EC2.
    Use {
        by_grant: GRANTED,
        ..via(
            "AUTOSCALING",
            "LAUNCH",
            "ec2",
            &[("aws:ebs:id", "")],
            &["DescribeKey", "GenerateDataKeyWithoutPlaintext", "CreateGrant"],
        )
    },
    // AWS Backup guide, "Encryption for backups".
    Use {
        by_grant: GRANTED,
        ..via(
            "BACKUP",
            "WRITE",
            "backup",
            &[("aws:backup:backup-vault", "")],
            &["DescribeKey", "GenerateDataKey", "Decrypt", "CreateGrant"],
        )
    },
    // CloudFront guide, "Restrict access to an Amazon S3 origin".
    itself("CLOUDFRONT", "READ", "cloudfront.amazonaws.com", &[("aws:s3:arn", "")], &["Decrypt"]),
    itself("CLOUDFRONT", "WRITE", "cloudfront.amazonaws.com", &[("aws:s3:arn", "")], &["GenerateDataKey"]),
    // CloudTrail guide, "Configure AWS KMS key policies for CloudTrail".
    itself(
        "CLOUDTRAIL",
        "WRITE",
        "cloudtrail.amazonaws.com",
        &[("aws:cloudtrail:arn", "")],
        &["DescribeKey", "GenerateDataKey"],
    ),
    itself(
        "CLOUDTRAIL",
        "WRITE_WITH_BUCKET_KEY",
        "cloudtrail.amazonaws.com",
        &[("aws:cloudtrail:arn", "")],
        &["GenerateDataKey", "Decrypt"],
    ),
    via("CLOUDTRAIL", "READ", "s3", &[("aws:cloudtrail:arn", "")], &["Decrypt"]),
    // CloudWatch Logs guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
    Use {
        source: false,
        actor: Actor::InRegion("logs"),
        ..itself("CLOUDWATCH_LOGS", "WRITE", "", &[("aws:logs:arn", "")], &["Encrypt", "GenerateDataKey", "Decrypt"])
    },
    // Route 53 guide, "Working with customer managed keys for DNSSEC".
    Use {
        by_grant: &["Sign"],
        ..itself(
            "DNSSEC",
            "SIGN",
            "dnssec-route53.amazonaws.com",
            &[],
            &["DescribeKey", "GetPublicKey", "Sign", "CreateGrant"],
        )
    },
    // DynamoDB guide, "Encryption at rest: how it works".
    Use {
        by_grant: GRANTED,
        ..via(
            "DYNAMODB",
            "CREATE",
            "dynamodb",
            &[("aws:dynamodb:tableName", ""), ("aws:dynamodb:subscriberId", "123456789012")],
            &["DescribeKey", "CreateGrant"],
        )
    },
    via(
        "DYNAMODB",
        "USE",
        "dynamodb",
        &[("aws:dynamodb:tableName", ""), ("aws:dynamodb:subscriberId", "123456789012")],
        &["Decrypt"],
    ),
    // EC2 guide, "Amazon EBS encryption".
    Use {
        by_grant: GRANTED,
        ..via(
            "EBS",
            "CREATE",
            "ec2",
            &[("aws:ebs:id", "")],
            &["DescribeKey", "GenerateDataKeyWithoutPlaintext", "CreateGrant"],
        )
    },
    // EKS guide, "Encrypt Kubernetes secrets with AWS KMS": kms:GrantIsForAWSResource is not supported.
    Use {
        by_grant: &["Encrypt", "Decrypt"],
        for_resource: false,
        ..via("EKS", "CREATE", "eks", &[], &["DescribeKey", "CreateGrant"])
    },
    // EventBridge guide, "Encrypting event buses".
    itself(
        "EVENTBRIDGE",
        "BUS",
        "events.amazonaws.com",
        &[("aws:events:event-bus:arn", "")],
        &["DescribeKey", "GenerateDataKey", "Decrypt"],
    ),
    // SNS guide, "Key management": EventBridge names no source when it sends to an encrypted topic.
    Use {
        source: false,
        ..itself(
            "EVENTBRIDGE",
            "TO_SNS",
            "events.amazonaws.com",
            &[("aws:sns:topicArn", "")],
            &["GenerateDataKey", "Decrypt"],
        )
    },
    // Lambda guide, "Securing Lambda environment variables".
    Use {
        by_grant: &["Decrypt"],
        ..via("LAMBDA", "CREATE", "lambda", &[("aws:lambda:FunctionArn", "")], &["Encrypt", "CreateGrant"])
    },
    via("LAMBDA", "SHOW", "lambda", &[("aws:lambda:FunctionArn", "")], &["Decrypt"]),
    // RDS guide, "Encrypting Amazon RDS resources".
    Use { by_grant: GRANTED, ..via("RDS", "CREATE", "rds", &[("aws:rds:db-id", "")], &["DescribeKey", "CreateGrant"]) },
    // RDS guide, "Configuring an AWS KMS policy for Performance Insights".
    via(
        "RDS",
        "PERFORMANCE_INSIGHTS",
        "rds",
        &[("aws:pi:service", "rds"), ("service", "pi"), ("aws:rds:db-id", "")],
        &["GenerateDataKey", "Decrypt"],
    ),
    // S3 guide, "Using server-side encryption with AWS KMS keys"; "Granting permissions to publish event notifications".
    via("S3", "WRITE", "s3", &[("aws:s3:arn", "")], &["GenerateDataKey"]),
    via("S3", "WRITE_MULTIPART", "s3", &[("aws:s3:arn", "")], &["GenerateDataKey", "Decrypt"]),
    via("S3", "READ", "s3", &[("aws:s3:arn", "")], &["Decrypt"]),
    itself("S3", "NOTIFY_SQS", "s3.amazonaws.com", &[("aws:sqs:arn", "")], &["GenerateDataKey", "Decrypt"]),
    itself("S3", "NOTIFY_SNS", "s3.amazonaws.com", &[("aws:sns:topicArn", "")], &["GenerateDataKey", "Decrypt"]),
    itself("S3", "INVENTORY", "s3.amazonaws.com", &[("aws:s3:arn", "")], &["GenerateDataKey"]),
    // Secrets Manager guide, "Secret encryption and decryption".
    via(
        "SECRETS_MANAGER",
        "WRITE",
        "secretsmanager",
        &[("SecretARN", ""), ("SecretVersionId", "RequestToValidateKeyAccess")],
        &["GenerateDataKey", "Decrypt"],
    ),
    via(
        "SECRETS_MANAGER",
        "READ",
        "secretsmanager",
        &[("SecretARN", ""), ("SecretVersionId", "00000000-0000-4000-8000-000000000000")],
        &["Decrypt"],
    ),
    // SNS guide, "Key management".
    via("SNS", "PUBLISH", "sns", &[("aws:sns:topicArn", "")], &["GenerateDataKey", "Decrypt"]),
    itself("SNS", "TO_SQS", "sns.amazonaws.com", &[("aws:sqs:arn", "")], &["GenerateDataKey", "Decrypt"]),
    // SQS guide, "Key management".
    via("SQS", "SEND", "sqs", &[("aws:sqs:arn", "")], &["GenerateDataKey", "Decrypt"]),
    via("SQS", "RECEIVE", "sqs", &[("aws:sqs:arn", "")], &["Decrypt"]),
    // KMS guide, "How AWS Systems Manager Parameter Store uses AWS KMS".
    via("SSM", "PUT", "ssm", &[("PARAMETER_ARN", "")], &["Encrypt"]),
    via("SSM", "PUT_ADVANCED", "ssm", &[("PARAMETER_ARN", "")], &["GenerateDataKey"]),
    via("SSM", "GET", "ssm", &[("PARAMETER_ARN", "")], &["Decrypt"]),
];

#[cfg(test)]
mod tests {
    use super::{Actor, USES};
    use crate::ops;

    #[test]
    fn the_table_is_in_order() {
        assert!(USES.is_sorted_by(|one, next| one.service <= next.service), "by service");
        for entry in USES {
            let name = (entry.service, entry.name);
            for operation in entry.calls.iter().chain(entry.by_grant) {
                assert!(ops::find(operation).is_some(), "{name:?} {operation}");
            }
            assert_eq!(entry.calls.contains(&"CreateGrant"), !entry.by_grant.is_empty(), "{name:?}");
            assert!(!(entry.source && matches!(entry.actor, Actor::Via(_))), "{name:?}: no call has both");
            assert_eq!(USES.iter().filter(|other| (other.service, other.name) == name).count(), 1, "{name:?}");
        }
    }
}
