import pulumi
import pulumi_awskms as awskms

# The Regions that hold the key. The first one is the primary's; a failover is another order of the same list:
# README.md has the commands.
config = pulumi.Config()
primary, *standby = config.require_object("regions")

ACCOUNT = "arn:aws:iam::123456789012:role"


def readers(region: str) -> awskms.KeyPolicyArgs:
    """Who reads backups in a standby Region may not be who writes data in the primary's."""
    role = "OrdersService" if region == primary else "OrdersRecovery"
    return awskms.KeyPolicyArgs(admin_role=f"{ACCOUNT}/SecurityAdmin", usage_roles=[f"{ACCOUNT}/{role}"])


key = awskms.AwsKmsKey(
    "orders",
    region=primary,
    alias="alias/recovery/orders",
    description="Orders, readable in every Region of the recovery plan",
    deletion_policy=awskms.DeletionPolicy(config.require("deletionPolicy")),
    policy=readers(primary),
    replicas=[awskms.ReplicaArgs(region=region, policy=readers(region)) for region in standby],
)

pulumi.export("keyId", key.key_id)
pulumi.export("primaryRegion", key.primary_region)
pulumi.export("keyArn", key.key_arn)
pulumi.export(
    "standbyArns", key.replica_keys.apply(lambda keys: {region: replica.key_arn for region, replica in (keys or {}).items()})
)
