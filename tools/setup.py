#!/usr/bin/env python3
"""Installs what the demo and the tests need below .tools, from package registries only.

Each part is made once and again only when its inputs change.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import packages  # noqa: E402
from kit import paths  # noqa: E402
from packages import run  # noqa: E402

PULUMI_VERSION = "v3.259.0"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
HOSTS = "github.com/pulumi/pulumi/sdk/v3"
YAML_HOST = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def digest(*inputs: Path, text: str = "") -> str:
    total = hashlib.sha256(text.encode())
    for entry in inputs:
        files = sorted(p for p in entry.rglob("*") if p.is_file()) if entry.is_dir() else [entry]
        for file in files:
            total.update(str(file.relative_to(paths.ROOT)).encode())
            total.update(file.read_bytes())
    return total.hexdigest()


def once(name: str, stamp: str, what: str, make: Callable[[], None], *made: Path) -> None:
    """Makes a part unless it was made from the same inputs, and what it made is still there."""
    file = paths.TOOLS / "stamps" / name
    if file.exists() and file.read_text() == stamp and all(path.exists() for path in made):
        return
    say(what)
    began = time.monotonic()
    make()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(stamp)
    say(f"done in {time.monotonic() - began:.0f} s")


def need(command: str, what_for: str, package: str) -> None:
    """Asks for a tool that cannot come from a language's package registry."""
    if shutil.which(command):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"installing {package} for {what_for}")
        run(["apt-get", "update"], paths.ROOT)
        run(["apt-get", "install", "-y", "--no-install-recommends", package], paths.ROOT, DEBIAN_FRONTEND="noninteractive")
    if not shutil.which(command):
        sys.exit(f"{command} is needed for {what_for}; install it (Debian: apt-get install {package}) and run this again")


def users_own_pulumi() -> bool:
    """Whether a recent CLI with its language hosts is on PATH already."""
    found = shutil.which("pulumi")
    hosts = all(shutil.which(f"pulumi-language-{language}") for language in ("nodejs", "python", "yaml"))
    if not found or not hosts or Path(found).resolve().parent == paths.BIN.resolve():
        return False
    version = subprocess.run([found, "version"], text=True, capture_output=True, check=False).stdout
    numbers = re.match(r"v?(\d+)\.(\d+)", version.strip())
    return bool(numbers) and (int(numbers[1]), int(numbers[2])) >= (3, 150)


def pulumi() -> None:
    if users_own_pulumi():
        return
    need("go", f"building the Pulumi CLI {PULUMI_VERSION}", "golang")
    cli, hosts, yaml_host = (paths.ROOT / "tools" / name for name in ("pulumi-cli", "pulumi-hosts", "pulumi-yaml-host"))
    paths.BIN.mkdir(parents=True, exist_ok=True)

    def build_cli() -> None:
        flags = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={PULUMI_VERSION}"
        run(["go", "build", "-ldflags", flags, "-o", str(paths.BIN) + "/", CLI], cli)

    def build_hosts() -> None:
        commands = [f"{HOSTS}/{language}/cmd/pulumi-language-{language}" for language in ("nodejs", "python")]
        run(["go", "build", "-ldflags", "-s -w", "-o", str(paths.BIN) + "/", *commands], hosts)
        module = subprocess.run(["go", "mod", "download", "-json", HOSTS], cwd=hosts, text=True, capture_output=True, check=True)
        helper = Path(json.loads(module.stdout)["Dir"]) / "python/cmd/pulumi-language-python-exec"
        target = paths.BIN / helper.name
        shutil.copyfile(helper, target)
        target.chmod(0o755)

    def build_yaml_host() -> None:
        run(["go", "build", "-ldflags", "-s -w", "-o", str(paths.BIN) + "/", YAML_HOST], yaml_host)

    once("pulumi-hosts", digest(hosts), "building Pulumi's language hosts (about 30 s)", build_hosts)
    once("pulumi-yaml-host", digest(yaml_host), "building Pulumi's language host for YAML (about 70 s)", build_yaml_host)
    once("pulumi-cli", digest(cli), f"building the Pulumi CLI {PULUMI_VERSION} (about 5 min, once)", build_cli)


def node() -> None:
    need("node", "TypeScript programs", "nodejs")
    need("npm", "TypeScript programs", "npm")
    listed, sdk = paths.ROOT / "tools/node", paths.ROOT / "sdk/nodejs"

    def install() -> None:
        paths.NODE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            if (listed / name).exists():
                shutil.copyfile(listed / name, paths.NODE / name)
        locked = (paths.NODE / "package-lock.json").exists()
        run(["npm", "ci" if locked else "install", "--no-audit", "--no-fund"], paths.NODE)

    def install_sdk() -> None:
        packages.node()
        # As a user does. Without --save, so that the lock file stays what is checked in.
        run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", str(paths.NODE_PACKAGE)], paths.NODE)

    stamp = digest(listed)
    once("node", stamp, "installing Node packages", install)
    once("node-sdk", digest(sdk, text=stamp), "packing and installing the Node.js SDK", install_sdk, paths.NODE_PACKAGE)


def python() -> None:
    wanted, sdk = paths.ROOT / "tools/requirements.txt", paths.ROOT / "sdk/python"

    def install() -> None:
        shutil.rmtree(paths.VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(paths.VENV)], paths.ROOT)
        run([*packages.PIP, "install", "-r", str(wanted)], paths.ROOT)

    def install_sdk() -> None:
        packages.python()
        run([*packages.PIP, "install", "--no-deps", "--force-reinstall", str(paths.PYTHON_PACKAGE)], paths.ROOT)

    stamp = digest(wanted, text=sys.version)
    once("python", stamp, "installing Python packages", install)
    once("python-sdk", digest(sdk, text=stamp), "packing and installing the Python SDK", install_sdk, paths.PYTHON_PACKAGE)


def sdkgen() -> None:
    need("go", "generating the SDKs", "golang")
    folder = paths.ROOT / "tools/sdkgen"
    paths.BIN.mkdir(parents=True, exist_ok=True)
    once(
        "sdkgen",
        digest(folder),
        "building the SDK generator",
        lambda: run(["go", "build", "-o", str(paths.BIN / "awskms-sdkgen"), "."], folder),
    )


def judge() -> None:
    """The judge below tests/engine is built when it runs; its modules are fetched here, with the rest."""
    need("go", "the judge of the promises", "golang")
    folder = paths.ROOT / "tests/engine"
    for modfile in ("go.mod", "newest.mod"):
        inputs = folder / modfile
        once(
            f"judge-{inputs.stem}",
            digest(inputs),
            f"fetching the modules of the judge ({modfile})",
            lambda modfile=modfile: run(["go", "build", f"-modfile={modfile}", "./..."], folder),
        )


def main() -> None:
    parts = {"pulumi": pulumi, "python": python, "node": node, "sdkgen": sdkgen, "judge": judge}
    for name in sys.argv[1:] or parts:
        if name not in parts:
            sys.exit(f"no part {name}; there are {', '.join(parts)}")
        parts[name]()


if __name__ == "__main__":
    main()
