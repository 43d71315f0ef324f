"""A Pulumi stack on a backend in a folder of its own, driven by the real CLI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import paths
from .simulator import REGION

PASSPHRASE = "correct horse battery staple"


class Failed(Exception):
    """The CLI ended with an error."""

    def __init__(self, command: list[str], output: str) -> None:
        super().__init__(f"{' '.join(command)} failed:\n{output}")
        self.output = output


class Stack:
    """A program with a stack in its own home and backend."""

    def __init__(self, folder: Path, home: Path, endpoint: str, region: str = REGION) -> None:
        self.folder = folder
        self.env = environment(home, endpoint, region)

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Starts the CLI; the caller reads what it prints and waits for it."""
        command = [paths.pulumi(), *words, "--non-interactive"]
        return subprocess.Popen(
            command, cwd=self.folder, env={**self.env, **env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def pulumi(self, *words: str, echo: bool = False, check: bool = True, **env: str) -> str:
        """Runs the CLI; gives everything it printed."""
        process = self.start(*words, **env)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if echo:
                print(f"    {line}", end="", flush=True)
        output = "".join(lines)
        if process.wait() != 0 and check:
            raise Failed(["pulumi", *words], output)
        return output

    def provider_processes(self) -> list[int]:
        """Process IDs of the providers that this stack's engine has started."""
        home = self.env["PULUMI_HOME"]
        found = []
        for folder in Path("/proc").iterdir():
            try:
                program = os.readlink(folder / "exe") if folder.name.isdigit() else ""
            except OSError:
                continue  # It has ended, or belongs to somebody else.
            if program.startswith(home) and "pulumi-resource-awskms" in program:
                found.append(int(folder.name))
        return found

    def init(self, name: str = "dev") -> None:
        """Installs the plugin and makes the stack."""
        install_plugin(self.env)
        self.pulumi("stack", "init", name)

    def outputs(self) -> dict[str, Any]:
        """The stack outputs, secrets shown."""
        outputs: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets"))
        return outputs

    def state(self) -> dict[str, Any]:
        """The state as the backend holds it, in the form of `pulumi stack export`; read from the file, which takes no CLI."""
        [file] = (Path(self.env["PULUMI_BACKEND_URL"].removeprefix("file://")) / ".pulumi/stacks").rglob("*.json")
        stored = json.loads(file.read_text())
        return {"version": stored["version"], "deployment": stored["checkpoint"]["latest"] or {}}

    def resources(self) -> list[dict[str, Any]]:
        """Keys in the state."""
        everything = self.state()["deployment"].get("resources", [])
        return [resource for resource in everything if resource["type"] == "awskms:index:AwsKmsKey"]

    def preview(self) -> list[dict[str, Any]]:
        """The steps of a preview for keys, as the CLI gives them in JSON."""
        text = self.pulumi("preview", "--json")
        steps = json.loads(text[text.index("{") :])["steps"]
        return [step for step in steps if "AwsKmsKey" in step["urn"]]


def install_plugin(env: dict[str, str]) -> None:
    """Puts the provider where Pulumi looks for plugins."""
    command = [paths.pulumi(), "plugin", "install", "resource", "awskms", paths.VERSION, "--file", str(paths.PROVIDER)]
    done = subprocess.run(command, env=env, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(command, done.stdout + done.stderr)


def environment(home: Path, endpoint: str, region: str = REGION) -> dict[str, str]:
    """The environment of a program that works on the simulator and knows no real credentials."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    backend = home / "backend"
    backend.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        "PATH": paths.search_path(),
        "PULUMI_HOME": str(home / "pulumi"),
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
        "TS_NODE_TRANSPILE_ONLY": "true",
        "VIRTUAL_ENV": str(paths.VENV),
    }


@contextmanager
def copied(source: Path) -> Iterator[Path]:
    """A copy of a program's folder that finds the Node packages."""
    with TemporaryDirectory(prefix="awskms-") as temporary:
        folder = Path(temporary) / source.name
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules", "Pulumi.*.yaml"))
        link_packages(folder)
        yield folder


@contextmanager
def example(name: str, endpoint: str, region: str = REGION) -> Iterator[Stack]:
    """A copy of an example program with a stack of its own."""
    with copied(paths.ROOT / "examples" / name) as folder:
        yield Stack(folder, folder.parent / "home", endpoint, region)


@contextmanager
def program(files: dict[str, str], endpoint: str, region: str = REGION) -> Iterator[Stack]:
    """A program from its files, with a stack of its own."""
    with TemporaryDirectory(prefix="awskms-") as temporary:
        folder = Path(temporary) / "program"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        link_packages(folder)
        stack = Stack(folder, Path(temporary) / "home", endpoint, region)
        stack.init()
        yield stack


def link_packages(folder: Path) -> None:
    """Node looks for packages in the folders above a program."""
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(paths.NODE / "node_modules")
