# The native module; what is public in it is winpod's.
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar, final, overload

from winpod._answers import (
    Capacity,
    Census,
    Cure,
    PoolConfig,
    PoolCounts,
    PoolJob,
    PoolOwner,
    PoolState,
    PoolStep,
    SubnetForecast,
    SubnetReservations,
    Table,
    Targets,
)
from winpod._types import AddressLike, Group, Input, OnProgress, PrefixLike, Reserved, Used

__all__ = ["Pool", "Subnet", "__version__", "answer", "call", "capacity", "html", "main", "schemas"]

_Answer = TypeVar("_Answer")

__version__: str

@final
class Pool:
    """The pool of one node in one mode, with state: it answers every operation as the VPC Resource Controller does.

    The capacity is that of `instance_type`, or of a type with `ipv4_per_eni` addresses and `nitro`, or is given as
    `capacity` in addresses. `mode` is `secondary-ip` or `prefix-delegation`; if not given, the mode that `data` leads to,
    else `secondary-ip`. A type that is not Nitro has a pool of secondary addresses only. The targets are in `data`, the
    data of the amazon-vpc-cni ConfigMap with values as text, or in `config`, a dict with `warmIpTarget`,
    `minimumIpTarget`, `warmPrefixTarget` and perhaps `active` and `tolerance`; the controller's defaults if neither is
    given. `quirks_off` names quirks of the controller that the pool does not show. `on_eni` are the /28 prefixes, or
    addresses in secondary mode, that the ENI holds when the controller starts, and `used` the running pods then, as dicts
    with `owner` and `address`. `from_state` makes a pool as it stood.

    Each method is one step and gives a `PoolStep`: what the controller answers, its errors included. The pool has no
    clock: times are milliseconds that the caller counts. Where the controller leaves a choice to chance, the lowest address
    is taken. Threads may share a pool; each change is made wholly or not at all.

    Raises WinpodError: UNKNOWN_TYPE, IPV4_PER_ENI, IPAM_MODE, OUT_OF_RANGE, NOT_A_WHOLE_NUMBER, QUIRK, OWNER, OWNER_TWICE,
    ADDRESS_SYNTAX, PREFIX_SYNTAX, PREFIX_LENGTH, PREFIX_LENGTH_MISSING, HOST_BITS_SET, GROUP_LENGTH, GROUP_TWICE,
    OUTSIDE_GROUP, ILLEGAL_CHOICE, CHOICE_COUNT, TOO_MANY for more than 16,384 addresses; REQUEST, ENCODING, TOO_DEEP,
    TOO_LARGE.

    >>> pool = winpod.Pool("m5.large", mode="prefix-delegation")
    >>> pool.assign("web-1").error, pool.assign("web-1").after_ms
    ('ErrInsufficientCidrBlocks', 120000)
    >>> order = pool.reconcile().job
    >>> order.kind, order.count
    ('create', 1)
    >>> pool.update(order, ["192.0.2.16/28"]).reconcile
    False
    >>> pool.assign("web-1").address
    '192.0.2.16'
    >>> pool
    Pool('prefix-delegation', capacity=144, used_addresses=1, free_addresses=15, cooling_addresses=0)
    >>> pool.update(order, ["192.0.2.0/27"])
    Traceback (most recent call last):
    winpod.WinpodError: returned[0]: 192.0.2.0/27 is not what prefix-delegation holds: its length must be 28 [GROUP_LENGTH]
    """

    def __new__(
        cls,
        instance_type: str | None = None,
        /,
        *,
        mode: str | None = None,
        capacity: int | None = None,
        ipv4_per_eni: int | None = None,
        nitro: bool | None = None,
        config: PoolConfig | Mapping[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
        quirks_off: Iterable[str] | None = None,
        on_eni: Iterable[Group] | None = None,
        used: Iterable[PoolOwner | Mapping[str, Any]] | None = None,
    ) -> Pool: ...
    @classmethod
    def from_state(cls, state: PoolState | Mapping[str, Any], /) -> Pool:
        """Makes a pool as it stood: of the `PoolState` that `introspect` gave, or of a dict with its fields."""

    def assign(self, owner: str, /, *, group: Group | None = None) -> PoolStep:
        """Gives the pod `owner` the next address; with `group` from the group that a controller chose.

        A pod that gets none has the error's name in `error`, and in `retry` and `after_ms` when the controller asks again.
        """

    def free(self, owner: str, /, address: AddressLike | None = None, *, now_ms: int) -> PoolStep:
        """Takes the address of the pod `owner` back, which cools down from `now_ms` on; the address that it has if not given."""

    def cool_down(self, now_ms: int, /) -> PoolStep:
        """Makes free again what has cooled down by `now_ms`; `more` tells whether some are left."""

    def reconcile(self, *, releasing: Iterable[Group] | None = None) -> PoolStep:
        """Compares the pool with its targets; `job` is what it orders, or None. `releasing` are groups that a controller chose."""

    def update(
        self,
        job: PoolJob | Mapping[str, Any],
        /,
        returned: Iterable[Group] | None = None,
        *,
        error: str | None = None,
        succeeded: bool | None = None,
        prefix_available: bool | None = None,
    ) -> PoolStep:
        """Takes what came of a job: the groups that were created, or that could not be deleted.

        `job` is what `reconcile` ordered, or a dict with `kind` and `count` or `groups`. `error` is the text of EC2's error
        if there was one; or `succeeded` and `prefix_available` are what the controller's provider told the pool.
        """

    def resync(self, on_eni: Iterable[Group], /) -> PoolStep:
        """Brings the books in line with what the ENI holds, if the pool asked for it."""

    def activate(
        self,
        config: PoolConfig | Mapping[str, Any],
        /,
        *,
        releasing: Iterable[Group] | None = None,
    ) -> PoolStep:
        """Sets targets, a dict as in `Pool`, and reconciles."""

    def drain(self, *, releasing: Iterable[Group] | None = None) -> PoolStep:
        """Gives back what is free, now and whenever the pool reconciles."""

    def mode_update(self, was: str, now: str) -> PoolStep:
        """Tells what becomes of the pool when a node that worked in mode `was` works in mode `now`; changes nothing."""

    def introspect(self) -> PoolState:
        """Lays the pool open: what the controller's introspection shows, and what it keeps to itself."""

    def counts(self) -> PoolCounts:
        """Counts the addresses of each kind."""

    def targets(self) -> Targets:
        """The targets in effect, after the pool's own rules and without what is mended."""

    def address_of(self, owner: str, /) -> str | None:
        """The address of a pod, or None."""

    def copy(self) -> Pool:
        """A pool of its own with the same state."""

    def to_dict(self) -> dict[str, Any]:
        """The pool as requests have it."""

    @property
    def mode(self) -> str:
        """`secondary-ip` or `prefix-delegation`."""

    @property
    def capacity(self) -> int:
        """Addresses that the node can have, free and used ones together."""

    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __copy__(self) -> Pool: ...
    def __deepcopy__(self, memo: Any, /) -> Pool: ...
    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any]]]: ...

