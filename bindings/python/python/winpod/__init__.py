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
from winpod._native import Pool, Subnet, __version__, call, capacity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from winpod._answers import *
    from winpod._types import AddressLike, Input, OnProgress, PrefixLike

__all__ = [
    "Pool",
    "Subnet",
    "WinpodError",
    "__version__",
    "aggregate",
    "base_image",
    "call",
    "capacity",
    "check",
    "check_sarif",
    "contains",
    "dsr",
    "explain",
    "ipam",
    "migration",
    "mixed_capacity",
    "overlaps",
    "plan",
    "pool",
    "prefix",
    "range_to_prefixes",
    "render",
    "rules",
    "simulate",
    "sources",
    "subnet_carve",
    "subnet_census",
    "subnet_cure",
    "subnet_forecast",
    "subnet_reserve",
    "subnet_size",
    "subnets",
    "subtract",
    "supernet",
    "topology",
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


def plan(
    *inputs: Input,
    set: Mapping[str, str] | None = None,
    advise: bool | None = None,
    progress: OnProgress | None = None,
) -> Plan:
    """Tells whether a cluster's Windows node groups fit their subnets, and what limits them.

    `set` puts values in place of those of the amazon-vpc-cni ConfigMap, by key. `advise` adds `cni`: which CNI fits, and
    what each would break. `progress` is called with a step's name, the units done and the units in all (0 if not known);
    if it returns False or raises, the work stops, and so it does on Ctrl-C. What is wrong with a file is in the answer's `problems`, a file that does not exist included.

    Raises WinpodError: REQUEST without inputs, CONFIG_KEY for an unknown key in `set`, STOPPED, ENCODING, TOO_DEEP.

    >>> group = {"name": "win", "amiFamily": "WindowsServer2022FullContainer", "instanceType": "m5.large"}
    >>> answer = winpod.plan({"nodeGroups": [group]})
    >>> answer.node_groups[0].types[0].pods, answer.node_groups[0].types[0].limited_by
    (9, 'addresses')
    """
    return _native.answer("plan", {"set": set, "advise": advise}, inputs=inputs, progress=progress)


def check(
    *inputs: Input,
    date: str | None = None,
    config: Input | None = None,
    baseline: Input | None = None,
    fail_on: str | None = None,
    advise: bool | None = None,
    progress: OnProgress | None = None,
) -> CheckAnswer:
    """Tells what in the files of a cluster is wrong, and what could not be judged.

    `date` is the day to judge from, such as "2026-11-22"; without it, rules about support that ends are skipped. `config`
    is a `.winpod.toml`: its path, or `bytes` of its text; none is looked for. `baseline` is an earlier answer as JSON: a
    path, `bytes`, or what `winpod.call("check", ...)` or `to_dict()` gave; only what is new is told. `fail_on` is the
    mildest severity for `summary.fails`: `info`, `warn`, `high` or `error`. `advise` and `progress` as in `plan`. A file
    that cannot be used is a finding of the rule PARSE.

    Raises WinpodError: REQUEST without inputs, DATE, SEVERITY, CONFIG, BASELINE, UNREADABLE, STOPPED, ENCODING, TOO_DEEP.

    >>> metadata = {"name": "amazon-vpc-cni", "namespace": "kube-system"}
    >>> cni = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"enable-windows-ipam": "yes"}}
    >>> answer = winpod.check(cni, date="2026-11-22")
    >>> [(finding.rule, finding.patch.replacement) for finding in answer.findings], answer.summary.fails
    ([('CLU-002', '"true"')], True)
    >>> winpod.check(cni, config=b"fail-on = 'never'")
    Traceback (most recent call last):
    winpod.WinpodError: config:1:11: fail-on is "never": info, warn, high or error is allowed [CONFIG]
    """
    options = {"date": date, "failOn": fail_on, "advise": advise}
    given = {"config": config, "baseline": baseline}
    return _native.answer("check", options, inputs=inputs, given=given, progress=progress)


def check_sarif(
    *inputs: Input,
    date: str | None = None,
    config: Input | None = None,
    baseline: Input | None = None,
    fail_on: str | None = None,
    advise: bool | None = None,
    progress: OnProgress | None = None,
) -> Sarif:
    """As `check`, with the findings as SARIF 2.1.0 for code scanning: `log` is the text of the file.

    Raises WinpodError: as `check`.

    >>> answer = winpod.check_sarif({"kind": "Lease"})
    >>> '"version": "2.1.0"' in answer.log, answer.fails
    (True, False)
    """
    options = {"date": date, "failOn": fail_on, "advise": advise}
    given = {"config": config, "baseline": baseline}
    return _native.answer("checkSarif", options, inputs=inputs, given=given, progress=progress)


def rules(*ids: str) -> Table[RuleRow]:
    """Lists the rules of `check`, or those of the given ids: what each finds, why that matters, what to do.

    Raises WinpodError: UNKNOWN_RULE, with a suggestion for a misspelt id.

    >>> winpod.rules("CLU-002")[0].severity
    'error'
    >>> winpod.rules("CLU-02")
    Traceback (most recent call last):
    winpod.WinpodError: "CLU-02" is no rule: did you mean CLU-002? [UNKNOWN_RULE]
    """
    return _native.answer("rules", {"ids": list(ids)})


def migration(
    *inputs: Input,
    set: Mapping[str, str] | None = None,
    nau_quota: int | None = None,
    count_last_block: bool | None = None,
    progress: OnProgress | None = None,
) -> Migration:
    """Tells whether the Windows node groups can move to prefix delegation, by new groups beside the old ones.

    `set` gives the values of the amazon-vpc-cni ConfigMap that the new groups are to have, `nau_quota` the VPC's quota
    of Network Address Usage (64000 if not given). `progress` as in `plan`. What is wrong with a file is in the answer's
    `problems`.

    Raises WinpodError: REQUEST without inputs, CONFIG_KEY, NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, STOPPED.

    >>> group = {"name": "win", "amiFamily": "WindowsServer2022CoreContainer", "instanceType": "t2.large"}
    >>> winpod.migration({"nodeGroups": [group]}).verdict  # t2 is not Nitro
    'no'
    >>> winpod.migration({"nodeGroups": [group]}, nau_quota=0)
    Traceback (most recent call last):
    winpod.WinpodError: nauQuota is 0: 1 to 4294967295 is allowed [OUT_OF_RANGE]
    """
    request = {"set": set, "nauQuota": nau_quota, "countLastBlock": count_last_block}
    return _native.answer("migration", request, inputs=inputs, progress=progress)


def simulate(
    *inputs: Input,
    scenario: str,
    seed: int | None = None,
    node_group: str | None = None,
    nodes: int | None = None,
    start_nodes: int | None = None,
    nodes_per_minute: int | None = None,
    pods: int | None = None,
    max_surge_percentage: int | None = None,
    max_unavailable_percentage: int | None = None,
    ready_seconds: int | None = None,
    minutes: int | None = None,
    pods_per_minute: int | None = None,
    pod_seconds: int | None = None,
    drain_seconds: int | None = None,
    old_nodes: str | None = None,
    availability_zone: str | None = None,
    days: int | None = None,
    neighbours_per_hour: int | None = None,
    neighbour_hours: int | None = None,
    choice: str | None = None,
    batch: str | None = None,
    account_calls_per_second: int | None = None,
    without_quirks: Iterable[str] | None = None,
    alternatives: bool | None = None,
    every_seconds: int | None = None,
    csv: bool | None = None,
    set: Mapping[str, str] | None = None,
    progress: OnProgress | None = None,
) -> Simulation:
    """Plays a scenario on a cluster's Windows node groups, and tells what happens to their addresses.

    `scenario` is `scale-out`, `rolling-deployment`, `batch-churn`, `upgrade`, `mode-switch`, `zone-loss` or `drift`; the
    other numbers belong to some of them and are refused with the others. Nodes and pods count for each node group. The
    same `seed` gives the same answer everywhere. `set` and `progress` as in `plan`. What is wrong with a file is in the
    answer's `problems`. With `csv` the answer has the timeline as CSV too, else as records.

    Raises WinpodError: REQUEST without inputs, for an unknown name and for what has no meaning in the scenario, CONFIG_KEY,
    NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, UNKNOWN_GROUP, GROUP_MAXIMUM, NODES_UNKNOWN, NOTHING_TO_SIMULATE, ONLY_ZONE, TOO_MUCH,
    STOPPED.

    >>> group = {"name": "win", "amiFamily": "WindowsServer2022CoreContainer", "instanceType": "m5.large", "maxSize": 9,
    ...          "subnets": ["subnet-1"]}
    >>> subnet = {"SubnetId": "subnet-1", "CidrBlock": "10.0.8.0/26", "AvailableIpAddressCount": 59}
    >>> answer = winpod.simulate({"nodeGroups": [group]}, {"Subnets": [subnet]}, scenario="scale-out")
    >>> answer.verdict, answer.summary.first_failure.reason, answer.summary.first_failure.minute
    ('does-not-fit', 'no-address', 1)
    >>> winpod.simulate({"nodeGroups": [group]}, {"Subnets": [subnet]}, scenario="scale-out", nodes=10)
    Traceback (most recent call last):
    winpod.WinpodError: nodes is 10: node group "win" has at most 9 nodes [GROUP_MAXIMUM]
    """
    request = {
        "scenario": scenario,
        "seed": seed,
        "nodeGroup": node_group,
        "nodes": nodes,
        "startNodes": start_nodes,
        "nodesPerMinute": nodes_per_minute,
        "pods": pods,
        "maxSurgePercentage": max_surge_percentage,
        "maxUnavailablePercentage": max_unavailable_percentage,
        "readySeconds": ready_seconds,
        "minutes": minutes,
        "podsPerMinute": pods_per_minute,
        "podSeconds": pod_seconds,
        "drainSeconds": drain_seconds,
        "oldNodes": old_nodes,
        "availabilityZone": availability_zone,
        "days": days,
        "neighboursPerHour": neighbours_per_hour,
        "neighbourHours": neighbour_hours,
        "choice": choice,
        "batch": batch,
        "accountCallsPerSecond": account_calls_per_second,
        "withoutQuirks": None if without_quirks is None else list(without_quirks),
        "alternatives": alternatives,
        "everySeconds": every_seconds,
        "csv": csv,
        "set": set,
    }
    return _native.answer("simulate", request, inputs=inputs, progress=progress)
def explain(*inputs: Input, text: str | None = None, progress: OnProgress | None = None) -> Table[Explanation]:
    """Tells what errors, events and logs mean: what happened, why, what to do, what to look at next.

    An input that is a `str` is the path of a file or directory if that exists, and else the text itself; any other is as
    in `plan`. `text` is never taken for a path. Files are logs of any length, lists of events (kubectl's table or JSON)
    and zips of the EKS log collector. The table is empty if nothing is recognised; what could not be read is in the
    `problems` of each row. `progress` as in `plan`, in bytes.

    Raises WinpodError: REQUEST without inputs, STOPPED; if nothing is recognised and an input could not be read, the code
    of that problem: UNREADABLE, NOT_TEXT, JSON_TRUNCATED, TOO_LARGE, ZIP, ZIP_TOO_LARGE, DIRECTORY_TOO_DEEP.

    >>> answer = winpod.explain("hcnCreateLoadBalancer failed in Win32: The specified port already exists.")
    >>> answer[0].id, answer[0].results[0].hex, answer[0].causes[0].likelihood
    ('hns-port-exists', '0x803b0013', 'possible')
    >>> winpod.explain()
    Traceback (most recent call last):
    winpod.WinpodError: names no text, no file and no document: give at least one [REQUEST]
    """
    given = [one for one in inputs if isinstance(one, str)]
    others = [one for one in inputs if not isinstance(one, str)]
    return _native.answer("explain", {"text": text, "given": given}, inputs=others, progress=progress)


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


def dsr(
    *inputs: Input,
    release: str | None = None,
    os_build: str | None = None,
    hns: str | None = None,
    kubernetes: str | None = None,
    kube_proxy_args: str | None = None,
    extra_args: str | None = None,
    network: str | None = None,
    service_cidr: str | None = None,
    node: str | None = None,
    services: int | None = None,
    ports_per_service: int | None = None,
    service_type: str | None = None,
    external_traffic_policy: str | None = None,
    protocol: str | None = None,
    pods: int | None = None,
    dynamic_range: str | None = None,
    excluded: Iterable[str] | None = None,
    progress: OnProgress | None = None,
) -> Dsr:
    """Tells whether Direct Server Return is on at a Windows node, whether it should be, and whether its ports run out.

    Of the node: `release` ("2022"), `os_build` ("17763.1935", or what `ver` prints), `hns` ("9.5"), `kubernetes` (the
    version of kube-proxy), `network` ("vpc-bridge", "vpc-bridge-with-calico", "l2bridge", "overlay"), and either
    `kube_proxy_args`, the whole command line, or `extra_args`, what is added to that of the EKS image ("" for nothing).
    Of its services: inputs with Services and EndpointSlices, with `node` for backends on it; or a number of `services`
    alike. Of its ports: `pods` on the node, `dynamic_range` ("34000-65535") and `excluded` ranges. `progress` as in `plan`.

    Inputs may also be what a node lists: policies of HNS (`service_cidr` tells them apart), ports of netsh in any display
    language, the service of kube-proxy, its log, the build; and user data, which `user_data` of the answer judges.

    Raises WinpodError: REQUEST with nothing given, WINDOWS_BUILD, HNS_VERSION, KUBERNETES_VERSION, SERVICE_CIDR, PORT_RANGE,
    UNKNOWN_NAME, UNKNOWN_NODE, TWO_NODES, NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, STOPPED.

    >>> answer = winpod.dsr(os_build="17763.1935", kubernetes="1.31", extra_args="", services=150, ports_per_service=2)
    >>> answer.verdict, answer.needed, answer.ports.tcp.verdict, answer.ports.tcp.with_dsr.verdict
    ('off', True, 'exhausted', 'ok')
    >>> answer.kube_proxy_args
    ('--enable-dsr=true', '--feature-gates=WinDSR=true')
    >>> winpod.dsr(os_build="Windows")
    Traceback (most recent call last):
    winpod.WinpodError: osBuild is "Windows": not a build of Windows: expected its number with or without the revision, such as 17763.2746 [WINDOWS_BUILD]
    """
    request = {
        "release": release,
        "osBuild": os_build,
        "hns": hns,
        "kubernetes": kubernetes,
        "kubeProxyArgs": kube_proxy_args,
        "extraArgs": extra_args,
        "network": network,
        "serviceCidr": service_cidr,
        "node": node,
        "services": services,
        "portsPerService": ports_per_service,
        "serviceType": service_type,
        "externalTrafficPolicy": external_traffic_policy,
        "protocol": protocol,
        "pods": pods,
        "dynamicRange": dynamic_range,
        "excluded": excluded,
    }
    return _native.answer("dsr", request, inputs=inputs, progress=progress)


def topology(*inputs: Input, node: str | None = None, progress: OnProgress | None = None) -> Topology:
    """Tells a Windows node as its HNS sees it: ENI, networks, endpoints, load-balancer policies, what contradicts itself.

    Inputs are what HNS lists on one node (`Get-HnsNetwork`, `Get-HnsEndpoint` and `Get-HnsPolicyList`, each through
    `ConvertTo-Json -Depth 10`, or what `hnsdiag` and HCN print; UTF-8 and UTF-16), and perhaps pods, Services,
    EndpointSlices, nodes and network interfaces. `node` names the node where there are pods of several. `progress` as in
    `plan`. What is wrong with a file is in the answer's `problems`.

    Raises WinpodError: REQUEST without inputs, UNKNOWN_NODE, TWO_NODES, STOPPED.

    >>> endpoint = {"ID": "e1", "Name": "cid-1", "VirtualNetwork": "n", "IPAddress": "10.0.8.33"}
    >>> policy = {"ID": "p", "References": ["/endpoints/e1", "/endpoints/e2"],
    ...     "Policies": [{"Type": "ELB", "Protocol": 6, "InternalPort": 8080, "ExternalPort": 80, "VIPs": ["172.20.37.12"]}]}
    >>> answer = winpod.topology([endpoint, policy])
    >>> answer.verdict, answer.policies[0].local_backends, answer.policies[0].missing_backends
    ('contradictory', 1, 1)
    >>> answer.findings[0].code
    'topology-stale-backends'
    >>> winpod.topology()
    Traceback (most recent call last):
    winpod.WinpodError: names no file and no document: give what HNS lists on the node, such as Get-HnsEndpoint | ConvertTo-Json -Depth 10 [REQUEST]
    """
    return _native.answer("topology", {"node": node}, inputs=inputs, progress=progress)


def render(
    kind: str,
    *inputs: Input,
    cluster: str | None = None,
    kubernetes: str | None = None,
    region: str | None = None,
    endpoint: str | None = None,
    certificate_authority: str | None = None,
    service_cidr: PrefixLike | None = None,
    cluster_dns: AddressLike | None = None,
    node_group: str | None = None,
    tool: str | None = None,
    release: str | None = None,
    edition: str | None = None,
    instance_types: Iterable[str] | None = None,
    mode: str | None = None,
    set: Mapping[str, str] | None = None,
    max_pods: int | str | None = None,
    min_size: int | None = None,
    desired_size: int | None = None,
    max_size: int | None = None,
    subnets: Iterable[str] | None = None,
    labels: Mapping[str, str] | None = None,
    taints: Iterable[str] | None = None,
    security_groups: Iterable[str] | None = None,
    ami: str | None = None,
    role: str | None = None,
    dsr: bool | None = None,
    port_range: str | None = None,
    excluded_snat_cidrs: Iterable[PrefixLike] | None = None,
    style: str | None = None,
    calico: str | None = None,
    pod_cidr: PrefixLike | None = None,
    authentication: str | None = None,
    namespaces: Iterable[str] | None = None,
    prefixes: int | None = None,
    language: str | None = None,
    progress: OnProgress | None = None,
) -> Rendered:
    """Writes configuration that passes `check`: one kind of file, line by line with the reasons.

    Everything may come from inputs too, files of the cluster as in `plan`; what is given by name counts before them. The
    kinds and what each name means: `winpod render --help`. `max_pods` is a number or "fit", as many as every instance type
    has addresses for; taints are "key=value:Effect". `progress` as in `plan`. Each artefact of the answer has a `name` for its
    file, its `language`, `text`, and `lines`, why lines are there.

    Raises WinpodError: UNKNOWN_KIND, NAME for a name that its owner would refuse, REQUEST where something is missing that the
    kind needs, UNKNOWN_TYPE, NOT_FOR_WINDOWS, UNKNOWN_NAME, IPAM_MODE, CONFIG_KEY, KUBERNETES_VERSION, PORT_RANGE, OUT_OF_RANGE,
    NOT_A_WHOLE_NUMBER, STOPPED.

    >>> answer = winpod.render("configmap", mode="prefix-delegation")
    >>> print(answer.artefacts[0].text.splitlines()[6])
      enable-windows-ipam: "true"
    >>> answer.artefacts[0].lines[0].why.sources
    ('configmap-parsebool',)
    >>> winpod.render("configmap", mode="both")
    Traceback (most recent call last):
    winpod.WinpodError: mode is "both": not an IPAM mode: expected secondary-ip or prefix-delegation [IPAM_MODE]
    """
    request = {
        "kind": kind,
        "cluster": cluster,
        "kubernetes": kubernetes,
        "region": region,
        "endpoint": endpoint,
        "certificateAuthority": certificate_authority,
        "serviceCidr": service_cidr,
        "clusterDns": cluster_dns,
        "nodeGroup": node_group,
        "tool": tool,
        "release": release,
        "edition": edition,
        "instanceTypes": instance_types,
        "mode": mode,
        "set": set,
        "maxPods": max_pods,
        "minSize": min_size,
        "desiredSize": desired_size,
        "maxSize": max_size,
        "subnets": subnets,
        "labels": labels,
        "taints": taints,
        "securityGroups": security_groups,
        "ami": ami,
        "role": role,
        "dsr": dsr,
        "portRange": port_range,
        "excludedSnatCidrs": excluded_snat_cidrs,
        "style": style,
        "calico": calico,
        "podCidr": pod_cidr,
        "authentication": authentication,
        "namespaces": namespaces,
        "prefixes": prefixes,
        "language": language,
    }
    return _native.answer("render", request, inputs=inputs, progress=progress)


def base_image(image: str, *, release: str | None = None, os_build: str | None = None) -> BaseImage:
    """Tells which Windows an image of a container is made for, by its name, and whether a node runs it.

    `release` (`2022`) or `os_build` (`10.0.20348.2762`) are those of the node; without them only the image is told.

    Raises WinpodError: REQUEST, UNKNOWN_NAME, WINDOWS_BUILD.

    >>> answer = winpod.base_image("mcr.microsoft.com/windows/servercore:ltsc2019", release="2022")
    >>> answer.build, answer.runs, answer.reason
    (17763, 'no', 'other-build')
    >>> winpod.base_image("registry.example/orders@sha256:00").reason
    'digest-only'
    >>> winpod.base_image("")
    Traceback (most recent call last):
    winpod.WinpodError: names no image: give one, such as mcr.microsoft.com/windows/nanoserver:ltsc2022 [REQUEST]
    """
    return _native.answer("baseImage", {"image": image, "release": release, "osBuild": os_build})


def pool(
    pool: Pool | Mapping[str, Any] | None = None,
    steps: Iterable[Mapping[str, Any]] = (),
    *,
    progress: OnProgress | None = None,
) -> PoolAnswer:
    """Tells what the controller answers to pods and jobs, one by one, on one node's pool of addresses.

    `pool` is a `Pool`, which stays as it is, or a dict with `instanceType` (or `limits`, or `capacity`) and perhaps `mode`,
    `config`, `data`, `quirksOff`, `onEni`, `used` and the fields of a `PoolState`; None stands for a node without a pool.
    `steps` are dicts with `op` and what goes with it, 10,000 at most: `assign` and `free` (`owner`, `nowMs`), `coolDown`
    (`nowMs`), `reconcile`, `update` (`job`, `returned`, `error`), `resync` (`onEni`), `activate` (`config`), `drain` and
    `modeUpdate` (`was`, `now`). `Pool` has a method for each. `progress` as in `plan`.

    Raises WinpodError: as `Pool`; POOL_STEP for an unknown step, TOO_MANY for more steps, STOPPED.

    >>> steps = [{"op": "reconcile"}, {"op": "assign", "owner": "web-1"}]
    >>> answer = winpod.pool({"instanceType": "m5.large", "onEni": ["10.0.8.20", "10.0.8.21"]}, steps)
    >>> answer.steps[0].job.count, answer.steps[1].address, answer.counts.pending_create
    (1, '10.0.8.20', 1)
    >>> winpod.pool({"instanceType": "m5.large"}, [{"op": "assign"}])
    Traceback (most recent call last):
    winpod.WinpodError: steps[0].owner is missing: the step needs it [REQUEST]
    """
    return _native.answer("pool", {"pool": pool, "steps": steps}, progress=progress)


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


def subnet_census(
    *inputs: Input,
    subnet: Subnet | Mapping[str, Any] | None = None,
    ids: Iterable[str] | None = None,
    count_last_block: bool | None = None,
    map: bool | None = None,
    progress: OnProgress | None = None,
) -> Censuses:
    """Tells what is free in subnets, and what is broken.

    The inputs are answers of `aws ec2 describe-subnets`, `describe-network-interfaces` and
    `get-subnet-cidr-reservations`; or `subnet` is one subnet: a `Subnet`, or a dict with `cidr` and, as in `Subnet`,
    lists of text in `used` and dicts in `reservations`, and the names of files with such lists in `usedPaths`. `ids` are
    the subnets to answer for. With `count_last_block` the last /28 counts as free, which is contested; with `map` the
    answers have a map of the blocks. `progress` as in `plan`.

    Raises WinpodError: UNKNOWN_SUBNET, REQUEST, STOPPED, ENCODING, TOO_DEEP; for `subnet` as `Subnet` does.

    >>> answer = winpod.subnet_census(subnet={"cidr": "10.0.8.0/24", "used": ["10.0.8.20 i-1", "10.0.8.32/28"]})
    >>> answer.subnets[0].free_addresses, answer.subnets[0].free_prefixes
    (234, 12)
    >>> winpod.subnet_census(subnet={"cidr": "10.0.8.0/24", "used": ["10.0.9.20"]})
    Traceback (most recent call last):
    winpod.WinpodError: used[0]: 10.0.9.20 is outside the subnet 10.0.8.0/24 [ADDRESS_OUTSIDE_SUBNET]
    """
    request = {"subnet": subnet, "ids": ids, "countLastBlock": count_last_block, "map": map}
    return _native.answer("subnetCensus", request, inputs=inputs, progress=progress)


def subnet_cure(
    *inputs: Input,
    subnet: Subnet | Mapping[str, Any] | None = None,
    ids: Iterable[str] | None = None,
    count_last_block: bool | None = None,
    prefixes: int | None = None,
    by: str | None = None,
    include_managed: bool | None = None,
    progress: OnProgress | None = None,
) -> Cures:
    """Tells who spoils /28 blocks, and the fewest to drain to win some back.

    Subnets as in `subnet_census`. `prefixes` is how many blocks to win in each (1 if not given); `by` is `node` (the
    default), which is drained with all its interfaces, or `interface`. With `include_managed` interfaces that a service
    of AWS made may be drained too.

    Raises WinpodError: as `subnet_census`, and CURE_BY, OUT_OF_RANGE, NOT_A_WHOLE_NUMBER.

    >>> used = ["10.0.8.20 i-1", "10.0.8.40 i-1", "10.0.8.41 i-2"]
    >>> answer = winpod.subnet_cure(subnet={"cidr": "10.0.8.0/24", "used": used})
    >>> [culprit.id for culprit in answer.subnets[0].drain], answer.subnets[0].frees
    (['i-1'], ('10.0.8.16/28',))
    >>> winpod.subnet_cure(subnet={"cidr": "10.0.8.0/24"}, by="pod")
    Traceback (most recent call last):
    winpod.WinpodError: by is "pod": node or interface is allowed [CURE_BY]
    """
    request = {
        "subnet": subnet,
        "ids": ids,
        "countLastBlock": count_last_block,
        "prefixes": prefixes,
        "by": by,
        "includeManaged": include_managed,
    }
    return _native.answer("subnetCure", request, inputs=inputs, progress=progress)


def subnet_reserve(
    *inputs: Input,
    subnet: Subnet | Mapping[str, Any] | None = None,
    ids: Iterable[str] | None = None,
    count_last_block: bool | None = None,
    prefixes: int | None = None,
    set: Mapping[str, str] | None = None,
    no_spare_block: bool | None = None,
    progress: OnProgress | None = None,
) -> Reservations:
    """Proposes the CIDR reservations to make for prefixes, as commands and as a template.

    Subnets as in `subnet_census`. `prefixes` is how many more each shall have room for; if not given, what the node
    groups among the inputs need at their peak, with `set` as in `plan`. With `no_spare_block` no block is set aside
    beyond what is needed, although that may take more reservations.

    Raises WinpodError: as `subnet_census`, and OUT_OF_RANGE, NOT_A_WHOLE_NUMBER, CONFIG_KEY.

    >>> answer = winpod.subnet_reserve(subnet={"cidr": "10.0.8.0/24", "used": ["10.0.8.70"]}, prefixes=3)
    >>> answer.subnets[0].reservations
    ('10.0.8.128/26',)
    >>> winpod.subnet_reserve(subnet={"cidr": "10.0.8.0/24"}, prefixes=-1)
    Traceback (most recent call last):
    winpod.WinpodError: prefixes is -1: 0 to 4294967295 is allowed [OUT_OF_RANGE]
    """
    request = {
        "subnet": subnet,
        "ids": ids,
        "countLastBlock": count_last_block,
        "prefixes": prefixes,
        "set": set,
        "noSpareBlock": no_spare_block,
    }
    return _native.answer("subnetReserve", request, inputs=inputs, progress=progress)


def subnet_size(
    instance_type: str | None = None,
    *,
    ipv4_per_eni: int | None = None,
    nitro: bool | None = None,
    mode: str | None = None,
    max_pods: int | None = None,
    pods: int | None = None,
    nodes: int | None = None,
    pods_per_node: int | None = None,
    daemon_set_pods: int | None = None,
    data: Mapping[str, str] | None = None,
    zones: int | None = None,
    zone_loss: bool | None = None,
    surge_nodes: int | None = None,
    max_unavailable: int | None = None,
    max_unavailable_percentage: int | None = None,
    replace: bool | None = None,
    control_plane: bool | None = None,
    other_addresses: int | None = None,
    pod_ends_per_minute: int | None = None,
    count_last_block: bool | None = None,
    prefix_length: int | None = None,
) -> Size:
    """Finds the smallest subnets for a group of nodes, or the nodes and pods that fit subnets of a length.

    One of `pods` and `nodes` is what there shall be in all, spread over `zones` with one subnet each (1 if not given);
    `prefix_length` is the length of subnets that there are (16 to 28). `zone_loss` keeps room for the nodes of a lost
    zone. For an upgrade, one of `surge_nodes`, `max_unavailable`, `max_unavailable_percentage` and `replace`.
    `other_addresses` are single addresses of others in each subnet, `data` the ConfigMap's data, values as text.

    Raises WinpodError: UNKNOWN_TYPE, IPAM_MODE, IPV4_PER_ENI, NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, NO_PODS_PER_NODE,
    REQUEST.

    >>> answer = winpod.subnet_size("m5.large", pods=100)
    >>> answer.nodes, answer.needed_addresses, answer.prefix_length
    (12, 120, 25)
    >>> winpod.subnet_size("m5.large", nodes=-1)
    Traceback (most recent call last):
    winpod.WinpodError: nodes is -1: 0 to 4294967295 is allowed [OUT_OF_RANGE]
    """
    request = {
        "instanceType": instance_type,
        "limits": _limits(ipv4_per_eni, nitro),
        "mode": mode,
        "maxPods": max_pods,
        "pods": pods,
        "nodes": nodes,
        "podsPerNode": pods_per_node,
        "daemonSetPods": daemon_set_pods,
        "data": data,
        "zones": zones,
        "zoneLoss": zone_loss,
        "surgeNodes": surge_nodes,
        "maxUnavailable": max_unavailable,
        "maxUnavailablePercentage": max_unavailable_percentage,
        "replace": replace,
        "controlPlane": control_plane,
        "otherAddresses": other_addresses,
        "podEndsPerMinute": pod_ends_per_minute,
        "countLastBlock": count_last_block,
        "prefixLength": prefix_length,
    }
    return _native.answer("subnetSize", request)


def subnet_forecast(
    *inputs: Input,
    subnet: Subnet | Mapping[str, Any] | None = None,
    ids: Iterable[str] | None = None,
    count_last_block: bool | None = None,
    more: Iterable[int] | None = None,
    prefixes: int | None = None,
    targets: Mapping[str, Any] | None = None,
    progress: OnProgress | None = None,
) -> Forecasts:
    """Forecasts how many /28 are likely to stay free while single addresses are taken, and what warm targets save.

    Subnets as in `subnet_census`. `more` are numbers of more single addresses (if not given, 1, 2, 5, 10, 20 and 30 % of
    the usable ones); with `prefixes` also when fewer than so many are expected. `targets` is a dict with
    `instanceType` (or `limits`), `nodes`, `set` (the keys of the ConfigMap to change) and perhaps `mode`, `podsPerNode`,
    `maxPods`, `data`.

    Raises WinpodError: as `subnet_census` and, for `targets`, `subnet_size`; OUT_OF_RANGE, NOT_A_WHOLE_NUMBER, TOO_MANY,
    CONFIG_KEY.

    >>> winpod.subnet_forecast(subnet={"cidr": "10.0.8.0/24"}, more=[25]).subnets[0].expected[0].expected_free_prefixes
    2.472
    >>> winpod.subnet_forecast(subnet={"cidr": "10.0.8.0/24"}, more=[-1])
    Traceback (most recent call last):
    winpod.WinpodError: more is -1: 0 to 4294967295 is allowed [OUT_OF_RANGE]
    """
    request = {
        "subnet": subnet,
        "ids": ids,
        "countLastBlock": count_last_block,
        "more": more,
        "prefixes": prefixes,
        "targets": targets,
    }
    return _native.answer("subnetForecast", request, inputs=inputs, progress=progress)


def subnet_carve(
    *inputs: Input,
    vpc: Iterable[PrefixLike] | None = None,
    used: Iterable[PrefixLike] | None = None,
    subnets: Iterable[Mapping[str, Any]] | None = None,
    vpc_id: str | None = None,
    progress: OnProgress | None = None,
) -> Carve:
    """Finds places for new subnets in the free space of a VPC.

    `vpc` are its blocks and `used` those of its subnets; or the inputs are answers of `aws ec2 describe-vpcs` and
    `describe-subnets`, and `vpc_id` is which VPC of several. `subnets` are dicts with `prefixLength` and perhaps `name`,
    placed in this order. `progress` as in `plan`.

    Raises WinpodError: as `prefix`, and VPC_SIZE, SUBNET_SIZE, VPC_OVERLAP, SUBNET_OVERLAP, SUBNET_OUTSIDE_VPC,
    OUT_OF_RANGE, NOT_A_WHOLE_NUMBER, UNKNOWN_VPC, REQUEST; the code of a problem with a listing.

    >>> new = [{"name": "win-a", "prefixLength": 25}, {"name": "win-b", "prefixLength": 23}]
    >>> answer = winpod.subnet_carve(vpc=["10.0.0.0/22"], used=["10.0.0.0/24"], subnets=new)
    >>> [(place.name, place.cidr) for place in answer.subnets]
    [('win-a', '10.0.1.0/25'), ('win-b', '10.0.2.0/23')]
    >>> winpod.subnet_carve(vpc=["10.0.0.0/22"], subnets=[{"prefixLength": 12}])
    Traceback (most recent call last):
    winpod.WinpodError: prefixLength of subnets[0] is 12: 16 to 28 is allowed [OUT_OF_RANGE]
    """
    request = {"vpc": vpc, "used": used, "subnets": subnets, "vpcId": vpc_id}
    return _native.answer("subnetCarve", request, inputs=inputs, progress=progress)


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
