"""Answers as frozen records."""

import copy
import inspect
import json
import pickle
import subprocess
import sys

import pytest
import winpod
from test_boundary import GROUP, boto3_subnets
from test_vectors import CASES
from winpod import _answers

CONFIG_MAP = {
    "kind": "ConfigMap",
    "metadata": {"name": "amazon-vpc-cni", "namespace": "kube-system"},
    "data": {"enable-windows-ipam": "yes"},
}


def answers():
    yield winpod.capacity("m5.large", mode="prefix-delegation")
    yield winpod.mixed_capacity("m5.large", mode="secondary-ip")
    yield winpod.base_image("mcr.microsoft.com/windows/nanoserver:1809", os_build="10.0.20348.2762")
    yield winpod.plan(GROUP, boto3_subnets(), "missing.yaml")
    yield winpod.plan(GROUP, boto3_subnets(), advise=True)
    yield winpod.plan({"nodeGroups": [{"name": "win", "amiFamily": "WindowsServer2022CoreContainer"}]})
    yield winpod.ipam(data={"warm-ip-target": "x", "enable-windows-ipam": "true"}, instance_type="m5.large", pods=3)
    yield winpod.prefix("192.0.2.0/24")
    yield winpod.prefix("192.0.2.0/32")
    yield winpod.contains("192.0.2.0/24", addresses=["192.0.2.1"])
    yield winpod.overlaps("192.0.2.0/24", "192.0.2.0/24")
    yield winpod.supernet("192.0.2.0/24")
    yield winpod.subnets("192.0.2.0/24")
    used = {"cidr": "10.0.8.0/24", "used": ["10.0.8.20 i-1"], "reservations": [{"cidr": "10.0.8.64/26", "type": "prefix"}]}
    yield winpod.subnet_census(subnet=used, map=True)
    yield winpod.subnet_cure(subnet=used)
    yield winpod.subnet_reserve(subnet=used, prefixes=8)
    targets = {"instanceType": "m5.large", "nodes": 3, "set": {"warm-ip-target": "3"}}
    yield winpod.subnet_forecast(subnet=used, prefixes=8, targets=targets)
    yield winpod.subnet_size("m5.large", pods=100, prefix_length=24)
    yield winpod.subnet_carve(vpc=["10.0.0.0/16"], subnets=[{"prefixLength": 20}])
    steps = [{"op": "reconcile"}, {"op": "assign", "owner": "a"}, {"op": "free", "owner": "b", "nowMs": 0}]
    used = [{"owner": "b", "address": "10.0.8.21"}, {"owner": "c", "address": "10.0.8.22"}]
    yield winpod.pool({"capacity": 9, "onEni": ["10.0.8.20", "10.0.8.21", "10.0.8.22", "10.0.8.23"], "used": used}, steps)
    yield winpod.migration(GROUP, boto3_subnets())
    neighbours = next(case for case in CASES if case["id"] == "migration-neighbours")
    yield winpod.migration(*(json.loads(document["text"]) for document in neighbours["args"]["documents"]))
    yield winpod.dsr(os_build="17763.1500", kubernetes="1.33", extra_args="", services=150, pods=3)
    yield winpod.dsr(release="2022", kube_proxy_args="--enable-dsr=yes")
    listing = b"Protocol tcp\n----------    --------\n 50000 50059 *\n"
    script = b"& $EKSBootstrapScriptFile -EKSClusterName a -KubeProxyExtraArgs '--feature-gates=WinDSR=true'\n"
    yield winpod.dsr(listing, script, service_cidr="10.100.0.0/16")
    for name in ("kinds-by-service", "eni-by-name", "pods", "endpoint-policies-second", "network-first-rest", "stale-first"):
        documents = next(case for case in CASES if case["id"] == f"topology-{name}")["args"]["documents"]
        yield winpod.topology(*(document["text"].encode() for document in documents))
    yield winpod.render("configmap", mode="prefix-delegation")
    # More findings of one rule than are listed: comments that are of no use.
    lines = "".join(f"  # winpod: ignore CLU-002 number {number}\n  x{number}: '1'\n" for number in range(1_001))
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amazon-vpc-cni, namespace: kube-system}\ndata:\n"
    yield winpod.check((head + lines).encode())
    shared = next(case for case in CASES if case["id"] == "simulate-shared-subnet")
    documents = [document["text"].encode() for document in shared["args"]["documents"]]
    yield winpod.simulate(*documents, scenario="scale-out", csv=True)
    yield winpod.simulate(*documents, scenario="rolling-deployment")
    configured = b'[[ignore]]\nrule = "CLU-005"\nreason = "known"\nuntil = 2026-11-01\n'
    yield winpod.check({"kind": "Lease"}, CONFIG_MAP, config=configured, date="2026-11-22")
    yield winpod.check_sarif(CONFIG_MAP)
    yield from winpod.rules("PARSE", "CLU-002")
    yield from winpod.explain('E1122 10:11:12.345678 1 proxier.go:1] err="(0x803b0013)" pod="shop/web-1"')
    yield from winpod.types(limit=3)
    yield from winpod.sources()


ANSWERS = list(answers())


