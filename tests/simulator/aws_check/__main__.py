"""Asks an account of AWS and the simulator the same, and says where they agree.

    python tests/simulator/aws_check --account 123456789012 --region eu-central-1 --away eu-west-1

Needs credentials for the account (any that the AWS CLI takes) which may do everything with KMS. It makes some 30 keys, each tagged
`awskms-aws-check`, changes nothing that it has not made, and schedules the deletion of them all for in seven days."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[3] / "tools")]

from aws_check import beliefs, report  # noqa: E402
from aws_check.life import life  # noqa: E402
from aws_check.world import World  # noqa: E402
from kit import simulator  # noqa: E402

COST = """\
This makes about 30 keys in account {account}, in {home} and {away}. A key costs 1 USD a month, counted by the hour, until its deletion is
scheduled, which happens at the end of this check: together less than 0.50 USD, and some 500 requests of which 20,000 a month
are free. KMS keeps the keys for seven days after that, without a charge. Nothing else in the account is changed."""


def main() -> int:
    arguments = read(sys.argv[1:])
    run = f"{int(time.time()):x}"
    aws = World(run, arguments.region, arguments.away, arguments.endpoint)
    if aws.account != arguments.account:
        print(f"The credentials are of account {aws.account}, not of {arguments.account}.", file=sys.stderr)
        return 2
    print(COST.format(account=aws.account, home=arguments.region, away=arguments.away))
    if not confirmed(arguments):
        print("Nothing was done.", file=sys.stderr)
        return 2
    # Transient states last long enough here to be asked in.
    with simulator.running("--options", '{"creatingSeconds": 1, "updatingSeconds": 1}') as running:
        own = World(run, arguments.region, arguments.away, running.url)
        try:
            findings = compare(aws, own)
        finally:
            left = aws.clean()
            print(f"\nThe deletion of {len(aws.keys)} keys is scheduled, {len(aws.aliases)} aliases are deleted.")
            for line in left:
                print(f"LEFT: {line}")
    print(report.summary(findings))
    report.write(findings, arguments.output)
    print(f"For the golden data: {arguments.output}/errors.tsv and {arguments.output}/recorded.json")
    return 1 if left or any(found.verdict == report.DIFFERS for found in findings) else 0


def read(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aws_check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--account", required=True, help="the account that is meant: 12 digits")
    parser.add_argument("--region", required=True)
    parser.add_argument("--away", required=True, help="another Region of the same partition, for replicas")
    parser.add_argument("--confirm", help="the account's number once more; asked for if it is absent")
    parser.add_argument("--output", type=Path, default=Path("target/aws-check"), help="where the answers go")
    parser.add_argument("--endpoint", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def confirmed(arguments: argparse.Namespace) -> bool:
    typed = arguments.confirm if arguments.confirm is not None else input("Type the account's number once more to begin: ")
    return bool(typed.strip() == arguments.account)


def compare(aws: World, own: World) -> list[report.Finding]:
    findings: list[report.Finding] = []

    def note(found: list[report.Finding]) -> None:
        for finding in found:
            findings.append(finding)
            print("\n".join(finding.lines()), flush=True)

    for part, name, probe in beliefs.PROBES:
        note(asked(name, probe, aws, own))
    for part, why in beliefs.NOT_ASKED:
        note([report.Finding(part, "", report.UNKNOWN, None, None, why)])
    sides = zip(life(aws), life(own), strict=True)
    try:
        for number, ((step, there), (_, here)) in enumerate(sides, 1):
            note(report.compared("life", f"{number:02}-{step}", there, here))
    except Exception as error:
        traceback.print_exc()
        note([report.Finding("life", "", report.UNKNOWN, None, None, f"it ended early: {error}")])
    return findings


def asked(name: str, probe: beliefs.Probe, aws: World, own: World) -> list[report.Finding]:
    """One probe on both sides. KMS is eventually consistent, so a difference is asked again, twice."""
    here = probe(own)
    found: list[report.Finding] = []
    for attempt in range(3 if aws.endpoint is None else 1):
        try:
            there: Any = probe(aws)
        except Exception as error:
            return [report.Finding(name, "", report.UNKNOWN, None, here, str(error))]
        found = report.compared(name, "", there, here)
        if all(finding.verdict == report.AGREED for finding in found):
            break
        if aws.endpoint is None and attempt < 2:
            time.sleep(5)
    return found


if __name__ == "__main__":
    sys.exit(main())
