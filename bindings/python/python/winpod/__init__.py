"""winpod plans, checks and explains the network of Windows nodes on Amazon EKS.

Every function answers with frozen records (`Record`) or a tuple of them (`Table`); `winpod.call` answers the same in
plain JSON types. Nothing here reads the network or needs credentials.

Addresses and prefixes are strings or `ipaddress` objects; an `IPv4Interface` stands for its address where an address
is meant and for its network where a prefix is. Collections are any iterables.

Inputs, where a function takes them: a `str` or `os.PathLike` is the path of a file or directory; a dict or list is a
document that is already parsed, such as an answer of boto3; `bytes` are the text of a document.

What cannot be answered raises `WinpodError`, a `ValueError` with a stable `code`.
"""

from __future__ import annotations

from winpod import _native
from winpod._native import __version__, call, capacity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from winpod._answers import *
    from winpod._types import AddressLike, Input, OnProgress, PrefixLike

__all__ = [
    "WinpodError",
    "__version__",
    "aggregate",
    "call",
    "capacity",
    "contains",
    "ipam",
    "mixed_capacity",
    "overlaps",
    "plan",
    "prefix",
    "range_to_prefixes",
    "sources",
    "subnets",
    "subtract",
    "supernet",
    "types",
]


class WinpodError(ValueError):
    """A request that cannot be answered.

    >>> try:
    ...     winpod.prefix("10.0.0.1/8")
    ... except winpod.WinpodError as error:
    ...     print(error.code)
    HOST_BITS_SET
    """

    code: str
    """The stable name of the reason, the same in Rust, Python and Node."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type[WinpodError], tuple[str, str]]:
        return type(self), (str(self), self.code)


def plan(*inputs: Input, set: Mapping[str, str] | None = None, progress: OnProgress | None = None) -> Plan:
    """Tells whether a cluster's Windows node groups fit their subnets, and what limits them.

    `set` puts values in place of those of the amazon-vpc-cni ConfigMap, by key. `progress` is called with a step's
    name, the units done and the units in all (0 if not known); if it returns False or raises, the work stops, and so
    it does on Ctrl-C. What is wrong with a file is in the answer's `problems`, a file that does not exist included.

    Raises WinpodError: REQUEST without inputs, CONFIG_KEY for an unknown key in `set`, STOPPED, ENCODING, TOO_DEEP.

    >>> group = {"name": "win", "amiFamily": "WindowsServer2022FullContainer", "instanceType": "m5.large"}
    >>> answer = winpod.plan({"nodeGroups": [group]})
    >>> answer.node_groups[0].types[0].pods, answer.node_groups[0].types[0].limited_by
    (9, 'addresses')
    """
    return _native.answer("plan", {"set": set}, inputs=inputs, progress=progress)


def mixed_capacity(
    instance_type: str | None = None,
    *,
    mode: str,
    still_used: int | None = None,
    ipv4_per_eni: int | None = None,
    nitro: bool | None = None,
) -> MixedCapacity:
    """Tells what a node really gives while pods of the other mode still run on it.

    `mode` is the mode just switched to; `still_used` what the other mode still holds: addresses, or /28 prefixes with
    at least one pod. `ipv4_per_eni` (addresses) and `nitro` describe a type that is in no table.

    Raises WinpodError: UNKNOWN_TYPE, IPAM_MODE, IPV4_PER_ENI, NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, REQUEST.

    >>> winpod.mixed_capacity("m5.large", mode="prefix-delegation", still_used=9).real
    0
    """
    limits = _limits(ipv4_per_eni, nitro)
    request = {"instanceType": instance_type, "limits": limits, "mode": mode, "stillUsed": still_used}
    return _native.answer("mixedCapacity", request)


def types(
    *,
    vcpus: int | None = None,
    vcpus_min: int | None = None,
    vcpus_max: int | None = None,
    memory_mib: int | None = None,
    memory_mib_min: int | None = None,
    memory_mib_max: int | None = None,
    pods: int | None = None,
    pods_min: int | None = None,
    pods_max: int | None = None,
    enis: int | None = None,
    enis_min: int | None = None,
    enis_max: int | None = None,
    mode: str | None = None,
    families: Iterable[str] | None = None,
    windows: str | None = None,
    nitro: bool | None = None,
    bare_metal: bool | None = None,
    controller_known: bool | None = None,
    current_generation: bool | None = None,
    sort_by: str | None = None,
    limit: int | None = None,
) -> Table[TypeRow]:
    """Lists the instance types that meet every filter.

    `memory_mib` is in MiB; `pods` are pod addresses of a Windows node in `mode` (`secondary-ip` if not given).
    `windows` is `yes` (the default), `no`, `unknown` or `any`. `sort_by` is `name`, `vcpus`, `memory`, `pods`,
    `ipv4-per-eni` or `enis`, with `-` before it for the falling order; `limit` is the most rows.

    Raises WinpodError: NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, EMPTY_RANGE, IPAM_MODE, WINDOWS_FILTER, SORT_KEY.

    >>> [row.instance_type for row in winpod.types(families=["m5"], vcpus_max=4)]
    ['m5.large', 'm5.xlarge']
    """
    request = {
        "vcpus": {"exact": vcpus, "min": vcpus_min, "max": vcpus_max},
        "memoryMib": {"exact": memory_mib, "min": memory_mib_min, "max": memory_mib_max},
        "pods": {"exact": pods, "min": pods_min, "max": pods_max},
        "enis": {"exact": enis, "min": enis_min, "max": enis_max},
        "mode": mode,
        "families": families,
        "windows": windows,
        "nitro": nitro,
        "bareMetal": bare_metal,
        "controllerKnown": controller_known,
        "currentGeneration": current_generation,
        "sortBy": sort_by,
        "limit": limit,
    }
    return _native.answer("types", request)


def ipam(
    *inputs: Input,
    data: Mapping[str, str] | None = None,
    set: Mapping[str, str] | None = None,
    instance_type: str | None = None,
    ipv4_per_eni: int | None = None,
    nitro: bool | None = None,
    pods: int | None = None,
    occupied_prefixes: int | None = None,
    old_controller: bool | None = None,
    prefix_delegation_allowed: bool | None = None,
    progress: OnProgress | None = None,
) -> Ipam:
    """Tells which amazon-vpc-cni settings are in effect, where each came from, and what a node holds at rest.

    `data` is the ConfigMap's data, values as text; `set` puts values in place of it. With `pods` (pods on the node)
    and a type or its limits the steady state is answered too; `occupied_prefixes` are /28 prefixes that cannot be
    given back yet. `progress` as in `plan`.

    Raises WinpodError: CONFIG_KEY, UNKNOWN_TYPE, IPV4_PER_ENI, NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, REQUEST, STOPPED.

    >>> answer = winpod.ipam(data={"enable-windows-ipam": "true", "warm-ip-target": "3"})
    >>> answer.mode, answer.warm_ip_target, answer.origins.warm_ip_target
    ('secondary-ip', 3, 'warm-ip-target')
    """
    request = {
        "data": data,
        "set": set,
        "instanceType": instance_type,
        "limits": _limits(ipv4_per_eni, nitro),
        "pods": pods,
        "occupiedPrefixes": occupied_prefixes,
        "oldController": old_controller,
        "prefixDelegationAllowed": prefix_delegation_allowed,
    }
    return _native.answer("ipam", request, inputs=inputs, progress=progress)


def prefix(prefix: PrefixLike, /) -> Prefix:
    """Describes a prefix; host bits must be zero.

    Raises WinpodError: PREFIX_SYNTAX, PREFIX_LENGTH, PREFIX_LENGTH_MISSING, HOST_BITS_SET.

    >>> winpod.prefix("192.0.2.0/24").address_count
    256
    """
    return _native.answer("prefix", {"prefix": prefix})


def contains(
    prefix: PrefixLike, /, *, addresses: Iterable[AddressLike] | None = None, prefixes: Iterable[PrefixLike] | None = None
) -> Contains:
    """Tells which addresses, and then which prefixes, lie wholly in a prefix.

    Raises WinpodError: as `prefix`, and ADDRESS_SYNTAX.

    >>> winpod.contains("192.0.2.0/24", addresses=["192.0.2.9", "198.51.100.1"]).contains
    (True, False)
    """
    request = {"prefix": prefix, "addresses": addresses, "prefixes": prefixes}
    return _native.answer("contains", request)


def overlaps(a: PrefixLike, b: PrefixLike, /) -> Overlaps:
    """Tells whether two prefixes share an address.

    Raises WinpodError: as `prefix`.

    >>> winpod.overlaps("192.0.2.0/24", "192.0.2.128/25").overlaps
    True
    """
    return _native.answer("overlaps", {"a": a, "b": b})


def supernet(prefix: PrefixLike, /, *, prefix_length: int | None = None) -> Supernet:
    """Finds the prefix around a prefix: the next larger one, or the one of a length in bits.

    Raises WinpodError: as `prefix`, and NOT_A_WHOLE_NUMBER.

    >>> winpod.supernet("192.0.2.0/24", prefix_length=22).prefix
    '192.0.0.0/22'
    """
    return _native.answer("supernet", {"prefix": prefix, "prefixLength": prefix_length})


def subnets(prefix: PrefixLike, /, *, prefix_length: int | None = None) -> Prefixes:
    """Lists the subnets of a prefix with a length in bits; without a length its two halves.

    Raises WinpodError: as `prefix`, and SUBNETS_LENGTH, TOO_MANY, NOT_A_WHOLE_NUMBER.

    >>> winpod.subnets("192.0.2.0/24").prefixes
    ('192.0.2.0/25', '192.0.2.128/25')
    """
    return _native.answer("subnets", {"prefix": prefix, "prefixLength": prefix_length})


def aggregate(prefixes: Iterable[PrefixLike], /) -> Prefixes:
    """Finds the fewest prefixes that cover the same addresses.

    Raises WinpodError: as `prefix`.

    >>> winpod.aggregate(["192.0.2.0/25", "192.0.2.128/25"]).prefixes
    ('192.0.2.0/24',)
    """
    return _native.answer("aggregate", {"prefixes": prefixes})


def subtract(prefixes: Iterable[PrefixLike], without: Iterable[PrefixLike], /) -> Prefixes:
    """Finds the fewest prefixes that cover what is left of prefixes without others.

    Raises WinpodError: as `prefix`.

    >>> winpod.subtract(["192.0.2.0/24"], ["192.0.2.0/25"]).prefixes
    ('192.0.2.128/25',)
    """
    return _native.answer("subtract", {"prefixes": prefixes, "without": without})


def range_to_prefixes(first: AddressLike, last: AddressLike, /) -> Prefixes:
    """Finds the fewest prefixes that cover the addresses from the first to the last, both included.

    Raises WinpodError: ADDRESS_SYNTAX, RANGE_ORDER.

    >>> winpod.range_to_prefixes("192.0.2.0", "192.0.2.2").prefixes
    ('192.0.2.0/31', '192.0.2.2/32')
    """
    return _native.answer("range", {"first": first, "last": last})


def sources(*ids: str) -> Table[Source]:
    """Lists the facts that answers rest on, all of them or those of the given keys.

    Raises WinpodError: UNKNOWN_SOURCE.

    >>> {fact.grade for fact in winpod.sources()} <= {"documented", "code", "reported", "inferred", "unverified"}
    True
    """
    return _native.answer("sources", {"ids": ids})


def _limits(ipv4_per_eni: int | None, nitro: bool | None) -> dict[str, int | bool | None] | None:
    return None if ipv4_per_eni is None and nitro is None else {"ipv4PerEni": ipv4_per_eni, "nitro": nitro}


def __getattr__(name: str) -> Any:
    # The classes of answers come with the first answer or the first use of their name.
    if not name.startswith("_"):
        from winpod import _answers

        if name in _answers.__all__:
            return getattr(_answers, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
