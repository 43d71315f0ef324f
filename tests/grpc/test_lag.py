"""Whole lives while KMS lags: any half of the calls sees the service as it was up to two seconds ago."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Engine, start, stop  # type: ignore[import-not-found]
from kit import simulator
from life import Resource  # type: ignore[import-not-found]

FIRST: dict[str, Any] = {"alias": "alias/x", "description": "d", "tags": {"a": "1"}}
SECOND: dict[str, Any] = {
    "alias": "alias/y", "description": "e", "tags": {"b": "1"}, "policy": {}, "enabled": False, "rotationPeriodDays": 100,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_a_life_converges_although_kms_lags(env: dict[str, str], engine: tuple[Engine, str], seed: int) -> None:
    """Created, changed there and back at once, deleted and restored: no second key, none dropped, all as the inputs say."""
    with simulator.running("--seed", str(seed)) as sim:
        sim.control("POST", "options", {"lag": [{"seconds": 2, "probability": 0.5}]})

        def run() -> Any:
            provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
            provider.configure(region=simulator.REGION)
            return provider

        def now(inputs: dict[str, Any]) -> None:
            """Brings the key to its inputs; a run that fails is run again, as people do."""
            for _ in range(4):
                provider = run()
                key.up(provider, inputs)
                stop(provider)
                if not key.reasons:
                    return
            raise AssertionError(key.reasons)

        key = Resource()
        for inputs in (FIRST, SECOND, FIRST):
            now(inputs)
            assert [each["arn"].endswith(key.id) for each in sim.keys()] == [True]
        # When KMS is quiet again, one refresh and one run end what a late answer may have hidden.
        sim.control("POST", "clock", {"advanceSeconds": 60})
        provider = run()
        key.refresh(provider)
        assert key.id, "the state was dropped"
        key.up(provider, FIRST)
        assert facts(sim) == wanted(FIRST)
        sim.control("POST", "clock", {"advanceSeconds": 60})
        key.delete(provider)
        stop(provider)
        assert [(each["state"], each["aliases"]) for each in sim.keys()] == [("PendingDeletion", [])]
        sim.control("POST", "clock", {"advanceSeconds": 60})
        key, old = Resource(), key
        now(FIRST)
        assert key.id == old.id and facts(sim) == wanted(FIRST)
        assert [call for call in sim.writes() if call == "CreateKey"] == ["CreateKey"]


def facts(sim: simulator.Simulator) -> dict[str, Any]:
    [key] = sim.keys()
    tags = {name: value for name, value in key["tags"].items() if name != "awskms:owner"}
    return {
        "alias": ", ".join(key["aliases"]), "description": key["description"], "tags": tags,
        "enabled": key["state"] == "Enabled", "rotationPeriodDays": key["rotationPeriodInDays"],
    }  # fmt: skip


def wanted(inputs: dict[str, Any]) -> dict[str, Any]:
    defaults = {"enabled": True, "rotationPeriodDays": 365}
    return {name: value for name, value in {**defaults, **inputs}.items() if name != "policy"}
