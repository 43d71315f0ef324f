"""A release: what `make dist` makes, and that a stranger's empty home runs an example with it."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
from kit import paths, simulator, stack

ARCHIVE = f"pulumi-resource-awskms-v{paths.VERSION}-linux-amd64.tar.gz"
LISTED = {ARCHIVE, ARCHIVE.replace(".tar.gz", ".cdx.json"), paths.NODE_PACKAGE.name, paths.PYTHON_PACKAGE.name, "schema.json"}


def dist(out: Path, *words: str, **env: str) -> str:
    """The release that the tests' own build gives: the profile differs, the rest is the same."""
    command = [sys.executable, "tools/dist.py", "--profile", "release", "--out", str(out), *words]
    done = subprocess.run(command, cwd=paths.ROOT, env={**os.environ, **env}, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A release, signed by a key that is made for it."""
    out, ring = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("ring")
    ring.chmod(0o700)
    if shutil.which("gpg") is None:
        return out, dist(out)
    make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "release@example.com", "ed25519", "sign", "never"]
    subprocess.run(make, env={**os.environ, "GNUPGHOME": str(ring)}, check=True, capture_output=True)
    told = dist(out, "--sign", "release@example.com", GNUPGHOME=str(ring))
    check = ["gpg", "--verify", str(out / "SHA256SUMS.asc"), str(out / "SHA256SUMS")]
    subprocess.run(check, env={**os.environ, "GNUPGHOME": str(ring)}, check=True, capture_output=True)
    return out, told


def test_every_file_of_a_release_is_listed_with_its_hash(release: tuple[Path, str]) -> None:
    out, told = release
    listed = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert LISTED <= set(listed) == {path.name for path in out.iterdir() if not path.name.startswith("SHA256SUMS")}
    assert all(hashlib.sha256((out / name).read_bytes()).hexdigest() == value for name, value in listed.items())
    # What cannot be built is said, with the reason.
    assert "not built here" in told and "darwin-arm64" in told and "rustup target add" in told


def test_the_same_sources_give_the_same_archive_and_bill(release: tuple[Path, str], tmp_path: Path) -> None:
    sys.path.insert(0, str(paths.ROOT / "tools"))
    import dist as tool
    import sbom

    out, _ = release
    again = tool.archive(paths.PROVIDER, "linux-amd64", tmp_path)
    assert again.read_bytes() == (out / ARCHIVE).read_bytes()
    with tarfile.open(again) as tar:
        assert [(entry.name, entry.mode) for entry in tar] == [("pulumi-resource-awskms", 0o755), ("LICENSE", 0o644), ("README.md", 0o644)]
    bill = json.loads((out / ARCHIVE.replace(".tar.gz", ".cdx.json")).read_text())
    assert bill == json.loads(json.dumps(sbom.bill(tool.TARGETS["linux-amd64"])))
    assert (bill["bomFormat"], bill["metadata"]["component"]["version"]) == ("CycloneDX", paths.VERSION)
    parts = {part["name"]: part for part in bill["components"]}
    assert {"aws-sdk-kms", "tonic", "awskms-core"} <= set(parts) and not {"awskms-sim", "proptest", "prost-build", "xtask"} & set(parts)
    assert all("licenses" in part and ("hashes" in part or part["name"].startswith("awskms")) for part in parts.values())
    references = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert {entry["ref"] for entry in bill["dependencies"]} == references
    assert all(set(entry["dependsOn"]) <= references for entry in bill["dependencies"])


def test_an_empty_home_runs_an_example_with_what_a_server_gives(release: tuple[Path, str], sim: simulator.Simulator) -> None:
    out, _ = release
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(out))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, stack.example("yaml", sim.url) as running:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert not Path(running.env["PULUMI_HOME"]).exists()
        url = f"http://127.0.0.1:{server.server_port}"
        running.pulumi("plugin", "install", "resource", "awskms", paths.VERSION, "--server", url)
        server.shutdown()
        running.pulumi("stack", "init", "dev")
        running.pulumi("up", "--yes", "--skip-preview")
        assert running.outputs()["aliasName"] == "alias/yaml/rds-primary"
        running.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
        running.pulumi("destroy", "--yes", "--skip-preview")
        assert [key["state"] for key in sim.keys()] == ["PendingDeletion"]
