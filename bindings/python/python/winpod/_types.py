"""What functions take. Imported by type checkers, or by who wants the names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any, TypeAlias, Union

AddressLike: TypeAlias = Union[str, IPv4Address, IPv4Interface]
"""An address."""

PrefixLike: TypeAlias = Union[str, IPv4Network, IPv4Interface]
"""A prefix."""

Group: TypeAlias = Union[str, IPv4Address, IPv4Network, IPv4Interface]
"""What one slot of an ENI holds: a /28, or an address in secondary mode."""

Input: TypeAlias = Union[str, "os.PathLike[str]", bytes, Mapping[str, Any], Sequence[Any]]
"""A path, a parsed document, or the text of a document."""

OnProgress: TypeAlias = Callable[[str, int, int], object]
"""Takes a step's name, the units done and the units in all (0 if not known); returns False to stop."""

Used: TypeAlias = Union[Mapping[str, Any], Iterable[Union[str, int, IPv4Address, IPv4Network, IPv4Interface, Mapping[str, Any]]]]
"""What is used in a subnet: addresses and prefixes, or a listing of network interfaces."""

Reserved: TypeAlias = Union[Mapping[str, Any], Iterable[Union[tuple[str, PrefixLike], Mapping[str, Any]]]]
"""CIDR reservations of a subnet: pairs of type and range, dicts with both, or a listing."""
