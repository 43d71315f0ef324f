"""The typed policy at work: each AWS service may do with the key what it needs, a stranger may not."""

from __future__ import annotations

import json
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from conftest import URN, Provider, struct  # type: ignore[import-not-found]
from kit import simulator
from life import Resource, kms, said  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2

HOME, ACCOUNT = simulator.REGION, simulator.ACCOUNT
ADMIN = f"arn:aws:iam::{ACCOUNT}:user/default"
THING = f"arn:aws:example:{HOME}:{ACCOUNT}:thing/1"
OTHER = f"arn:aws:example:{HOME}:{ACCOUNT}:other/1"
FOREIGN = f"arn:aws:example:{HOME}:444455556666:thing/1"
TRAIL = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/main"
AUTOSCALING = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
BOUND, FROM = {"resources": [THING]}, {"sources": [THING]}

# What the simulator does as a service, and the entry of `services` for it.
CALLED: dict[tuple[str, str], dict[str, Any]] = {
    ("S3", "READ"): {"service": "S3", "access": "READ", **BOUND},
    ("S3", "WRITE"): {"service": "S3", "access": "WRITE"},
    ("S3", "WRITE_MULTIPART"): {"service": "S3", "access": "WRITE"},
    ("RDS", "CREATE"): {"service": "RDS"},
    ("RDS", "PERFORMANCE_INSIGHTS"): {"service": "RDS_PERFORMANCE_INSIGHTS"},
    ("EBS", "CREATE"): {"service": "EBS"},
    ("LAMBDA", "CREATE"): {"service": "LAMBDA", "access": "WRITE", **BOUND},
    ("LAMBDA", "SHOW"): {"service": "LAMBDA", "access": "READ"},
    ("SECRETS_MANAGER", "WRITE"): {"service": "SECRETS_MANAGER", "access": "WRITE", **BOUND},
    ("SECRETS_MANAGER", "READ"): {"service": "SECRETS_MANAGER", "access": "READ"},
    ("SSM", "PUT"): {"service": "SSM", "access": "WRITE", **BOUND},
    ("SSM", "PUT_ADVANCED"): {"service": "SSM", "access": "WRITE"},
    ("SSM", "GET"): {"service": "SSM", "access": "READ"},
    ("DYNAMODB", "CREATE"): {"service": "DYNAMODB"},
    ("DYNAMODB", "USE"): {"service": "DYNAMODB"},
    ("SNS", "PUBLISH"): {"service": "SNS", **BOUND},
    ("SQS", "SEND"): {"service": "SQS", "access": "WRITE"},
    ("SQS", "RECEIVE"): {"service": "SQS", "access": "READ"},
    ("EKS", "CREATE"): {"service": "EKS"},
    ("BACKUP", "WRITE"): {"service": "BACKUP"},
}
THEMSELVES: dict[tuple[str, str], dict[str, Any]] = {
    ("S3", "NOTIFY_SQS"): {"service": "S3_NOTIFICATIONS", **FROM},
    ("S3", "NOTIFY_SNS"): {"service": "S3_NOTIFICATIONS"},
    ("S3", "INVENTORY"): {"service": "S3_INVENTORY", **FROM},
    ("SNS", "TO_SQS"): {"service": "SNS_TO_SQS", **FROM},
    ("CLOUDWATCH_LOGS", "WRITE"): {"service": "CLOUDWATCH_LOGS", **BOUND},
    ("EVENTBRIDGE", "BUS"): {"service": "EVENTBRIDGE", **BOUND},
    ("EVENTBRIDGE", "TO_SNS"): {"service": "EVENTBRIDGE_TO_SNS", **BOUND},
    ("CLOUDTRAIL", "WRITE"): {"service": "CLOUDTRAIL", **FROM},
    ("CLOUDTRAIL", "WRITE_WITH_BUCKET_KEY"): {"service": "CLOUDTRAIL", **FROM},
    ("CLOUDFRONT", "READ"): {"service": "CLOUDFRONT", **FROM},
    ("CLOUDFRONT", "WRITE"): {"service": "CLOUDFRONT", **FROM},
    ("DNSSEC", "SIGN"): {"service": "ROUTE53_DNSSEC", **FROM},
}
# Tested by themselves below.
APART = {("AUTOSCALING", "LAUNCH"), ("CLOUDTRAIL", "READ")}


