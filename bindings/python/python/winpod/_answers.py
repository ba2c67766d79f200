"""The classes of answers. Written by scripts/generate-answers from the JSON schemas: do not edit."""

from __future__ import annotations

from typing import Literal

from winpod._record import Record, Table

__all__ = [
    "Advice",
    "Capacity",
    "Contains",
    "Demand",
    "Failure",
    "GroupPlan",
    "IgnoredKey",
    "Ipam",
    "Location",
    "MixedCapacity",
    "NodesThatFit",
    "Note",
    "Origins",
    "Overlaps",
    "Plan",
    "Prefix",
    "Prefixes",
    "Problem",
    "Record",
    "Source",
    "SteadyState",
    "SubnetPlan",
    "Supernet",
    "Table",
    "Targets",
    "TypePlan",
    "TypeRow",
]


class Advice(Record):
    """One thing that would help."""

    _json_names = {
        "change": "change",
        "message": "message",
        "object": "object",
    }
    change: Literal['prefix-delegation', 'instance-type', 'warm-targets', 'subnet', 'max-pods']
    """What kind of change it is: `prefix-delegation`, `instance-type`, `warm-targets`, `subnet` or
    `max-pods`.
    """
    message: str
    """What to do and what it gives, in numbers."""
    object: str
    """The group or subnet it is about."""


class Capacity(Record):
    """Pods of one Windows node."""

    _operation = 'capacity'
    _is_row = True
    _json_names = {
        "controller_known": "controllerKnown",
        "instance_type": "instanceType",
        "ipv4": "ipv4",
        "limited_by": "limitedBy",
        "max_pods": "maxPods",
        "mode": "mode",
        "pods": "pods",
        "requested_mode": "requestedMode",
        "windows": "windows",
    }
    controller_known: bool | None
    """Whether the controller's table of its date knows the type; absent for limits."""
    instance_type: str | None
    """The type; absent where only limits were given."""
    ipv4: int
    """Addresses for pods."""
    limited_by: Literal['addresses', 'max-pods', 'cpu', 'memory']
    """`addresses` or `max-pods`; `addresses` where both are equal."""
    max_pods: int
    """The kubelet's pod limit."""
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode that the node works in: one that is not Nitro stays on secondary addresses."""
    pods: int
    """Pods: the smaller of the two."""
    requested_mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode asked for."""
    windows: Literal['yes', 'no', 'unknown', None]
    """Whether Windows runs on the type: `yes`, `no` or `unknown`; absent for limits."""


class Contains(Record):
    """Which of them lie in it."""

    _operation = 'contains'
    _json_names = {
        "contains": "contains",
    }
    contains: tuple[bool, ...]
    """For each address, then for each prefix."""


