"""What a preview would do to keys that a person should have approved: pure functions of `pulumi preview --json`.

Two accounts of the same plan are read, and either is enough for a finding: the inputs before and after, and the messages in
which the provider lists the calls to KMS and whose access changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KEY = "awskms:index:AwsKmsKey"
# All that leaves a key in place; whatever else Pulumi may come to do is a finding.
IN_PLACE = {"same", "create", "update", "read", "refresh", "import"}
# From what keeps a key to what deletes it.
DELETION = ["PREVENT", "RETAIN", "DISABLE", "SCHEDULE"]
ACCESS = ["NONE", "ADMINISTRATION", "FULL"]
# What each property is when it is left out; each value on the left protects more than the one on the right.
SAFEGUARDS: dict[str, tuple[Any, list[Any]]] = {
    "deletionPolicy": ("SCHEDULE", DELETION),
    "replacementPolicy": ("FORBID", ["FORBID", "ALLOW"]),
    "bypassPolicyLockoutSafetyCheck": (False, [False, True]),
}

POLICIES = {"policy", "policyDocument"}

# Lines about access that let somebody do more, or may do so; and the lines that only take something away. A condition's
# values are anybody's text, so nothing behind the list of actions is looked at.
WIDER = re.compile(r" may now | is new; what it lets them do | cannot be read ")
NARROWER = re.compile(
    r"Access: (in [\w, -]+: )?(everybody|account \d+|\S+( \(\d+\))?) may now (do everything|[\w*]+(, [\w*]+)*) only "
)

KINDS = {
    "replace": "another key takes this one's place",
    "delete": "the key is deleted, or leaves the stack",
    "delete-replica": "the replica of a Region is deleted, or leaves the stack",
    "disable": "the key, or the replica of a Region, cannot be used any more",
    "safeguard": "deletion, replacement or lockout is guarded less",
    "access": "somebody may do more with the key than before",
}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that needs approval."""

    key: str
    kind: str
    what: str


def judge(preview: dict[str, Any]) -> tuple[list[tuple[str, str]], list[Finding]]:
    """Operation and name of each step on a key, and the findings."""
    steps: list[tuple[str, str]] = []
    findings: set[Finding] = set()
    for step in preview["steps"]:
        kind, name = step["urn"].split("::")[-2:]
        # A child's type stands behind its parents' types.
        if kind.split("$")[-1] != KEY:
            continue
        if step["op"] != "refresh":  # Reading is a step of its own.
            steps.append((step["op"], name))
        messages = [entry["message"] for entry in preview.get("diagnostics") or [] if entry.get("urn") == step["urn"]]
        findings.update(Finding(name, kind, what) for kind, what in of_step(step, messages))
    return steps, sorted(findings)


def of_step(step: dict[str, Any], messages: list[str]) -> Iterator[tuple[str, str]]:
    """Findings of one step."""
    if step["op"] not in IN_PLACE:
        reasons = ", ".join(step.get("replaceReasons") or [])
        kind = "replace" if "replace" in step["op"] else "delete"
        yield kind, step["op"] + (f" because of {reasons}" if reasons else "")
    elif step["op"] == "update":
        # Both states are whole; detailedDiff names also what they do not show.
        old, new = step["oldState"]["inputs"], step["newState"]["inputs"]
        yield from of_inputs(old, new)
        yield from of_hidden(old, new, step.get("detailedDiff") or {})
    yield from of_messages(messages)


def of_messages(messages: list[str]) -> Iterator[tuple[str, str]]:
    for message in (message.strip() for message in messages):
        if message.startswith("KMS calls:"):
            calls = re.findall(r"\b([A-Z]\w+)\b(?: \(([\w-]+)\))?", message.removeprefix("KMS calls:"))
            for operation, region in calls:
                where = f" in {region}" if region else ""
                if operation == "ScheduleKeyDeletion":
                    yield ("delete-replica" if region else "delete"), f"{operation}{where}"
                # A disabled key is enabled for the time of a change and disabled again.
                elif operation == "DisableKey" and ("EnableKey", region) not in calls:
                    yield "disable", f"{operation}{where}"
        elif message.startswith("Access:") and WIDER.search(message) and not NARROWER.match(message):
            yield "access", message.removeprefix("Access:").strip()


