"""Holds objects against a CustomResourceDefinition as an API server does: the schema, fields it does not know, and CEL."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import cel
import jsonschema


def faults(crd: dict[str, Any], resource: dict[str, Any]) -> list[str]:
    """What the API server would refuse, or drop without a word."""
    version = resource["apiVersion"].rpartition("/")[2]
    served = {one["name"]: one for one in crd["spec"]["versions"]}
    if version not in served:
        return [f"{resource['kind']}: version {version} is not served, only {', '.join(served)}"]
    schema = served[version]["schema"]["openAPIV3Schema"]
    closed = _closed(copy.deepcopy(schema))
    # Every API server checks these two itself.
    closed["properties"].update(
        {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
    )
    errors = jsonschema.Draft202012Validator(closed).iter_errors(resource)
    found = [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]
    return found + list(_rules(schema, resource, resource["kind"]))


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without the fields that pruning would drop."""
    for inner in schema.get("properties", {}).values():
        _closed(inner)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            _closed(schema[key])
    if schema.get("x-kubernetes-int-or-string"):
        schema.pop("type", None)
        schema.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    open_to_all = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if "properties" in schema and not open_to_all:
        schema["additionalProperties"] = False
    return schema


def _rules(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    for rule in schema.get("x-kubernetes-validations", []):
        # Rules about a change have nothing to say of an object that is created.
        if "oldSelf" not in rule["rule"] and not _holds(rule["rule"], value):
            yield f"{path}: {rule.get('message', rule['rule'])}"
    if isinstance(value, dict):
        for key, inner in value.items():
            within = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            if isinstance(within, dict):
                yield from _rules(within, inner, f"{path}.{key}")
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for number, inner in enumerate(value):
            yield from _rules(schema["items"], inner, f"{path}[{number}]")


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found.group(0) if found else ""


def _holds(rule: str, value: Any) -> bool:
    context = cel.Context()
    context.add_variable("self", value)
    context.add_function("find", _find)
    context.add_function("split", lambda text, separator: text.split(separator))
    return cel.compile(rule).execute(context) is True