class Demand(Record):
    """What all Windows groups together need of one subnet in one situation."""

    _json_names = {
        "at": "at",
        "available_addresses": "availableAddresses",
        "available_prefixes": "availablePrefixes",
        "needed_addresses": "neededAddresses",
        "needed_prefixes": "neededPrefixes",
        "nodes": "nodes",
        "verdict": "verdict",
    }
    at: Literal['minimum', 'desired', 'maximum', 'upgrade', 'zone-loss']
    """`minimum`, `desired`, `maximum`, `upgrade` or `zone-loss`."""
    available_addresses: int | None
    """Addresses there are: free ones and those that live nodes of these groups hold."""
    available_prefixes: int | None
    """Prefixes there are, counted alike."""
    needed_addresses: int
    """Addresses, those that live nodes hold already included."""
    needed_prefixes: int
    """/28 prefixes, those that live nodes hold already included."""
    nodes: int
    """Nodes in this subnet."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """Whether that is enough."""


class Failure(Record):
    """Where growing stops."""

    _json_names = {
        "at": "at",
        "lacks": "lacks",
        "node": "node",
        "node_group": "nodeGroup",
        "of": "of",
        "subnet": "subnet",
    }
    at: Literal['maximum', 'upgrade']
    """`maximum` while the groups grow to their maximum, `upgrade` while this one is replaced there."""
    lacks: Literal['addresses', 'prefixes']
    """What runs out there: `addresses` or `prefixes`."""
    node: int
    """Which node is the first without room, counted from 1: of the group, or of those that its upgrade adds.
    """
    node_group: str
    """The group."""
    of: int
    """How many nodes there would be."""
    subnet: str
    """The subnet."""


class GroupPlan(Record):
    """One Windows node group."""

    _json_names = {
        "ami": "ami",
        "current_nodes": "currentNodes",
        "desired_size": "desiredSize",
        "location": "location",
        "max_size": "maxSize",
        "min_size": "minSize",
        "name": "name",
        "subnets": "subnets",
        "tool": "tool",
        "type_count": "typeCount",
        "types": "types",
        "verdict": "verdict",
        "workload_pods": "workloadPods",
    }
    ami: str | None
    """AMI family, type or alias as written."""
    current_nodes: int | None
    """Live nodes of the group; absent if no nodes were given."""
    desired_size: int | None
    """Number of nodes asked for."""
    location: Location
    """Where the group is defined."""
    max_size: int | None
    """Largest number of nodes."""
    min_size: int | None
    """Smallest number of nodes."""
    name: str
    """Its name."""
    subnets: tuple[str, ...] | None
    """Ids of its subnets; absent if the files do not tell."""
    tool: Literal['eksctl-managed', 'eksctl-self-managed', 'eks-managed', 'karpenter']
    """Who makes its nodes: `eksctl-managed`, `eksctl-self-managed`, `eks-managed` or `karpenter`."""
    type_count: int
    """How many types the group may use, the ones that are not shown included."""
    types: tuple[TypePlan, ...]
    """Its instance types, one row each; for many candidates of Karpenter those that differ in capacity."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """Whether it can grow to its maximum."""
    workload_pods: int | None
    """Pods of the given workloads that its labels and taints let in, DaemonSets left out."""


class IgnoredKey(Record):
    """A key without effect."""

    _json_names = {
        "key": "key",
        "message": "message",
        "reason": "reason",
        "value": "value",
    }
    key: str
    """The key."""
    message: str
    """Why, as a sentence."""
    reason: str
    """Why, by name: `shadowed`, `unparsable`, `not-positive` and so on."""
    value: str
    """Its value as written."""


class Ipam(Record):
    """The settings that act on a node."""

    _operation = 'ipam'
    _json_names = {
        "enabled": "enabled",
        "ignored": "ignored",
        "loaded": "loaded",
        "minimum_ip_target": "minimumIpTarget",
        "mode": "mode",
        "notes": "notes",
        "origins": "origins",
        "prefix_delegation": "prefixDelegation",
        "problems": "problems",
        "steady_state": "steadyState",
        "warm_ip_target": "warmIpTarget",
        "warm_prefix_target": "warmPrefixTarget",
        "windows_ipam": "windowsIpam",
    }
    enabled: bool
    """Whether Windows pods get addresses at all."""
    ignored: tuple[IgnoredKey, ...]
    """Every key that is set and has no effect."""
    loaded: Targets
    """What the controller's loader hands to the pool, before the pool's own rules."""
    minimum_ip_target: int
    """Addresses held at least."""
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode of the node: `secondary-ip` or `prefix-delegation`."""
    notes: tuple[Note, ...]
    """Traps that these settings fall into, and what else is worth telling."""
    origins: Origins
    """Where each value in effect comes from."""
    prefix_delegation: Literal['on', 'off', 'absent', 'unparsable', 'overruled']
    """How `enable-windows-prefix-delegation` reads."""
    problems: tuple[Problem, ...]
    """What is wrong with the files."""
    steady_state: SteadyState | None
    """What the node holds at rest; only with `pods`."""
    warm_ip_target: int
    """Addresses kept free."""
    warm_prefix_target: int
    """Prefixes kept free; counts only where neither of the others is positive."""
    windows_ipam: Literal['on', 'off', 'absent', 'unparsable', 'overruled']
    """How `enable-windows-ipam` reads: `on`, `off`, `absent`, `unparsable` or `overruled`."""


class Location(Record):
    """A place in a file, as answers give it."""

    _json_names = {
        "column": "column",
        "file": "file",
        "line": "line",
    }
    column: int
    """Column from 1, in characters; 0 if only the file is known."""
    file: str
    """The file as the user named it."""
    line: int
    """Line from 1; 0 if only the file is known."""


