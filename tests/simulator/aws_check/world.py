"""One side of the comparison: an account of AWS, or a simulator; and what a check made there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import boto3
import botocore.exceptions
from botocore.config import Config

TAG = "awskms-aws-check"
WAIT_DAYS = 7

# Reading is free of harm; everything else may concern only what this run made.
READS = ("describe_", "get_", "list_", "generate_random")


class Foreign(Exception):
    """A check was about to change something that it has not made."""


class World:
    """Clients of one side. Every key that is made carries the run's tag and is remembered for the end."""

    def __init__(self, run: str, home: str, away: str, endpoint: str | None = None) -> None:
        self.run, self.home, self.away, self.endpoint = run, home, away, endpoint
        self.keys: list[tuple[str, str]] = []
        self.aliases: list[tuple[str, str]] = []
        self.count = 0
        self.called: set[str] = set()
        self.account = self.session("sts").get_caller_identity()["Account"]
        self.partition = "aws-cn" if home.startswith("cn-") else "aws-us-gov" if home.startswith("us-gov-") else "aws"

    def session(self, service: str, region: str | None = None) -> Any:
        config = Config(parameter_validation=False, retries={"total_max_attempts": 8, "mode": "adaptive"} if self.endpoint is None else {"total_max_attempts": 1})
        named = {} if self.endpoint is None else {"endpoint_url": self.endpoint, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, region_name=region or self.home, config=config, **named)

    def tags(self) -> list[dict[str, str]]:
        return [{"TagKey": TAG, "TagValue": self.run}]

    def name(self) -> str:
        self.count += 1
        return f"alias/{TAG}-{self.run}-{self.count}"

    def ask(self, operation: str, region: str | None = None, **arguments: Any) -> Any:
        """The answer; an error is raised."""
        region = region or self.home
        call = getattr(self.session("kms", region), operation)
        if not operation.startswith(READS):
            self.guard(operation, arguments)
        if operation == "create_key":
            arguments["Tags"] = arguments.get("Tags", []) + self.tags()
        self.called.add(re.sub(r"(?:^|_)(\w)", lambda found: found[1].upper(), operation))
        answer = call(**arguments)
        self.remember(operation, region, arguments, answer)
        return answer

    def guard(self, operation: str, arguments: dict[str, Any]) -> None:
        """Refuses changes to what this run has not made."""
        made = {arn for _, arn in self.keys} | {arn.rsplit("/", 1)[-1] for _, arn in self.keys}
        for member in ("KeyId", "TargetKeyId"):
            name = arguments.get(member)
            absent = isinstance(name, str) and re.search(r"0{8}-0{4}-0{4}-0{4}-0{12}$", name)
            if name is not None and name not in made and not absent:
                raise Foreign(f"{operation} of {name}, which this run has not made")
        alias = arguments.get("AliasName", "")
        if alias and TAG not in alias and not alias.startswith("alias/aws/"):
            raise Foreign(f"{operation} of {alias}, which this run has not made")

    def remember(self, operation: str, region: str, arguments: dict[str, Any], answer: Any) -> None:
        if operation == "create_key":
            self.keys.append((region, answer["KeyMetadata"]["Arn"]))
        elif operation == "replicate_key":
            self.keys.append((arguments["ReplicaRegion"], answer["ReplicaKeyMetadata"]["Arn"]))
        elif operation == "create_alias":
            self.aliases.append((region, arguments["AliasName"]))

    def came(self, operation: str, region: str | None = None, **arguments: Any) -> Any:
        """What came of a call, without what differs from one account, key and moment to another."""
        try:
            answer = self.ask(operation, region, **arguments)
        except botocore.exceptions.ClientError as error:
            told = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return {"code": told["Code"], "status": status, "message": self.masked(told.get("Message") or "")}
        answer.pop("ResponseMetadata", None)
        return self.masked(answer)

    def masked(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self.masked(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.masked(inner, name) for inner in value]
        if isinstance(value, bytes) or name in ("GrantToken", "GrantId", "NextMarker", "CloudTrailEventId", "KmsRequestId"):
            return "<opaque>"
        if hasattr(value, "isoformat"):
            return "<date>"
        if not isinstance(value, str):
            return value
        text = re.sub(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:[\w+=,.@/-]+", r"<\1-arn>", value)
        text = re.sub(r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{64}\b", "<id>", text)
        return text.replace(self.account, "<account>").replace(self.run, "<run>").replace(f"arn:{self.partition}:", "arn:<partition>:")

    def key(self, region: str | None = None, **arguments: Any) -> str:
        arn: str = self.ask("create_key", region, **arguments)["KeyMetadata"]["Arn"]
        return arn

    def state(self, region: str, arn: str) -> str:
        state: str = self.ask("describe_key", region, KeyId=arn)["KeyMetadata"]["KeyState"]
        return state

    def until(self, wanted: Callable[[], bool], seconds: float = 300) -> bool:
        """Waits for something that KMS does by itself."""
        end = time.monotonic() + seconds
        while not wanted():
            if time.monotonic() > end:
                return False
            time.sleep(0.2 if self.endpoint else 2)
        return True

    def replica(self) -> str:
        """A primary at home whose replica is ready."""
        arn = self.key(MultiRegion=True)
        self.ask("replicate_key", KeyId=arn, ReplicaRegion=self.away, Tags=self.tags())
        self.until(lambda: self.state(self.away, arn.replace(self.home, self.away)) != "Creating")
        return arn

    def clean(self) -> list[str]:
        """Takes everything away as far as KMS allows; gives what is left to be looked after."""
        left = []
        for region, alias in self.aliases:
            try:
                self.session("kms", region).delete_alias(AliasName=alias)
            except botocore.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != "NotFoundException":
                    left.append(f"{alias} in {region}: {error}")
        # Replicas first: a primary waits for them.
        for region, arn in reversed(self.keys):
            try:
                self.until(lambda: self.state(region, arn) not in ("Creating", "Updating"))
                self.session("kms", region).schedule_key_deletion(KeyId=arn, PendingWindowInDays=WAIT_DAYS)
            except botocore.exceptions.ClientError as error:
                if "pending" not in str(error):
                    left.append(f"{arn}: {error}")
        return left
