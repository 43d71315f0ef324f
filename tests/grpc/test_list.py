"""List: keys that can be imported, page by page."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from conftest import UNKNOWN, Provider, plain, struct  # type: ignore[import-not-found]
from kit import simulator
from life import Resource, kms, said  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2

TYPE = "awskms:index:AwsKmsKey"


def listed(provider: Provider, query: dict[str, Any] | None = None, **request: Any) -> tuple[dict[str, str], str]:
    """Names by ID, and where to go on."""
    names: dict[str, str] = {}
    token = ""
    for answer in provider.stub.List(provider_pb2.ListRequest(token=TYPE, query=struct(query or {}), **request)):
        if answer.WhichOneof("response") == "result":
            names[answer.result.id] = answer.result.name
        else:
            assert answer.WhichOneof("response") == "continuation"
            token = answer.continuation.continuation_token
    return names, token


def every(provider: Provider, query: dict[str, Any] | None = None, **request: Any) -> dict[str, str]:
    names, token = listed(provider, query, **request)
    while token:
        more, token = listed(provider, query, continuation_token=token, **request)
        assert not names.keys() & more.keys()
        names |= more
    return names


def made(sim: simulator.Simulator, alias: str, **inputs: Any) -> str:
    """A key of somebody else's."""
    client = kms(sim)
    metadata: dict[str, Any] = client.create_key(**inputs)["KeyMetadata"]
    if alias:
        client.create_alias(AliasName=alias, TargetKeyId=metadata["KeyId"])
    return str(metadata["Arn"])


def test_filters(provider: Provider, sim: simulator.Simulator) -> None:
    mine: str = plain(provider.create({"alias": "alias/prod/mine", "tags": {"team": "x"}}).properties)["keyArn"]
    other = made(sim, "alias/prod/other", Tags=[{"TagKey": "team", "TagValue": "x"}])
    bare = made(sim, "", Tags=[{"TagKey": "team", "TagValue": "y"}])
    going = made(sim, "alias/prod/going")
    kms(sim).schedule_key_deletion(KeyId=going)
    everything = {mine: "alias/prod/mine", other: "alias/prod/other", bare: bare.rsplit("/", 1)[1]}
    assert listed(provider) == (everything, "")
    assert every(provider, {"aliasPrefix": "alias/prod/"}).keys() == {mine, other}
    assert every(provider, {"tags": {"team": "x"}}).keys() == {mine, other}
    assert every(provider, {"owned": True}).keys() == {mine}
    assert every(provider, {"owned": False}).keys() == {other, bare}
    assert every(provider, {"owned": False, "aliasPrefix": "alias/prod/", "tags": {"team": "x"}}).keys() == {other}
    assert every(provider, {"region": "eu-west-1"}) == {}
    assert sim.writes(sim.mark()) == []


def test_replicas_are_listed_with_their_primary_only(provider: Provider, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"creatingSeconds": 0, "updatingSeconds": 0})
    arn: str = plain(provider.create({"alias": "alias/x", "replicas": [{"region": "eu-west-1"}]}).properties)["keyArn"]
    assert every(provider).keys() == {arn} and every(provider, {"region": "eu-west-1"}) == {}


def test_what_is_listed_can_be_imported(provider: Provider, sim: simulator.Simulator) -> None:
    made(sim, "alias/x")
    [id] = every(provider)
    resource = Resource()
    resource.adopt(provider, id)
    assert resource.outputs["keyArn"] == id and resource.inputs["alias"] == "alias/x"


def test_pages(provider: Provider, sim: simulator.Simulator) -> None:
    arns = {made(sim, f"alias/k{number}") for number in range(7)}
    first, token = listed(provider, page_size=3)
    assert len(first) == 3 and token
    assert every(provider, page_size=3).keys() == arns
    assert every(provider, page_size=7).keys() == arns
    assert len(listed(provider, limit=2)[0]) == 2
    assert len(listed(provider, limit=9, page_size=4)[0]) == 4
    # A key that goes between two pages hides no other one.
    kms(sim).schedule_key_deletion(KeyId=sorted(first)[0])
    rest, _ = listed(provider, continuation_token=token)
    assert rest.keys() == arns - first.keys()


def test_a_page_costs_bounded_calls(provider: Provider, sim: simulator.Simulator) -> None:
    for number in range(12):
        made(sim, f"alias/k{number}", Tags=[{"TagKey": "n", "TagValue": str(number)}])
    mark = sim.mark()
    listed(provider, page_size=12)
    calls = [call["operation"] for call in sim.calls(mark) if call["operation"] != "GetCallerIdentity"]
    assert sorted(set(calls)) == ["DescribeKey", "ListAliases", "ListKeys"] and calls.count("DescribeKey") == 12
    assert len(calls) == 14
    mark = sim.mark()
    listed(provider, {"aliasPrefix": "alias/k3"})
    assert [call["operation"] for call in sim.calls(mark)] == ["ListAliases", "DescribeKey"]


def test_bad_queries(provider: Provider, sim: simulator.Simulator) -> None:
    for query, part in [
        ({"aliasPrefx": "alias/x"}, 'did you mean "aliasPrefix"'),
        ({"aliasPrefix": "prod"}, 'write "alias/prod"'),
        ({"owned": "yes"}, "must be true or false"),
        ({"region": "eu-centrl-1"}, 'did you mean "eu-central-1"'),
    ]:
        with pytest.raises(grpc.RpcError) as error:
            listed(provider, query)
        assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT and part in error.value.details()
    assert sim.calls() == []
    with pytest.raises(grpc.RpcError) as error:
        list(provider.stub.List(provider_pb2.ListRequest(token="awskms:index:Other")))
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
    [answer] = provider.stub.List(provider_pb2.ListRequest(token=TYPE, query=struct({"aliasPrefix": UNKNOWN})))
    assert answer.WhichOneof("response") == "computed"


def test_a_key_that_may_not_be_read_hides_no_other(provider: Provider, sim: simulator.Simulator) -> None:
    seen, hidden = made(sim, "alias/seen"), made(sim, "alias/hidden")
    sim.fault("accessDenied", operation="DescribeKey", count=1)
    names = every(provider)
    assert len(names) == 1 and names.keys() < {seen, hidden}
    assert said(provider, "Allow kms:DescribeKey")
