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
    assert_type(winpod.call("prefix", {"prefix": "10.0.8.0/24"}), Any)


def refused() -> str:
    try:
        winpod.prefix("10.0.0.1/8")
    except winpod.WinpodError as error:
        return error.code
    return ""
