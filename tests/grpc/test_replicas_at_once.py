"""Twenty Regions at once: the critical path of a set is that of one replica."""

from __future__ import annotations

from conftest import Engine, start, stop  # type: ignore[import-not-found]
from kit import simulator
from test_key import KEY  # type: ignore[import-not-found]
from test_replicas import HOME, Set, keys  # type: ignore[import-not-found]

REGIONS = """eu-west-1 eu-west-2 eu-west-3 eu-north-1 eu-south-1 eu-south-2 eu-central-2 us-east-1 us-east-2 us-west-1 us-west-2
    ca-central-1 sa-east-1 ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2
    me-central-1""".split()


def seconds(env: dict[str, str], engine: tuple[Engine, str], regions: list[str]) -> float:
    """From the first call to the last of a set's creation, at 100 ms a call, by the journal."""
    with simulator.running("--latency", "100") as sim:
        provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
        provider.configure(region=HOME)
        Set(provider, {**KEY, "replicas": [{"region": region} for region in regions]})
        stop(provider)
        assert set(keys(sim)) == {HOME, *regions} and all(key["aliases"] for key in sim.keys())
        times = [call["time"] for call in sim.calls()]
        return max(times) - min(times)


def test_twenty_replicas_take_little_longer_than_one(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    assert len(REGIONS) == 20
    one, twenty = seconds(env, engine, REGIONS[:1]), seconds(env, engine, REGIONS)
    print(f"one replica {one:.2f} s, twenty {twenty:.2f} s")
    assert twenty <= 1.5 * one, (one, twenty)


def test_replicas_that_kms_makes_wait_are_made_all_the_same(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    """KMS takes five `ReplicateKey` a second; the ones that it throttles are asked for again."""
    with simulator.running("--quotas", "on") as sim:
        provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
        provider.configure(region=HOME)
        Set(provider, {**KEY, "replicas": [{"region": region} for region in REGIONS]})
        stop(provider)
        assert set(keys(sim)) == {HOME, *REGIONS}
        assert any(call["code"] == "ThrottlingException" for call in sim.calls())