@final
class Subnet:
    """One subnet with state: what is used in it, who holds it, and what is left.

    `used` is an iterable of entries, each an address or a delegated /28 as text (`"10.0.8.20"`, `"10.0.8.32/28"`, with
    its holder `"10.0.8.20 i-1"`), an `ipaddress` object, or an address as a number; or the answer of
    `ec2.describe_network_interfaces()`, its pages, or its `NetworkInterfaces`. `reservations` is an iterable of
    `(type, cidr)` pairs or of dicts with `cidr` and `type`; or the answer of `ec2.get_subnet_cidr_reservations()`, its
    pages, or its `SubnetIpv4CidrReservations`. Of listings what belongs to other subnets is left out. With
    `count_last_block` the last /28 counts as one for prefixes, which is contested.

    Host bits of `cidr` are taken away. Threads may share a subnet; each change is made wholly or not at all.

    Raises WinpodError: PREFIX_SYNTAX, PREFIX_LENGTH, PREFIX_LENGTH_MISSING, SUBNET_SIZE for `cidr`; ADDRESS_SYNTAX,
    OUT_OF_RANGE, HOST_BITS_SET, DELEGATED_LENGTH, ADDRESS_OUTSIDE_SUBNET, ADDRESS_RESERVED, ADDRESS_ASSIGNED,
    ADDRESS_IN_PREFIX, PREFIX_OUTSIDE_SUBNET, PREFIX_RESERVED, PREFIX_ASSIGNED, PREFIX_NOT_FREE, RESERVATION_TYPE,
    RESERVATION_OVERLAP for what lies in it; LISTING_INCOMPLETE for a listing with a NextToken; the code of a problem with
    a listing; REQUEST, ENCODING, TOO_DEEP, TOO_LARGE.

    >>> subnet = winpod.Subnet("10.0.8.0/24", used=["10.0.8.20 i-1", "10.0.8.32/28"])
    >>> subnet
    Subnet('10.0.8.0/24', free_addresses=234, free_prefixes=12)
    >>> subnet.census().blocks.fragmented, subnet.cure().drain[0].id
    (1, 'i-1')
    >>> subnet.assign("10.0.8.20")
    Traceback (most recent call last):
    winpod.WinpodError: 10.0.8.20 is already assigned, held by i-1 [ADDRESS_ASSIGNED]
    """

    def __new__(
        cls,
        cidr: PrefixLike,
        /,
        *,
        used: Used | None = None,
        reservations: Reserved | None = None,
        count_last_block: bool = False,
    ) -> Subnet: ...
    def assign(self, address: AddressLike | int, /, owner: str | None = None) -> None:
        """Assigns one address, to the interface or name `owner`."""

    def assign_prefix(self, prefix: PrefixLike, /, owner: str | None = None) -> None:
        """Assigns an aligned /28, to the interface or name `owner`."""

    def release(self, address: AddressLike | int, /) -> None:
        """Releases an address that was assigned by itself."""

    def release_prefix(self, prefix: PrefixLike, /) -> None:
        """Releases a prefix."""

    def reserve(self, cidr: PrefixLike, /, type: str) -> None:
        """Adds a CIDR reservation, of type `prefix` or `explicit`."""

    def owner(self, address: AddressLike | int, /) -> str | None:
        """Tells who holds an address: the id of an interface, or the name that was given."""

    def is_free(self, address: AddressLike | int, /) -> bool:
        """Tells whether an address can be assigned: of this subnet, not reserved by AWS, not assigned."""

    def census(self, *, map: bool = False) -> Census:
        """Counts what is free and what is broken; with `map` the answer has a map of the blocks."""

    def cure(self, prefixes: int | None = None, *, by: str | None = None, include_managed: bool = False) -> Cure:
        """Finds who spoils blocks, and the fewest to drain to win so many `prefixes` (1 if not given).

        `by` is `node` (the default), which is drained with all its interfaces, or `interface`. With `include_managed`
        interfaces that a service of AWS made may be drained too.
        """

    def propose_reservations(self, prefixes: int, *, no_spare_block: bool = False) -> SubnetReservations:
        """Proposes the CIDR reservations to make, so that there is room for so many `prefixes`.

        With `no_spare_block` no block is set aside beyond what is needed, although that may take more reservations.
        """

    def forecast(self, more: Iterable[int] | None = None, *, prefixes: int | None = None) -> SubnetForecast:
        """Forecasts how many /28 are likely to stay free after each number of `more` single addresses.

        Without `more` after 1, 2, 5, 10, 20 and 30 % of the usable addresses. With `prefixes` also when fewer are expected.
        """

    def copy(self) -> Subnet:
        """A subnet of its own with the same state."""

    def to_dict(self) -> dict[str, Any]:
        """The subnet as requests have it: `cidr`, `used` with the holders' names, and `reservations`."""

    @property
    def cidr(self) -> str:
        """The IPv4 block."""

    @property
    def id(self) -> str | None:
        """The id, if a listing told it."""

    @property
    def total_addresses(self) -> int:
        """Addresses of the block."""

    @property
    def usable_addresses(self) -> int:
        """All but the five that AWS reserves."""

    @property
    def used_addresses(self) -> int:
        """Addresses assigned, those of prefixes included."""

    @property
    def free_addresses(self) -> int:
        """Usable addresses that are not assigned, those inside reservations included."""

    @property
    def free_prefixes(self) -> int:
        """Aligned /28 that EC2 can hand out as prefixes."""

    @property
    def counts_last_block(self) -> bool:
        """Whether the last /28 counts as one for prefixes."""

    def __contains__(self, item: AddressLike | PrefixLike | int, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __copy__(self) -> Subnet: ...
    def __deepcopy__(self, memo: Any, /) -> Subnet: ...
    def __reduce__(self) -> tuple[type[Subnet], tuple[str], bytes]: ...
    def __setstate__(self, state: bytes, /) -> None: ...
    def _repr_html_(self) -> str | None: ...

# The caller's own return type says which record it is.
def answer(
    operation: str,
    options: Any,
    /,
    *,
    inputs: Iterable[Any] | None = None,
    given: dict[str, Any] | None = None,
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
def html(operation: str, answer: Any, /) -> str | None: ...
def main(arguments: list[str], /) -> int: ...
def schemas() -> str: ...
