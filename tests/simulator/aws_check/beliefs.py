"""Every belief of docs/simulator.md, as something that one can ask; or why it cannot be asked by a program.

A probe gives whatever came of its calls, masked; it is the same on both sides if the belief is true."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aws_check.world import World

Probe = Callable[[World], Any]

PROBES: list[tuple[str, str, Probe]] = []

# Beliefs that no program can ask, or not today: part of the belief, why.
NOT_ASKED = [
    ("that a second `UpdatePrimaryRegion` to the same Region", "needs a move that lasts long enough for a second call; not repeatable"),
    ("the texts of all errors about custom key stores", "needs a CloudHSM cluster or an external key store, which cost money all the time"),
    ("that a key rotates at once when it is enabled", "needs at least 90 days"),
    ("how long transient states last", "differs from run to run; rates and bursts would need thousands of calls"),
    ("that `ValidTo` of a key is the earliest", "needs material that expires during the check"),
    ("of data: `ValidationException`", "asked in part: SM2 is in China only"),
    ("that AWS's services make their grants to", "needs the services themselves: see CloudTrail after making an encrypted resource of each"),
    ("that sessions of a deleted role", "needs roles of IAM, which this check does not touch"),
    ("of AWS RAM", "needs a second account and a share of RAM"),
    ("what conditions see of calls through services", "needs the services themselves"),
    ("of AWS managed keys: their policies", "describing them would make keys that cannot be deleted"),
]

ABSENT = "00000000-0000-0000-0000-000000000000"
OTHER_PARTITION = {"aws": "cn-north-1", "aws-cn": "eu-west-1", "aws-us-gov": "eu-west-1"}


def belief(part: str, name: str) -> Callable[[Probe], Probe]:
    def note(probe: Probe) -> Probe:
        PROBES.append((part, name, probe))
        return probe

    return note


def allowing(world: World, *more: dict[str, Any], **changes: Any) -> str:
    root = {"AWS": f"arn:{world.partition}:iam::{world.account}:root"}
    first = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**first, **changes}, *more]})


@belief("the texts of refusals of `ReplicateKey`", "replicate-into-odd-regions")
def odd_regions(world: World) -> Any:
    key = world.key(MultiRegion=True)
    return [world.came("replicate_key", KeyId=key, ReplicaRegion=region) for region in (world.home, "xx-nowhere-1", OTHER_PARTITION[world.partition])]


@belief("that `UpdatePrimaryRegion` without a replica", "update-primary-without-replica")
def no_replica(world: World) -> Any:
    key = world.key(MultiRegion=True)
    return [world.came("update_primary_region", KeyId=key, PrimaryRegion=region) for region in (world.away, world.home)]


@belief("that rotation operations on a replica", "rotation-of-a-replica")
def rotation_of_replica(world: World) -> Any:
    replica = world.replica().replace(world.home, world.away)
    operations = ("enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand", "get_key_rotation_status")
    return [world.came(operation, world.away, KeyId=replica) for operation in operations]


@belief("that the state of a key is judged before", "state-before-kind")
def state_first(world: World) -> Any:
    key = world.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    single = world.key()
    world.ask("disable_key", KeyId=key)
    world.ask("disable_key", KeyId=single)
    return [
        *(world.came(operation, KeyId=key) for operation in ("enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand")),
        world.came("replicate_key", KeyId=single, ReplicaRegion=world.away),
        world.came("update_primary_region", KeyId=single, PrimaryRegion=world.away),
    ]


@belief("that the state of a key is judged before", "a-replica-that-was-just-made")
def just_made(world: World) -> Any:
    key = world.key(MultiRegion=True)
    world.ask("replicate_key", KeyId=key, ReplicaRegion=world.away, Tags=world.tags())
    return world.came("replicate_key", world.away, KeyId=key.replace(world.home, world.away), ReplicaRegion=world.home)


@belief("`RotateKeyOnDemand` and other operations that are newer", "newer-operations-by-state")
def newer(world: World) -> Any:
    key, external = world.key(), world.key(Origin="EXTERNAL")
    world.ask("schedule_key_deletion", KeyId=key, PendingWindowInDays=7)
    return [world.came(operation, KeyId=name) for name in (key, external) for operation in ("rotate_key_on_demand", "list_key_rotations")]


@belief("of `GetResources`", "tagging-index")
def tagging(world: World) -> Any:
    key = world.key()
    world.ask("schedule_key_deletion", KeyId=key, PendingWindowInDays=7)
    index = world.session("resourcegroupstaggingapi")
    # It lags by minutes on AWS.
    found = world.until(lambda: bool(index.get_resources(ResourceARNList=[key])["ResourceTagMappingList"]), 120)
    return {"a key whose deletion is pending is found": found}


@belief("that a key policy's `Resource`", "policy-resources")
def resources(world: World) -> Any:
    key = world.key()
    more = {"Effect": "Allow", "Principal": {"AWS": f"arn:{world.partition}:iam::{world.account}:root"}, "Action": "kms:Encrypt"}
    documents = [
        allowing(world, Resource=key),
        allowing(world, {**more, "Resource": key}),
        allowing(world, more),
        allowing(world, {name: value for name, value in {**more, "Resource": "*"}.items() if name != "Action"}),
        allowing(world, {**more, "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}}),
        allowing(world, {**more, "Resource": "*", "Unknown": "x"}),
    ]
    return [world.came("put_key_policy", KeyId=key, PolicyName="default", Policy=document) for document in documents]


@belief("`AccessDeniedException` for keys of other accounts", "tags-and-conflicts")
def tags(world: World) -> Any:
    key = world.key()
    many = [{"TagKey": f"t{number}", "TagValue": ""} for number in range(50)]
    return [
        world.came("tag_resource", KeyId=key, Tags=[{"TagKey": "<>", "TagValue": "x"}]),
        world.came("untag_resource", KeyId=key, TagKeys=["aws:x"]),
        world.came("tag_resource", KeyId=key, Tags=many),
    ]


@belief("that a 51st alias by `UpdateAlias`", "good-services-as-principals")
def services(world: World) -> Any:
    key = world.key()
    more = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    names = ("s3.amazonaws.com", "no-such-service.amazonaws.com", f"logs.{world.home}.amazonaws.com", "S3.amazonaws.com", "example.com")
    return [world.came("put_key_policy", KeyId=key, PolicyName="default", Policy=allowing(world, {**more, "Principal": {"Service": name}})) for name in names]


@belief("of grants: that an empty list", "grants")
def grants(world: World) -> Any:
    key, signing = world.key(), world.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    me = {"GranteePrincipal": f"arn:{world.partition}:iam::{world.account}:root"}
    context = {"EncryptionContextSubset": {"a": "b"}}
    return [
        world.came("create_grant", KeyId=key, **me, Operations=[]),
        world.came("create_grant", KeyId=key, **me, Operations=["CreateGrant"]),
        world.came("create_grant", KeyId=key, **me, Operations=["Sign"]),
        world.came("create_grant", KeyId=signing, **me, Operations=["Sign"], Constraints=context),
        world.came("create_grant", KeyId=key, **me, Operations=["Decrypt"], Constraints={**context, "EncryptionContextEquals": {"a": "b"}}),
        world.came("create_grant", KeyId=key, GranteePrincipal=f"dynamodb.{world.home}.amazonaws.com", Operations=["Decrypt"]),
        world.came("revoke_grant", KeyId=key, GrantId="x"),
        world.came("revoke_grant", KeyId=key, GrantId="0" * 64),
    ]


@belief("of imports: `UnsupportedOperationException`", "imports")
def imports(world: World) -> Any:
    key, native = world.key(Origin="EXTERNAL"), world.key()
    wrap = {"WrappingKeySpec": "RSA_2048"}
    return [
        world.came("get_parameters_for_import", KeyId=native, WrappingAlgorithm="RSAES_OAEP_SHA_256", **wrap),
        world.came("get_parameters_for_import", KeyId=key, WrappingAlgorithm="RSA_AES_KEY_WRAP_SHA_256", **wrap),
        world.came("delete_imported_key_material", KeyId=key),
        world.came("delete_imported_key_material", KeyId=native),
    ]


@belief("the order of `ListKeyRotations`", "rotations")
def rotations(world: World) -> Any:
    key, signing = world.key(), world.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return [world.came("list_key_rotations", KeyId=name, IncludeKeyMaterial="ALL_KEY_MATERIAL") for name in (key, signing)]


@belief("how `GetKeyPolicy` orders lists", "policy-text")
def policy_text(world: World) -> Any:
    document = {
        "Version": "2012-10-17", "Id": "x",
        "Statement": {
            "Sid": "a b", "Effect": "Allow", "Principal": {"AWS": [world.account]},
            "Action": ["kms:Put*", "kms:Create*", "kms:*", "kms:Get*"], "Resource": ["*"],
        },
    }
    shown = world.ask("get_key_policy", KeyId=world.key(Policy=json.dumps(document)), PolicyName="default")["Policy"]
    default = world.ask("get_key_policy", KeyId=world.key(), PolicyName="default")["Policy"]
    return [world.masked(shown), world.masked(default)]


@belief("the texts of alias errors", "alias-and-window-errors")
def aliases(world: World) -> Any:
    key, hmac, name = world.key(), world.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"), world.name()
    world.ask("create_alias", AliasName=name, TargetKeyId=key)
    return [
        world.came("create_alias", AliasName=name, TargetKeyId=key),
        world.came("update_alias", AliasName=name, TargetKeyId=hmac),
        world.came("update_alias", AliasName=world.name(), TargetKeyId=key),
        world.came("delete_alias", AliasName=world.name()),
        world.came("create_alias", AliasName="alias/aws/awskms-aws-check", TargetKeyId=key),
        world.came("create_alias", AliasName=f"{world.name()}:x", TargetKeyId=key),
        world.came("put_key_policy", KeyId=key, PolicyName="default", Policy=allowing(world, Sid="x" * 33_000)),
        *(world.came("schedule_key_deletion", KeyId=key, PendingWindowInDays=days) for days in (6, 31)),
        world.came("cancel_key_deletion", KeyId=key),
        world.came("describe_key", KeyId=ABSENT),
    ]


@belief("the HTTP status and text of errors for requests that are not signed", "unsigned")
def unsigned(world: World) -> Any:
    import urllib.error
    import urllib.request

    url = world.session("kms").meta.endpoint_url
    headers = {"X-Amz-Target": "TrentService.ListKeys", "Content-Type": "application/x-amz-json-1.1"}
    try:
        urllib.request.urlopen(urllib.request.Request(url, data=b"{}", headers=headers), timeout=20)
    except urllib.error.HTTPError as error:
        return {"status": error.code, "body": json.loads(error.read() or b"{}")}
    return "it was answered"
