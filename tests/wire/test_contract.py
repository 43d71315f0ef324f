"""Our files under proto/pulumi against the descriptors that Pulumi publishes in its Python package."""

from __future__ import annotations

import copy
import subprocess
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from google.rpc import status_pb2
from kit import paths
from pulumi.runtime.proto import engine_pb2, plugin_pb2, provider_pb2

THEIRS = {module.DESCRIPTOR.name: module.DESCRIPTOR for module in (engine_pb2, plugin_pb2, provider_pb2)}
THEIRS["pulumi/status.proto"] = status_pb2.DESCRIPTOR


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> descriptor_pb2.FileDescriptorSet:
    file = tmp_path_factory.mktemp("wire") / "descriptors.bin"
    subprocess.run(["cargo", "xtask", "descriptors", str(file)], cwd=paths.ROOT, check=True)
    return descriptor_pb2.FileDescriptorSet.FromString(Path(file).read_bytes())


def as_proto(file) -> descriptor_pb2.FileDescriptorProto:
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    return proto


def compare_messages(ours, theirs, where: str) -> list[str]:
    """What of our messages their messages say otherwise."""
    troubles = []
    by_name = {message.name: message for message in theirs}
    for message in ours:
        at = f"{where}.{message.name}"
        other = by_name.get(message.name)
        if other is None:
            troubles.append(f"{at} does not exist")
            continue
        fields = {field.name: field for field in other.field}
        for field in message.field:
            twin = fields.get(field.name)
            if twin is None:
                troubles.append(f"{at}.{field.name} does not exist")
                continue
            for part in ("number", "type", "label", "type_name", "proto3_optional", "json_name"):
                mine, their = getattr(field, part), getattr(twin, part)
                if part == "json_name" and not (mine and their):
                    continue
                if mine != their:
                    troubles.append(f"{at}.{field.name}: {part} is {their}, not {mine}")
            mine = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None
            their = other.oneof_decl[twin.oneof_index].name if twin.HasField("oneof_index") else None
            if mine != their:
                troubles.append(f"{at}.{field.name}: oneof is {their}, not {mine}")
        troubles += compare_messages(message.nested_type, other.nested_type, at)
        troubles += compare_enums(message.enum_type, other.enum_type, at)
    return troubles


def compare_enums(ours, theirs, where: str) -> list[str]:
    by_name = {enum.name: {value.name: value.number for value in enum.value} for enum in theirs}
    troubles = []
    for enum in ours:
        values = by_name.get(enum.name, {})
        for value in enum.value:
            if values.get(value.name) != value.number:
                troubles.append(f"{where}.{enum.name}.{value.name} is {values.get(value.name)}, not {value.number}")
    return troubles


def compare_services(ours, theirs) -> list[str]:
    by_name = {service.name: {method.name: method for method in service.method} for service in theirs}
    troubles = []
    for service in ours:
        for method in service.method:
            twin = by_name.get(service.name, {}).get(method.name)
            parts = ("input_type", "output_type", "client_streaming", "server_streaming")
            if twin is None or any(getattr(method, part) != getattr(twin, part) for part in parts):
                troubles.append(f"{service.name}.{method.name} is {twin}, not {method}")
    return troubles


def compare(ours: descriptor_pb2.FileDescriptorProto) -> list[str]:
    theirs = as_proto(THEIRS[ours.name])
    troubles = [] if ours.package == theirs.package else [f"{ours.name}: package {theirs.package}"]
    troubles += compare_messages(ours.message_type, theirs.message_type, ours.package)
    troubles += compare_enums(ours.enum_type, theirs.enum_type, ours.package)
    return troubles + compare_services(ours.service, theirs.service)


def test_everything_that_we_speak_agrees(ours: descriptor_pb2.FileDescriptorSet) -> None:
    compared = [file for file in ours.file if file.name.startswith("pulumi/")]
    assert {file.name for file in compared} == set(THEIRS)
    fields = sum(len(message.field) for file in compared for message in file.message_type)
    assert fields > 140
    assert [trouble for file in compared for trouble in compare(file)] == []


def test_every_call_of_a_provider_is_there(ours: descriptor_pb2.FileDescriptorSet) -> None:
    [mine] = [service for file in ours.file for service in file.service if service.name == "ResourceProvider"]
    their = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"]
    assert {method.name for method in mine.method} == set(their.methods_by_name)


@pytest.mark.parametrize("part", ["number", "type", "label"])
def test_a_wrong_field_is_caught(ours: descriptor_pb2.FileDescriptorSet, part: str) -> None:
    [file] = [copy.deepcopy(file) for file in ours.file if file.name == "pulumi/provider.proto"]
    [message] = [message for message in file.message_type if message.name == "CreateRequest"]
    field = message.field[0]
    setattr(field, part, getattr(field, part) + 1)
    assert any("CreateRequest" in trouble and part in trouble for trouble in compare(file))
