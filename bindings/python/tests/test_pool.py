"""The class Pool: a node's life, every kind of value that may go in, and those that may not."""

import copy
import inspect
import ipaddress
import itertools
import pickle
import subprocess
import sys
import threading
import time

import pytest
import winpod
from test_boundary import LONG, code, cyclic, deep

BLOCK = "10.0.8.32/28"


def prefixes(**options):
    """A pool of prefixes that holds one."""
    return winpod.Pool("m5.large", **{"mode": "prefix-delegation", "on_eni": [BLOCK], **options})


def play(pool, pods, *, subnet):
    """The controller's part: orders are carried out at once from a list of free prefixes, pods ask until they have one."""
    free, now = iter(subnet), 0
    for pod in pods:
        for _ in range(10):
            step = pool.assign(pod)
            if step.reconcile or step.error:
                job = pool.reconcile().job
                if job is not None and job.kind == "create":
                    pool.update(job, list(itertools.islice(free, job.count)))
            if step.address:
                yield step.address
                break
            assert step.retry == "after"
            now += step.after_ms


def test_a_node_fills_up():
    pool = winpod.Pool("m5.large", mode="prefix-delegation")
    subnet = [str(it) for it in ipaddress.ip_network("10.0.8.0/24").subnets(new_prefix=28)]
    addresses = list(play(pool, [f"pod-{number}" for number in range(144)], subnet=subnet))
    assert sorted(addresses, key=ipaddress.ip_address) == [str(it) for it in ipaddress.ip_network("10.0.8.0/24")][:144]
    assert repr(pool) == "Pool('prefix-delegation', capacity=144, used_addresses=144, free_addresses=0, cooling_addresses=0)"
    assert (pool.assign("one more").error, pool.assign("one more").retry) == ("ErrPoolAtMaxCapacity", "back-off")
    for number in range(144):
        assert pool.free(f"pod-{number}", now_ms=number).reconcile
    assert pool.assign("one more").error == "ErrResourceAreBeingCooledDown"
    assert pool.cool_down(30_071).more is True and pool.counts().free_addresses == 72
    assert pool.cool_down(30_143).more is False and pool.counts().free_groups == 9
    job = pool.reconcile().job
    assert (job.kind, job.groups) == ("delete", tuple(subnet[:8]))  # one prefix for the minimum of 3 stays
    assert pool.update(job).reconcile is False and pool.reconcile().job is None
    assert pool.introspect().prefix_available and pool.counts().pending == 0


def test_every_kind_of_value():
    network, address = ipaddress.ip_network(BLOCK), ipaddress.ip_address("10.0.8.33")
    expected = prefixes(used=[{"owner": "a", "address": "10.0.8.33"}])
    for on_eni in ([network], (BLOCK,), {BLOCK}, iter([ipaddress.ip_interface("10.0.8.33/28")]), {BLOCK: 1}.keys()):
        assert prefixes(on_eni=on_eni, used=iter([{"owner": "a", "address": "10.0.8.33"}])) == expected
    for held in (address, ipaddress.ip_interface("10.0.8.33/28")):
        assert prefixes(used=[{"owner": "a", "address": held}]) == expected
    secondary = winpod.Pool(capacity=9, on_eni=[address, "10.0.8.34/32", ipaddress.ip_network("10.0.8.35/32")])
    assert [it.group for it in secondary.introspect().warm] == ["10.0.8.33/32", "10.0.8.34/32", "10.0.8.35/32"]
    assert secondary.assign("a", group=ipaddress.ip_address("10.0.8.35")).address == "10.0.8.35"
    assert secondary.free("a", ipaddress.ip_address("10.0.8.35"), now_ms=1.0).error is None
    assert secondary.introspect().cooling[0].freed_at_ms == 1
    data = {"enable-windows-ipam": "true", "enable-windows-prefix-delegation": "true", "warm-ip-target": "20"}
    assert winpod.Pool("m5.large", data=data).reconcile().job.count == 2
    config = winpod.Pool("m5.large", data=data).introspect().config
    assert winpod.Pool(ipv4_per_eni=10, nitro=True, mode="prefix-delegation", config=config).reconcile().job.count == 2
    pool = prefixes()
    pool.activate(config)
    assert pool.introspect().config == config
    # A record that was an answer is a value again, alone and inside of others.
    state = pool.introspect()
    assert winpod.Pool.from_state(state) == winpod.Pool.from_state(state.to_dict()) == winpod.Pool.from_state(pool) == pool
    assert winpod.pool(state).state == winpod.pool(pool).state == winpod.pool(pool.to_dict()).state == state
    order = prefixes(on_eni=[], config={"warmPrefixTarget": 2}).reconcile().job
    steps = [{"op": "update", "job": order, "returned": (it for it in [network])}]
    assert winpod.call("pool", {"pool": prefixes(on_eni=[]), "steps": steps})["counts"]["freeAddresses"] == 16
    assert pool.introspect() == state, "operations leave the class as it is"


