import pulumi
import pulumi_awskms as awskms

key = awskms.AwsKmsKey(
    "rds-primary",
    alias="alias/python/rds-primary",
    description="Production RDS cluster encryption key",
    enable_rotation=True,
    key_spec=awskms.KeySpec.SYMMETRIC_DEFAULT,
    deletion_window_days=30,
    policy={
        "admin_role": "arn:aws:iam::123456789012:role/SecurityAdmin",
        "usage_roles": ["arn:aws:iam::123456789012:role/RDSServiceRole"],
        "encryption_context": {"App": "CustomerDatabase", "Environment": "Production"},
        "services": [{"service": "RDS"}],
    },
)

pulumi.export("keyId", key.key_id)
pulumi.export("keyArn", key.key_arn)
pulumi.export("aliasName", key.alias_name)
pulumi.export("aliasArn", key.alias_arn)
pulumi.export("rotationEnabled", key.rotation_enabled)
