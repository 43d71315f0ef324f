"""Requests that the service model allows or forbids, made from it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import model

Request = dict[str, Any]

# Characters that patterns may want or may not have, to try one after the other.
ALPHABET = "aA0-_/.:=+\u0007 \u0100"


@dataclass
class Broken:
    """A request with one thing wrong."""

    request: Request
    member: str
    what: str


def broken(operation: str, good: Request) -> Iterator[Broken]:
    """Everything that can be wrong with a good request by the model."""
    yield from broken_structure(model.input_shape(operation), good, good, "")


def broken_structure(shape: model.Shape, part: Request, whole: Request, at: str) -> Iterator[Broken]:
    for name in shape.get("required", []):
        without = copy.deepcopy(whole)
        del inside(without, at)[name]
        yield Broken(without, name, f"{at}{name} is missing")
    for name, given in shape["members"].items():
        inner = model.shape(given["shape"])
        for wrong, what in wrong_values(inner):
            request = copy.deepcopy(whole)
            inside(request, at)[name] = wrong
            yield Broken(request, name, f"{at}{name} {what}")
        if inner["type"] == "structure" and name in part:
            yield from broken_structure(inner, part[name], whole, f"{at}{name}.")
        element = model.shape(inner["member"]["shape"]) if inner["type"] == "list" else {}
        if element.get("type") == "structure" and part.get(name):
            yield from broken_structure(element, part[name][0], whole, f"{at}{name}.0.")


def inside(request: Any, at: str) -> Any:
    for step in at.split(".")[:-1]:
        request = request[int(step) if step.isdigit() else step]
    return request


def wrong_values(shape: model.Shape) -> Iterator[tuple[Any, str]]:
    """Values that a shape forbids, with what is wrong."""
    kind = shape["type"]
    if kind == "list":
        if "max" in shape:
            yield [next(good_values(model.shape(shape["member"]["shape"])))] * (shape["max"] + 1), "is too long"
        if shape.get("min"):
            yield [], "is too short"
        element = model.shape(shape["member"]["shape"])
        if element["type"] == "string":
            for wrong, what in wrong_values(element):
                yield [wrong], f"has an entry that {what}"
    elif "enum" in shape:
        yield "NONE_OF_THEM", "is none of its values"
    elif kind in ("integer", "long"):
        yield from ((shape[name] + by, f"is beyond its {name}") for name, by in (("min", -1), ("max", 1)) if name in shape)
    elif kind in ("string", "blob"):
        yield from wrong_texts(shape)


def wrong_texts(shape: model.Shape) -> Iterator[tuple[Any, str]]:
    text: Any = next(good_values(shape))
    if shape.get("min"):
        yield text[:0], "is empty"
    if "max" in shape:
        # In the middle, so that a text keeps the beginning and the end that its pattern wants.
        middle = len(text) // 2
        more = text[middle : middle + 1] or ("a" if shape["type"] == "string" else b"a")
        yield text[:middle] + more * (shape["max"] + 1 - len(text)) + text[middle:], "is too long"
    if "pattern" in shape:
        for char in ALPHABET:
            wrong = text[:-1] + char
            if not model.whole(shape["pattern"], wrong):
                yield wrong, f"has a {char!r}"


def good_values(shape: model.Shape) -> Iterator[Any]:
    """Values that a shape allows, the smallest and the largest among them."""
    kind = shape["type"]
    if "enum" in shape:
        yield from shape["enum"]
    elif kind == "boolean":
        yield from (True, False)
    elif kind in ("integer", "long"):
        yield from {shape.get("min", 0), shape.get("max", 1)}
    elif kind == "timestamp":
        yield 2_000_000_000
    elif kind == "blob":
        yield from (b"a" * shape.get("min", 1), b"a" * shape.get("max", 64))
    elif kind == "map":
        yield from ({}, {"name": "value"})
    elif kind == "list":
        for value in good_values(model.shape(shape["member"]["shape"])):
            yield [value]
    elif kind == "structure":
        yield {name: next(good_values(model.shape(given["shape"]))) for name, given in shape["members"].items()}
    else:
        yield from good_texts(shape)


# Texts with patterns that no repetition of one character has.
SAMPLES = {
    "cluster-": "cluster-abcdefghijk",
    "^https": "https://proxy.example.com",
    "kms/xks": "/kms/xks/v1",
    "vpce": "com.amazonaws.vpce.eu-central-1.vpce-svc-0a",
    "^arn:": "arn:aws:s3:eu-west-1:123456789012:bucket",
    "([a-z]+-)": "eu-west-1",
    "[A-Za-z0-9\\-]+)\\.": "service.amazonaws.com",
}


def good_texts(shape: model.Shape) -> Iterator[str]:
    pattern = shape.get("pattern", ".*")
    samples = [sample for part, sample in SAMPLES.items() if part in pattern]
    if samples:
        yield samples[0]
        return
    least, most = shape.get("min", 0), shape.get("max", 64)
    for length in {max(least, 1): None, most: None}:
        yield next(char * length for char in "aA0" if model.whole(pattern, char * length))


# Where the documentation allows less than the shape: operation and member, the most.
NARROWER = {("ListAliases", "Limit"): 100, ("ListResourceTags", "Limit"): 50, ("ListGrants", "Limit"): 100}


def variants(operation: str, good: Request) -> Iterator[tuple[Request, str]]:
    """A good request with each of its members set to each value that the model allows."""
    for name, given in model.input_shape(operation)["members"].items():
        for value in good_values(model.shape(given["shape"])):
            if value == model.shape(given["shape"]).get("max"):
                value = NARROWER.get((operation, name), value)
            yield {**copy.deepcopy(good), name: value}, f"{name} = {str(value)[:40]}"