class MixedCapacity(Record):
    """What a node advertises right after a switch of mode, and what it can give."""

    _operation = 'mixedCapacity'
    _json_names = {
        "advertised": "advertised",
        "mode": "mode",
        "real": "real",
    }
    advertised: int
    """Addresses that the scheduler counts on."""
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode of the node."""
    real: int
    """Addresses that new pods can have."""


class NodesThatFit(Record):
    """Room for more nodes of one group."""

    _json_names = {
        "node_group": "nodeGroup",
        "nodes": "nodes",
    }
    node_group: str
    """The group."""
    nodes: int | None
    """More nodes of it, if no other group grows; absent if the subnet's free room is not known."""


class Note(Record):
    """One thing to tell, with where it stands and on what it rests."""

    _json_names = {
        "code": "code",
        "kind": "kind",
        "location": "location",
        "message": "message",
        "sources": "sources",
    }
    code: str
    """The stable name of the sentence."""
    kind: Literal['warning', 'unknown', 'assumption', 'info']
    """What it is for."""
    location: Location | None = None
    """Where it stands."""
    message: str
    """The sentence, values filled in."""
    sources: tuple[str, ...] = ()
    """The facts it rests on, as keys of the list of sources."""


class Origins(Record):
    """Where values come from: a key of the ConfigMap, or what stands in for it."""

    _json_names = {
        "minimum_ip_target": "minimumIpTarget",
        "warm_ip_target": "warmIpTarget",
        "warm_prefix_target": "warmPrefixTarget",
    }
    minimum_ip_target: str
    """Of the minimum-IP target."""
    warm_ip_target: str
    """Of the warm-IP target."""
    warm_prefix_target: str
    """Of the warm-prefix target."""


class Overlaps(Record):
    """Whether two prefixes share an address."""

    _operation = 'overlaps'
    _json_names = {
        "overlaps": "overlaps",
    }
    overlaps: bool
    """Whether they do."""


