"""Keys for tenants, by the Automation API: one stack a tenant."""

from __future__ import annotations

import argparse
import sys

import pulumi
import pulumi_awskms as awskms
from pulumi import automation as auto
from pulumi.automation import events

PROJECT = "tenant-keys"


def program(tenant: str, usage_role: str | None) -> auto.PulumiFn:
    """What a tenant has: a key whose policy lets the role use it in this tenant's name only."""

    def run() -> None:
        policy: awskms.KeyPolicyArgsDict | None = None
        if usage_role:
            policy = {"usage_roles": [usage_role], "encryption_context": {"Tenant": tenant}}
        key = awskms.AwsKmsKey(
            "data",
            alias=f"alias/tenants/{tenant}",
            description=f"Data of tenant {tenant}",
            tags={"Tenant": tenant},
            policy=policy,
        )
        pulumi.export("keyArn", key.key_arn)
        pulumi.export("aliasName", key.alias_name)
        pulumi.export("rotationEnabled", key.rotation_enabled)

    return run


def show(tenant: str, event: events.EngineEvent) -> None:
    """Prints what happens to keys, and what the provider says about them."""
    if event.res_outputs_event and event.res_outputs_event.metadata.type == "awskms:index:AwsKmsKey":
        step = event.res_outputs_event.metadata
        print(f"{tenant}: {step.op.value} {step.urn.rsplit('::', 1)[1]}", flush=True)
    # A failed program is reported by its stack too; only a resource's own messages say why.
    if event.diagnostic_event and event.diagnostic_event.urn and event.diagnostic_event.severity in ("warning", "error"):
        message = event.diagnostic_event
        print(f"{tenant}: {message.severity}: {message.message.strip()}", flush=True)


def up(stack: auto.Stack, tenant: str) -> None:
    result = stack.up(on_event=lambda event: show(tenant, event), color="never")
    changes = result.summary.resource_changes or {}
    if set(changes) <= {"same"}:
        print(f"{tenant}: no changes")
    for name, output in result.outputs.items():
        print(f"{tenant}: {name} = {output.value}")


def destroy(stack: auto.Stack, tenant: str) -> None:
    stack.destroy(on_event=lambda event: show(tenant, event), color="never", remove=True)
    print(f"{tenant}: gone")


def work(arguments: argparse.Namespace, tenant: str) -> None:
    run = program(tenant, arguments.usage_role)
    # An inline program has no folder that keeps Pulumi.<stack>.yaml: configuration is set on each run.
    config = {name: auto.ConfigValue(value) for name, value in arguments.config}
    if arguments.command == "up":
        stack = auto.create_or_select_stack(stack_name=tenant, project_name=PROJECT, program=run)
        stack.set_all_config(config)
        up(stack, tenant)
    else:
        stack = auto.select_stack(stack_name=tenant, project_name=PROJECT, program=run)
        stack.set_all_config(config)
        destroy(stack, tenant)


def setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["up", "destroy"])
    parser.add_argument("tenants", nargs="+", metavar="TENANT")
    parser.add_argument("--usage-role", metavar="ARN", help="IAM role that uses the keys, each with its tenant's context")
    parser.add_argument("--config", action="append", default=[], type=setting, metavar="NAME=VALUE", help="such as awskms:region=eu-central-1")
    # Intermixed: tenants may stand after options too.
    arguments = parser.parse_intermixed_args()
    failed = []
    for tenant in arguments.tenants:
        # One tenant's trouble is not the next one's.
        try:
            work(arguments, tenant)
        except auto.StackNotFoundError:
            print(f"{tenant}: there is no stack")
        except auto.CommandError as error:
            print(f"{tenant}: failed\n{error}", file=sys.stderr)
            failed.append(tenant)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