def every(value):
    """All records in an answer."""
    if isinstance(value, winpod.Record):
        yield value
        for inner in vars(value).values():
            yield from every(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from every(inner)


RECORDS = list(every(tuple(ANSWERS)))


@pytest.mark.parametrize("record", RECORDS[:200], ids=lambda record: type(record).__name__)
def test_one_record(record):
    assert record == record and not record != record
    assert record != record.to_dict() and record != object()
    assert hash(record) == hash(pickle.loads(pickle.dumps(record)))
    assert copy.copy(record) is record and copy.deepcopy(record) is record
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(record, protocol)) == record
    json.dumps(record.to_dict(), allow_nan=False)
    name = next(iter(vars(record)))
    with pytest.raises(AttributeError, match="frozen"):
        setattr(record, name, 1)
    with pytest.raises(AttributeError, match="frozen"):
        delattr(record, name)
    with pytest.raises(AttributeError):
        record.colour  # noqa: B018
    with pytest.raises(TypeError):
        iter(record)
    assert repr(record).startswith(f"{type(record).__name__}(")
    assert not any(isinstance(value, (list, dict)) for value in vars(record).values())


def test_every_class_is_seen_and_has_what_instances_have():
    seen = {}
    for record in RECORDS:
        seen.setdefault(type(record).__name__, set()).update(vars(record))
    classes = set(_answers.__all__) - {"Record", "Table"}
    for name in classes & seen.keys():
        declared = set(inspect.get_annotations(getattr(winpod, name)))
        assert seen[name] <= declared, name
        # What JSON leaves out has a default.
        assert all(hasattr(getattr(winpod, name), attribute) for attribute in declared - seen[name]), name
    unseen = classes - seen.keys()
    assert not unseen - {"Advice", "Failure", "NodesThatFit", "Demand", "Related"}, unseen


def test_repr_and_match():
    answer = winpod.capacity("m5.large", mode="prefix-delegation")
    assert repr(answer) == (
        "Capacity(instance_type='m5.large', mode='prefix-delegation', requested_mode='prefix-delegation', ipv4=144, "
        "max_pods=110, pods=110, limited_by='max-pods', windows='yes', controller_known=True)"
    )
    match answer:
        case winpod.Capacity(ipv4=144, limited_by="max-pods"):
            pass
        case _:
            pytest.fail("does not match")


def test_the_fast_way_and_the_way_over_json_agree():
    for row in winpod.types(windows="any"):
        for mode in (None, "secondary-ip", "prefix-delegation"):
            fast = winpod.capacity(row.instance_type, mode=mode)
            assert (fast,) == tuple(winpod.capacity([row.instance_type], mode=mode))


@pytest.mark.parametrize("case", [case for case in CASES if "expect" in case], ids=lambda case: case["id"])
def test_to_dict_is_the_json(case):
    record = winpod._native.answer(case["op"], case["args"])
    assert record.to_dict() == winpod.call(case["op"], case["args"])


def test_to_dict_of_larger_answers_is_the_json():
    text = json.dumps(GROUP)
    record = winpod.plan(text.encode(), "missing.yaml")
    documents = [{"name": "inputs[0]", "text": text}]
    assert record.to_dict() == winpod.call("plan", {"paths": ["missing.yaml"], "documents": documents})


def test_tables():
    table = winpod.types(families=["m5"])
    assert isinstance(table, winpod.Table) and isinstance(table, tuple)
    assert pickle.loads(pickle.dumps(table)) == table
    assert type(pickle.loads(pickle.dumps(table))) is winpod.Table
    assert copy.deepcopy(table) == table and hash(table) == hash(copy.copy(table))
    assert table.to_dict() == winpod.call("types", {"families": ["m5"]})
    assert winpod.types(families=["none"]) == ()


def test_one_name_gives_a_record_and_more_a_table():
    assert isinstance(winpod.capacity("m5.large"), winpod.Capacity)
    assert isinstance(winpod.capacity(ipv4_per_eni=10, nitro=False), winpod.Capacity)
    for table in (
        winpod.capacity("m5.large", "m5.large"),
        winpod.capacity(["m5.large"]),
        winpod.capacity("m5.large", ipv4_per_eni=10, nitro=False),
    ):
        assert isinstance(table, winpod.Table)


def test_errors():
    error = pytest.raises(winpod.WinpodError, winpod.prefix, "x").value
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, type(again)) == (str(error), "PREFIX_SYNTAX", winpod.WinpodError)
    assert copy.copy(error).code == error.code
    with pytest.raises(AttributeError):
        winpod.colour  # noqa: B018


def test_records_travel_between_processes():
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer))"
    record = winpod.capacity("m5.large")
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(record), capture_output=True, check=True)
    assert done.stdout.decode().strip() == repr(record)


@pytest.mark.parametrize("answer", [winpod.types(limit=2), *ANSWERS[:13]], ids=lambda answer: type(answer).__name__)
def test_html(answer):
    page = answer._repr_html_()
    assert page.startswith("<") and len(page) < 50_000 and "<script" not in page


def test_html_is_escaped():
    group = {"name": "<b>&", "amiFamily": "WindowsServer2022CoreContainer", "instanceType": "m5.large"}
    page = winpod.plan({"nodeGroups": [group]})._repr_html_()
    assert "<b>&" not in page and "&lt;b&gt;&amp;" in page
    assert winpod.types(families=["none"])._repr_html_() is None
    # What is only a part of an answer has no page of its own.
    assert winpod.plan({"nodeGroups": [group]}).node_groups[0]._repr_html_() is None
