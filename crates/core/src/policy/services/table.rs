//! What each AWS service needs of a key policy. Each row follows the page of the service's own guide that it names.

use super::actions::{
    BOTH, DATA_KEYS, DATA_KEYS_AND_ENCRYPT, DECRYPT, DECRYPT_AND_DATA_KEY, DESCRIBE, GENERATE_DATA_KEY, GRANT, READING,
    WHOLE_USE, WHOLE_USE_AND_GRANTS, WRITING,
};
use super::build::{accessing, arns, by_itself, part, through};
use super::row::Bound::{
    Carries, Context as Member, ContextKey, ForAwsResource, Resources, ResourcesAsSources, SourceAccount, Sources, Via,
};
use super::row::{Caller, Context, Fits, Need, Part, Service};
use crate::policy::actions::WITH_CONTEXT;
use crate::spec::generated::AwsService;

/// Reading is decrypting; writing makes a data key and, in several of a service's ways, decrypts it again.
const DATA_KEY_PARTS: &[Part] = &[
    accessing("Read", READING, DECRYPT),
    accessing("Write", WRITING, DECRYPT_AND_DATA_KEY),
    accessing("Use", BOTH, DECRYPT_AND_DATA_KEY),
];

/// Every service, in the order of the definition.
pub(in crate::policy) static ALL: &[Service] = &[
    Service {
        context: Some(arns("aws:s3:arn")),
        resources: Need::May,
        // A multipart upload, which SDKs do by themselves, decrypts too.
        ..through(
            AwsService::S3,
            "S3",
            "s3",
            DATA_KEY_PARTS,
            "S3 user guide, Using server-side encryption with AWS KMS keys",
        )
    },
    by_itself(
        AwsService::S3Notifications,
        "S3Notifications",
        "s3.amazonaws.com",
        &[part("Use", DECRYPT_AND_DATA_KEY, &[SourceAccount, Sources])],
        "S3 user guide, Granting permissions to publish event notification messages to a destination",
    ),
    by_itself(
        AwsService::S3Inventory,
        "S3Inventory",
        "s3.amazonaws.com",
        &[part("Use", &["kms:GenerateDataKey"], &[SourceAccount, Sources])],
        "S3 user guide, Configuring Amazon S3 Inventory",
    ),
    // What RDS does afterwards it does by its grant. Its encryption context is its own.
    through(
        AwsService::Rds,
        "Rds",
        "rds",
        &[part("Use", &["kms:CreateGrant", "kms:DescribeKey"], &[Via])],
        "RDS user guide, AWS KMS key management",
    ),
    Service {
        context: Some(Context { key: "aws:rds:db-id", arns: false, usual: None }),
        resources: Need::May,
        // Each of these members has one value in a call, so no set operator is needed.
        ..through(
            AwsService::RdsPerformanceInsights,
            "RdsPerformanceInsights",
            "rds",
            &[part(
                "Use",
                DECRYPT_AND_DATA_KEY,
                &[Via, Resources, Member("aws:pi:service", "rds"), Member("service", "pi")],
            )],
            "RDS user guide, Configuring an AWS KMS policy for Performance Insights",
        )
    },
    through(
        AwsService::Ebs,
        "Ebs",
        "ec2",
        &[
            part(
                "Use",
                &[
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:GenerateDataKeyWithoutPlaintext",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                ],
                &[Via],
            ),
            part("Grants", GRANT, &[Via, ForAwsResource]),
        ],
        "EBS user guide, Requirements for Amazon EBS encryption",
    ),
    Service {
        caller: Caller::ServiceLinkedRole { of: "autoscaling.amazonaws.com", name: "AWSServiceRoleForAutoScaling" },
        takes_roles: false,
        ..through(
            AwsService::Autoscaling,
            "Autoscaling",
            "",
            &[part("Use", WHOLE_USE, &[]), part("Grants", GRANT, &[ForAwsResource])],
            "EC2 Auto Scaling user guide, Required AWS KMS key policy for use with encrypted volumes",
        )
    },
    Service {
        context: Some(arns("aws:lambda:FunctionArn")),
        resources: Need::May,
        ..through(
            AwsService::Lambda,
            "Lambda",
            "lambda",
            &[
                accessing("Read", READING, DECRYPT),
                accessing("Write", WRITING, &["kms:CreateGrant", "kms:Encrypt"]),
                accessing("Use", BOTH, &["kms:CreateGrant", "kms:Decrypt", "kms:Encrypt"]),
            ],
            "Lambda developer guide, Securing Lambda environment variables",
        )
    },
    Service {
        context: Some(arns("SecretARN")),
        resources: Need::May,
        // Writing decrypts: Secrets Manager tries the key before it stores anything.
        ..through(
            AwsService::SecretsManager,
            "SecretsManager",
            "secretsmanager",
            DATA_KEY_PARTS,
            "Secrets Manager user guide, Secret encryption and decryption",
        )
    },
    Service {
        context: Some(arns("PARAMETER_ARN")),
        resources: Need::May,
        // Standard parameters are encrypted by KMS, advanced ones by a data key.
        ..through(
            AwsService::Ssm,
            "Ssm",
            "ssm",
            &[
                accessing("Read", READING, DECRYPT),
                accessing("Write", WRITING, &["kms:Encrypt", "kms:GenerateDataKey"]),
                accessing("Use", BOTH, &["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]),
            ],
            "AWS KMS developer guide, How AWS Systems Manager Parameter Store uses AWS KMS",
        )
    },
    Service {
        // A global table uses the key from its other Regions.
        caller: Caller::Role { host: "dynamodb", every_region: true },
        ..through(
            AwsService::Dynamodb,
            "Dynamodb",
            "",
            &[part("Use", WHOLE_USE_AND_GRANTS, &[Via])],
            "DynamoDB developer guide, DynamoDB encryption at rest usage notes",
        )
    },
    Service {
        context: Some(arns("aws:sns:topicArn")),
        resources: Need::May,
        ..through(
            AwsService::Sns,
            "Sns",
            "sns",
            &[part("Use", DATA_KEYS, &[Via, Resources])],
            "SNS developer guide, Managing Amazon SNS encryption keys and costs",
        )
    },
    Service {
        sources: Need::Must,
        ..by_itself(
            AwsService::SnsToSqs,
            "SnsToSqs",
            "sns.amazonaws.com",
            &[part("Use", DATA_KEYS, &[Sources])],
            "SNS developer guide, Enabling server-side encryption for a topic with an encrypted queue subscribed",
        )
    },
    through(
        AwsService::Sqs,
        "Sqs",
        "sqs",
        &[
            Part { access: READING, ..part("Read", DECRYPT, &[Via]) },
            Part { access: WRITING, ..part("Write", DECRYPT_AND_DATA_KEY, &[Via]) },
            Part { access: BOTH, ..part("Use", DECRYPT_AND_DATA_KEY, &[Via]) },
        ],
        "SQS developer guide, Amazon SQS key management",
    ),
    Service {
        caller: Caller::InRegion("logs"),
        context: Some(Context {
            key: "aws:logs:arn",
            arns: true,
            usual: Some("arn:{partition}:logs:{region}:{account}:*"),
        }),
        resources: Need::May,
        sources: Need::Never,
        // DescribeKey carries no context: with the condition it would never be allowed.
        ..by_itself(
            AwsService::CloudwatchLogs,
            "CloudwatchLogs",
            "",
            &[part("Lookup", DESCRIBE, &[]), part("Use", WITH_CONTEXT, &[Resources])],
            "CloudWatch Logs user guide, Encrypt log data in CloudWatch Logs using AWS KMS",
        )
    },
    Service {
        usual_source: Some("arn:{partition}:cloudwatch:{region}:{account}:alarm:*"),
        ..by_itself(
            AwsService::CloudwatchAlarms,
            "CloudwatchAlarms",
            "cloudwatch.amazonaws.com",
            &[part("Use", DATA_KEYS, &[SourceAccount, Sources])],
            "SNS developer guide, Enable compatibility between event sources from AWS services and encrypted topics",
        )
    },
    Service {
        context: Some(arns("aws:events:event-bus:arn")),
        resources: Need::Must,
        sources: Need::Never,
        ..by_itself(
            AwsService::Eventbridge,
            "Eventbridge",
            "events.amazonaws.com",
            &[part("Lookup", DESCRIBE, &[]), part("Use", DECRYPT_AND_DATA_KEY, &[Resources, ResourcesAsSources])],
            "EventBridge user guide, Encrypting EventBridge event buses with customer managed keys",
        )
    },
    Service {
        context: Some(arns("aws:sns:topicArn")),
        resources: Need::Must,
        // EventBridge names no source when it sends to an encrypted topic.
        sources: Need::Never,
        ..by_itself(
            AwsService::EventbridgeToSns,
            "EventbridgeToSns",
            "events.amazonaws.com",
            &[part("Use", DATA_KEYS, &[Resources])],
            "SNS developer guide, Managing Amazon SNS encryption keys and costs",
        )
    },
    // kms:GrantIsForAWSResource is not supported by CreateCluster.
    through(
        AwsService::Eks,
        "Eks",
        "eks",
        &[part("Use", &["kms:CreateGrant", "kms:DescribeKey"], &[Via])],
        "EKS user guide, Encrypt Kubernetes secrets with KMS on existing clusters",
    ),
    Service {
        takes_roles: true,
        sources: Need::Must,
        ..by_itself(
            AwsService::Cloudtrail,
            "Cloudtrail",
            "cloudtrail.amazonaws.com",
            &[
                // An S3 Bucket Key makes CloudTrail decrypt.
                part("Decrypt", DECRYPT, &[Sources]),
                part(
                    "Encrypt",
                    GENERATE_DATA_KEY,
                    &[Sources, Member("aws:cloudtrail:arn", "arn:{partition}:cloudtrail:*:{account}:trail/*")],
                ),
                part("Lookup", DESCRIBE, &[Sources]),
                Part { for_readers: true, ..part("Read", DECRYPT, &[Carries("aws:cloudtrail:arn")]) },
            ],
            "CloudTrail user guide, Configure AWS KMS key policies for CloudTrail",
        )
    },
    Service {
        // Copies go to other Regions.
        caller: Caller::Role { host: "backup", every_region: true },
        ..through(
            AwsService::Backup,
            "Backup",
            "",
            &[
                part("Use", &["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], &[Via]),
                part("Grants", GRANT, &[Via, ForAwsResource, ContextKey("aws:backup:backup-vault")]),
            ],
            "AWS Backup developer guide, Encryption for backups",
        )
    },
    Service {
        sources: Need::Must,
        ..by_itself(
            AwsService::Cloudfront,
            "Cloudfront",
            "cloudfront.amazonaws.com",
            &[part("Use", DATA_KEYS_AND_ENCRYPT, &[Sources])],
            "CloudFront developer guide, Restrict access to an Amazon S3 origin",
        )
    },
    Service {
        fits: Fits::Dnssec,
        usual_source: Some("arn:{partition}:route53:::hostedzone/*"),
        ..by_itself(
            AwsService::Route53Dnssec,
            "Route53Dnssec",
            "dnssec-route53.amazonaws.com",
            &[
                part("Use", &["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"], &[SourceAccount, Sources]),
                part("Grants", GRANT, &[ForAwsResource]),
            ],
            "Route 53 developer guide, Key permissions required for DNSSEC signing",
        )
    },
];

/// The row of a service.
pub fn service(name: AwsService) -> &'static Service {
    // The table is in the order of the enum, which a test holds.
    &ALL[name as usize]
}