@pytest.fixture(autouse=True)
def roles(sim: simulator.Simulator) -> None:
    for name in ("App", "Stranger", "RDSServiceRole", "Auditor", "SecurityAdmin", AUTOSCALING):
        sim.role(name)


def up(provider: Provider, policy: dict[str, Any], **inputs: Any) -> Resource:
    resource = Resource()
    resource.up(provider, {"alias": "alias/x", "policy": {"adminRole": ADMIN, **policy}, **inputs})
    return resource


def arn_of(resource: Resource) -> str:
    arn: str = resource.outputs["keyArn"]
    return arn


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def acts(sim: simulator.Simulator, use: tuple[str, str], arn: str, **more: Any) -> dict[str, Any]:
    resource = more.pop("resource", THING)
    answer: dict[str, Any] = sim.control(
        "POST", "act", {"service": use[0], "use": use[1], "key": arn, "resource": resource, **more}
    )
    return answer


def direct(sim: simulator.Simulator, name: str) -> Any:
    """KMS as a session of a role sees it."""
    access_key = sim.control("POST", "callers", {"arn": role(name)})["accessKey"]
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=HOME, config=config, aws_access_key_id=access_key, aws_secret_access_key="x"
    )


def is_denied(call: Any, **request: Any) -> bool:
    try:
        call(**request)
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        return True
    return False


def statements(document: str) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}


def test_every_service_of_the_simulator_is_tested(sim: simulator.Simulator) -> None:
    known = {(use["service"], use["use"]) for use in sim.control("GET", "act")["uses"]}
    assert known == {*CALLED, *THEMSELVES, *APART}


@pytest.mark.parametrize("use", CALLED, ids=":".join)
def test_roles_use_the_key_through_the_service_alone(
    provider: Provider, sim: simulator.Simulator, use: tuple[str, str]
) -> None:
    resource = up(provider, {"accountAccess": "NONE", "services": [{**CALLED[use], "roles": ["App"]}]})
    arn = arn_of(resource)
    answer = acts(sim, use, arn, **{"as": role("App")})
    assert answer["allowed"], answer
    answer = acts(sim, use, arn, **{"as": role("Stranger")})
    assert answer["calls"][0]["code"] == "AccessDeniedException", answer
    if "resources" in CALLED[use]:
        answer = acts(sim, use, arn, resource=OTHER, **{"as": role("App")})
        assert not answer["allowed"], answer
    app = direct(sim, "App")
    assert is_denied(app.encrypt, KeyId=arn, Plaintext=b"x", EncryptionContext=answer["encryptionContext"])
    assert is_denied(app.generate_data_key, KeyId=arn, KeySpec="AES_256", EncryptionContext=answer["encryptionContext"])
    assert is_denied(app.create_grant, KeyId=arn, GranteePrincipal=role("Stranger"), Operations=["Decrypt"])
    once = resource.inputs
    resource.refresh(provider)
    assert resource.inputs == once


@pytest.mark.parametrize("use", THEMSELVES, ids=":".join)
def test_services_use_the_key_for_what_they_act_for_alone(
    provider: Provider, sim: simulator.Simulator, use: tuple[str, str]
) -> None:
    entry = THEMSELVES[use]
    kind = {"keySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY", "region": "us-east-1"} if use[0] == "DNSSEC" else {}
    arn = arn_of(up(provider, {"services": [entry]}, **kind))
    answer = acts(sim, use, arn, sourceArn=THING, resource=TRAIL if use[0] == "CLOUDTRAIL" else THING)
    assert answer["allowed"], answer
    if "sources" in entry:
        answer = acts(sim, use, arn, sourceArn=OTHER, resource=TRAIL if use[0] == "CLOUDTRAIL" else THING)
        assert not answer["allowed"], answer
    if "resources" in entry:
        answer = acts(sim, use, arn, resource=OTHER, sourceArn=OTHER)
        assert not answer["allowed"], answer
    answer = acts(sim, use, arn, resource=FOREIGN, sourceArn=FOREIGN)
    assert not answer["allowed"], answer


