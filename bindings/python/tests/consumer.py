"""What a user of winpod writes: held against `mypy --strict`, never run."""

from __future__ import annotations

import ipaddress
import pathlib
from typing import Any, Literal, assert_type

import winpod


def answers(listing: dict[str, Any]) -> None:
    one = winpod.capacity("m5.large", mode="prefix-delegation", max_pods=110)
    assert_type(one, winpod.Capacity)
    assert_type(one.ipv4, int)
    assert_type(one.instance_type, str | None)
    assert_type(winpod.capacity("m5.large", "m5.xlarge"), winpod.Table[winpod.Capacity])
    assert_type(winpod.capacity(name for name in ("m5.large",)), winpod.Table[winpod.Capacity])
    assert_type(winpod.capacity(ipv4_per_eni=10, nitro=True), winpod.Capacity)
    assert_type(winpod.capacity("new.large", listings=[listing, "types.json"]), winpod.Capacity)

    plan = winpod.plan("cluster/", pathlib.Path("subnets.json"), listing, b"nodeGroups: []", set={"warm-ip-target": "3"})
    assert_type(plan, winpod.Plan)
    assert_type(plan.verdict, Literal["fits", "unknown", "does-not-fit"])
    assert_type(plan.node_groups[0].subnets, tuple[str, ...] | None)
    assert_type(plan.notes[0].location, winpod.Location | None)
    assert_type(plan.notes[0].sources, tuple[str, ...])
    winpod.plan("cluster/", progress=lambda step, done, total: done < 100)

    for row in winpod.types(vcpus_min=4, families=("m5", "c5")):
        assert_type(row, winpod.TypeRow)
        assert_type(row.prefix_delegation, int | None)
    assert_type(winpod.types().to_dict(), list[dict[str, Any]])

    network = ipaddress.ip_network("10.0.8.0/24")
    if isinstance(network, ipaddress.IPv4Network):
        assert_type(winpod.aggregate([network, "10.0.9.0/24"]).prefixes, tuple[str, ...])
        assert_type(winpod.contains(network, addresses=network.hosts()).contains, tuple[bool, ...])
    assert_type(winpod.ipam(data={}).steady_state, winpod.SteadyState | None)
    assert_type(winpod.subnet_census(listing, ids=["subnet-1"]).subnets[0].blocks, winpod.Blocks)
    assert_type(winpod.subnet_cure(subnet={"cidr": "10.0.8.0/24"}, prefixes=2).subnets, tuple[winpod.Cure, ...])
    assert_type(winpod.subnet_reserve("cluster/", set={"warm-ip-target": "1"}).aws_cli, tuple[str, ...])
    assert_type(winpod.subnet_size("m5.large", pods=100).prefix_length, int | None)
    assert_type(winpod.migration("cluster.yaml", nau_quota=64000).checks[0].message, str)
    dsr = winpod.dsr("services.json", os_build="17763.1935", kubernetes="1.33", extra_args="", excluded=("50000-50059",))
    assert_type(dsr.verdict, Literal["on", "off", "unsupported", "refused", "unknown"])
    assert_type(dsr.because[0].grade, Literal["documented", "code", "reported", "inferred", "unverified"] | None)
    assert_type(dsr.ports, winpod.Ports | None)
    topology = winpod.topology("networks.json", [{"ID": "e1", "IPAddress": "10.0.8.33"}], node="win-1")
    assert_type(topology.verdict, Literal["consistent", "contradictory", "unknown"])
    assert_type(topology.networks[0].endpoints[0].pod, winpod.TopologyPod | None)
    assert_type(topology.policies[0].backends[0].place, Literal["local", "remote", "missing", "unknown"])
    rendered = winpod.render("user-data", "cluster/", instance_types=["m5.large"], max_pods="fit", dsr=True)
    assert_type(rendered.artefacts[0].language, Literal["yaml", "json", "powershell", "shell"])
    assert_type(rendered.artefacts[0].lines[0].why, winpod.Note)
    simulation = winpod.simulate("cluster.yaml", scenario="drift", days=3, without_quirks=["lost-remainder"])
    assert_type(simulation.summary.first_failure, winpod.FirstFailure | None)
    assert_type(simulation.timeline[0].subnets[0].free_prefixes, int)
    assert_type(winpod.subnet_carve(vpc=["10.0.0.0/16"], subnets=[{"prefixLength": 20}]).free, tuple[str, ...])
    assert_type(winpod.explain("RequestLimitExceeded", pathlib.Path("kube-proxy.log")), winpod.Table[winpod.Explanation])
    assert_type(winpod.explain(text="x")[0].causes[0].likelihood, Literal["likely", "possible", "unlikely", "refuted"])
    checked = winpod.check("cluster/", date="2026-11-22", config=".winpod.toml", baseline=b"{}", fail_on="warn")
    assert_type(checked, winpod.CheckAnswer)
    assert_type(checked.findings[0].severity, Literal["info", "warn", "high", "error"])
    assert_type(checked.findings[0].patch, winpod.Patch | None)
    assert_type(winpod.check_sarif("cluster/").log, str)
    assert_type(winpod.rules("CLU-002"), winpod.Table[winpod.RuleRow])
    assert_type(winpod.call("prefix", {"prefix": "10.0.8.0/24"}), Any)


