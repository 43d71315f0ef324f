#!/usr/bin/env python3
"""A real `pulumi` run on the embedded simulator: the article's key, in TypeScript and in Python."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import boto3  # noqa: E402

from kit import simulator, stack  # noqa: E402

CONTEXT = {"App": "CustomerDatabase", "Environment": "Production"}
PROGRAM = {"typescript": "index.ts", "python": "__main__.py"}


def say(text: str) -> None:
    print(f"\n==> {text}", flush=True)


def session(sim: simulator.Simulator, role: str) -> dict[str, str]:
    """Credentials of a role."""
    sts = boto3.client("sts", **aws(sim, "test"))
    keys = sts.assume_role(RoleArn=role, RoleSessionName="demo")["Credentials"]
    return aws(sim, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def aws(sim: simulator.Simulator, key: str, secret: str = "test", token: str | None = None) -> dict[str, str]:
    options = {"endpoint_url": sim.url, "region_name": simulator.REGION, "aws_access_key_id": key}
    options["aws_secret_access_key"] = secret
    return options if token is None else {**options, "aws_session_token": token}


def prove(sim: simulator.Simulator, alias: str, usage_role: str, admin_role: str) -> None:
    """Encrypts and decrypts through the alias, as the roles of the policy."""
    kms = boto3.client("kms", **session(sim, usage_role))
    secret = b"the customers' data"
    blob = kms.encrypt(KeyId=alias, Plaintext=secret, EncryptionContext=CONTEXT)["CiphertextBlob"]
    print(f"    RDSServiceRole encrypted {len(secret)} bytes through {alias} with the context {CONTEXT}")
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT)["Plaintext"]
    if opened != secret:
        sys.exit("the data came back changed")
    print("    and decrypted them again")
    for who, client, context in [
        ("without the context, RDSServiceRole", kms, {}),
        ("with the context, SecurityAdmin", boto3.client("kms", **session(sim, admin_role)), CONTEXT),
    ]:
        try:
            client.decrypt(CiphertextBlob=blob, EncryptionContext=context)
        except client.exceptions.ClientError as error:
            print(f"    {who} is refused: {error.response['Error']['Code']}")
        else:
            sys.exit(f"{who} could decrypt")


def show(sim: simulator.Simulator, language: str, admin_role: str, usage_role: str) -> None:
    with stack.example(language, sim.url) as key:
        say(f"{language}: a new stack")
        key.init()
        say(f"{language}: pulumi preview")
        key.pulumi("preview", echo=True)
        say(f"{language}: pulumi up")
        key.pulumi("up", "--yes", "--skip-preview", echo=True)
        outputs = key.outputs()
        say(f"{language}: stack outputs")
        for name, value in outputs.items():
            print(f"    {name:<16} {value}")
        say(f"{language}: the key works")
        prove(sim, outputs["aliasName"], usage_role, admin_role)
        say(f"{language}: pulumi up again changes nothing")
        key.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", echo=True)
        say(f"{language}: another description, in place")
        source = key.folder / PROGRAM[language]
        source.write_text(source.read_text().replace("Production RDS cluster", "Primary RDS cluster"))
        key.pulumi("up", "--yes", "--skip-preview", "--diff", echo=True)
        say(f"{language}: pulumi refresh finds no drift")
        key.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", echo=True)
        say(f"{language}: pulumi destroy schedules the deletion")
        key.pulumi("destroy", "--yes", "--skip-preview", echo=True)
        key.pulumi("stack", "rm", "--yes", "dev")


def main() -> None:
    with simulator.running() as sim:
        say(f"the KMS simulator listens on {sim.url}")
        admin_role, usage_role = sim.role("SecurityAdmin"), sim.role("RDSServiceRole")
        print(f"    it knows {admin_role} and {usage_role}")
        for language in PROGRAM:
            show(sim, language, admin_role, usage_role)
        calls = sim.calls()
        writes = sum(call["effect"] for call in calls)
        say(f"done: {len(calls)} calls to KMS, {writes} of them changed something; everything is cleaned up")


if __name__ == "__main__":
    main()