def test_auto_scaling_uses_the_key_by_its_service_linked_role(provider: Provider, sim: simulator.Simulator) -> None:
    arn = arn_of(up(provider, {"services": [{"service": "AUTOSCALING"}]}))
    answer = acts(sim, ("AUTOSCALING", "LAUNCH"), arn, **{"as": role(AUTOSCALING)})
    assert answer["allowed"], answer
    assert not acts(sim, ("AUTOSCALING", "LAUNCH"), arn, **{"as": role("Stranger")})["allowed"]


def test_who_reads_the_logs_of_cloudtrail(provider: Provider, sim: simulator.Simulator) -> None:
    arn = arn_of(up(provider, {"services": [{"service": "CLOUDTRAIL", **FROM, "roles": ["Auditor"]}]}))
    read = ("CLOUDTRAIL", "READ")
    assert acts(sim, read, arn, **{"as": role("Auditor")})["allowed"]
    assert not acts(sim, read, arn, **{"as": role("Stranger")})["allowed"]


ARTICLE = {
    "adminRole": role("SecurityAdmin"),
    "usageRoles": [role("RDSServiceRole")],
    "encryptionContext": {"App": "CustomerDatabase", "Environment": "Production"},
}


def test_the_article_s_key_encrypts_an_rds_database(provider: Provider, sim: simulator.Simulator) -> None:
    create, as_role = ("RDS", "CREATE"), {"as": role("RDSServiceRole")}
    resource = up(provider, ARTICLE)
    answer = acts(sim, create, arn_of(resource), **as_role)
    assert not answer["allowed"], "RDS makes a grant, and sends no context of the user's"
    resource.up(provider, {"alias": "alias/x", "policy": {**ARTICLE, "services": [{"service": "RDS"}]}})
    arn = arn_of(resource)
    answer = acts(sim, create, arn, **as_role)
    assert answer["allowed"] and answer["encryptionContext"] == {"aws:rds:db-id": THING}, answer
    assert not acts(sim, create, arn, **{"as": role("Stranger")})["allowed"]
    # What the article's words say stays true of the role's own calls.
    app = direct(sim, "RDSServiceRole")
    app.encrypt(KeyId=arn, Plaintext=b"x", EncryptionContext=ARTICLE["encryptionContext"])
    assert is_denied(app.encrypt, KeyId=arn, Plaintext=b"x")
    assert is_denied(app.create_grant, KeyId=arn, GranteePrincipal=role("Stranger"), Operations=["Decrypt"])


def test_a_check_says_that_services_are_kept_out(provider: Provider) -> None:
    def warned(policy: dict[str, Any]) -> bool:
        provider.engine.messages.clear()
        provider.checked({"alias": "alias/x", "policy": policy})
        return any("[{service: RDS}]" in message.message for message in provider.engine.messages)

    assert warned(ARTICLE)
    assert not warned({**ARTICLE, "services": []})
    assert not warned({**ARTICLE, "services": [{"service": "RDS"}]})