def state(listing: dict[str, Any], addresses: list[ipaddress.IPv4Address]) -> winpod.Subnet:
    subnet = winpod.Subnet("10.0.8.0/24", used=listing["NetworkInterfaces"], reservations=[("prefix", "10.0.8.64/26")])
    winpod.Subnet("10.0.8.0/24", used=listing, reservations=[{"type": "prefix", "cidr": "10.0.8.64/26"}])
    winpod.Subnet("10.0.8.0/24", used=addresses, count_last_block=True)
    winpod.Subnet("10.0.8.0/24", used=["10.0.8.20 i-1", 0x0A000815])
    subnet.assign("10.0.8.20", owner="i-1")
    subnet.assign(0x0A000815)
    subnet.assign_prefix(ipaddress.IPv4Network("10.0.8.32/28"))
    subnet.reserve("10.0.8.128/26", type="explicit")
    assert_type(subnet.owner("10.0.8.20"), str | None)
    assert_type(subnet.free_prefixes, int)
    assert_type(subnet.census(map=True), winpod.Census)
    assert_type(subnet.cure(4, by="interface").drain[0], winpod.Culprit)
    assert_type(subnet.propose_reservations(4), winpod.SubnetReservations)
    assert_type("10.0.8.20" in subnet, bool)
    assert_type(winpod.subnet_census(subnet=subnet), winpod.Censuses)
    return subnet.copy()


def controller(uids: list[str]) -> winpod.Pool:
    pool = winpod.Pool("m5.large", mode="prefix-delegation", config={"warmIpTarget": 3}, quirks_off=["error-text-start"])
    winpod.Pool(capacity=9, on_eni=[ipaddress.IPv4Address("10.0.8.20")], used=[{"owner": uids[0], "address": "10.0.8.20"}])
    winpod.Pool(ipv4_per_eni=10, nitro=True, data={"enable-windows-ipam": "true"})
    step = pool.reconcile()
    assert_type(step, winpod.PoolStep)
    assert_type(step.retry, Literal["after", "back-off", "never"] | None)
    if step.job is not None:
        assert_type(step.job.kind, Literal["create", "delete", "resync"])
        assert_type(pool.update(step.job, [ipaddress.IPv4Network("10.0.8.32/28")]).prefix_available, bool | None)
        pool.update({"kind": "create", "count": 1}, error="InsufficientCidrBlocks: full")
    assert_type(pool.assign(uids[0]).address, str | None)
    assert_type(pool.assign(uids[1], group="10.0.8.32/28").after_ms, int | None)
    pool.free(uids[0], now_ms=1_000)
    pool.free(uids[1], ipaddress.IPv4Address("10.0.8.33"), now_ms=1_000)
    assert_type(pool.cool_down(31_000).more, bool | None)
    pool.resync(["10.0.8.32/28"])
    pool.activate(pool.introspect().config)
    pool.drain(releasing=["10.0.8.32/28"])
    assert_type(pool.mode_update("secondary-ip", "prefix-delegation").action, Literal["activate", "drain", "keep"] | None)
    assert_type(pool.introspect().used[0].owner, str)
    assert_type(pool.counts().free_addresses, int)
    assert_type(pool.targets(), winpod.Targets)
    assert_type(pool.address_of(uids[0]), str | None)
    assert_type(winpod.pool(pool, [{"op": "reconcile"}]).steps, tuple[winpod.PoolStep, ...])
    assert_type(winpod.pool({"capacity": 9}).state, winpod.PoolState | None)
    return winpod.Pool.from_state(pool.copy().introspect())


def refused() -> str:
    try:
        winpod.prefix("10.0.0.1/8")
    except winpod.WinpodError as error:
        return error.code
    return ""
