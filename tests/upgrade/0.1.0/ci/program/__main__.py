import pulumi
import pulumi_awskms as awskms

key = awskms.AwsKmsKey(
    "rds-primary",
    alias="alias/prod/rds-primary",
    description="Production RDS cluster encryption key",
    policy={
        "admin_role": "arn:aws:iam::123456789012:role/SecurityAdmin",
        "usage_roles": ["arn:aws:iam::123456789012:role/RDSServiceRole"],
        "encryption_context": {"App": "CustomerDatabase", "Environment": "Production"},
    },
)

pulumi.export("keyArn", key.key_arn)
