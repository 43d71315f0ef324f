"""What the SDKs take, beyond what their generators promise, and what they say about themselves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from kit import paths, simulator, stack

SDK = paths.ROOT / "sdk"

STRINGS = """import pulumi_awskms as awskms

key = awskms.AwsKmsKey(
    "key",
    alias="alias/strings",
    key_spec="SYMMETRIC_DEFAULT",
    deletion_policy="DISABLE",
    policy={"account_access": "FULL"},
    deletion_guard=awskms.DeletionGuardArgs(min_idle_days=7, on_unknown="WARN"),
)
wrapped = awskms.AwsKmsKeyArgs(replacement_policy="ALLOW", key_usage=awskms.KeyUsage.ENCRYPT_DECRYPT)
"""


def test_python_takes_enums_as_strings_and_type_checkers_know_which(tmp_path: Path, sim: simulator.Simulator) -> None:
    program = tmp_path / "__main__.py"

    def checked(text: str) -> str:
        program.write_text(text)
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(paths.TOOLS / "mypy"), "--follow-imports", "silent", str(program)]
        return subprocess.run(command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout

    assert "Success" in checked(STRINGS)
    assert "No overload variant" in checked(STRINGS.replace('"DISABLE"', '"DISABEL"'))

    with stack.program({"Pulumi.yaml": "name: strings\nruntime: python\n", "__main__.py": STRINGS}, sim.url) as running:
        running.pulumi("up", "--yes", "--skip-preview")
        [key] = running.resources()
        assert (key["inputs"]["deletionPolicy"], key["inputs"]["policy"]["accountAccess"]) == ("DISABLE", "FULL")
        assert key["inputs"]["deletionGuard"]["onUnknown"] == "WARN"


def test_every_sdk_has_the_one_version_licence_and_repository() -> None:
    schema = json.loads((paths.ROOT / "schema.json").read_text())
    assert schema["version"] == paths.VERSION
    node = json.loads((SDK / "nodejs/package.json").read_text())
    python = (SDK / "python/pyproject.toml").read_text()
    assert (node["version"], node["license"], node["repository"]) == (paths.VERSION, schema["license"], schema["repository"])
    assert f'version = "{paths.VERSION}"' in python and f'Repository = "{schema["repository"]}"' in python
    for plugin in ("go/awskms/pulumi-plugin.json", "python/pulumi_awskms/pulumi-plugin.json"):
        assert json.loads((SDK / plugin).read_text())["version"] == paths.VERSION
    module = (SDK / "go/awskms/go.mod").read_text().splitlines()[0]
    assert module == f"module {schema['repository'].removeprefix('https://')}/sdk/go/awskms"
    for language in ("nodejs", "python", "go/awskms"):
        assert (SDK / language / "LICENSE").read_bytes() == (paths.ROOT / "LICENSE").read_bytes()


def test_examples_take_the_sdk_from_here_and_not_by_a_name_that_anybody_can_register() -> None:
    folder = paths.ROOT / "examples"
    manifests = [path for path in folder.rglob("package.json") if "node_modules" not in path.parts]
    for path in manifests:
        wanted = json.loads(path.read_text())["dependencies"]["pulumi-awskms"]
        assert wanted.startswith("file:") and (path.parent / wanted.removeprefix("file:")).resolve() == paths.NODE_PACKAGE, path
    requirements = list(folder.rglob("requirements.txt"))
    for path in requirements:
        lines = [line for line in path.read_text().splitlines() if not line.startswith(("#", "pulumi>=", "pyyaml"))]
        assert [(path.parent / line).resolve() for line in lines] == [SDK / "python"], path
    assert len(manifests) == 4 and len(requirements) == 4


def test_one_place_decides_on_replacements() -> None:
    # With replaceOnChanges the engine would replace a key without asking the provider.
    text = (paths.ROOT / "schema.json").read_text()
    assert '"replaceOnChanges"' not in text and '"willReplaceOnChanges": true' in text


def test_no_reference_in_a_text_is_left_for_the_reader() -> None:
    sources = [path for path in SDK.rglob("*") if path.suffix in {".py", ".ts", ".go"} and "node_modules" not in path.parts]
    assert sources and not [path for path in sources if re.search(r"\{\{% ref", path.read_text())]
