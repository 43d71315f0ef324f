#!/usr/bin/env python3
"""A release, into dist/: the plugin's archives, the SDKs, schema, bill of materials, hashes, and a signature if wanted.

    tools/dist.py [--out FOLDER] [--profile PROFILE] [--sign KEY]

Each file has the name under which `pulumi plugin install` asks for it, so that the folder can be served as it is. KEY is a
key of the caller's own GnuPG key ring.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import packages  # noqa: E402
import sbom  # noqa: E402
from kit import paths  # noqa: E402

# Pulumi's names of the platforms, with cargo's.
TARGETS = {
    "linux-amd64": "x86_64-unknown-linux-gnu",
    "linux-arm64": "aarch64-unknown-linux-gnu",
    "darwin-amd64": "x86_64-apple-darwin",
    "darwin-arm64": "aarch64-apple-darwin",
    "windows-amd64": "x86_64-pc-windows-msvc",
    "windows-arm64": "aarch64-pc-windows-msvc",
}
PLUGIN = "pulumi-resource-awskms"


def told(*command: str) -> str:
    return subprocess.run(command, cwd=paths.ROOT, text=True, capture_output=True, check=True).stdout


def host() -> str:
    return next(line.split()[1] for line in told("rustc", "-vV").splitlines() if line.startswith("host:"))


def obstacle(triple: str) -> str | None:
    """Why a target cannot be built on this machine."""
    if triple == host():
        return None
    if not (Path(told("rustc", "--print", "sysroot").strip()) / "lib/rustlib" / triple / "lib").is_dir():
        return f"Rust's standard library for it is missing (rustup target add {triple})"
    if zig(triple):
        return None
    linker = f"CARGO_TARGET_{triple.upper().replace('-', '_')}_LINKER"
    return None if linker in os.environ else f"no linker and C compiler for it (set {linker} and CC_{triple.replace('-', '_')})"


def zig(triple: str) -> bool:
    """Whether Zig links for a target: it brings what Linux needs, and neither Apple's SDK nor Microsoft's libraries."""
    return triple != host() and "linux" in triple and shutil.which("cargo-zigbuild") is not None


def program(triple: str, profile: str) -> Path:
    """Builds the provider."""
    # The host's own folder, so that nothing is built twice.
    target = [] if triple == host() else ["--target", triple]
    # The tests' build has all of the workspace in it.
    tests = profile == "release" and not target
    what = ["--workspace", "--features", "awskms-sim/connector"] if tests else ["-p", "pulumi-awskms"]
    command = ["cargo", "zigbuild" if zig(triple) else "build", "--quiet", "--locked", "--profile", profile, *what, *target]
    subprocess.run(command, cwd=paths.ROOT, check=True)
    name = f"{PLUGIN}.exe" if "windows" in triple else PLUGIN
    return paths.ROOT / "target" / (triple if target else "") / profile / name


def archive(binary: Path, platform: str, out: Path) -> Path:
    """The archive of a platform. The same files give the same bytes: no times, no owners."""
    file = out / f"{PLUGIN}-v{paths.VERSION}-{platform}.tar.gz"
    with file.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for source, mode in ((binary, 0o755), (paths.ROOT / "LICENSE", 0o644), (paths.ROOT / "README.md", 0o644)):
                entry = tarfile.TarInfo(source.name)
                content = source.read_bytes()
                entry.size, entry.mode = len(content), mode
                tar.addfile(entry, io.BytesIO(content))
    return file


def hashes(out: Path) -> Path:
    file = out / "SHA256SUMS"
    others = sorted(path for path in out.iterdir() if path.is_file() and not path.name.startswith("SHA256SUMS"))
    file.write_text("".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in others))
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=paths.DIST, help="default: dist")
    parser.add_argument("--profile", choices=["dist", "release"], default="dist", help="of cargo; default: dist, which takes minutes more")
    parser.add_argument("--sign", metavar="KEY", help="sign the list of hashes with this key, by GnuPG")
    arguments = parser.parse_args()
    out: Path = arguments.out
    # Of another version or profile, if there is something.
    for old in [*out.glob(f"{PLUGIN}*"), *out.glob("SHA256SUMS*"), *out.glob("pulumi*awskms-*")]:
        old.unlink()
    out.mkdir(parents=True, exist_ok=True)
    left_out = []
    for platform, triple in TARGETS.items():
        because = obstacle(triple)
        if because:
            left_out.append(f"  {platform:14} {because}")
            continue
        archive(program(triple, arguments.profile), platform, out)
        (out / f"{PLUGIN}-v{paths.VERSION}-{platform}.cdx.json").write_text(json.dumps(sbom.bill(triple), indent=1) + "\n")
    with packages.alone():
        packages.node()
        packages.python()
        for file in (paths.NODE_PACKAGE, paths.PYTHON_PACKAGE):
            if file.parent != out.resolve():
                shutil.copy(file, out)
    shutil.copyfile(paths.ROOT / "schema.json", out / "schema.json")
    sums = hashes(out)
    if arguments.sign:
        command = ["gpg", "--batch", "--yes", "--armor", "--local-user", arguments.sign, "--detach-sign", str(sums)]
        subprocess.run(command, check=True)
    print("".join(f"{path.name}\n" for path in sorted(out.iterdir())), end="")
    if left_out:
        print("not built here:\n" + "\n".join(left_out))


if __name__ == "__main__":
    main()