def members(inputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Inputs by Region, as the provider reads them: what a replica leaves out is as with the key itself."""
    replicas = inputs.get("replicas") or []
    own = {name: value for name, value in inputs.items() if name != "replicas"}
    found = {inputs.get("region", ""): own}
    for replica in replicas if isinstance(replicas, list) else []:
        # A policy of its own, in either form, stands for both of the key's.
        left = POLICIES if POLICIES & set(replica) else set()
        found[replica.get("region", "")] = {**{name: own[name] for name in set(own) - left}, **replica}
    return found


def of_inputs(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    before, after = members(old), members(new)
    for region in sorted(set(before) - set(after)):
        yield "delete-replica", f"the replica in {region} goes"
    for region in sorted(set(before) & set(after)):
        at = f" in {region}" if len(before) > 1 else ""
        for kind, what in of_member(before[region], after[region]):
            yield kind, what + at


def of_member(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if old.get("enabled", True) is not False and new.get("enabled", True) is not True:
        yield "disable", "enabled becomes false"
    for name, (default, order) in SAFEGUARDS.items():
        was, will = old.get(name, default), new.get(name, default)
        if was in order and (will not in order or order.index(will) > order.index(was)):
            yield "safeguard", f"{name} becomes {will}"
    if number(new.get("deletionWindowDays"), 30) < number(old.get("deletionWindowDays"), 30):
        yield "safeguard", f"deletionWindowDays becomes {new.get('deletionWindowDays')}"
    if number(guard(new).get("minIdleDays"), 0) < number(guard(old).get("minIdleDays"), 0):
        yield "safeguard", "deletionGuard demands fewer idle days"
    if guard(old).get("onUnknown") == "BLOCK" and guard(new).get("onUnknown") == "WARN":
        yield "safeguard", "deletionGuard only warns when the last use is unknown"
    yield from of_policy(old, new)


def guard(inputs: dict[str, Any]) -> dict[str, Any]:
    found = inputs.get("deletionGuard")
    return found if isinstance(found, dict) else {}


def number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def of_policy(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    was, will = old.get("policy"), new.get("policy")
    if old.get("policyDocument") != new.get("policyDocument"):
        # What a raw policy lets whom do is the provider's to say, and it may not have been able to look.
        yield "access", "policyDocument changes" if new.get("policyDocument") is not None else "policyDocument goes"
    elif isinstance(was, dict) and isinstance(will, dict):
        yield from of_typed(was, will)
    elif was is not None and will is None:
        yield "access", "policy goes: by AWS's default policy the account's IAM policies decide"


def of_typed(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    def managers(policy: dict[str, Any]) -> list[Any]:
        return listed(policy.get("adminRole")) + listed(policy.get("adminRoles"))

    for role in managers(new):
        if role not in managers(old):
            yield "access", f"{role} may manage it"
    for role in listed(new.get("usageRoles")):
        if role not in listed(old.get("usageRoles")):
            yield "access", f"{role} may use it"
    before, after = old.get("encryptionContext") or {}, new.get("encryptionContext") or {}
    if any(after.get(name) != value for name, value in before.items()):
        yield "access", "encryptionContext demands less, or something else"
    was, will = (policy.get("accountAccess", "ADMINISTRATION") for policy in (old, new))
    if was in ACCESS and (will not in ACCESS or ACCESS.index(will) > ACCESS.index(was)):
        yield "access", f"accountAccess becomes {will}"


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def of_hidden(old: dict[str, Any], new: dict[str, Any], diff: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What changes and cannot be compared: a secret is not shown in a preview."""
    kinds = {"policy": "access", "policyDocument": "access", "replicas": "delete-replica", "enabled": "disable"}
    for root in sorted({re.split(r"[.\[]", path)[0] for path in diff} & set(kinds)):
        if any(inputs.get(root) == "[secret]" for inputs in (old, new)):
            yield kinds[root], f"{root} changes, and the preview does not show how"