class Plan(Record):
    """A cluster's Windows node groups against their subnets."""

    _operation = 'plan'
    _json_names = {
        "advice": "advice",
        "cluster": "cluster",
        "first_failure": "firstFailure",
        "kubernetes": "kubernetes",
        "node_groups": "nodeGroups",
        "notes": "notes",
        "problems": "problems",
        "subnets": "subnets",
        "verdict": "verdict",
    }
    advice: tuple[Advice, ...]
    """What would help, with numbers; empty where nothing is short."""
    cluster: str | None
    """The cluster's name, if a file says it."""
    first_failure: Failure | None
    """The first group that cannot grow to its maximum, when all grow node by node in turn, or that cannot be
    upgraded there.
    """
    kubernetes: str | None
    """Its Kubernetes version, if a file says it."""
    node_groups: tuple[GroupPlan, ...]
    """The Windows node groups, in the order of the files."""
    notes: tuple[Note, ...]
    """What else is worth telling: warnings, what the files leave open, what is taken for granted."""
    problems: tuple[Problem, ...]
    """What is wrong with the files; the answer is about the rest."""
    subnets: tuple[SubnetPlan, ...]
    """The subnets that Windows node groups use, by id."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """`does-not-fit` if a group or subnet does not, else `unknown` if one is, else `fits`."""


class Prefix(Record):
    """What a prefix is."""

    _operation = 'prefix'
    _json_names = {
        "address_count": "addressCount",
        "broadcast": "broadcast",
        "first": "first",
        "last": "last",
        "netmask": "netmask",
        "network": "network",
        "prefix_length": "prefixLength",
    }
    address_count: int
    """How many addresses it has."""
    broadcast: str | None
    """The broadcast address; absent for /31 and /32."""
    first: str
    """Its first address."""
    last: str
    """Its last address."""
    netmask: str
    """The mask as an address."""
    network: str
    """Its first address."""
    prefix_length: int
    """Its length in bits."""


class Prefixes(Record):
    """A list of prefixes."""

    _operation = 'aggregate'
    _json_names = {
        "prefixes": "prefixes",
    }
    prefixes: tuple[str, ...]
    """The prefixes, sorted."""


class Problem(Record):
    """One thing that is wrong with an input."""

    _json_names = {
        "code": "code",
        "location": "location",
        "message": "message",
    }
    code: str
    """The stable name of what is wrong."""
    location: Location | None = None
    """The file, with line and column where they are known."""
    message: str
    """What was found, what is allowed and what to do."""


class Source(Record):
    """A fact about the world."""

    _operation = 'sources'
    _is_row = True
    _json_names = {
        "citation": "citation",
        "date": "date",
        "grade": "grade",
        "id": "id",
        "text": "text",
    }
    citation: str
    """Where it is from."""
    date: str
    """The state of the world it was read from, as `YYYY-MM-DD` or `YYYY-MM`."""
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified']
    """`documented`, `code`, `reported`, `inferred` or `unverified`."""
    id: str
    """Its key."""
    text: str
    """The fact."""


class SteadyState(Record):
    """One node at rest."""

    _json_names = {
        "held_addresses": "heldAddresses",
        "pods": "pods",
        "prefixes": "prefixes",
        "subnet_addresses": "subnetAddresses",
        "unused_prefixes": "unusedPrefixes",
        "waiting": "waiting",
        "warm": "warm",
    }
    held_addresses: int
    """Addresses on the ENI for pods, used or free."""
    pods: int
    """Pods that have an address."""
    prefixes: int
    """/28 prefixes among them."""
    subnet_addresses: int
    """Addresses that the node takes from its subnet, its own among them."""
    unused_prefixes: int
    """Prefixes that could be given back: none of their addresses is used or cooling down."""
    waiting: int
    """Pods that were asked for and never get one."""
    warm: int
    """Addresses held and not used."""


class SubnetPlan(Record):
    """One subnet and what the Windows node groups ask of it."""

    _json_names = {
        "availability_zone": "availabilityZone",
        "cidr": "cidr",
        "demand": "demand",
        "free_addresses": "freeAddresses",
        "free_prefixes": "freePrefixes",
        "held_addresses": "heldAddresses",
        "id": "id",
        "nodes_that_fit": "nodesThatFit",
        "verdict": "verdict",
    }
    availability_zone: str | None
    """Its Availability Zone, if a file says it."""
    cidr: str
    """Its IPv4 block."""
    demand: tuple[Demand, ...]
    """Demand at each size of the groups: `minimum`, `desired`, `maximum`, `upgrade`, `zone-loss`. A situation
    is left out if the size of a group is not known, unless the other groups alone do not fit.
    """
    free_addresses: int | None
    """Addresses that are free now and not set aside for named use; absent if the files do not tell."""
    free_prefixes: int | None
    """Aligned /28 blocks that are wholly free now; absent if they cannot be counted."""
    held_addresses: int
    """Addresses that live nodes of the Windows groups hold here."""
    id: str
    """Its id."""
    nodes_that_fit: tuple[NodesThatFit, ...]
    """How many more nodes of each group fit into what is free now."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """The worst verdict of `minimum`, `desired`, `maximum` and `upgrade`."""


class Supernet(Record):
    """The prefix around another."""

    _operation = 'supernet'
    _json_names = {
        "prefix": "prefix",
    }
    prefix: str | None
    """The prefix; absent above /0 and where the length asked for is longer."""


class Targets(Record):
    """The three targets."""

    _json_names = {
        "minimum_ip_target": "minimumIpTarget",
        "warm_ip_target": "warmIpTarget",
        "warm_prefix_target": "warmPrefixTarget",
    }
    minimum_ip_target: int
    """Addresses held at least."""
    warm_ip_target: int
    """Addresses kept free."""
    warm_prefix_target: int
    """Prefixes kept free."""


class TypePlan(Record):
    """A node of one instance type in a group."""

    _json_names = {
        "cpu_pods": "cpuPods",
        "daemon_set_pods": "daemonSetPods",
        "host_network_pods": "hostNetworkPods",
        "instance_type": "instanceType",
        "ipv4": "ipv4",
        "limited_by": "limitedBy",
        "max_pods": "maxPods",
        "max_pods_from": "maxPodsFrom",
        "memory_pods": "memoryPods",
        "mode": "mode",
        "node_addresses": "nodeAddresses",
        "node_prefixes": "nodePrefixes",
        "pods": "pods",
        "same": "same",
    }
    cpu_pods: int | None
    """Pods with an address that fit by CPU, DaemonSet pods included, if workloads with requests were given.
    """
    daemon_set_pods: int
    """DaemonSet pods on each node that take an address."""
    host_network_pods: int
    """DaemonSet pods on each node that use the node's own network."""
    instance_type: str
    """The type; of several types with equal answers the first by name."""
    ipv4: int
    """Pod addresses of the node."""
    limited_by: Literal['addresses', 'max-pods', 'cpu', 'memory']
    """The limit that is reached first; on a tie the first in the order addresses, max-pods, cpu, memory."""
    max_pods: int
    """The kubelet's pod limit as it takes effect with this tool."""
    max_pods_from: Literal['default', 'configured', 'live', 'pods-per-core']
    """Why that limit is in effect: `default`, `configured`, `live` or `pods-per-core`."""
    memory_pods: int | None
    """Pods with an address that fit by memory, DaemonSet pods included, if workloads with requests were
    given.
    """
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode that its nodes work in: `secondary-ip` or `prefix-delegation`."""
    node_addresses: int
    """Addresses that one full node takes from its subnet, its own among them."""
    node_prefixes: int
    """/28 prefixes among them."""
    pods: int
    """Pods with an address that one node takes, DaemonSet pods included."""
    same: int
    """How many types of the group have this answer."""


class TypeRow(Record):
    """A row of the instance table."""

    _operation = 'types'
    _is_row = True
    _json_names = {
        "accelerators": "accelerators",
        "architectures": "architectures",
        "bare_metal": "bareMetal",
        "cards": "cards",
        "controller_known": "controllerKnown",
        "controller_table_date": "controllerTableDate",
        "current_generation": "currentGeneration",
        "enis": "enis",
        "enis_total": "enisTotal",
        "hypervisor": "hypervisor",
        "instance_type": "instanceType",
        "ipv4_per_eni": "ipv4PerEni",
        "memory_mib": "memoryMib",
        "nitro": "nitro",
        "nitro_reason": "nitroReason",
        "prefix_delegation": "prefixDelegation",
        "retired": "retired",
        "secondary_ip": "secondaryIp",
        "source": "source",
        "vcpus": "vcpus",
        "windows": "windows",
        "windows_reason": "windowsReason",
    }
    accelerators: tuple[str, ...]
    """Accelerators: `gpu`, `neuron`, `inference`, `fpga`, `media`."""
    architectures: tuple[str, ...]
    """Processor architectures."""
    bare_metal: bool
    """Whether it is a whole host."""
    cards: int
    """Network cards."""
    controller_known: bool
    """Whether the controller's table knows it."""
    controller_table_date: str
    """The day of the controller's table."""
    current_generation: bool
    """Whether EC2 calls it current."""
    enis: int
    """ENIs on the default card."""
    enis_total: int
    """ENIs on all cards."""
    hypervisor: Literal['nitro', 'xen', None]
    """`nitro`, `xen`, or absent on bare metal."""
    instance_type: str
    """Its name."""
    ipv4_per_eni: int
    """IPv4 addresses of one ENI, its primary one included."""
    memory_mib: int
    """Memory in MiB."""
    nitro: bool
    """Whether it takes prefixes."""
    nitro_reason: Literal['hypervisor', 'bare-metal', 'xen']
    """Why: `hypervisor`, `bare-metal` or `xen`."""
    prefix_delegation: int | None
    """Pod addresses with prefixes; absent where the type takes none."""
    retired: bool
    """Whether EC2's newest listing no longer has it."""
    secondary_ip: int
    """Pod addresses of a Windows node with secondary addresses."""
    source: str
    """Where the row comes from."""
    vcpus: int
    """vCPUs."""
    windows: Literal['yes', 'no', 'unknown']
    """Whether Windows runs on it: `yes`, `no` or `unknown`."""
    windows_reason: Literal['x86-64', 'architecture', 'accelerator', 'no-evidence']
    """Why: `x86-64`, `architecture`, `accelerator` or `no-evidence`."""
