"""The service model of KMS, as botocore has it, and what it says of answers."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import botocore.loaders

COMMON_ERRORS = {
    "AccessDeniedException",
    "MissingAuthenticationTokenException",
    "SerializationException",
    "ThrottlingException",
    "UnknownOperationException",
    "ValidationException",
}

Shape = dict[str, Any]


@cache
def service() -> Shape:
    return botocore.loaders.Loader().load_service_model("kms", "service-2")


def examples() -> dict[str, list[dict[str, Any]]]:
    loaded = botocore.loaders.Loader().load_data_with_path("kms/2014-11-01/examples-1")
    return loaded[0]["examples"]


def operations() -> list[str]:
    return list(service()["operations"])


def shape(name: str) -> Shape:
    return service()["shapes"][name]


def input_shape(operation: str) -> Shape:
    given = service()["operations"][operation].get("input")
    return shape(given["shape"]) if given else {"type": "structure", "members": {}}


def output_shape(operation: str) -> Shape:
    given = service()["operations"][operation].get("output")
    return shape(given["shape"]) if given else {"type": "structure", "members": {}}


def errors(operation: str) -> set[str]:
    return COMMON_ERRORS | {error["shape"] for error in service()["operations"][operation].get("errors", [])}


def whole(pattern: str, text: str) -> bool:
    """Whether all of a text has a pattern, whose escapes Python shares."""
    return re.fullmatch(pattern, text) is not None


def violations(of: Shape, value: Any, at: str = "answer") -> list[str]:
    """What an answer has that the model does not allow, and the other way round."""
    kind = of["type"]
    if kind == "structure":
        return structure_violations(of, value, at)
    if kind == "list":
        if not isinstance(value, list):
            return [f"{at} is no list"]
        return size_violations(of, len(value), at) + [
            found for i, item in enumerate(value) for found in violations(shape(of["member"]["shape"]), item, f"{at}[{i}]")
        ]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{at} is no map"]
        return [found for key, item in value.items() for found in violations(shape(of["value"]["shape"]), item, f"{at}.{key}")]
    return scalar_violations(of, value, at)


def structure_violations(of: Shape, value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at} is no structure"]
    found = [f"{at} has no {name}" for name in of.get("required", []) if value.get(name) is None]
    found += [f"{at} has an unknown {name}" for name in value if name not in of["members"]]
    found += [f"{at}.{name} is null, not left out" for name, item in value.items() if item is None]
    for name, item in value.items():
        if item is not None and name in of["members"]:
            found += violations(shape(of["members"][name]["shape"]), item, f"{at}.{name}")
    return found


def scalar_violations(of: Shape, value: Any, at: str) -> list[str]:
    kind = of["type"]
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{at} is no boolean: {value!r}"]
    if kind in ("integer", "long"):
        good = isinstance(value, int) and not isinstance(value, bool)
        return size_violations(of, value, at) if good else [f"{at} is no integer: {value!r}"]
    if kind == "timestamp":
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and round(value, 3) == value
        return [] if good else [f"{at} is no number of seconds with at most milliseconds: {value!r}"]
    if not isinstance(value, str):
        return [f"{at} is no text: {value!r}"]
    if kind == "blob":
        import base64

        return size_violations(of, len(base64.b64decode(value, validate=True)), at)
    found = size_violations(of, len(value), at)
    if "enum" in of and value not in of["enum"]:
        found.append(f"{at} is none of the values: {value!r}")
    if "pattern" in of and not whole(of["pattern"], value):
        found.append(f"{at} does not have the pattern: {value!r}")
    return found


def size_violations(of: Shape, size: int, at: str) -> list[str]:
    if size < of.get("min", size) or size > of.get("max", size):
        return [f"{at} is out of its range: {size}"]
    return []


def answer_violations(operation: str, status: int, body: bytes) -> list[str]:
    """What is wrong with a whole answer: with a result's shape, or an error's code."""
    answer = json.loads(body or b"{}")
    if status == 200:
        return violations(output_shape(operation), answer)
    code = answer.get("__type")
    found = [] if code in errors(operation) else [f"{code} is no error of {operation}"]
    fault = bool(service()["shapes"].get(code, {}).get("fault"))
    if (status >= 500) != fault:
        found.append(f"{code} with status {status}")
    text = "Message" if code == "AccessDeniedException" else "message"
    if answer.get(text, "-") == "":
        found.append(f"{code} has an empty text")
    return found + [f"an error has {name}" for name in answer if name not in ("__type", text)]
