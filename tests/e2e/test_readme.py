"""README.md's own lines, run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kit import paths, simulator, stack
from readme import Once, blocks, shell

PAGE = "README.md"
[MAKE, NPM, PIP, GO, UP] = blocks(PAGE, after="## Use it on AWS")

TYPESCRIPT = {
    "package.json": '{"name": "keys", "private": true, "main": "index.ts"}',
    "tsconfig.json": '{"compilerOptions": {"target": "es2022", "module": "nodenext", "strict": true, "skipLibCheck": true}}',
    "Pulumi.yaml": "name: keys\nruntime: nodejs\n",
}
GO_PROGRAM = """package main

import (
    "github.com/pulumi-awskms/pulumi-awskms/sdk/go/awskms"
    "github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
    pulumi.Run(func(ctx *pulumi.Context) error {
        key, err := awskms.NewAwsKmsKey(ctx, "orders", &awskms.AwsKmsKeyArgs{Alias: pulumi.String("alias/prod/orders")})
        if err == nil {
            ctx.Export("keyArn", key.KeyArn)
        }
        return err
    })
}
"""


def newcomer(home: Path) -> dict[str, str]:
    """The environment of somebody who has cloned the repository and run `make demo`: no Pulumi CLI on the PATH."""
    env = stack.environment(home, "http://127.0.0.1:1")
    hidden = {str(paths.BIN), str(paths.VENV / "bin")}
    env["PATH"] = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part not in hidden)
    del env["VIRTUAL_ENV"]
    return {**env, "AWSKMS": str(paths.ROOT), "npm_config_prefer_offline": "true", "npm_config_audit": "false"}


def test_every_make_target_that_a_page_names_exists() -> None:
    pages = [paths.ROOT / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")] + sorted((paths.ROOT / "docs").glob("*.md"))
    named = {target for page in pages for target in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)}
    targets = set(re.findall(r"^([a-z-]+):", (paths.ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "install", "packages"} <= named <= targets


def test_install_finds_the_cli_that_demo_has_built(tmp_path: Path) -> None:
    env = newcomer(tmp_path)
    told = shell(MAKE.splitlines()[0], paths.ROOT, env)
    assert f"installed awskms {paths.VERSION}" in told
    # What it says about the PATH is true.
    where = re.search(r"export PATH=(.*):\$PATH", told)
    if where:
        listed = shell(f"export PATH={where[1]}:$PATH; pulumi plugin ls", tmp_path, env)
        assert re.search(rf"awskms +resource +{re.escape(paths.VERSION)}", listed)


def test_install_looks_for_the_cli_before_it_builds(tmp_path: Path) -> None:
    # A clone without .tools, and a PATH without pulumi: the answer comes before cargo is ever called.
    shutil.copytree(paths.ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("node_modules"))
    for name in ("Makefile", "Cargo.toml"):
        shutil.copyfile(paths.ROOT / name, tmp_path / name)
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("make", "sh"):
        (bare / name).symlink_to(shutil.which(name) or "")
    command = ["make", "install", f"PYTHON={sys.executable}"]
    env = {"PATH": str(bare), "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=env, text=True, capture_output=True, check=False)
    assert done.returncode != 0 and "no pulumi found" in done.stderr and "building" not in done.stdout, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    program = tmp_path / "program"
    program.mkdir()
    return program


def test_the_npm_line_gives_a_package_for_every_kind_of_program(folder: Path, tmp_path: Path) -> None:
    once = Once("npm", NPM, paths.NODE_PACKAGE)
    if once.passed():
        pytest.skip("passed with this package before")
    for name, text in TYPESCRIPT.items():
        (folder / name).write_text(text)
    env = newcomer(tmp_path)
    shell(NPM, folder, env)
    assert shell("""node -p 'typeof require("pulumi-awskms").AwsKmsKey'""", folder, env).strip() == "function"
    wanted = """import { AwsKmsKey } from "pulumi-awskms"; if (typeof AwsKmsKey !== "function") process.exit(1)"""
    (folder / "module.mjs").write_text(wanted)
    shell("node module.mjs", folder, env)
    [program, *_] = blocks(PAGE, "typescript")
    (folder / "index.ts").write_text(program)
    shell(f"{paths.NODE / 'node_modules/.bin/tsc'} --noEmit -p .", folder, env)
    installed = yaml.safe_load((folder / "node_modules/pulumi-awskms/package.json").read_text())
    assert installed["version"] == paths.VERSION and (folder / "node_modules/pulumi-awskms/LICENSE").exists()
    once.remember()


def test_the_pip_line_gives_a_typed_package(folder: Path, tmp_path: Path) -> None:
    env = newcomer(tmp_path)
    # Into a folder of its own; what it depends on is in the tools' environment already.
    target = tmp_path / "site"
    pip = f"{paths.VENV / 'bin/python'} -m pip --disable-pip-version-check"
    shell(PIP.replace("pip install", f"{pip} install --no-deps --target {target}", 1), folder, env)
    assert (target / "pulumi_awskms/py.typed").exists()
    [metadata] = target.glob("*.dist-info/METADATA")
    text = metadata.read_text()
    for line in (f"Version: {paths.VERSION}", "License: Apache-2.0", "Description-Content-Type: text/markdown", "Project-URL: Repository, "):
        assert line in text, text
    assert list(target.glob("*.dist-info/licenses/LICENSE")) and text.rstrip().splitlines()[-1] != ""


def test_the_go_lines_give_a_module_that_compiles(folder: Path, tmp_path: Path) -> None:
    sources = sorted(path for path in (paths.ROOT / "sdk/go/awskms").rglob("*") if path.is_file())
    once = Once("go", GO, GO_PROGRAM, *sources)
    if once.passed():
        pytest.skip("passed with this module before")
    env = {**newcomer(tmp_path), "GOFLAGS": "-mod=mod"}
    (folder / "main.go").write_text(GO_PROGRAM)
    shell(f"go mod init example.com/keys\n{GO}\ngo vet .", folder, env)
    once.remember()


def test_the_first_program_comes_up(sim: simulator.Simulator, folder: Path, tmp_path: Path) -> None:
    for name, text in TYPESCRIPT.items():
        (folder / name).write_text(text)
    [program, *_] = blocks(PAGE, "typescript")
    (folder / "index.ts").write_text(program)
    stack.link_packages(folder)
    running = stack.Stack(folder, tmp_path / "home", sim.url, region="us-east-1")
    running.init()
    assert "pulumi up" in UP
    for line in UP.splitlines():
        words = line.split()[1:]
        running.pulumi(*words, *(["--yes", "--skip-preview"] if words == ["up"] else []))
    # In the Region that the lines have set, not in the environment's.
    assert running.outputs()["keyArn"].startswith("arn:aws:kms:eu-central-1:")