def test_a_policy_follows_each_key_of_a_set_into_its_region(provider: Provider, sim: simulator.Simulator) -> None:
    services = [{"service": "CLOUDWATCH_LOGS"}, {"service": "S3", "roles": ["App"]}, {"service": "DYNAMODB", "roles": ["App"]}]
    resource = up(provider, {"services": services}, replicas=[{"region": "eu-west-1"}])
    id = arn_of(resource).rsplit("/", 1)[1]
    for region in (HOME, "eu-west-1"):
        client = boto3.client(
            "kms", endpoint_url=sim.url, region_name=region, aws_access_key_id="test", aws_secret_access_key="test"
        )
        found = statements(client.get_key_policy(KeyId=id, PolicyName="default")["Policy"])
        use = found["CloudwatchLogsUse"]
        assert use["Principal"] == {"Service": f"logs.{region}.amazonaws.com"}
        assert use["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] == f"arn:aws:logs:{region}:{ACCOUNT}:*"
        assert found["S3Use"]["Condition"]["StringEquals"]["kms:ViaService"] == f"s3.{region}.amazonaws.com"
        assert found["DynamodbUse"]["Condition"]["StringLike"]["kms:ViaService"] == "dynamodb.*.amazonaws.com"
    once = resource.inputs
    resource.refresh(provider)
    assert resource.inputs == once


def test_a_statement_of_somebody_else_shows_as_an_additional_one(provider: Provider, sim: simulator.Simulator) -> None:
    policy = {"usageRoles": ["App"], "services": [{"service": "S3"}], "protect": {"minimumDeletionWindowDays": 14}}
    resource = up(provider, policy)
    document = json.loads(resource.outputs["policyJson"])
    added = {
        "Sid": "ByHand", "Effect": "Allow", "Principal": {"AWS": role("Stranger")}, "Action": "kms:Decrypt", "Resource": "*"
    }  # fmt: skip
    document["Statement"].append(added)
    kms(sim).put_key_policy(KeyId=arn_of(resource), Policy=json.dumps(document))
    resource.refresh(provider)
    found = resource.inputs["policy"]
    assert found["additionalStatements"] == [added]
    assert found["services"] == [{"service": "S3"}] and found["protect"] == {"minimumDeletionWindowDays": 14}
    assert found["usageRoles"] == ["App"], "a role keeps the name that the program has for it"
    wanted = {"alias": "alias/x", "policy": {"adminRole": ADMIN, **policy}}
    diff = resource.diff(provider, resource.check(provider, wanted))
    assert list(diff.detailedDiff) == ["policy.additionalStatements[0]"] or list(diff.detailedDiff) == ["policy.additionalStatements"]
    mark = sim.mark()
    resource.up(provider, wanted)
    assert sim.writes(mark) == ["PutKeyPolicy"]
    assert "ByHand" not in resource.outputs["policyJson"]
    # What an import writes down leads to the same key, without a call.
    imported = Resource()
    imported.adopt(provider, arn_of(resource))
    assert imported.inputs["policy"]["services"] == [{"service": "S3"}]


def test_narrow_access_and_protection_hold(provider: Provider, sim: simulator.Simulator) -> None:
    access = [{"roles": ["App"], "operations": ["ENCRYPT"]}, {"roles": ["Auditor"], "operations": ["DECRYPT", "DESCRIBE"]}]
    protect = {"deletionOnlyBy": ["SecurityAdmin"], "minimumDeletionWindowDays": 14, "noPolicyBypass": True}
    resource = up(provider, {"adminRoles": ["SecurityAdmin"], "access": access, "protect": protect})
    arn = arn_of(resource)
    app, auditor, admin = (direct(sim, name) for name in ("App", "Auditor", "SecurityAdmin"))
    sealed = app.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    assert is_denied(app.decrypt, KeyId=arn, CiphertextBlob=sealed) and is_denied(app.describe_key, KeyId=arn)
    assert auditor.decrypt(KeyId=arn, CiphertextBlob=sealed)["Plaintext"] == b"x"
    auditor.describe_key(KeyId=arn)
    assert is_denied(auditor.encrypt, KeyId=arn, Plaintext=b"x")
    assert is_denied(kms(sim).schedule_key_deletion, KeyId=arn, PendingWindowInDays=30)
    assert is_denied(admin.schedule_key_deletion, KeyId=arn, PendingWindowInDays=13)
    text = resource.outputs["policyJson"]
    bypass = {"KeyId": arn, "Policy": text, "BypassPolicyLockoutSafetyCheck": True}
    assert is_denied(admin.put_key_policy, **bypass)
    admin.put_key_policy(KeyId=arn, Policy=text)
    admin.schedule_key_deletion(KeyId=arn, PendingWindowInDays=14)


@pytest.mark.parametrize(
    "policy, path, text",
    [
        ({"services": ["RDS"]}, "policy.services[0]", "must be an object"),
        ({"services": [{"service": "RDSS"}]}, "policy.services[0].service", 'Did you mean "RDS"'),
        ({"services": [{"service": "RDS"}]}, "policy.services[0].roles", "nobody would use the key through RDS"),
        ({"services": [{"service": "CLOUDTRAIL"}]}, "policy.services[0].sources", "needs them"),
        ({"services": [{"service": "SNS_TO_SQS", **FROM, "roles": ["App"]}]}, "policy.services[0].roles", "as itself"),
        ({"services": [{"service": "EBS", "roles": ["App"], "access": "READ"}]}, "policy.services[0].access", "remove it"),
        ({"services": [{"service": "S3", "roles": ["App"], "resources": ["reports"]}]}, "policy.services[0].resources[0]", "no ARN"),
        ({"services": [{"service": "S3", "roles": ["*"]}]}, "policy.services[0].roles[0]", "wildcard"),
        ({"services": [{"service": "ROUTE53_DNSSEC"}]}, "policy.services[0].service", "ECC_NIST_P256"),
        ({"access": [{"roles": ["App"], "operations": ["SIGN"]}]}, "policy.access[0].operations[0]", "ENCRYPT, DECRYPT, DESCRIBE"),
        ({"access": [{"roles": ["App"], "operations": ["DECRYPT"], "via": ["CLOUDTRAIL"]}]}, "policy.access[0].via[0]", "as itself"),
        ({"access": [{"roles": ["App"]}]}, "policy.access[0].operations", "required"),
        ({"trustedAccounts": [{"account": "444455556666", "roles": [role("App")]}]}, "policy.trustedAccounts[0].roles[0]", "another account"),
        ({"organization": {"id": "o-short"}}, "policy.organization.id", "o-a1b2c3d4e5"),
        ({"protect": {"minimumDeletionWindowDays": 31}}, "policy.protect.minimumDeletionWindowDays", "above the maximum"),
        ({"additionalStatements": [{"Effect": "Allow"}]}, "policy.additionalStatements[0]", "Principal"),
        ({"usageRoles": ["123456789012"]}, "policy.usageRoles[0]", "account ID"),
        ({"usageRoles": ["rds.amazonaws.com"]}, "policy.usageRoles[0]", "services"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_place(
    provider: Provider, policy: dict[str, Any], path: str, text: str
) -> None:
    failures = provider.check({"alias": "alias/x", "policy": policy}).failures
    found = [(failure.property, failure.reason) for failure in failures]
    assert any(at == path and text in reason for at, reason in found), found


def test_labels_and_lengths_that_contradict(provider: Provider) -> None:
    statement = {"Sid": "KeyUsage", "Effect": "Deny", "Principal": "*", "Action": "kms:Sign", "Resource": "*"}
    inputs = {"alias": "alias/x", "policy": {"usageRoles": ["App"], "additionalStatements": [statement]}}
    [failure] = provider.check(inputs).failures
    assert failure.property == "policy.additionalStatements[0].Sid"
    short = {"alias": "alias/x", "deletionWindowDays": 7, "policy": {"protect": {"minimumDeletionWindowDays": 30}}}
    [failure] = provider.check(short).failures
    assert failure.property == "policy.protect.minimumDeletionWindowDays"


def test_an_alarm_s_message_goes_to_an_encrypted_topic(provider: Provider, sim: simulator.Simulator) -> None:
    arn = arn_of(up(provider, {"services": [{"service": "CLOUDWATCH_ALARMS"}]}))

    def cloudwatch(source: str) -> Any:
        caller = {"service": "cloudwatch.amazonaws.com", "sourceArn": source}
        access_key = sim.control("POST", "callers", caller)["accessKey"]
        return boto3.client(
            "kms", endpoint_url=sim.url, region_name=HOME, aws_access_key_id=access_key, aws_secret_access_key="x"
        )

    own = cloudwatch(f"arn:aws:cloudwatch:{HOME}:{ACCOUNT}:alarm:errors")
    own.generate_data_key(KeyId=arn, KeySpec="AES_256")
    foreign = cloudwatch(f"arn:aws:cloudwatch:{HOME}:444455556666:alarm:errors")
    assert is_denied(foreign.generate_data_key, KeyId=arn, KeySpec="AES_256")


def test_other_accounts_use_data_and_manage_nothing(provider: Provider, sim: simulator.Simulator) -> None:
    far = "arn:aws:iam::444455556666:role/Reader"
    stranger = "arn:aws:iam::444455556666:role/Stranger"
    for arn in (far, stranger):
        sim.control("POST", "principals", {"arn": arn, "allow": ["kms:*"]})
    key = arn_of(up(provider, {"trustedAccounts": [{"account": "444455556666", "roles": ["Reader"]}]}))

    def client(arn: str) -> Any:
        access_key = sim.control("POST", "callers", {"arn": arn})["accessKey"]
        return boto3.client(
            "kms", endpoint_url=sim.url, region_name=HOME, aws_access_key_id=access_key, aws_secret_access_key="x"
        )

    client(far).encrypt(KeyId=key, Plaintext=b"x")
    assert is_denied(client(far).disable_key, KeyId=key)
    assert is_denied(client(stranger).encrypt, KeyId=key, Plaintext=b"x")


def test_a_shared_snapshot_is_used_through_rds_alone(provider: Provider, sim: simulator.Simulator) -> None:
    far = "arn:aws:iam::444455556666:role/Restorer"
    sim.control("POST", "principals", {"arn": far, "allow": ["kms:*"]})
    trusted = {"account": "444455556666", "roles": ["Restorer"], "services": ["RDS"]}
    key = arn_of(up(provider, {"trustedAccounts": [trusted]}))
    assert acts(sim, ("RDS", "CREATE"), key, **{"as": far})["allowed"]
    assert not acts(sim, ("EBS", "CREATE"), key, **{"as": far})["allowed"]


def test_the_order_of_parts_means_nothing(provider: Provider, sim: simulator.Simulator) -> None:
    services = [{"service": "S3", "access": "READ", "roles": [name]} for name in ("App", "Auditor")] + [{"service": "RDS"}]
    access = [{"roles": ["App", "Auditor"], "operations": ["DECRYPT", "ENCRYPT"]}, {"roles": ["SecurityAdmin"], "operations": ["DESCRIBE"]}]
    replicas = [{"region": "eu-west-1", "policy": {"usageRoles": ["App"], "services": services}}]
    policy = {"usageRoles": ["App"], "services": services, "access": access}
    resource = up(provider, policy, replicas=replicas)
    back = [{**entry, "roles": entry["roles"][::-1], "operations": entry["operations"][::-1]} for entry in access[::-1]]
    replicas = [{"region": "eu-west-1", "policy": {"usageRoles": ["App"], "services": services[::-1]}}]
    news = {"alias": "alias/x", "policy": {"adminRole": ADMIN, **policy, "services": services[::-1], "access": back}}
    diff = resource.diff(provider, resource.check(provider, {**news, "replicas": replicas}))
    assert not diff.detailedDiff, diff


def test_a_preview_says_that_the_deployer_may_not_destroy_the_key(provider: Provider) -> None:
    def warned(protect: dict[str, Any], **inputs: Any) -> bool:
        provider.engine.messages.clear()
        news = provider.checked({"alias": "alias/x", "policy": {"adminRole": ADMIN, "protect": protect}, **inputs})
        provider.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(news), preview=True))
        return said(provider, "`pulumi destroy`")

    assert warned({"deletionOnlyBy": ["SecurityAdmin"]})
    assert not warned({"deletionOnlyBy": [ADMIN]})
    assert not warned({"deletionOnlyBy": ["SecurityAdmin"]}, deletionPolicy="RETAIN")
    assert not warned({"minimumDeletionWindowDays": 14})


def test_resources_of_one_region_do_nothing_for_a_replica_in_another(provider: Provider) -> None:
    def warned(region: str) -> bool:
        provider.engine.messages.clear()
        services = [{"service": "SNS", "roles": ["App"], "resources": [f"arn:aws:sns:{region}:{ACCOUNT}:orders"]}]
        provider.checked({"alias": "alias/x", "policy": {"services": services}, "replicas": [{"region": "eu-west-1"}]})
        return said(provider, "none of them is in eu-west-1")

    assert warned(HOME)
    assert not warned("*")
