"""The classes of answers. Written by scripts/generate-answers from the JSON schemas: do not edit."""

from __future__ import annotations

from typing import Literal

from winpod._record import Record, Table

__all__ = [
    "Advice",
    "AffectedObject",
    "Alternative",
    "Artefact",
    "BackgroundStep",
    "BaseImage",
    "Because",
    "BlockDemand",
    "Blocks",
    "Capacity",
    "Carve",
    "Census",
    "Censuses",
    "Check",
    "CheckAnswer",
    "CheckSummary",
    "CniAdvice",
    "CniOption",
    "CniPods",
    "CniReason",
    "ConfigMapEntry",
    "Contains",
    "Culprit",
    "Cure",
    "Cures",
    "Demand",
    "Dsr",
    "Ec2Calls",
    "Explanation",
    "Failure",
    "Finding",
    "FirstFailure",
    "Forecasts",
    "GroupAt",
    "GroupOutcome",
    "GroupPlan",
    "IgnoredKey",
    "Ipam",
    "Lack",
    "LargestServices",
    "Limits",
    "LineReason",
    "Location",
    "Migration",
    "MixedCapacity",
    "MixedNode",
    "Moment",
    "Neighbour",
    "NetworkAddressUsage",
    "NodeHolding",
    "NodesThatFit",
    "Note",
    "OrderFailure",
    "Origins",
    "Overlaps",
    "Patch",
    "Place",
    "Plan",
    "Platform",
    "Point",
    "PolicyCounts",
    "PolicyKindCounts",
    "PoolAnswer",
    "PoolConfig",
    "PoolCooling",
    "PoolCounts",
    "PoolGroup",
    "PoolJob",
    "PoolOwner",
    "PoolState",
    "PoolStep",
    "PortSpan",
    "Ports",
    "PortsScenario",
    "PossibleCause",
    "Prefix",
    "Prefixes",
    "Problem",
    "ProtocolPorts",
    "Record",
    "Related",
    "Rendered",
    "ReservationCensus",
    "Reservations",
    "ResultCode",
    "Rollout",
    "RuleRow",
    "Sarif",
    "ScriptRisk",
    "ServiceShape",
    "ServiceSpan",
    "Share",
    "Simulation",
    "Size",
    "Skipped",
    "Source",
    "SteadyState",
    "SubnetAt",
    "SubnetFits",
    "SubnetForecast",
    "SubnetOutcome",
    "SubnetPlan",
    "SubnetReservations",
    "SubnetReserve",
    "SubnetRoom",
    "Summary",
    "Supernet",
    "Symptom",
    "Table",
    "Targets",
    "TargetsChange",
    "TimelineRow",
    "Topology",
    "TopologyBackend",
    "TopologyCounts",
    "TopologyEndpoint",
    "TopologyEni",
    "TopologyExtension",
    "TopologyMacRange",
    "TopologyNat",
    "TopologyNetwork",
    "TopologyPod",
    "TopologyPolicy",
    "TopologyPort",
    "TopologyRoute",
    "TopologyService",
    "TopologySubnet",
    "TypePlan",
    "TypeRow",
    "UnknownKind",
    "Unlisted",
    "UserData",
    "Waits",
    "WiderRange",
    "WithoutReservation",
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


class AffectedObject(Record):
    """A Kubernetes object that an error is about."""

    _json_names = {
        "count": "count",
        "first_time": "firstTime",
        "kind": "kind",
        "last_time": "lastTime",
        "name": "name",
        "namespace": "namespace",
    }
    count: int
    """How often it was about this object."""
    first_time: str | None
    """The earliest time, as in the explanation."""
    kind: str
    """Its kind in lower case, such as `pod`."""
    last_time: str | None
    """The latest time."""
    name: str
    """Its name."""
    namespace: str | None
    """Its namespace, where the inputs tell it."""


class Alternative(Record):
    """Other settings in the same scenario."""

    _json_names = {
        "best": "best",
        "ec2_calls": "ec2Calls",
        "failed_pods": "failedPods",
        "first_failure_ms": "firstFailureMs",
        "mode": "mode",
        "p99_ms": "p99Ms",
        "peak_addresses": "peakAddresses",
        "reserved": "reserved",
        "set": "set",
        "verdict": "verdict",
    }
    best: bool
    """The best of those that went well: the one that holds the fewest addresses at its peak, then makes pods
    wait the shortest, then calls EC2 the least.
    """
    ec2_calls: int
    """Calls to EC2."""
    failed_pods: int
    """Pods that never had an address."""
    first_failure_ms: int | None
    """When something failed first, in milliseconds; absent if nothing did."""
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode that nodes with Nitro work in."""
    p99_ms: int
    """Ninety-nine of a hundred pods waited no longer, in milliseconds."""
    peak_addresses: int
    """The most addresses that the nodes took from their subnets at a full minute."""
    reserved: tuple[SubnetReserve, ...]
    """/28 that new CIDR reservations of type `prefix` set aside from the start."""
    set: tuple[ConfigMapEntry, ...]
    """What differs: keys of the ConfigMap with their values, by key."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """Whether it went well."""


class Artefact(Record):
    """One file to write."""

    _json_names = {
        "language": "language",
        "lines": "lines",
        "name": "name",
        "node_group": "nodeGroup",
        "text": "text",
    }
    language: Literal['yaml', 'json', 'powershell', 'shell']
    """What it is written in: `yaml`, `json`, `powershell` or `shell`."""
    lines: tuple[LineReason, ...]
    """Why lines of it are there, in their order."""
    name: str
    """A name for the file, such as `amazon-vpc-cni.yaml`."""
    node_group: str | None
    """The node group that it is for; absent if it is for the whole cluster."""
    text: str
    """Its text."""


class BackgroundStep(Record):
    """A step of how an error comes about."""

    _json_names = {
        "grade": "grade",
        "sources": "sources",
        "text": "text",
    }
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified']
    """How well it is established."""
    sources: tuple[str, ...]
    """The facts it rests on, as keys of the list of sources."""
    text: str
    """What is so."""


class BaseImage(Record):
    """What the name of an image tells."""

    _operation = 'baseImage'
    _json_names = {
        "because": "because",
        "build": "build",
        "host_build": "hostBuild",
        "host_release": "hostRelease",
        "image": "image",
        "reason": "reason",
        "release": "release",
        "runs": "runs",
    }
    because: tuple[Because, ...]
    """The sentences, each with its grade and its facts."""
    build: int | None
    """The build of that release."""
    host_build: int | None
    """The build of the node without its revision."""
    host_release: str | None
    """The release of the node; null where none was asked about, or its build is of no known release."""
    image: str
    """The image as it was asked for."""
    reason: Literal['same-build', 'other-build', 'newer-host', 'tag-silent', 'digest-only', 'no-host']
    """Why: `same-build`, `other-build`, `newer-host` (not settled), `tag-silent`, `digest-only`, or `no-host`
    where no node was asked about.
    """
    release: str | None
    """The release that it is made for; null where its name does not tell."""
    runs: Literal['yes', 'no', 'unknown']
    """Whether the node runs it without Hyper-V: `yes`, `no` or `unknown`."""


class Because(Record):
    """A reason, with what it rests on."""

    _json_names = {
        "code": "code",
        "grade": "grade",
        "kind": "kind",
        "message": "message",
        "sources": "sources",
    }
    code: str
    """The stable name of the reason."""
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified', None]
    """The grade of the weakest fact behind it; null where something is missing in what was given."""
    kind: Literal['warning', 'unknown', 'assumption', 'info']
    """Whether it is a warning, something not known, or a plain fact."""
    message: str
    """The reason as a sentence."""
    sources: tuple[str, ...]
    """The facts it rests on, as keys of the list of sources."""


class BlockDemand(Record):
    """Blocks of 64 ports that may be needed."""

    _json_names = {
        "at_least": "atLeast",
        "at_most": "atMost",
        "decided": "decided",
        "policies": "policies",
    }
    at_least: int
    """The fewest that would do, if all policies shared one."""
    at_most: int
    """One more for each pod: the most that is thought possible."""
    decided: int
    """One for each policy that is known to have no DSR."""
    policies: int
    """One for each policy without DSR, those of which it is not known among them: the most that policies
    take.
    """


class Blocks(Record):
    """Aligned /28 by state."""

    _json_names = {
        "explicit": "explicit",
        "fragmented": "fragmented",
        "free": "free",
        "full": "full",
        "prefix": "prefix",
        "reserved": "reserved",
    }
    explicit: int
    """It touches an `explicit` reservation."""
    fragmented: int
    """Some of its addresses are assigned one by one."""
    free: int
    """EC2 can hand it out as a prefix."""
    full: int
    """All of its addresses are assigned one by one."""
    prefix: int
    """Assigned as a prefix."""
    reserved: int
    """It holds addresses that AWS reserves."""


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


class Carve(Record):
    """Where the new subnets go."""

    _operation = 'subnetCarve'
    _json_names = {
        "free": "free",
        "notes": "notes",
        "subnets": "subnets",
        "vpc_id": "vpcId",
    }
    free: tuple[str, ...]
    """The fewest blocks that make up what is free afterwards, none of them over two blocks of the VPC."""
    notes: tuple[Note, ...]
    """What is worth telling."""
    subnets: tuple[Place, ...]
    """The subnets in the order of the request."""
    vpc_id: str | None
    """The VPC, if a listing named it."""


class Census(Record):
    """What is free in one subnet, and what is broken."""

    _json_names = {
        "availability_zone": "availabilityZone",
        "available_ip_address_count": "availableIpAddressCount",
        "blocks": "blocks",
        "cidr": "cidr",
        "contested": "contested",
        "fragmentation_band": "fragmentationBand",
        "fragmentation_score": "fragmentationScore",
        "free_addresses": "freeAddresses",
        "free_prefixes": "freePrefixes",
        "free_prefixes_inside_reservations": "freePrefixesInsideReservations",
        "free_prefixes_outside_reservations": "freePrefixesOutsideReservations",
        "id": "id",
        "largest_free_run": "largestFreeRun",
        "largest_free_run_first": "largestFreeRunFirst",
        "map": "map",
        "naive_free_prefixes": "naiveFreePrefixes",
        "reservations": "reservations",
        "single_addresses": "singleAddresses",
        "total_addresses": "totalAddresses",
        "usable_addresses": "usableAddresses",
        "used_addresses": "usedAddresses",
    }
    availability_zone: str | None
    """Its Availability Zone."""
    available_ip_address_count: int | None
    """`AvailableIpAddressCount` as EC2 reported it."""
    blocks: Blocks
    """Aligned /28 by state; they sum up to all of the subnet."""
    cidr: str
    """Its IPv4 block."""
    contested: tuple[str, ...]
    """Blocks that are unused and not counted as free, because no source says whether EC2 hands them out: the
    last.
    """
    fragmentation_band: Literal['0-24', '25-49', '50-74', '75-99', '100']
    """The script's band of the score."""
    fragmentation_score: int
    """The score of AWS's `subnet_frag.py`, 0 to 100: broken blocks in per cent of those that are neither
    prefixes nor hold reserved addresses, rounded up.
    """
    free_addresses: int
    """Usable addresses that are not assigned, those inside reservations included."""
    free_prefixes: int
    """Aligned /28 that EC2 can hand out as prefixes."""
    free_prefixes_inside_reservations: int
    """Of these, those inside `prefix` reservations, where no single address goes."""
    free_prefixes_outside_reservations: int
    """Of these, the others."""
    id: str | None
    """The subnet's id; absent for one that was told by its block."""
    largest_free_run: int
    """The longest run of free addresses."""
    largest_free_run_first: str | None
    """Its first address."""
    map: tuple[str, ...] | None = None
    """A glyph for each aligned /28, if asked for, 64 a line: `.` free, `:` free inside a `prefix`
    reservation, `P` prefix, `x` fragmented, `X` full, `R` holding reserved addresses, `E` touching an
    `explicit` reservation.
    """
    naive_free_prefixes: int
    """Free /28 if `explicit` reservations were no different from others."""
    reservations: tuple[ReservationCensus, ...]
    """CIDR reservations, by address."""
    single_addresses: int
    """Addresses assigned one by one."""
    total_addresses: int
    """Addresses of the block."""
    usable_addresses: int
    """All but the five that AWS reserves."""
    used_addresses: int
    """Addresses assigned, those of prefixes included."""


class Censuses(Record):
    """The subnets of a request, counted."""

    _operation = 'subnetCensus'
    _json_names = {
        "notes": "notes",
        "problems": "problems",
        "subnets": "subnets",
    }
    notes: tuple[Note, ...]
    """What is worth telling, what matters most first."""
    problems: tuple[Problem, ...]
    """What is wrong with the input."""
    subnets: tuple[Census, ...]
    """Each subnet, by id; one of which something was refused is not here."""


class Check(Record):
    """One thing that was looked at."""

    _json_names = {
        "check": "check",
        "code": "code",
        "message": "message",
        "node_group": "nodeGroup",
        "sources": "sources",
        "subnet": "subnet",
        "verdict": "verdict",
    }
    check: Literal['windows-ipam', 'nitro', 'instance-types', 'mixed-capacity', 'free-prefixes', 'neighbours', 'reservation', 'control-plane', 'network-address-usage']
    """Its name."""
    code: str
    """The stable name of the sentence."""
    message: str
    """The sentence, with numbers, and for what is open how to get it."""
    node_group: str | None = None
    """The node group it is about."""
    sources: tuple[str, ...] = ()
    """The facts it rests on, as keys of the list of sources."""
    subnet: str | None = None
    """The subnet it is about."""
    verdict: Literal['ok', 'warning', 'unknown', 'fails']
    """What it found."""


class CheckAnswer(Record):
    """What is wrong, what could not be judged, and how much was looked at."""

    _operation = 'check'
    _json_names = {
        "clean": "clean",
        "cni": "cni",
        "fail_on": "failOn",
        "findings": "findings",
        "not_applicable": "notApplicable",
        "not_decidable": "notDecidable",
        "notes": "notes",
        "off": "off",
        "skipped": "skipped",
        "summary": "summary",
        "unknown_kinds": "unknownKinds",
        "unlisted": "unlisted",
    }
    clean: tuple[str, ...]
    """Rules that judged something and found nothing."""
    cni: CniAdvice | None = None
    """Which CNI fits the cluster; absent unless asked for."""
    fail_on: Literal['info', 'warn', 'high', 'error']
    """The mildest severity that fails the check: of the request, else of the configuration, else `high`."""
    findings: tuple[Finding, ...]
    """What is wrong: by file, line and rule."""
    not_applicable: tuple[str, ...]
    """Rules whose subject does not occur in the input."""
    not_decidable: tuple[str, ...]
    """Rules that no file can decide; `winpod check --rule ID` says how to look."""
    notes: tuple[Note, ...]
    """What else is worth telling about the input."""
    off: tuple[str, ...]
    """Rules that the configuration switches off."""
    skipped: tuple[Skipped, ...]
    """Rules that lacked something, in the order of the catalogue."""
    summary: CheckSummary
    """How many there are of what."""
    unknown_kinds: tuple[UnknownKind, ...]
    """Documents of kinds that no rule reads."""
    unlisted: tuple[Unlisted, ...] = ()
    """Rules of which more was found than is listed, in the order of the catalogue."""


class CheckSummary(Record):
    """How many there are of what."""

    _json_names = {
        "documents": "documents",
        "error": "error",
        "fails": "fails",
        "files": "files",
        "hidden": "hidden",
        "hidden_by_baseline": "hiddenByBaseline",
        "high": "high",
        "info": "info",
        "rules_judged": "rulesJudged",
        "rules_skipped": "rulesSkipped",
        "unusable": "unusable",
        "warn": "warn",
    }
    documents: int
    """Documents of a known kind."""
    error: int
    """Findings that keep Windows pods or nodes from working."""
    fails: bool
    """Whether a finding is as bad as `failOn` or worse."""
    files: int
    """Files that were read."""
    hidden: int
    """Findings that an ignore or the baseline hides; they are in none of the other counts."""
    hidden_by_baseline: int
    """Those of them that the baseline hides."""
    high: int
    """Findings that show under load, at a rollout or an upgrade, or that leave a security control absent."""
    info: int
    """Advice."""
    rules_judged: int
    """Rules that judged something."""
    rules_skipped: int
    """Rules that lacked something."""
    unusable: bool
    """Whether an input is unusable, so that the answer is about the rest."""
    warn: int
    """Findings of likely waste or trouble."""


class CniAdvice(Record):
    """Which CNI fits a cluster's Windows nodes, and what each would break."""

    _json_names = {
        "because": "because",
        "missing": "missing",
        "options": "options",
        "recommended": "recommended",
    }
    because: tuple[CniReason, ...]
    """Why this one, or why none; what decides first."""
    missing: tuple[Lack, ...]
    """Inputs that would settle what is open."""
    options: tuple[CniOption, ...]
    """The four options, always in this order."""
    recommended: Literal['vpc-cni', 'vpc-cni-prefixes', 'vpc-cni-calico-policy', 'calico-overlay', None]
    """The option to take; null where none fits, or the files do not tell enough."""


class CniOption(Record):
    """One CNI, or one way to run it."""

    _json_names = {
        "because": "because",
        "breaks": "breaks",
        "cni": "cni",
        "needs": "needs",
        "now": "now",
        "pods_per_node": "podsPerNode",
        "verdict": "verdict",
    }
    because: tuple[CniReason, ...]
    """What the verdict rests on."""
    breaks: tuple[CniReason, ...]
    """What would not work, or not as it seems."""
    cni: Literal['vpc-cni', 'vpc-cni-prefixes', 'vpc-cni-calico-policy', 'calico-overlay']
    """Its name."""
    needs: tuple[CniReason, ...]
    """What it needs that the files do not show."""
    now: bool
    """Whether the files show that it is in use."""
    pods_per_node: tuple[CniPods, ...]
    """What a node of each group takes."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """Whether it fits this cluster."""


class CniPods(Record):
    """A node of one instance type in a group."""

    _json_names = {
        "instance_type": "instanceType",
        "limited_by": "limitedBy",
        "mode": "mode",
        "node_addresses": "nodeAddresses",
        "node_group": "nodeGroup",
        "node_prefixes": "nodePrefixes",
        "pods": "pods",
        "same": "same",
    }
    instance_type: str
    """The type; of several types with equal answers the first by name."""
    limited_by: Literal['addresses', 'max-pods', 'cpu', 'memory']
    """The limit that is reached first."""
    mode: Literal['secondary-ip', 'prefix-delegation', 'overlay']
    """Where the addresses of its pods are from."""
    node_addresses: int
    """Addresses that one full node takes from its subnet, its own among them."""
    node_group: str
    """The group."""
    node_prefixes: int
    """/28 prefixes among them."""
    pods: int
    """Pods with an address that one node takes, DaemonSet pods included."""
    same: int
    """How many types of the group have this answer."""


class CniReason(Record):
    """A reason, with where it stands and on what it rests."""

    _json_names = {
        "code": "code",
        "grade": "grade",
        "kind": "kind",
        "location": "location",
        "message": "message",
        "sources": "sources",
    }
    code: str
    """The stable name of the reason."""
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified', None]
    """The grade of the weakest fact behind it; null where something is missing in what was given."""
    kind: Literal['warning', 'unknown', 'assumption', 'info']
    """Whether it is a warning, something not known, something taken for granted, or a plain fact."""
    location: Location | None
    """Where it stands."""
    message: str
    """The reason as a sentence."""
    sources: tuple[str, ...]
    """The facts it rests on, as keys of the list of sources."""


class ConfigMapEntry(Record):
    """A key of the amazon-vpc-cni ConfigMap with a value."""

    _json_names = {
        "key": "key",
        "value": "value",
    }
    key: str
    """The key."""
    value: str
    """Its value as text."""


class Contains(Record):
    """Which of them lie in it."""

    _operation = 'contains'
    _json_names = {
        "contains": "contains",
    }
    contains: tuple[bool, ...]
    """For each address, then for each prefix."""


class Culprit(Record):
    """Somebody whose single addresses spoil blocks."""

    _json_names = {
        "address_count": "addressCount",
        "addresses": "addresses",
        "alone": "alone",
        "blocks": "blocks",
        "description": "description",
        "drainable": "drainable",
        "id": "id",
        "idle": "idle",
        "interface_type": "interfaceType",
        "interfaces": "interfaces",
        "kind": "kind",
        "prefixes": "prefixes",
    }
    address_count: int
    """How many there are."""
    addresses: tuple[str, ...]
    """Its single addresses in blocks that it spoils, by address; 16 at most."""
    alone: int
    """Of these, the blocks that nobody else spoils."""
    blocks: int
    """Blocks that it spoils."""
    description: str | None
    """What its maker says that it is for."""
    drainable: bool
    """Whether it can be drained: nobody but AWS removes an interface that a service of AWS made."""
    id: str
    """The instance, the network interface, the name that was given, or the address itself."""
    idle: bool
    """Attached to nothing, perhaps left behind."""
    interface_type: str | None
    """What EC2 calls the interface, where it is not an instance's: `nat_gateway` and so on."""
    interfaces: tuple[str, ...]
    """Its interfaces in this subnet."""
    kind: Literal['node', 'interface', 'name', 'address']
    """`node`, `interface`, `name` or `address`."""
    prefixes: int
    """Prefixes that it holds in this subnet and gives back when it is drained."""


class Cure(Record):
    """Whom to drain in one subnet."""

    _json_names = {
        "cidr": "cidr",
        "culprit_count": "culpritCount",
        "culprits": "culprits",
        "curable": "curable",
        "drain": "drain",
        "exact": "exact",
        "free_prefixes": "freePrefixes",
        "free_prefixes_after": "freePrefixesAfter",
        "frees": "frees",
        "gap": "gap",
        "id": "id",
        "lower_bound": "lowerBound",
        "wanted": "wanted",
    }
    cidr: str
    """Its IPv4 block."""
    culprit_count: int
    """How many spoil blocks."""
    culprits: tuple[Culprit, ...]
    """Who spoils the most blocks alone, then together with others; 20 at most."""
    curable: int
    """Blocks that draining everybody who can be drained would free."""
    drain: tuple[Culprit, ...]
    """Whom to drain; empty if nothing is to be won."""
    exact: bool
    """Whether the drains are proven to be the fewest."""
    free_prefixes: int
    """Aligned /28 that are free now."""
    free_prefixes_after: int
    """Aligned /28 that are free then."""
    frees: tuple[str, ...]
    """The blocks that are free then, besides those that are free now."""
    gap: int
    """How many fewer drains might do at best: the number of drains less `lowerBound`, 0 if exact."""
    id: str | None
    """The subnet's id; absent for one that was told by its block."""
    lower_bound: int
    """No smaller number of drains wins as many blocks."""
    wanted: int
    """Blocks to win."""


class Cures(Record):
    """The subnets of a request, each with its culprits and a cure."""

    _operation = 'subnetCure'
    _json_names = {
        "notes": "notes",
        "problems": "problems",
        "subnets": "subnets",
    }
    notes: tuple[Note, ...]
    """What is worth telling, what matters most first."""
    problems: tuple[Problem, ...]
    """What is wrong with the input."""
    subnets: tuple[Cure, ...]
    """Each subnet, by id; one of which something was refused is not here."""


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


class Dsr(Record):
    """Whether DSR is on at a node, whether it should be, and whether ports run out."""

    _operation = 'dsr'
    _json_names = {
        "advice": "advice",
        "because": "because",
        "enabled": "enabled",
        "gate": "gate",
        "kube_proxy_args": "kubeProxyArgs",
        "kubernetes": "kubernetes",
        "limits": "limits",
        "needed": "needed",
        "notes": "notes",
        "platform": "platform",
        "policies": "policies",
        "ports": "ports",
        "problems": "problems",
        "supported": "supported",
        "user_data": "userData",
        "verdict": "verdict",
    }
    advice: tuple[Note, ...]
    """What to change."""
    because: tuple[Because, ...]
    """The reasons, what decides first."""
    enabled: bool | None
    """Whether it is on; null if not known."""
    gate: Literal['needed', 'default', 'locked', 'unknown', None]
    """What the feature gate `WinDSR` needs in this version; null with no arguments."""
    kube_proxy_args: tuple[str, ...]
    """What to give kube-proxy so that DSR is on; empty where nothing does that."""
    kubernetes: str | None
    """The version of kube-proxy."""
    limits: Limits
    """What load balancing on this system allows, by its build."""
    needed: bool | None
    """Whether it should be on: because Calico needs it, or because ports do not suffice without it; null if
    not known.
    """
    notes: tuple[Note, ...]
    """What else there is to tell."""
    platform: Platform
    """The system."""
    policies: PolicyCounts | None
    """The load-balancer policies of the node; null without services and without a dump."""
    ports: Ports | None
    """The ports of the node; null where neither services, a dump, a listing nor the request tell of them."""
    problems: tuple[Problem, ...]
    """What is wrong with the files."""
    supported: bool | None
    """Whether system and version have DSR; null if not known."""
    user_data: tuple[UserData, ...]
    """What each user data of the files does about DSR, and what that risks."""
    verdict: Literal['on', 'off', 'unsupported', 'refused', 'unknown']
    """`on`; `off`, although the system may have it; `unsupported` by the system; `refused`: kube-proxy exits
    at start-up; or `unknown`.
    """


class Ec2Calls(Record):
    """Calls to EC2, refused ones among them."""

    _json_names = {
        "assign": "assign",
        "describe": "describe",
        "most_per_minute": "mostPerMinute",
        "throttled": "throttled",
        "unassign": "unassign",
    }
    assign: int
    """`AssignPrivateIpAddresses`."""
    describe: int
    """`DescribeNetworkInterfaces`."""
    most_per_minute: int
    """The most calls of all kinds in one minute."""
    throttled: int
    """Of these, those that EC2 refused because the account had too many."""
    unassign: int
    """`UnassignPrivateIpAddresses`."""


class Explanation(Record):
    """What an error or event means."""

    _operation = 'explain'
    _is_row = True
    _json_names = {
        "background": "background",
        "causes": "causes",
        "collect": "collect",
        "count": "count",
        "cut": "cut",
        "first_time": "firstTime",
        "grade": "grade",
        "id": "id",
        "last_time": "lastTime",
        "location": "location",
        "nodes": "nodes",
        "objects": "objects",
        "other_objects_count": "otherObjectsCount",
        "problems": "problems",
        "remedy": "remedy",
        "results": "results",
        "shown": "shown",
        "source": "source",
        "sources": "sources",
        "title": "title",
    }
    background: tuple[BackgroundStep, ...]
    """How it comes about, step by step, where that takes arithmetic."""
    causes: tuple[PossibleCause, ...]
    """The causes, the most likely first, given what else the inputs show."""
    collect: tuple[str, ...]
    """What to look at next."""
    count: int
    """How often the inputs have it; an event counts as often as Kubernetes says that it happened."""
    cut: bool
    """Its text is cut off wherever it stands, and was recognised by its beginning: what follows may say more.
    """
    first_time: str | None
    """The earliest time: `2026-11-22T10:00:00Z`, without `Z` if the log tells no zone, `11-22T10:00:00` if it
    tells no year.
    """
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified']
    """How well the meaning is established: `documented`, `code`, `reported`, `inferred` or `unverified`."""
    id: str
    """The stable name of the error."""
    last_time: str | None
    """The latest time, as `first_time`."""
    location: Location
    """Where it stands first."""
    nodes: tuple[str, ...]
    """The nodes that it is about, as far as the inputs name them. If what they show makes other causes likely
    on other nodes, each of these has an explanation of its own.
    """
    objects: tuple[AffectedObject, ...]
    """The Kubernetes objects that it is about, the most frequent first, as far as the inputs name them. Of
    all errors together at most 1,000 are listed.
    """
    other_objects_count: int
    """How often it was about objects that are not listed."""
    problems: tuple[Problem, ...] = ()
    """What of the inputs could not be read, the same in every explanation."""
    remedy: tuple[str, ...]
    """What to do, in the order of the causes, without those that are refuted."""
    results: tuple[ResultCode, ...]
    """The results of HCN or Windows that tell it."""
    shown: str
    """What stands there, shortened."""
    source: str
    """Where the meaning is from."""
    sources: tuple[str, ...]
    """The facts it rests on, as keys of the list of sources."""
    title: str
    """What happened."""


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


class Finding(Record):
    """One thing that is wrong."""

    _json_names = {
        "column": "column",
        "end_column": "endColumn",
        "file": "file",
        "grade": "grade",
        "line": "line",
        "message": "message",
        "object": "object",
        "patch": "patch",
        "related": "related",
        "remedy": "remedy",
        "rule": "rule",
        "security": "security",
        "severity": "severity",
        "source": "source",
        "title": "title",
        "why": "why",
    }
    column: int
    """Column from 1, in characters; 0 if only the file is known."""
    end_column: int
    """The column behind the value's last character; 0 if it goes over several lines or is not known."""
    file: str
    """The file as the user named it."""
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified']
    """How well the rule is established."""
    line: int
    """Line from 1; 0 if only the file is known."""
    message: str
    """What is wrong, with the values of the input."""
    object: str
    """What it is about, such as `node group "web"`."""
    patch: Patch | None
    """The remedy as a change of one place, if it is mechanical."""
    related: tuple[Related, ...]
    """Other places that it is about."""
    remedy: str
    """What to do."""
    rule: str
    """The rule's id."""
    security: bool
    """Whether a control is believed to act and does not."""
    severity: Literal['info', 'warn', 'high', 'error']
    """How bad it is."""
    source: str
    """Where the rule is from."""
    title: str
    """The rule's title."""
    why: str
    """What will happen."""


class FirstFailure(Record):
    """The first thing that failed."""

    _json_names = {
        "at_ms": "atMs",
        "message": "message",
        "minute": "minute",
        "node": "node",
        "node_group": "nodeGroup",
        "reason": "reason",
        "sources": "sources",
        "subnet": "subnet",
        "symptoms": "symptoms",
    }
    at_ms: int
    """When, in milliseconds from the start."""
    message: str
    """What happened and why, with values."""
    minute: int
    """The minute in which it happened, counted from 0."""
    node: int | None
    """The node, counted from 1 in its group as the nodes came, those that are gone among them; absent where
    no node was concerned.
    """
    node_group: str
    """The node group."""
    reason: Literal['no-prefix', 'no-address', 'eni-full', 'throttled', 'not-visible', 'bad-count', 'no-node-address', 'ipam-off', 'pool-stuck', 'no-room']
    """Why: `no-prefix`, `no-address`, `eni-full`, `throttled`, `not-visible` or `bad-count` for an order of
    the controller, `no-node-address` for a node that could not start, `ipam-off` where Windows IPAM is
    off, `pool-stuck` for pods that wait though nothing failed, `no-room` for pods that no node takes.
    """
    sources: tuple[str, ...] = ()
    """The facts it rests on, as keys of the list of sources."""
    subnet: str | None
    """The subnet; absent where none was concerned."""
    symptoms: tuple[Symptom, ...]
    """How it looks to a user."""


class Forecasts(Record):
    """Forecasts."""

    _operation = 'subnetForecast'
    _json_names = {
        "notes": "notes",
        "problems": "problems",
        "subnets": "subnets",
        "targets": "targets",
    }
    notes: tuple[Note, ...]
    """What is worth telling, what matters most first."""
    problems: tuple[Problem, ...]
    """What is wrong with the input."""
    subnets: tuple[SubnetForecast, ...]
    """Each subnet, by id; one of which something was refused is not here."""
    targets: TargetsChange | None
    """What other warm targets save, if that was asked."""


class GroupAt(Record):
    """A node group at one time."""

    _json_names = {
        "cooling": "cooling",
        "name": "name",
        "nodes": "nodes",
        "running": "running",
        "unplaced": "unplaced",
        "waiting": "waiting",
        "warm": "warm",
    }
    cooling: int
    """Addresses that cool down."""
    name: str
    """Its name."""
    nodes: int
    """Nodes."""
    running: int
    """Pods with an address."""
    unplaced: int
    """Pods that no node has room for."""
    waiting: int
    """Pods on a node that wait for an address."""
    warm: int
    """Addresses free in warm pools."""


class GroupOutcome(Record):
    """What became of a node group."""

    _json_names = {
        "daemon_set_pods": "daemonSetPods",
        "failed_pods": "failedPods",
        "instance_type": "instanceType",
        "mode": "mode",
        "name": "name",
        "nodes": "nodes",
        "peak_warm_addresses": "peakWarmAddresses",
        "pods_per_node": "podsPerNode",
        "pods_running": "podsRunning",
        "pods_unplaced": "podsUnplaced",
        "pods_waiting": "podsWaiting",
        "start_nodes": "startNodes",
        "waits": "waits",
        "warm_addresses": "warmAddresses",
    }
    daemon_set_pods: int
    """Pods of DaemonSets on each node."""
    failed_pods: int
    """Pods that never had an address."""
    instance_type: str
    """The instance type that its nodes were taken to have."""
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode that its nodes worked in at the start."""
    name: str
    """Its name."""
    nodes: int
    """Nodes at the end."""
    peak_warm_addresses: int
    """The most addresses free in warm pools at a full minute."""
    pods_per_node: int
    """Pods with an address that a node takes, DaemonSet pods included."""
    pods_running: int
    """Pods with an address at the end."""
    pods_unplaced: int
    """Pods that no node has room for at the end."""
    pods_waiting: int
    """Pods that wait for an address at the end."""
    start_nodes: int
    """Nodes at the start."""
    waits: Waits
    """How long its pods waited."""
    warm_addresses: int
    """Addresses free in warm pools at the end."""


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


class Lack(Record):
    """An input that is missing."""

    _json_names = {
        "how": "how",
        "need": "need",
        "what": "what",
    }
    how: str
    """How to get it."""
    need: str
    """Its stable name."""
    what: str
    """What it is."""


class LargestServices(Record):
    """The largest number of services that the ports of a node suffice for: all of them, or where a node lists
    its ports, those that fit beside what it has.
    """

    _json_names = {
        "beside_always_present": "besideAlwaysPresent",
        "further": "further",
        "shape": "shape",
        "with_dsr": "withDsr",
        "without_dsr": "withoutDsr",
    }
    beside_always_present: bool
    """Whether services that every cluster has are there beside them: false where they are counted already,
    among those of the files or in what HNS holds.
    """
    further: bool
    """Whether further services are counted, which fit into the blocks that a listing of a running node leaves
    free; of those that are there already nothing is counted then.
    """
    shape: ServiceShape | None
    """The service that is counted: those of the request, or one of type `ClusterIP` with one port of TCP.
    Null where files have services: then like those on average.
    """
    with_dsr: ServiceSpan | None
    """With DSR on; null where system or version lack it, or where that is not known."""
    without_dsr: ServiceSpan | None
    """With DSR off; null where that is not known, because nothing tells what policies of SCTP take, or how
    many more blocks the services of a node would take that has DSR on.
    """


class Limits(Record):
    """What load balancing on a system allows."""

    _json_names = {
        "backends_at_least": "backendsAtLeast",
        "backends_at_most": "backendsAtMost",
        "because": "because",
        "session_affinity": "sessionAffinity",
    }
    backends_at_least: int
    """One policy holds so many backends for certain."""
    backends_at_most: int
    """And no more than so many; differs from the former where the update of the system is not known."""
    because: tuple[Because, ...]
    """The same as sentences."""
    session_affinity: bool | None
    """Whether `sessionAffinity: ClientIP` has an effect; null if not known."""


class LineReason(Record):
    """Why a line is there."""

    _json_names = {
        "line": "line",
        "why": "why",
    }
    line: int
    """The line, from 1."""
    why: Note
    """The reason, with the facts behind it."""


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


class Migration(Record):
    """Whether the Windows node groups can move to prefix delegation, by new groups beside the old ones."""

    _operation = 'migration'
    _json_names = {
        "checks": "checks",
        "cluster": "cluster",
        "mixed_capacity": "mixedCapacity",
        "network_address_usage": "networkAddressUsage",
        "notes": "notes",
        "problems": "problems",
        "subnets": "subnets",
        "verdict": "verdict",
    }
    checks: tuple[Check, ...]
    """Every check: of the settings, of each group, of each subnet, of the control plane and of each VPC."""
    cluster: str | None
    """The cluster's name, if a file says it."""
    mixed_capacity: tuple[MixedNode, ...]
    """What nodes could give if the mode were switched under their pods; empty where it is on already."""
    network_address_usage: tuple[NetworkAddressUsage, ...]
    """The VPCs of the groups."""
    notes: tuple[Note, ...]
    """What else is worth telling."""
    problems: tuple[Problem, ...]
    """What is wrong with the files; the answer is about the rest."""
    subnets: tuple[SubnetRoom, ...]
    """The subnets of the groups, by id."""
    verdict: Literal['yes', 'unknown', 'no']
    """`no` if a check fails, else `unknown` if one is open or a file could not be used, else `yes`."""


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


class MixedNode(Record):
    """A full node of one type whose mode is switched under its pods."""

    _json_names = {
        "addresses": "addresses",
        "advertised_addresses": "advertisedAddresses",
        "instance_type": "instanceType",
        "new_node_pods": "newNodePods",
        "node_group": "nodeGroup",
        "pods": "pods",
        "same": "same",
        "secondary_pods": "secondaryPods",
        "waiting_pods": "waitingPods",
    }
    addresses: int
    """Addresses that new pods can really have until the old ones are gone."""
    advertised_addresses: int
    """Addresses that the node advertises to the scheduler."""
    instance_type: str
    """The instance type."""
    new_node_pods: int
    """Pods that a new node takes."""
    node_group: str
    """The group."""
    pods: int
    """Pods with an address in all, old and new."""
    same: int
    """How many types of the group the row stands for: those that give the same numbers."""
    secondary_pods: int
    """Pods that keep their secondary addresses, each in a slot of its own."""
    waiting_pods: int
    """Pods that the node would be given and that would wait for an address."""


class Moment(Record):
    """When something is likely to happen."""

    _json_names = {
        "more": "more",
        "utilisation": "utilisation",
    }
    more: int
    """After so many more single addresses than now."""
    utilisation: float
    """Usable addresses that are used then, in per cent."""


class Neighbour(Record):
    """Network interfaces of one kind that are not those of the groups' nodes."""

    _json_names = {
        "interfaces": "interfaces",
        "kind": "kind",
        "prefixes": "prefixes",
        "single_addresses": "singleAddresses",
        "spoilt_blocks": "spoiltBlocks",
    }
    interfaces: int
    """Network interfaces."""
    kind: Literal['linux-node', 'windows-node', 'instance', 'load-balancer', 'network-load-balancer', 'nat-gateway', 'lambda', 'vpc-endpoint', 'control-plane', 'transit-gateway', 'efs-mount-target', 'unattached', 'other']
    """What they belong to; `instance` where no file says what the instance is, `network-load-balancer` for
    those of type network and gateway, `unattached` if attached to nothing.
    """
    prefixes: int
    """Prefixes that they hold."""
    single_addresses: int
    """Addresses that they hold one by one."""
    spoilt_blocks: int
    """Aligned /28 that are not free because of their single addresses, perhaps with those of others."""


class NetworkAddressUsage(Record):
    """Network Address Usage of one VPC, as far as the listings show it."""

    _json_names = {
        "at_peak": "atPeak",
        "now": "now",
        "quota": "quota",
        "unseen_addresses": "unseenAddresses",
        "verdict": "verdict",
        "vpc": "vpc",
    }
    at_peak: int | None
    """Units with the new nodes beside everything that is there now, old nodes that no listing shows and what
    the switch makes old nodes take; absent if open.
    """
    now: int | None
    """Units of the listed interfaces; absent if none were given."""
    quota: int
    """The quota."""
    unseen_addresses: int
    """Addresses that EC2 counts as taken in described subnets and no listed interface holds: up to so many
    units more.
    """
    verdict: Literal['ok', 'warning', 'unknown', 'fails']
    """`ok`, `fails` or `unknown`."""
    vpc: str | None
    """The VPC's id, if a file says it."""


class NodeHolding(Record):
    """What one node takes from its subnet at rest."""

    _json_names = {
        "addresses": "addresses",
        "mode": "mode",
        "prefixes": "prefixes",
    }
    addresses: int
    """Addresses, its own and those in prefixes included."""
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode that the node works in."""
    prefixes: int
    """/28 prefixes."""


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


class OrderFailure(Record):
    """What failed on the nodes of a group."""

    _json_names = {
        "first_ms": "firstMs",
        "last_ms": "lastMs",
        "node_group": "nodeGroup",
        "nodes": "nodes",
        "reason": "reason",
        "subnets": "subnets",
        "times": "times",
    }
    first_ms: int
    """The first time, in milliseconds."""
    last_ms: int
    """The last time, in milliseconds."""
    node_group: str
    """The node group."""
    nodes: int
    """On how many nodes."""
    reason: Literal['no-prefix', 'no-address', 'eni-full', 'throttled', 'not-visible', 'bad-count', 'no-node-address']
    """Why; see [`FirstFailure::reason`]."""
    subnets: tuple[str, ...]
    """The subnets concerned."""
    times: int
    """How often."""


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


class Patch(Record):
    """A text that takes the place of characters of one line."""

    _json_names = {
        "column": "column",
        "end_column": "endColumn",
        "file": "file",
        "line": "line",
        "original": "original",
        "replacement": "replacement",
    }
    column: int
    """The first column that goes, from 1, in characters."""
    end_column: int
    """The first column that stays."""
    file: str
    """The file as the user named it."""
    line: int
    """Line from 1."""
    original: str
    """What stands there now."""
    replacement: str
    """What comes in its place."""


class Place(Record):
    """The place of one new subnet."""

    _json_names = {
        "cidr": "cidr",
        "name": "name",
        "prefix_length": "prefixLength",
        "refused": "refused",
    }
    cidr: str | None
    """Its block; absent if there is no room for it."""
    name: str | None
    """Its name, if it was given one."""
    prefix_length: int
    """Its length."""
    refused: str | None
    """Why it has none."""


class Plan(Record):
    """A cluster's Windows node groups against their subnets."""

    _operation = 'plan'
    _json_names = {
        "advice": "advice",
        "cluster": "cluster",
        "cni": "cni",
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
    cni: CniAdvice | None = None
    """Which CNI fits the cluster; absent unless asked for."""
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


class Platform(Record):
    """What is known about the system of a node."""

    _json_names = {
        "build": "build",
        "hns": "hns",
        "release": "release",
    }
    build: str | None
    """The build, with its revision if that is known: `20348.2762`."""
    hns: str | None
    """The version of HNS: `15.4`."""
    release: str | None
    """The release of Windows Server, such as `2022`."""


class Point(Record):
    """A point of a forecast."""

    _json_names = {
        "expected_free_prefixes": "expectedFreePrefixes",
        "more": "more",
        "utilisation": "utilisation",
    }
    expected_free_prefixes: float
    """Expected free /28, reserved ones included, to a thousandth."""
    more: int
    """More single addresses than now."""
    utilisation: float
    """Usable addresses that are used then, in per cent."""


class PolicyCounts(Record):
    """Numbers of load-balancer policies."""

    _json_names = {
        "by_kind": "byKind",
        "dsr": "dsr",
        "non_dsr": "nonDsr",
        "total": "total",
        "undecided": "undecided",
    }
    by_kind: tuple[PolicyKindCounts, ...]
    """The same by what they are for, without what there is none of."""
    dsr: int
    """With DSR: they take no ports."""
    non_dsr: int
    """Without DSR."""
    total: int
    """All."""
    undecided: int
    """With or without, by what is not known."""


class PolicyKindCounts(Record):
    """Numbers of policies for one thing."""

    _json_names = {
        "dsr": "dsr",
        "kind": "kind",
        "non_dsr": "nonDsr",
        "undecided": "undecided",
    }
    dsr: int
    """With DSR."""
    kind: Literal['cluster-ip', 'node-port', 'external-ip', 'ingress-ip', 'health-check', 'address', 'no-address']
    """`cluster-ip`, `node-port`, `external-ip`, `ingress-ip` or `health-check`. Found on a node:
    `external-ip` for ingress IPs too, `address` for an address of which it is not known what it is,
    `no-address` for none at all.
    """
    non_dsr: int
    """Without DSR."""
    undecided: int
    """With or without, by what is not known."""


class PoolAnswer(Record):
    """What came of the steps, and the pool after them."""

    _operation = 'pool'
    _json_names = {
        "counts": "counts",
        "sources": "sources",
        "state": "state",
        "steps": "steps",
        "targets": "targets",
    }
    counts: PoolCounts | None
    """How many addresses it has of each kind; null for a node without a pool."""
    sources: tuple[str, ...]
    """Facts that the answer rests on, by key."""
    state: PoolState | None
    """The pool after the last step; a request can give it back. Null for a node without a pool."""
    steps: tuple[PoolStep, ...]
    """What the controller answers to each step, in the order of the request."""
    targets: Targets | None
    """The targets in effect, after the pool's own rules and without what is mended; null for a node without a
    pool.
    """


class PoolConfig(Record):
    """What a pool aims for."""

    _json_names = {
        "active": "active",
        "minimum_ip_target": "minimumIpTarget",
        "tolerance": "tolerance",
        "warm_ip_target": "warmIpTarget",
        "warm_prefix_target": "warmPrefixTarget",
    }
    active: bool
    """Whether the pool serves new pods; one that does not gives back whatever is free."""
    minimum_ip_target: int
    """Addresses held at least."""
    tolerance: int
    """Addresses that may be missing or too many before the pool acts."""
    warm_ip_target: int
    """Addresses kept free."""
    warm_prefix_target: int
    """Prefixes kept wholly free; counts only where neither of the others is positive."""


class PoolCooling(Record):
    """An address that cools down."""

    _json_names = {
        "address": "address",
        "freed_at_ms": "freedAtMs",
    }
    address: str
    """The address."""
    freed_at_ms: int
    """When its pod gave it back, in milliseconds on the caller's clock."""


class PoolCounts(Record):
    """How many addresses a pool has of each kind."""

    _json_names = {
        "cooling_addresses": "coolingAddresses",
        "deviation": "deviation",
        "free_addresses": "freeAddresses",
        "free_groups": "freeGroups",
        "pending": "pending",
        "pending_create": "pendingCreate",
        "pending_delete": "pendingDelete",
        "resync_required": "resyncRequired",
        "used_addresses": "usedAddresses",
    }
    cooling_addresses: int
    """Addresses that cool down."""
    deviation: int
    """Addresses that the pool is short of its targets, or has too many of if negative; its capacity aside."""
    free_addresses: int
    """Addresses free for the next pods."""
    free_groups: int
    """Groups with all their addresses free: prefixes, or addresses in secondary mode."""
    pending: int
    """Both kinds of pending addresses."""
    pending_create: int
    """Addresses ordered and not yet reported."""
    pending_delete: int
    """Addresses on their way back to the subnet."""
    resync_required: bool
    """A job failed: the pool does nothing but ask for the list of what the ENI holds."""
    used_addresses: int
    """Addresses that pods have."""


class PoolGroup(Record):
    """A group on the books."""

    _json_names = {
        "free": "free",
        "group": "group",
    }
    free: tuple[str, ...]
    """Its free addresses, next one first; none in a group that stays on the books only."""
    group: str
    """A /28 in prefix delegation, a /32 in secondary mode."""


class PoolJob(Record):
    """What a pool orders from EC2."""

    _json_names = {
        "count": "count",
        "groups": "groups",
        "kind": "kind",
    }
    count: int
    """Groups to create or delete: prefixes, or addresses in secondary mode. Not positive where a quirk of the
    controller makes it so.
    """
    groups: tuple[str, ...]
    """Of `delete`: which ones."""
    kind: Literal['create', 'delete', 'resync']
    """`create` takes groups from the subnet, `delete` gives groups back, `resync` lists what the ENI holds.
    """


class PoolOwner(Record):
    """A pod with its address."""

    _json_names = {
        "address": "address",
        "owner": "owner",
    }
    address: str
    """Its address."""
    owner: str
    """The pod, by the name that it was given."""


class PoolState(Record):
    """Everything that a pool knows: what the controller's introspection shows, and what it keeps to itself.
    """

    _json_names = {
        "capacity": "capacity",
        "config": "config",
        "cooling": "cooling",
        "mode": "mode",
        "pending_create": "pendingCreate",
        "pending_delete": "pendingDelete",
        "prefix_available": "prefixAvailable",
        "quirks_off": "quirksOff",
        "resync_required": "resyncRequired",
        "used": "used",
        "warm": "warm",
    }
    capacity: int
    """Addresses that the node can have, free and used ones together."""
    config: PoolConfig
    """What the pool aims for, as it was given."""
    cooling: tuple[PoolCooling, ...]
    """Addresses that were given back, in the order in which they were."""
    mode: Literal['secondary-ip', 'prefix-delegation']
    """What one slot of the ENI holds: an address or a /28."""
    pending_create: int
    """Addresses ordered and not yet reported."""
    pending_delete: int
    """Addresses on their way back to the subnet."""
    prefix_available: bool
    """What the last finished job said about the subnet; means nothing in secondary mode."""
    quirks_off: tuple[str, ...]
    """Quirks of the controller that it does not show."""
    resync_required: bool
    """A job failed: the pool does nothing but ask for the list of what the ENI holds."""
    used: tuple[PoolOwner, ...]
    """Pods and their addresses, by name."""
    warm: tuple[PoolGroup, ...]
    """Groups on the books, by address."""


class PoolStep(Record):
    """What the controller answers to one step. What does not go with the step is null."""

    _json_names = {
        "action": "action",
        "address": "address",
        "advertised": "advertised",
        "after_ms": "afterMs",
        "code": "code",
        "counts": "counts",
        "error": "error",
        "group": "group",
        "job": "job",
        "message": "message",
        "more": "more",
        "op": "op",
        "prefix_available": "prefixAvailable",
        "reconcile": "reconcile",
        "resynced": "resynced",
        "retry": "retry",
        "returned": "returned",
        "succeeded": "succeeded",
    }
    action: Literal['activate', 'drain', 'keep', None]
    """Of `modeUpdate`: what becomes of the pool."""
    address: str | None
    """Of `assign`: the address that the pod has now."""
    advertised: int | None
    """Of `modeUpdate`: the capacity that the node advertises, in addresses, where this pool sets it."""
    after_ms: int | None
    """Milliseconds after which it comes again: for the pod, or of `coolDown` for the next one."""
    code: str | None
    """Its stable code."""
    counts: PoolCounts
    """The pool after the step."""
    error: str | None
    """Of `assign` and `free`: the error's name in the controller's code."""
    group: str | None
    """Of `assign`: the /28 that it is from, or the address as /32 in secondary mode."""
    job: PoolJob | None
    """Of `reconcile`, `activate` and `drain`: what is ordered from EC2, if anything."""
    message: str | None
    """Why, as a sentence."""
    more: bool | None
    """Of `coolDown`: whether addresses are left that cool down."""
    op: str
    """The step."""
    prefix_available: bool | None
    """Of `update`: whether the pool takes it that the subnet has a /28 left."""
    reconcile: bool
    """Whether the controller reconciles next."""
    resynced: bool | None
    """Of `resync`: whether it was asked for; if not, nothing changed."""
    retry: Literal['after', 'back-off', 'never', None]
    """Of an error, when the controller asks again for the pod: `after` so many milliseconds, with the growing
    `back-off` of its work queue, or `never`.
    """
    returned: tuple[str, ...] | None
    """Of `update`: the groups that went to the pool."""
    succeeded: bool | None
    """Of `update`: whether the pool takes the job for a success; if not, it asks for a re-sync."""


class PortSpan(Record):
    """Ports from one to another."""

    _json_names = {
        "first": "first",
        "last": "last",
        "location": "location",
    }
    first: int
    """The first port."""
    last: int
    """The last port."""
    location: Location | None = None
    """Where it is listed."""


class Ports(Record):
    """The ports of a node. All that is said about demand is an estimate."""

    _json_names = {
        "largest": "largest",
        "tcp": "tcp",
        "udp": "udp",
        "verdict": "verdict",
    }
    largest: LargestServices
    """How many services the ports suffice for."""
    tcp: ProtocolPorts
    """The ports of TCP."""
    udp: ProtocolPorts
    """The ports of UDP."""
    verdict: Literal['ok', 'warn', 'exhausted', None]
    """The worse one of both protocols: `ok`, `warn` with ten blocks or fewer left, or `exhausted`; null where
    no demand is known.
    """


class PortsScenario(Record):
    """What would be with DSR on, or off."""

    _json_names = {
        "blocks": "blocks",
        "certain": "certain",
        "demand": "demand",
        "held_otherwise": "heldOtherwise",
        "verdict": "verdict",
    }
    blocks: int
    """Blocks of 64 that fit before HNS takes any; where a node lists its ports, those that HNS holds and
    those that are free, without what lies apart.
    """
    certain: bool
    """Whether the verdict holds however policies share blocks and whatever pods take."""
    demand: BlockDemand
    """Blocks that may be needed."""
    held_otherwise: int
    """Of these, what HNS holds beyond one for each policy on the node: something else has them, such as the
    outbound NAT of pods.
    """
    verdict: Literal['ok', 'warn', 'exhausted', None]
    """Whether the others suffice, with one block for each policy; null where that depends on policies of
    which it is not known whether they would have DSR, or on whether those asked about are on the node that
    lists its ports.
    """


class PossibleCause(Record):
    """A cause that an error can have."""

    _json_names = {
        "grade": "grade",
        "likelihood": "likelihood",
        "order": "order",
        "remedy": "remedy",
        "text": "text",
        "why": "why",
    }
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified']
    """How well it is established."""
    likelihood: Literal['likely', 'possible', 'unlikely', 'refuted']
    """What the inputs say about it."""
    order: int
    """Its place in the order, from 1."""
    remedy: str | None
    """What helps against it."""
    text: str
    """What may have happened."""
    why: tuple[str, ...]
    """What in the inputs speaks for it; against it if it is unlikely, and what excludes it if it is refuted.
    """


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


class ProtocolPorts(Record):
    """The ports of one protocol."""

    _json_names = {
        "basis": "basis",
        "because": "because",
        "blocks": "blocks",
        "certain": "certain",
        "demand": "demand",
        "excluded": "excluded",
        "first_port": "firstPort",
        "free_ports": "freePorts",
        "gaps": "gaps",
        "held_blocks": "heldBlocks",
        "last_port": "lastPort",
        "lost_ports": "lostPorts",
        "node_ports": "nodePorts",
        "range_location": "rangeLocation",
        "verdict": "verdict",
        "wider": "wider",
        "with_dsr": "withDsr",
        "without_dsr": "withoutDsr",
    }
    basis: Literal['live', 'estimate']
    """`live`: a running node lists what is taken, the blocks that HNS holds among it, so that demand is not
    counted again. `estimate`: blocks are those before HNS takes any, and the demand is held against them.
    """
    because: tuple[Because, ...]
    """The reasons, what decides first."""
    blocks: int
    """Blocks of 64 ports in a row that fit into the gaps."""
    certain: bool
    """Whether the verdict holds however policies share blocks, whatever pods take and whatever else listens.
    """
    demand: BlockDemand | None
    """Blocks that may be needed as DSR is now; null where neither services nor a dump tell."""
    excluded: tuple[PortSpan, ...]
    """Ranges that somebody excluded and that lie in the dynamic range, at least in part."""
    first_port: int
    """The first port of the dynamic range."""
    free_ports: int
    """Ports of the range that nothing has taken."""
    gaps: int
    """Ranges of them without a break."""
    held_blocks: int | None
    """Blocks that HNS holds, as far as a listing shows: ranges of 64 ports that nobody excluded; null without
    one.
    """
    last_port: int
    """Its last port."""
    lost_ports: int
    """Free ports that lie in no block."""
    node_ports: PortSpan | None
    """Node ports that lie in the dynamic range and are not excluded: HNS may take them."""
    range_location: Location | None = None
    """Where a listing has the range, or user data sets it."""
    verdict: Literal['ok', 'warn', 'exhausted', None]
    """Whether they suffice: blocks free now, or else one block for each policy; null where no demand is
    known.
    """
    wider: tuple[WiderRange, ...]
    """What the wider ranges that others use would bring, the narrowest first."""
    with_dsr: PortsScenario | None
    """The same with DSR on; null where system or version lack it."""
    without_dsr: PortsScenario | None
    """What policies would need with DSR off, against the blocks before HNS takes any."""


class Related(Record):
    """Another place that a finding is about."""

    _json_names = {
        "location": "location",
        "what": "what",
    }
    location: Location
    """Where."""
    what: str
    """What stands there."""


class Rendered(Record):
    """What was written."""

    _operation = 'render'
    _json_names = {
        "artefacts": "artefacts",
        "kind": "kind",
        "notes": "notes",
        "problems": "problems",
    }
    artefacts: tuple[Artefact, ...]
    """The files, in their order; several where several groups are written that cannot share one."""
    kind: str
    """What kind it is, such as `configmap`."""
    notes: tuple[Note, ...]
    """What is worth telling, what matters most first."""
    problems: tuple[Problem, ...]
    """What is wrong with the input."""


class ReservationCensus(Record):
    """A CIDR reservation and what is left in it."""

    _json_names = {
        "assigned_prefixes": "assignedPrefixes",
        "cidr": "cidr",
        "free_prefixes": "freePrefixes",
        "type": "type",
    }
    assigned_prefixes: int
    """Aligned /28 wholly inside that are assigned as prefixes."""
    cidr: str
    """The range."""
    free_prefixes: int
    """Aligned /28 wholly inside that EC2 can hand out as prefixes."""
    type: Literal['prefix', 'explicit']
    """`prefix` or `explicit`."""


class Reservations(Record):
    """The subnets of a request, each with reservations to make."""

    _operation = 'subnetReserve'
    _json_names = {
        "aws_cli": "awsCli",
        "cloud_formation": "cloudFormation",
        "notes": "notes",
        "problems": "problems",
        "subnets": "subnets",
    }
    aws_cli: tuple[str, ...]
    """One AWS CLI command a reservation."""
    cloud_formation: str | None
    """A CloudFormation template with all of them, as YAML; absent if there is none to make."""
    notes: tuple[Note, ...]
    """What is worth telling, what matters most first."""
    problems: tuple[Problem, ...]
    """What is wrong with the input."""
    subnets: tuple[SubnetReservations, ...]
    """Each subnet, by id; one of which something was refused is not here."""


class ResultCode(Record):
    """A result of HCN or Windows, in its three forms."""

    _json_names = {
        "decimal": "decimal",
        "hex": "hex",
        "name": "name",
        "signed": "signed",
    }
    decimal: int
    """The same as a whole number."""
    hex: str
    """As `0x803b0013`."""
    name: str | None
    """Its name, of a result of HCN."""
    signed: int
    """The same as a signed number."""


class Rollout(Record):
    """How far a rolling deployment came."""

    _json_names = {
        "done_ms": "doneMs",
        "node_group": "nodeGroup",
        "pods": "pods",
        "ready": "ready",
    }
    done_ms: int | None
    """When it was done, in milliseconds from the start; absent if it never was."""
    node_group: str
    """The node group."""
    pods: int
    """Pods to replace."""
    ready: int
    """New pods that became ready."""


class RuleRow(Record):
    """One rule."""

    _operation = 'rules'
    _is_row = True
    _json_names = {
        "also": "also",
        "decidable": "decidable",
        "family": "family",
        "findings": "findings",
        "grade": "grade",
        "id": "id",
        "look": "look",
        "needs": "needs",
        "remedy": "remedy",
        "security": "security",
        "severity": "severity",
        "source": "source",
        "title": "title",
        "told_by": "toldBy",
        "why": "why",
    }
    also: tuple[Literal['info', 'warn', 'high', 'error'], ...]
    """Other severities that they may have."""
    decidable: bool
    """Whether files can decide it; if not, `look` says how to look."""
    family: str
    """What it is about: the title of its family."""
    findings: tuple[str, ...]
    """Its sentences, with {names} where values of the input come."""
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified']
    """How well it is established."""
    id: str
    """Its stable id."""
    look: str | None
    """How to look for what no file can decide."""
    needs: tuple[Lack, ...]
    """Inputs without which it cannot judge."""
    remedy: str
    """What to do."""
    security: bool
    """Whether it is about a control that is believed to act and does not."""
    severity: Literal['info', 'warn', 'high', 'error']
    """How bad its findings are."""
    source: str
    """Where it is from."""
    title: str
    """What is wrong, in a few words."""
    told_by: str | None
    """The rule whose findings tell it too, where it has none of its own."""
    why: str
    """What will happen."""


class Sarif(Record):
    """The findings of a check as a SARIF log."""

    _operation = 'checkSarif'
    _json_names = {
        "fails": "fails",
        "log": "log",
        "unusable": "unusable",
    }
    fails: bool
    """Whether a finding is as bad as `failOn` or worse."""
    log: str
    """The log, as JSON text."""
    unusable: bool
    """Whether an input is unusable, so that the log is about the rest."""


class ScriptRisk(Record):
    """What user data risks, with what that rests on."""

    _json_names = {
        "code": "code",
        "grade": "grade",
        "kind": "kind",
        "location": "location",
        "message": "message",
        "sources": "sources",
    }
    code: str
    """The stable name."""
    grade: Literal['documented', 'code', 'reported', 'inferred', 'unverified', None]
    """The grade of the weakest fact behind it; null where it is seen in the text itself."""
    kind: Literal['warning', 'unknown', 'assumption', 'info']
    """Whether it is a warning, something not known, or a plain fact."""
    location: Location
    """Where it stands."""
    message: str
    """The risk as a sentence."""
    sources: tuple[str, ...]
    """The facts it rests on, as keys of the list of sources."""


class ServiceShape(Record):
    """A service, as far as its policies depend on it."""

    _json_names = {
        "external_traffic_policy": "externalTrafficPolicy",
        "ports": "ports",
        "protocol": "protocol",
        "service_type": "serviceType",
    }
    external_traffic_policy: Literal['Cluster', 'Local']
    """Its `externalTrafficPolicy`."""
    ports: int
    """The number of its ports."""
    protocol: Literal['TCP', 'UDP', 'SCTP']
    """Their protocol."""
    service_type: Literal['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']
    """Its type."""


class ServiceSpan(Record):
    """A number of services, which depends on how policies share blocks."""

    _json_names = {
        "at_least": "atLeast",
        "at_most": "atMost",
    }
    at_least: int | None
    """So many fit with one block for each policy and each pod; null where ports set no limit, because such
    services take none.
    """
    at_most: int | None
    """So many fit if all policies share one block; null where that has no limit."""


class Share(Record):
    """One part of what a subnet must have room for."""

    _json_names = {
        "addresses": "addresses",
        "nodes": "nodes",
        "prefixes": "prefixes",
        "what": "what",
    }
    addresses: int
    """Addresses, those in prefixes included."""
    nodes: int
    """Nodes."""
    prefixes: int
    """/28 prefixes."""
    what: Literal['nodes', 'zone-loss', 'surge', 'replace', 'cool-down', 'control-plane', 'other']
    """`nodes`, `zone-loss`, `surge`, `replace`, `cool-down`, `control-plane` or `other`."""


class Simulation(Record):
    """What became of a cluster's Windows node groups in a scenario."""

    _operation = 'simulate'
    _json_names = {
        "alternatives": "alternatives",
        "cluster": "cluster",
        "csv": "csv",
        "failures": "failures",
        "node_groups": "nodeGroups",
        "notes": "notes",
        "problems": "problems",
        "rollouts": "rollouts",
        "scenario": "scenario",
        "seed": "seed",
        "subnets": "subnets",
        "summary": "summary",
        "timeline": "timeline",
        "verdict": "verdict",
        "waits": "waits",
    }
    alternatives: tuple[Alternative, ...]
    """Other settings that were tried, if something failed."""
    cluster: str | None
    """The cluster's name, if a file says it."""
    csv: str | None = None
    """The timeline as CSV, if that was asked for: a line for each subnet, each node group and the cluster at
    each time.
    """
    failures: tuple[OrderFailure, ...]
    """What failed, one entry for each node group and reason, by the time of its first occurrence."""
    node_groups: tuple[GroupOutcome, ...]
    """The node groups that were played, in the order of the files."""
    notes: tuple[Note, ...]
    """What is worth telling, what matters most first."""
    problems: tuple[Problem, ...]
    """What is wrong with the files; the answer is about the rest."""
    rollouts: tuple[Rollout, ...]
    """How far each rolling deployment came."""
    scenario: Literal['scale-out', 'rolling-deployment', 'batch-churn', 'upgrade', 'mode-switch', 'zone-loss', 'drift']
    """The scenario."""
    seed: int
    """Where random choices started."""
    subnets: tuple[SubnetOutcome, ...]
    """Their subnets, by id."""
    summary: Summary
    """The answer in few numbers."""
    timeline: tuple[TimelineRow, ...]
    """How things stood, by time."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """`does-not-fit` if an order of the controller failed for want of addresses or a pod had none at the end;
    else `unknown` if the files leave something open; else `fits`.
    """
    waits: Waits
    """How long pods waited for their address."""


class Size(Record):
    """The subnets that nodes need, one in each Availability Zone."""

    _operation = 'subnetSize'
    _json_names = {
        "because": "because",
        "fits": "fits",
        "limited_by": "limitedBy",
        "mode": "mode",
        "needed_addresses": "neededAddresses",
        "needed_prefixes": "neededPrefixes",
        "node_addresses": "nodeAddresses",
        "node_prefixes": "nodePrefixes",
        "nodes": "nodes",
        "nodes_per_subnet": "nodesPerSubnet",
        "notes": "notes",
        "pods_per_node": "podsPerNode",
        "prefix_length": "prefixLength",
        "subnets_per_zone": "subnetsPerZone",
        "without_reservation": "withoutReservation",
    }
    because: tuple[Share, ...]
    """What the need of one subnet is made of: these add up to it."""
    fits: SubnetFits | None
    """What fits subnets of the given length; only with `prefixLength`."""
    limited_by: Literal['addresses', 'max-pods', 'cpu', 'memory'] | None
    """Which limit keeps a node from taking more: `addresses` or `max-pods`; absent if `podsPerNode` asks for
    less.
    """
    mode: Literal['secondary-ip', 'prefix-delegation']
    """The mode that the nodes work in."""
    needed_addresses: int | None
    """Addresses needed of one subnet at the peak, those in prefixes included."""
    needed_prefixes: int | None
    """/28 prefixes needed of one subnet at the peak."""
    node_addresses: int
    """Addresses that one node takes from its subnet, its own among them."""
    node_prefixes: int
    """/28 prefixes among them."""
    nodes: int | None
    """Nodes in all, without those that an upgrade adds."""
    nodes_per_subnet: int | None
    """Nodes in one subnet at the peak, those that an upgrade adds included."""
    notes: tuple[Note, ...]
    """What the answer takes for granted, and what else is worth telling."""
    pods_per_node: int
    """Pods of one node, those of DaemonSets left out."""
    prefix_length: int | None
    """The length of the smallest subnet, with a `prefix` reservation around the prefixes; absent if even a
    /16 is too small, or if neither pods nor nodes were given.
    """
    subnets_per_zone: int | None
    """How many /16 in each zone would do where one is too small; absent too if no number would."""
    without_reservation: WithoutReservation | None
    """The same without a reservation; absent if neither pods nor nodes were given."""


class Skipped(Record):
    """A rule that could not judge, or not all."""

    _json_names = {
        "lacks": "lacks",
        "partly": "partly",
        "rule": "rule",
        "title": "title",
        "unknown": "unknown",
    }
    lacks: tuple[Lack, ...]
    """Inputs that are missing."""
    partly: bool
    """Whether it judged some of its subjects all the same."""
    rule: str
    """The rule's id."""
    title: str
    """The rule's title."""
    unknown: tuple[Related, ...]
    """Values that the input hides."""


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


class SubnetAt(Record):
    """A subnet at one time."""

    _json_names = {
        "free_addresses": "freeAddresses",
        "free_prefixes": "freePrefixes",
        "held_addresses": "heldAddresses",
        "id": "id",
    }
    free_addresses: int
    """Addresses that EC2 hands out one by one."""
    free_prefixes: int
    """Blocks that EC2 hands out as prefixes."""
    held_addresses: int
    """Addresses that pools of nodes hold, those in prefixes among them."""
    id: str
    """Its id."""


class SubnetFits(Record):
    """What fits subnets of one length, one in each Availability Zone."""

    _json_names = {
        "lacks": "lacks",
        "needed_addresses": "neededAddresses",
        "needed_prefixes": "neededPrefixes",
        "nodes": "nodes",
        "nodes_without_reservation": "nodesWithoutReservation",
        "pods": "pods",
        "pods_without_reservation": "podsWithoutReservation",
        "prefix_length": "prefixLength",
    }
    lacks: Literal['addresses', 'prefixes']
    """What one node more would lack: `addresses` or `prefixes`."""
    needed_addresses: int
    """Addresses that these nodes need of one subnet at the peak."""
    needed_prefixes: int
    """/28 prefixes that they need of one subnet at the peak."""
    nodes: int
    """Nodes in all, without those that an upgrade adds."""
    nodes_without_reservation: int
    """Nodes that fit without a reservation, wherever EC2 places single addresses."""
    pods: int
    """Pods on them, those of DaemonSets left out."""
    pods_without_reservation: int
    """Pods on them."""
    prefix_length: int
    """The length."""


class SubnetForecast(Record):
    """The likely future of one subnet."""

    _json_names = {
        "cidr": "cidr",
        "expected": "expected",
        "fewer": "fewer",
        "free_prefixes": "freePrefixes",
        "free_prefixes_inside_reservations": "freePrefixesInsideReservations",
        "half": "half",
        "id": "id",
        "last": "last",
        "open_addresses": "openAddresses",
    }
    cidr: str
    """Its IPv4 block."""
    expected: tuple[Point, ...]
    """Expected free /28 after more single addresses."""
    fewer: Moment | None
    """When fewer than `prefixes` free /28 are expected; absent if not asked, or if reservations hold as many.
    """
    free_prefixes: int
    """Aligned /28 that are free now."""
    free_prefixes_inside_reservations: int
    """Of these, those inside `prefix` reservations, which no single address breaks."""
    half: Moment | None
    """When half of the free /28 outside reservations are gone, by expectation; absent if there are none."""
    id: str | None
    """The subnet's id; absent for one that was told by its block."""
    last: Moment | None
    """When the last of them is as likely gone as not; absent if there are none."""
    open_addresses: int
    """Free addresses that EC2 may take for single assignment: those outside reservations."""


class SubnetOutcome(Record):
    """What became of a subnet."""

    _json_names = {
        "availability_zone": "availabilityZone",
        "cidr": "cidr",
        "fewest_free_addresses": "fewestFreeAddresses",
        "fewest_free_prefixes": "fewestFreePrefixes",
        "id": "id",
        "most_held_addresses": "mostHeldAddresses",
        "no_addresses_ms": "noAddressesMs",
        "no_prefixes_ms": "noPrefixesMs",
    }
    availability_zone: str | None
    """Its Availability Zone, if a file says it."""
    cidr: str
    """Its IPv4 block."""
    fewest_free_addresses: int
    """The fewest free addresses at one time."""
    fewest_free_prefixes: int
    """The fewest free /28 at one time."""
    id: str
    """Its id."""
    most_held_addresses: int
    """The most addresses that pools of nodes held at one time, those in prefixes among them."""
    no_addresses_ms: int | None
    """When it first had no free address, in milliseconds."""
    no_prefixes_ms: int | None
    """When it first had no free /28, in milliseconds."""


class SubnetPlan(Record):
    """One subnet and what the Windows node groups ask of it."""

    _json_names = {
        "availability_zone": "availabilityZone",
        "cidr": "cidr",
        "demand": "demand",
        "free_addresses": "freeAddresses",
        "free_prefixes": "freePrefixes",
        "held_addresses": "heldAddresses",
        "held_prefixes": "heldPrefixes",
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
    held_prefixes: int
    """Of these, prefixes."""
    id: str
    """Its id."""
    nodes_that_fit: tuple[NodesThatFit, ...]
    """How many more nodes of each group fit into what is free now."""
    verdict: Literal['fits', 'unknown', 'does-not-fit']
    """The worst verdict of `minimum`, `desired`, `maximum` and `upgrade`."""


class SubnetReservations(Record):
    """Reservations to make in one subnet."""

    _json_names = {
        "cidr": "cidr",
        "covered_prefixes": "coveredPrefixes",
        "free_prefixes": "freePrefixes",
        "free_prefixes_inside_reservations": "freePrefixesInsideReservations",
        "id": "id",
        "missing_prefixes": "missingPrefixes",
        "needed_prefixes": "neededPrefixes",
        "open_addresses": "openAddresses",
        "peak": "peak",
        "reservations": "reservations",
    }
    cidr: str
    """Its IPv4 block."""
    covered_prefixes: int
    """Blocks in them."""
    free_prefixes: int
    """Aligned /28 that are free now."""
    free_prefixes_inside_reservations: int
    """Of these, those inside `prefix` reservations already."""
    id: str | None
    """The subnet's id; absent for one that was told by its block."""
    missing_prefixes: int
    """Needed prefixes for which there is no free block."""
    needed_prefixes: int
    """Prefixes for which room is needed."""
    open_addresses: int
    """Free addresses that stay open to single assignment."""
    peak: str | None
    """Where the node groups say the need: at which point of the plan it is highest, such as `upgrade`."""
    reservations: tuple[str, ...]
    """The ranges to set aside, by address: aligned, and all of their blocks free."""


class SubnetReserve(Record):
    """Blocks of a subnet that are set aside for prefixes."""

    _json_names = {
        "prefixes": "prefixes",
        "subnet": "subnet",
    }
    prefixes: int
    """How many /28."""
    subnet: str
    """The subnet."""


class SubnetRoom(Record):
    """The room of one subnet for the new nodes, the old ones still there."""

    _json_names = {
        "availability_zone": "availabilityZone",
        "cidr": "cidr",
        "free_addresses": "freeAddresses",
        "free_prefixes": "freePrefixes",
        "free_prefixes_inside_reservations": "freePrefixesInsideReservations",
        "id": "id",
        "needed_addresses": "neededAddresses",
        "needed_prefixes": "neededPrefixes",
        "neighbours": "neighbours",
        "nodes": "nodes",
        "single_addresses": "singleAddresses",
        "switched_prefixes": "switchedPrefixes",
        "unlisted_addresses": "unlistedAddresses",
        "verdict": "verdict",
    }
    availability_zone: str | None
    """Its Availability Zone, if a file says it."""
    cidr: str
    """Its IPv4 block."""
    free_addresses: int | None
    """Addresses that are free now and not set aside for named use; absent if the files do not tell."""
    free_prefixes: int | None
    """Aligned /28 that are free now; absent if they cannot be counted."""
    free_prefixes_inside_reservations: int | None
    """Of these, those inside reservations of type `prefix`, where no single address goes."""
    id: str
    """Its id."""
    needed_addresses: int | None
    """Addresses that the new nodes need, 16 for each prefix included."""
    needed_prefixes: int | None
    """/28 that the new nodes need."""
    neighbours: tuple[Neighbour, ...]
    """What else lives here, by kind; empty if no interfaces were given."""
    nodes: int | None
    """New nodes here at the maximum size of their groups; absent, like what they need, if a size or type is
    open.
    """
    single_addresses: int | None
    """Of these, addresses that EC2 assigns one by one, each node's own among them."""
    switched_prefixes: int | None
    """/28 that old nodes take at the most as soon as the mode is switched, because the switch acts on them
    too; absent if open.
    """
    unlisted_addresses: int | None
    """Addresses of old nodes that no listing shows and that count beside those in use, at the most; absent if
    open.
    """
    verdict: Literal['ok', 'warning', 'unknown', 'fails']
    """Whether the new nodes have room: `ok`, `fails` or `unknown`."""


class Summary(Record):
    """A scenario's outcome in few numbers. Pods of DaemonSets are among the pods."""

    _json_names = {
        "annotations": "annotations",
        "duration_ms": "durationMs",
        "ec2_calls": "ec2Calls",
        "failed_pods": "failedPods",
        "first_failure": "firstFailure",
        "peak_addresses": "peakAddresses",
        "peak_idle_addresses": "peakIdleAddresses",
        "pods_requested": "podsRequested",
        "pods_running": "podsRunning",
        "pods_waiting": "podsWaiting",
    }
    annotations: int
    """Pods whose address was written to them, one call to the API server each."""
    duration_ms: int
    """The simulated time, in milliseconds."""
    ec2_calls: Ec2Calls
    """Calls to EC2."""
    failed_pods: int
    """Pods that never had an address."""
    first_failure: FirstFailure | None
    """What failed first; absent if nothing did."""
    peak_addresses: int
    """The most addresses that the nodes took from their subnets at a full minute, their own and those in
    prefixes among them.
    """
    peak_idle_addresses: int
    """The most of them that no pod used: warm, cooling down, or about to come."""
    pods_requested: int
    """Pods that there were, those of the start and those that ended among them."""
    pods_running: int
    """Pods with an address at the end."""
    pods_waiting: int
    """Pods that wait for an address or a node at the end."""


class Supernet(Record):
    """The prefix around another."""

    _operation = 'supernet'
    _json_names = {
        "prefix": "prefix",
    }
    prefix: str | None
    """The prefix; absent above /0 and where the length asked for is longer."""


class Symptom(Record):
    """One way in which a failure shows itself."""

    _json_names = {
        "message": "message",
        "played": "played",
        "sources": "sources",
    }
    message: str
    """What the user sees, and where."""
    played: bool
    """Whether this is how the controller was played."""
    sources: tuple[str, ...] = ()
    """The facts it rests on, as keys of the list of sources."""


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


class TargetsChange(Record):
    """What nodes hold before and after a change of warm targets."""

    _json_names = {
        "after": "after",
        "before": "before",
        "nodes": "nodes",
        "pods_per_node": "podsPerNode",
        "saved_addresses": "savedAddresses",
        "saved_prefixes": "savedPrefixes",
    }
    after: NodeHolding
    """What one node holds then."""
    before: NodeHolding
    """What one node holds now."""
    nodes: int
    """Nodes."""
    pods_per_node: int
    """Pods on each."""
    saved_addresses: int
    """Addresses that all nodes hold less then, those in prefixes included; negative if they hold more."""
    saved_prefixes: int
    """/28 prefixes that all nodes hold less then; negative if they hold more."""


class TimelineRow(Record):
    """How things stood at one time."""

    _json_names = {
        "at_ms": "atMs",
        "ec2_calls": "ec2Calls",
        "node_groups": "nodeGroups",
        "subnets": "subnets",
    }
    at_ms: int
    """Milliseconds from the start."""
    ec2_calls: Ec2Calls
    """Calls to EC2 since the row before; `mostPerMinute` counts within that time."""
    node_groups: tuple[GroupAt, ...]
    """Each node group."""
    subnets: tuple[SubnetAt, ...]
    """Each subnet."""


class Topology(Record):
    """A node as its HNS sees it."""

    _operation = 'topology'
    _json_names = {
        "counts": "counts",
        "endpoints_elsewhere": "endpointsElsewhere",
        "findings": "findings",
        "hns": "hns",
        "networks": "networks",
        "node": "node",
        "notes": "notes",
        "policies": "policies",
        "problems": "problems",
        "service_cidr": "serviceCidr",
        "verdict": "verdict",
    }
    counts: TopologyCounts
    """How many of each there are."""
    endpoints_elsewhere: tuple[TopologyEndpoint, ...]
    """Endpoints of networks that are not listed."""
    findings: tuple[Note, ...]
    """What contradicts itself or is left behind, each kind once."""
    hns: str | None
    """The version of HNS that the dumps carry, the latest if they differ; the second schema has none."""
    networks: tuple[TopologyNetwork, ...]
    """The networks, each a vSwitch, in the order of the files."""
    node: str | None
    """The node's name, if it was given or its address is among the nodes of the files."""
    notes: tuple[Note, ...]
    """What else there is to tell."""
    policies: tuple[TopologyPolicy, ...]
    """The load-balancer policies, by address and port; node ports come last."""
    problems: tuple[Problem, ...]
    """What is wrong with the files."""
    service_cidr: str | None
    """The range of cluster IPs, as routes of the endpoints tell it."""
    verdict: Literal['consistent', 'contradictory', 'unknown']
    """`consistent` as far as can be told, `contradictory` if there are findings, `unknown` without any object
    of HNS.
    """


class TopologyBackend(Record):
    """A backend of a policy."""

    _json_names = {
        "address": "address",
        "endpoint": "endpoint",
        "place": "place",
        "pod": "pod",
    }
    address: str | None
    """Its address."""
    endpoint: str
    """The id of its endpoint."""
    place: Literal['local', 'remote', 'missing', 'unknown']
    """`local` or `remote`; `missing` if no endpoint has this id, `unknown` if not all endpoints were given.
    """
    pod: TopologyPod | None
    """Its pod."""


class TopologyCounts(Record):
    """How many of each there are."""

    _json_names = {
        "dsr_policies": "dsrPolicies",
        "endpoints": "endpoints",
        "endpoints_with_pod": "endpointsWithPod",
        "networks": "networks",
        "non_dsr_policies": "nonDsrPolicies",
        "policies": "policies",
        "remote_endpoints": "remoteEndpoints",
        "stale_policies": "stalePolicies",
    }
    dsr_policies: int
    """Those with DSR."""
    endpoints: int
    """Endpoints on this node."""
    endpoints_with_pod: int
    """Endpoints on this node of which the pod is known."""
    networks: int
    """Networks."""
    non_dsr_policies: int
    """Those without."""
    policies: int
    """Load-balancer policies."""
    remote_endpoints: int
    """Endpoints that stand for addresses on other nodes."""
    stale_policies: int
    """Those of which a backend is not among the endpoints."""


class TopologyEndpoint(Record):
    """An endpoint of HNS: a vNIC, or an address on another node."""

    _json_names = {
        "acls": "acls",
        "address": "address",
        "complete": "complete",
        "containers": "containers",
        "dns_servers": "dnsServers",
        "gateway": "gateway",
        "id": "id",
        "l4_proxy": "l4Proxy",
        "mac": "mac",
        "more_addresses": "moreAddresses",
        "name": "name",
        "namespace": "namespace",
        "network": "network",
        "other_policies": "otherPolicies",
        "outbound_nat": "outboundNat",
        "pod": "pod",
        "policies": "policies",
        "port_mappings": "portMappings",
        "prefix_length": "prefixLength",
        "provider_address": "providerAddress",
        "remote": "remote",
        "routes": "routes",
        "state": "state",
    }
    acls: int
    """The number of its access lists."""
    address: str | None
    """Its first address; null if it has none."""
    complete: bool
    """Whether nothing of it was cut or wrong in the files."""
    containers: tuple[str, ...]
    """The containers that it is attached to."""
    dns_servers: tuple[str, ...]
    """Its DNS servers."""
    gateway: str | None
    """Its way out."""
    id: str
    """Its id."""
    l4_proxy: bool
    """Whether a proxy takes its connections."""
    mac: str | None
    """Its MAC address."""
    more_addresses: tuple[str, ...]
    """Its other addresses."""
    name: str
    """Its name."""
    namespace: str | None
    """The network namespace that it is in."""
    network: str | None
    """The id of its network."""
    other_policies: tuple[str, ...]
    """The types of its other policies."""
    outbound_nat: TopologyNat | None
    """Its outbound NAT: the ranges it spares; null if it has none, or if its policies were cut."""
    pod: TopologyPod | None
    """The pod that the API server gives this address; null if the files do not tell."""
    policies: int
    """The number of load-balancer policies that it is a backend of."""
    port_mappings: tuple[TopologyPort, ...]
    """Ports of the node that lead to it."""
    prefix_length: int | None
    """The length of that address's prefix."""
    provider_address: str | None
    """The address of the node behind a remote endpoint, on an overlay."""
    remote: bool
    """Whether it stands for an address on another node."""
    routes: tuple[TopologyRoute, ...]
    """Its routes."""
    state: int | None
    """Its state as HNS numbers it."""


class TopologyEni(Record):
    """An elastic network interface of EC2."""

    _json_names = {
        "address": "address",
        "addresses": "addresses",
        "by": "by",
        "id": "id",
        "instance": "instance",
        "mac": "mac",
        "prefixes": "prefixes",
        "subnet": "subnet",
    }
    address: str | None
    """Its primary address."""
    addresses: int | None
    """The number of its single addresses, the primary one among them; null without a listing."""
    by: Literal['network-name', 'source-mac', 'management-ip']
    """What tells that it is this one: the name of the network, its source MAC address, or the node's address
    on it.
    """
    id: str | None
    """Its id; null without a listing of interfaces."""
    instance: str | None
    """Its instance."""
    mac: str | None
    """Its MAC address."""
    prefixes: tuple[str, ...]
    """Its prefixes."""
    subnet: str | None
    """Its subnet."""


class TopologyExtension(Record):
    """An extension of a vSwitch."""

    _json_names = {
        "enabled": "enabled",
        "id": "id",
        "name": "name",
    }
    enabled: bool
    """Whether it takes part."""
    id: str
    """Its id."""
    name: str | None
    """Its name in the node's display language; the second schema leaves it out."""


class TopologyMacRange(Record):
    """A range of MAC addresses."""

    _json_names = {
        "first": "first",
        "last": "last",
    }
    first: str
    """The first."""
    last: str
    """The last."""


class TopologyNat(Record):
    """The outbound NAT of an endpoint."""

    _json_names = {
        "destinations": "destinations",
        "exceptions": "exceptions",
    }
    destinations: tuple[str, ...]
    """Only packets to these are translated, if there are any."""
    exceptions: tuple[str, ...]
    """Packets to these keep the pod's address."""


class TopologyNetwork(Record):
    """A network of HNS: a vSwitch."""

    _json_names = {
        "adapter": "adapter",
        "complete": "complete",
        "dns_servers": "dnsServers",
        "dns_suffix": "dnsSuffix",
        "endpoint_count": "endpointCount",
        "endpoints": "endpoints",
        "eni": "eni",
        "extensions": "extensions",
        "id": "id",
        "layered_on": "layeredOn",
        "mac_ranges": "macRanges",
        "management_ip": "managementIp",
        "name": "name",
        "policies": "policies",
        "remote_endpoints": "remoteEndpoints",
        "source_mac": "sourceMac",
        "subnets": "subnets",
        "type": "type",
        "vpc_bridge": "vpcBridge",
    }
    adapter: str | None
    """The adapter it was asked to bind to."""
    complete: bool
    """Whether nothing of it was cut or wrong in the files."""
    dns_servers: tuple[str, ...]
    """Its DNS servers."""
    dns_suffix: str | None
    """Its DNS suffix."""
    endpoint_count: int | None
    """The number of its endpoints as HNS counts them."""
    endpoints: tuple[TopologyEndpoint, ...]
    """Its endpoints on this node."""
    eni: TopologyEni | None
    """The ENI below it, as far as it is known."""
    extensions: tuple[TopologyExtension, ...]
    """The extensions of its vSwitch."""
    id: str
    """Its id."""
    layered_on: str | None
    """The id of the adapter below it."""
    mac_ranges: tuple[TopologyMacRange, ...]
    """The MAC addresses that its endpoints get."""
    management_ip: str | None
    """The node's address on it."""
    name: str
    """Its name."""
    policies: tuple[str, ...]
    """The types of its own policies."""
    remote_endpoints: tuple[TopologyEndpoint, ...]
    """Its endpoints that stand for addresses on other nodes."""
    source_mac: str | None
    """The MAC address that its traffic leaves with."""
    subnets: tuple[TopologySubnet, ...]
    """Its ranges."""
    type: str
    """Its type as HNS writes it, such as `l2bridge` or `Overlay`."""
    vpc_bridge: bool
    """Whether its name is one that vpc-bridge gives."""


class TopologyPod(Record):
    """A pod."""

    _json_names = {
        "name": "name",
        "namespace": "namespace",
        "node": "node",
    }
    name: str
    """Its name."""
    namespace: str
    """Its namespace."""
    node: str | None
    """Its node."""


class TopologyPolicy(Record):
    """A load-balancer policy."""

    _json_names = {
        "address": "address",
        "backends": "backends",
        "complete": "complete",
        "dsr": "dsr",
        "id": "id",
        "ilb": "ilb",
        "kind": "kind",
        "local_backends": "localBackends",
        "missing_backends": "missingBackends",
        "ports": "ports",
        "remote_backends": "remoteBackends",
        "schema": "schema",
        "service": "service",
        "session_affinity": "sessionAffinity",
        "source_vip": "sourceVip",
        "state": "state",
    }
    address: str | None
    """Its address; null for node ports."""
    backends: tuple[TopologyBackend, ...]
    """Its backends."""
    complete: bool
    """Whether nothing of it was cut or wrong in the files."""
    dsr: bool
    """Whether it has Direct Server Return."""
    id: str
    """Its id."""
    ilb: bool
    """Whether it is an internal load balancer."""
    kind: Literal['cluster-ip', 'node-port', 'external-ip', None]
    """What it is for; null if the files do not tell."""
    local_backends: int
    """Backends on this node."""
    missing_backends: int
    """Backends that are not among the endpoints."""
    ports: tuple[TopologyPort, ...]
    """Its ports; kube-proxy makes one."""
    remote_backends: int
    """Backends on other nodes."""
    schema: Literal['v1', 'v2']
    """The schema it was read in: `v1` or `v2`."""
    service: TopologyService | None
    """The Service port that it is of, if the files have it."""
    session_affinity: bool | None
    """Whether connections of one source address go to one backend; null in the first schema, which does not
    tell.
    """
    source_vip: str | None
    """The address that backends see as the source."""
    state: int | None
    """Its state as HNS numbers it; the first schema has it."""


class TopologyPort(Record):
    """A port and where it leads."""

    _json_names = {
        "port": "port",
        "protocol": "protocol",
        "target_port": "targetPort",
    }
    port: int | None
    """The port of the address."""
    protocol: str | None
    """`TCP`, `UDP`, `SCTP`, or the protocol's number."""
    target_port: int | None
    """The port of the backends."""


class TopologyRoute(Record):
    """A route of an endpoint."""

    _json_names = {
        "destination": "destination",
        "need_encap": "needEncap",
        "next_hop": "nextHop",
    }
    destination: str
    """The range."""
    need_encap: bool
    """Whether packets are encapsulated."""
    next_hop: str | None
    """The next hop; null for the node itself."""


class TopologyService(Record):
    """A port of a Service."""

    _json_names = {
        "name": "name",
        "namespace": "namespace",
        "port": "port",
    }
    name: str
    """Its name."""
    namespace: str
    """Its namespace."""
    port: str
    """The port's name; empty if it has none."""


class TopologySubnet(Record):
    """A range of a network."""

    _json_names = {
        "cidr": "cidr",
        "gateway": "gateway",
    }
    cidr: str
    """The range."""
    gateway: str | None
    """The way out of it."""


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


class UnknownKind(Record):
    """Documents of one kind that is not read."""

    _json_names = {
        "count": "count",
        "first": "first",
        "kind": "kind",
    }
    count: int
    """How many there are."""
    first: Location
    """The first of them."""
    kind: str
    """What they call themselves."""


class Unlisted(Record):
    """Findings of a rule that are counted and not listed: those behind its first 1,000."""

    _json_names = {
        "count": "count",
        "rule": "rule",
        "title": "title",
    }
    count: int
    """How many there are; the summary counts them too."""
    rule: str
    """The rule's id."""
    title: str
    """The rule's title."""


class UserData(Record):
    """What user data does about DSR."""

    _json_names = {
        "arguments": "arguments",
        "form": "form",
        "location": "location",
        "risks": "risks",
        "would_match": "wouldMatch",
    }
    arguments: tuple[str, ...]
    """The arguments that it gives kube-proxy, if it works."""
    form: Literal['string-replace', 'KubeProxyExtraArgs', 'other', 'none']
    """`string-replace`: it changes a text of Start-EKSBootstrap.ps1; `KubeProxyExtraArgs`: it uses the
    parameter; `other`: it names the flag in another way; `none`: it does nothing about DSR.
    """
    location: Location
    """Where it stands."""
    risks: tuple[ScriptRisk, ...]
    """What is known of it and what it risks."""
    would_match: Literal['yes', 'no', 'unknown', None]
    """Whether the text that is replaced stands in the script: known where the script is among the files, or
    where the text cannot stand there; null without a replacement.
    """


class Waits(Record):
    """How long pods waited from when they were asked for until their address was written to them. Pods that
    were there at the start and pods that never had an address are not counted. A percentile is the wait of
    the pod at that place, rounded up, in the order of waits.
    """

    _json_names = {
        "max_ms": "maxMs",
        "p50_ms": "p50Ms",
        "p90_ms": "p90Ms",
        "p99_ms": "p99Ms",
        "pods": "pods",
    }
    max_ms: int
    """The longest."""
    p50_ms: int
    """Half of them waited no longer, in milliseconds."""
    p90_ms: int
    """Nine of ten."""
    p99_ms: int
    """Ninety-nine of a hundred."""
    pods: int
    """How many pods."""


class WiderRange(Record):
    """What a wider dynamic range would bring."""

    _json_names = {
        "blocks": "blocks",
        "first_port": "firstPort",
        "last_port": "lastPort",
        "node_ports": "nodePorts",
        "windows_components": "windowsComponents",
    }
    blocks: int
    """Blocks of 64 ports that would be free in it, by what is taken now."""
    first_port: int
    """Its first port."""
    last_port: int
    """Its last port."""
    node_ports: PortSpan | None
    """Node ports that lie in it and are not excluded: HNS may take them."""
    windows_components: bool
    """Whether it has ports that components of Windows were seen to use: 33000 to 33999."""


class WithoutReservation(Record):
    """What holds wherever EC2 places single addresses."""

    _json_names = {
        "prefix_length": "prefixLength",
    }
    prefix_length: int | None
    """The length of the smallest subnet; absent if even a /16 is too small."""
