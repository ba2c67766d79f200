# The native module; what is public in it is winpod's.
from collections.abc import Iterable
from typing import Any, TypeVar, overload

from winpod._answers import Capacity, Table
from winpod._types import Input, OnProgress

__all__ = ["__version__", "answer", "call", "capacity", "schemas"]

_Answer = TypeVar("_Answer")

__version__: str

# The caller's own return type says which record it is.
def answer(
    operation: str,
    options: Any,
    /,
    *,
    inputs: Iterable[Any] | None = None,
    progress: OnProgress | None = None,
) -> _Answer: ...  # type: ignore[type-var]
def call(operation: str, request: Any, /, *, progress: OnProgress | None = None) -> Any:
    """Answers an operation of the list with plain JSON types, under the names that JSON has.

    `request` is a dict under those names too. `progress` as in `plan`.

    Raises WinpodError: UNKNOWN_OPERATION, REQUEST, and what the operation says.

    >>> winpod.call("overlaps", {"a": "192.0.2.0/24", "b": "198.51.100.0/24"})
    {'overlaps': False}
    """

# A str is an iterable of str too: the first overload that fits is meant.
@overload
def capacity(  # type: ignore[overload-overlap]
    instance_type: str,
    /,
    *,
    mode: str | None = None,
    max_pods: int | None = None,
    listings: Iterable[Input] | None = None,
) -> Capacity:
    """Tells how many pods a Windows node of each type takes, and what limits them.

    One name, or nothing but limits, gives a `Capacity`; several names, or an iterable of names, give a `Table`.
    `mode` is `secondary-ip` (the default) or `prefix-delegation`; `max_pods` the kubelet's limit (110 if not given).
    `ipv4_per_eni` (addresses) and `nitro` describe a type that is in no table; `listings` are inputs with answers of
    `aws ec2 describe-instance-types`, whose rows win over the table.

    Raises WinpodError: UNKNOWN_TYPE, IPAM_MODE, IPV4_PER_ENI, NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, REQUEST; the code of a
    problem with a listing.

    >>> winpod.capacity("m5.large", mode="prefix-delegation").pods
    110
    >>> [row.ipv4 for row in winpod.capacity("m5.large", "m5.xlarge")]
    [9, 14]
    >>> winpod.capacity(ipv4_per_eni=10, nitro=True).ipv4
    9
    """

@overload
def capacity(  # type: ignore[overload-overlap]
    *,
    mode: str | None = None,
    max_pods: int | None = None,
    ipv4_per_eni: int,
    nitro: bool,
    listings: Iterable[Input] | None = None,
) -> Capacity: ...
@overload
def capacity(
    *instance_types: str | Iterable[str],
    mode: str | None = None,
    max_pods: int | None = None,
    ipv4_per_eni: int | None = None,
    nitro: bool | None = None,
    listings: Iterable[Input] | None = None,
) -> Table[Capacity]: ...
def schemas() -> str: ...