ODD = [None, True, 5, 5.5, b"a", object(), int, [], ["a"], {}, {"a": 1}]


def test_values_that_are_refused():
    pool = prefixes(used=[{"owner": "a", "address": "10.0.8.33"}])
    before = pool.copy()
    refused = [
        (lambda: pool.assign(""), "OWNER"),
        (lambda: pool.assign("x" * 254), "OWNER"),
        (lambda: pool.assign(LONG), "OWNER"),
        (lambda: pool.assign("\ud800"), "ENCODING"),
        (lambda: pool.assign(float("nan")), "NOT_A_WHOLE_NUMBER"),
        (lambda: pool.assign(cyclic()), "TOO_DEEP"),
        (lambda: pool.assign("b", group="10.0.8.48/28"), "ILLEGAL_CHOICE"),
        (lambda: pool.assign("b", group="10.0.8.33"), "PREFIX_LENGTH_MISSING"),
        (lambda: pool.assign("b", group="10.0.8.33/28"), "HOST_BITS_SET"),
        (lambda: pool.free("a", now_ms=-1), "OUT_OF_RANGE"),
        (lambda: pool.free("a", now_ms=2**63), "NOT_A_WHOLE_NUMBER"),
        (lambda: pool.free("a", now_ms=0.5), "NOT_A_WHOLE_NUMBER"),
        (lambda: pool.free("a", now_ms=float("inf")), "NOT_A_WHOLE_NUMBER"),
        (lambda: pool.free("a", now_ms="0"), "REQUEST"),
        (lambda: pool.free("a", now_ms=None), "REQUEST"),
        (lambda: pool.free("a", "10.0.8.300", now_ms=0), "ADDRESS_SYNTAX"),
        (lambda: pool.free("a", ipaddress.ip_address("2001:db8::1"), now_ms=0), "ADDRESS_SYNTAX"),
        (lambda: pool.cool_down(-1), "OUT_OF_RANGE"),
        (lambda: pool.cool_down(True), "REQUEST"),
        (lambda: pool.reconcile(releasing=[BLOCK]), "ILLEGAL_CHOICE"),
        (lambda: pool.reconcile(releasing=BLOCK), "REQUEST"),
        (lambda: pool.update({"kind": "create", "count": 2**70}), "NOT_A_WHOLE_NUMBER"),
        (lambda: pool.update({"kind": "create", "count": 1}, ["10.0.8.0/27"]), "GROUP_LENGTH"),
        (lambda: pool.update({"kind": "create", "count": 1}, itertools.repeat(BLOCK)), "TOO_LARGE"),
        (lambda: pool.update({"kind": "create", "count": 1}, [BLOCK] * 1025), "TOO_MANY"),
        (lambda: pool.update({"kind": "make"}), "REQUEST"),
        (lambda: pool.update({"kind": "create", "count": 1}, error="x", succeeded=True), "REQUEST"),
        (lambda: pool.update({"kind": "create", "count": 1}, succeeded=1), "REQUEST"),
        (lambda: pool.update(pool.counts()), "REQUEST"),
        (lambda: pool.resync([BLOCK, None]), "REQUEST"),
        (lambda: pool.activate({"warmIpTarget": "3"}), "REQUEST"),
        (lambda: pool.activate({"warm_ip_target": 3}), "REQUEST"),
        (lambda: pool.activate({}, releasing=["10.0.8.48/28"]), "ILLEGAL_CHOICE"),
        (lambda: pool.drain(releasing=[BLOCK]), "ILLEGAL_CHOICE"),
        (lambda: pool.mode_update("secondary-ip", "ip"), "IPAM_MODE"),
        (lambda: pool.address_of(5), "REQUEST"),
        (lambda: prefixes(used=[{"owner": "a", "address": "10.0.8.33"}] * 2), "OWNER_TWICE"),
        (lambda: prefixes(used=[{"owner": "a"}]), "REQUEST"),
        (lambda: prefixes(used={"a": "10.0.8.33"}), "REQUEST"),
        (lambda: prefixes(capacity=9), "REQUEST"),
        (lambda: prefixes(quirks_off=["none"]), "QUIRK"),
        (lambda: prefixes(data={"warm-ip-target": 3}), "REQUEST"),
        (lambda: prefixes(config={}, data={}), "REQUEST"),
        (lambda: prefixes(on_eni=[deep(200)]), "TOO_DEEP"),
        (lambda: winpod.Pool(), "REQUEST"),
        (lambda: winpod.Pool("m5.larg"), "UNKNOWN_TYPE"),
        (lambda: winpod.Pool(ipv4_per_eni=0, nitro=True), "IPV4_PER_ENI"),
        (lambda: winpod.Pool(nitro=True), "REQUEST"),
        (lambda: winpod.Pool(capacity=2**32), "OUT_OF_RANGE"),
        (lambda: winpod.Pool.from_state(pool.counts()), "REQUEST"),
        (lambda: winpod.pool(pool, [{"op": "asign"}]), "POOL_STEP"),
        (lambda: winpod.pool(pool, {"op": "assign"}), "REQUEST"),
        (lambda: winpod.pool(pool, [{"op": "reconcile"}] * 10_001), "TOO_MANY"),
        (lambda: winpod.pool(None, [{"op": "reconcile"}]), "REQUEST"),
    ]
    for value in ODD:
        # Bytes are text in base64, as everywhere.
        if value != b"a":
            refused.append((lambda value=value: pool.assign(value), "REQUEST"))
            refused.append((lambda value=value: pool.update(value), "REQUEST"))
        if value not in ([], {}, {"a": 1}):
            refused.append((lambda value=value: pool.resync(value), None))
        refused.append((lambda value=value: winpod.Pool.from_state(value), "REQUEST"))
    for number, (call, expected) in enumerate(refused):
        got = code(call)
        assert got == expected or expected is None and isinstance(got, str), number
    assert pool == before and pickle.dumps(pool) == pickle.dumps(before), "nothing is half done"
    for call in (lambda: pool.free("a"), lambda: pool.assign(), lambda: pool.reconcile([BLOCK]), lambda: winpod.Pool(colour=1)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(winpod.WinpodError, match=r"^nowMs is -1: 0 to 9223372036854775807 is allowed"):
        pool.cool_down(-1)
    with pytest.raises(AttributeError):
        pool.capacity = 5
    with pytest.raises(AttributeError):
        pool.colour = 1


def test_what_the_controller_refuses_is_an_answer():
    pool = prefixes(used=[{"owner": "a", "address": "10.0.8.33"}])
    before = pool.copy()
    again = pool.assign("a")
    assert (again.error, again.code, again.retry, again.reconcile) == ("ErrResourceAlreadyAssigned", "ALREADY_ASSIGNED", "never", False)
    assert again.message == "a already has 10.0.8.33"
    assert pool.free("b", "10.0.8.33", now_ms=0).code == "DOESNT_EXIST"
    assert pool.free("a", "10.0.8.34", now_ms=0).message == "a has 10.0.8.33, not the address given"
    assert pool == before
    assert (pool.address_of("a"), pool.address_of("b")) == ("10.0.8.33", None)
    assert isinstance(again, winpod.PoolStep) and again == winpod.pool(before, [{"op": "assign", "owner": "a"}]).steps[0]
    assert repr(again.counts).startswith("PoolCounts(used_addresses=1, free_addresses=15, free_groups=0, ")


def test_equality_copies_and_pickles():
    one = prefixes(used=[{"owner": "a", "address": "10.0.8.33"}], quirks_off=["lost-remainder"])
    one.free("a", now_ms=5)
    one.assign("b")
    one.drain()
    assert one != prefixes() and one != "Pool" and one != None  # noqa: E711
    with pytest.raises(TypeError):
        hash(one)
    for again in (one.copy(), copy.copy(one), copy.deepcopy(one), *(pickle.loads(pickle.dumps(one, it)) for it in range(6))):
        assert again == one and again is not one and again.introspect() == one.introspect()
        assert again.assign("c").address == one.copy().assign("c").address
        assert again != one
    code_ = "import pickle, sys; print(pickle.load(sys.stdin.buffer))"
    done = subprocess.run([sys.executable, "-c", code_], input=pickle.dumps(one), capture_output=True, check=True)
    assert done.stdout.decode().strip() == repr(one)
    # In which order pods came and went is no part of a pool.
    first, second = prefixes(), prefixes()
    first.assign("a", group=BLOCK), second.assign("b", group=BLOCK)
    first.assign("b"), second.assign("a")
    assert first != second and [it.owner for it in first.introspect().used] == ["a", "b"] == [it.owner for it in second.introspect().used]
    assert "Raises WinpodError: " in inspect.getdoc(winpod.Pool)


def test_threads_share_a_pool():
    pool = winpod.Pool(capacity=4_000, on_eni=[str(ipaddress.ip_address(0x0A000000 + it)) for it in range(4_000)])
    got = [[] for _ in range(8)]

    def work(number):
        for pod in range(500):
            got[number].append(pool.assign(f"{number}-{pod}").address)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(set(itertools.chain(*got))) == 4_000 and pool.counts().free_addresses == 0


def test_steps_are_quick():
    pool = winpod.Pool("m5.large", mode="prefix-delegation", on_eni=[f"10.0.8.{it * 16}/28" for it in range(9)])
    times = []
    for _ in range(300):
        began = time.perf_counter()
        pool.assign("a")
        pool.free("a", now_ms=0)
        pool.cool_down(30_000)
        times.append((time.perf_counter() - began) / 3)
    print(f"a step: {min(times) * 1e6:.1f} us")
    assert min(times) < 0.000_5


def test_long_work_can_be_stopped():
    used = [{"owner": str(it), "address": str(ipaddress.ip_address(0x0A000000 + it))} for it in range(16_384)]
    pool = winpod.Pool(capacity=100_000, used=used, on_eni=[one["address"] for one in used])
    failed = {"op": "update", "job": {"kind": "create", "count": 0}, "error": "x"}
    steps = [failed, {"op": "resync", "onEni": []}] * 5_000
    began = time.perf_counter()
    told = []
    with pytest.raises(winpod.WinpodError, match="STOPPED"):
        winpod.pool(pool, steps, progress=lambda *at: told.append(at) or len(told) < 3)
    assert told == [("pool", 0, 10_000), ("pool", 256, 10_000), ("pool", 512, 10_000)]
    assert time.perf_counter() - began < 30
