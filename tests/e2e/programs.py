"""Programs whose one key takes its inputs from a file, so that a test can change them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kit import simulator, stack

ADMIN = f"arn:aws:iam::{simulator.ACCOUNT}:role/SecurityAdmin"
# When the run ends, each new key gets a note that the engine has recorded it.
NOTED = ["TagResource"]
USER = f"arn:aws:iam::{simulator.ACCOUNT}:role/RDSServiceRole"

TYPESCRIPT = {
    "Pulumi.yaml": "name: keys\nruntime:\n  name: nodejs\n  options:\n    typescript: true\n",
    "package.json": '{"name": "keys", "private": true, "main": "index.ts"}',
    "tsconfig.json": '{"compilerOptions": {"target": "es2020", "module": "commonjs", "moduleResolution": "node", "strict": true}}',
    "index.ts": """
import * as fs from "fs";
import * as pulumi from "@pulumi/pulumi";
import * as awskms from "pulumi-awskms";
const file = JSON.parse(fs.readFileSync("inputs.json", "utf8"));
if (file.inputs) {
    const key = new awskms.AwsKmsKey(file.name, file.inputs, file.options);
    module.exports = { keyId: key.keyId, keyArn: key.keyArn, aliasArn: key.aliasArn, keyState: key.keyState,
        rotationEnabled: key.rotationEnabled, tagsAll: key.tagsAll, primaryRegion: key.primaryRegion,
        west: key.replicaKeys.apply(keys => keys?.["eu-west-1"]?.keyArn) };
}
""",
}

PYTHON = {
    "Pulumi.yaml": "name: keys\nruntime: python\n",
    "__main__.py": """
import json, re
import pulumi
import pulumi_awskms as awskms
file = json.load(open("inputs.json"))
snake = lambda name: re.sub("([A-Z])", lambda m: "_" + m[1].lower(), name)
def named(inputs):
    out = {snake(name): value for name, value in inputs.items()}
    if isinstance(out.get("policy"), dict):
        out["policy"] = {snake(name): value for name, value in out["policy"].items()}
    if "replicas" in out:
        out["replicas"] = [named(replica) for replica in out["replicas"]]
    return out
if file["inputs"]:
    options = {snake(name): value for name, value in file.get("options", {}).items()}
    key = awskms.AwsKmsKey(file["name"], **named(file["inputs"]), opts=pulumi.ResourceOptions(**options))
    for name in ["keyId", "keyArn", "aliasArn", "keyState", "rotationEnabled", "tagsAll", "primaryRegion"]:
        pulumi.export(name, getattr(key, snake(name)))
    west = lambda keys: keys["eu-west-1"].key_arn if keys and "eu-west-1" in keys else None
    pulumi.export("west", key.replica_keys.apply(west))
""",
}

# Written anew with the inputs: the inputs are the program.
YAML = {"Pulumi.yaml": "name: keys\nruntime: yaml\n"}
EXPORTED = ["keyId", "keyArn", "aliasArn", "keyState", "rotationEnabled", "tagsAll", "primaryRegion"]

LANGUAGES = {"typescript": TYPESCRIPT, "python": PYTHON}


def as_yaml(name: str, inputs: dict[str, Any] | None, options: dict[str, Any]) -> str:
    """A program in YAML, which JSON is."""
    resource = {"type": "awskms:AwsKmsKey", "properties": inputs, "options": options}
    outputs = {output: f"${{{name}.{output}}}" for output in EXPORTED}
    if any(replica["region"] == "eu-west-1" for replica in (inputs or {}).get("replicas", [])):
        outputs["west"] = f'${{{name}.replicaKeys["eu-west-1"].keyArn}}'
    resources = {} if inputs is None else {"resources": {name: resource}, "outputs": outputs}
    return json.dumps({"name": "keys", "runtime": "yaml", **resources})


class KeyProgram:
    """A stack with one key."""

    def __init__(self, running: stack.Stack) -> None:
        self.stack = running
        self.name = "key"
        self.is_yaml = "runtime: yaml" in (running.folder / "Pulumi.yaml").read_text()

    def write(self, inputs: dict[str, Any] | None, **options: Any) -> None:
        """Sets the key's inputs; None takes the key out of the program."""
        if self.is_yaml:
            (self.stack.folder / "Pulumi.yaml").write_text(as_yaml(self.name, inputs, options))
            return
        text = json.dumps({"name": self.name, "inputs": inputs, "options": options})
        (self.stack.folder / "inputs.json").write_text(text)

    def up(self, inputs: dict[str, Any] | None, *words: str, **options: Any) -> str:
        """Sets the inputs and runs `pulumi up`."""
        self.write(inputs, **options)
        return self.stack.pulumi("up", "--yes", "--skip-preview", *words)

    def refused(self, inputs: dict[str, Any], command: str = "preview") -> str:
        """What `pulumi` says to inputs that it must refuse."""
        self.write(inputs)
        words = [command] if command == "preview" else [command, "--yes", "--skip-preview"]
        try:
            output = self.stack.pulumi(*words)
        except stack.Failed as failed:
            return " ".join(failed.output.split())
        raise AssertionError(f"it was accepted:\n{output}")

    def key(self) -> dict[str, Any]:
        """The key in the state."""
        keys = self.stack.resources()
        assert len(keys) == 1, keys
        return keys[0]


@contextmanager
def key_program(language: str, sim: simulator.Simulator) -> Iterator[KeyProgram]:
    """A program in a language, without a key yet."""
    with stack.program({**LANGUAGES, "yaml": YAML}[language], sim.url) as running:
        yield KeyProgram(running)


def plain(text: str) -> str:
    """Text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
