"""The class Subnet: every kind of value that may go in, and those that may not."""

import array
import copy
import inspect
import ipaddress
import itertools
import json
import pickle
import random
import subprocess
import sys
import threading
import time

import pytest
import winpod
from test_boundary import LONG, code, cyclic, deep

CIDR = "10.0.8.0/24"
BASE = int(ipaddress.ip_address("10.0.8.0"))


def interface(number, *addresses, subnet="subnet-a", prefixes=(), **more):
    """An entry of describe_network_interfaces; without a subnet id if `subnet` is None."""
    entry = {
        "NetworkInterfaceId": f"eni-{number}",
        "InterfaceType": "interface",
        "Description": "aws-K8S",
        "Status": "in-use",
        "Attachment": {"InstanceId": f"i-{number}"},
        "PrivateIpAddresses": [{"PrivateIpAddress": one, "Primary": not at} for at, one in enumerate(addresses)],
        "Ipv4Prefixes": [{"Ipv4Prefix": one} for one in prefixes],
        **more,
    }
    if subnet is not None:
        entry["SubnetId"] = subnet
    return entry


def reservation(number, cidr, kind="prefix", subnet="subnet-a"):
    return {"SubnetCidrReservationId": f"scr-{number}", "SubnetId": subnet, "Cidr": cidr, "ReservationType": kind}


def used(*entries, **options):
    return winpod.Subnet(CIDR, used=entries, **options)


def test_every_kind_of_address_is_the_same():
    numpy = pytest.importorskip("numpy")
    number = BASE + 20
    expected = winpod.Subnet(CIDR, used=["10.0.8.20"])
    addresses = [
        "10.0.8.20", "10.0.8.20/32", " 10.0.8.20 # a remark", number, ipaddress.IPv4Address(number),
        ipaddress.IPv4Interface("10.0.8.20/24"), ipaddress.IPv4Network("10.0.8.20/32"), float(number),
        numpy.uint32(number), numpy.int64(number), numpy.str_("10.0.8.20"),
    ]  # fmt: skip
    for address in addresses:
        assert winpod.Subnet(CIDR, used=[address]) == expected, repr(address)
    collections = [
        ("10.0.8.20",), {"10.0.8.20"}, iter(["10.0.8.20"]), {"10.0.8.20": 1}.keys(), (it for it in ["10.0.8.20"]),
        array.array("I", [number]), memoryview(array.array("I", [number])), numpy.array([number], "uint32"),
        numpy.array(["10.0.8.20"]), numpy.array([ipaddress.IPv4Address(number)], object), range(number, number + 1),
    ]  # fmt: skip
    for collection in collections:
        assert winpod.Subnet(CIDR, used=collection) == expected, repr(collection)
    for cidr in (ipaddress.IPv4Network(CIDR), ipaddress.IPv4Interface("10.0.8.9/24"), "10.0.8.9/24", numpy.str_(CIDR)):
        assert winpod.Subnet(cidr, used=["10.0.8.20"]) == expected
    for address in [*addresses[:1], number, ipaddress.IPv4Address(number), numpy.uint32(number)]:
        subnet = winpod.Subnet(CIDR)
        subnet.assign(address)
        assert subnet == expected and address in subnet and not subnet.is_free(address)
        subnet.release(address)
        assert subnet == winpod.Subnet(CIDR) and subnet.is_free(address)
    with_prefix = used("10.0.8.32/28 i-1")
    assert used(ipaddress.ip_network("10.0.8.32/28")).free_prefixes == with_prefix.free_prefixes == 13
    subnet = winpod.Subnet(CIDR)
    subnet.assign_prefix(ipaddress.ip_network("10.0.8.32/28"), owner="i-1")
    assert subnet == with_prefix and subnet.owner("10.0.8.40") == "i-1"
    subnet.release_prefix("10.0.8.32/28")
    assert subnet == winpod.Subnet(CIDR) and subnet.owner("10.0.8.40") is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (None, "REQUEST"),
        (True, "REQUEST"),
        (False, "REQUEST"),
        (b"10.0.8.20", "ADDRESS_SYNTAX"),
        (object(), "REQUEST"),
        (int, "REQUEST"),
        (["10.0.8.20"], "REQUEST"),
        (-1, "OUT_OF_RANGE"),
        (2**32, "OUT_OF_RANGE"),
        (2**63, "NOT_A_WHOLE_NUMBER"),
        (-(2**70), "NOT_A_WHOLE_NUMBER"),
        (10**400, "NOT_A_WHOLE_NUMBER"),
        (BASE + 0.5, "NOT_A_WHOLE_NUMBER"),
        (float("nan"), "NOT_A_WHOLE_NUMBER"),
        (0, "ADDRESS_OUTSIDE_SUBNET"),
        (2**32 - 1, "ADDRESS_OUTSIDE_SUBNET"),
        (BASE, "ADDRESS_RESERVED"),
        (BASE + 255, "ADDRESS_RESERVED"),
        ("10.0.9.20", "ADDRESS_OUTSIDE_SUBNET"),
        ("10.0.8.2", "ADDRESS_RESERVED"),
        ("hello", "ADDRESS_SYNTAX"),
        ("10.0.8.0x14", "ADDRESS_SYNTAX"),
        ("10.0.8.020", "ADDRESS_SYNTAX"),
        ("１０.0.8.20", "ADDRESS_SYNTAX"),
        ("\ud800", "ENCODING"),
        ("10.0.8.20\0", "ADDRESS_SYNTAX"),
        (LONG, "ADDRESS_SYNTAX"),
        ("10.0.8.32/27", "DELEGATED_LENGTH"),
        ("10.0.8.40/28", "HOST_BITS_SET"),
        ("10.0.8.0/28", "PREFIX_RESERVED"),
        ("10.0.9.32/28", "PREFIX_OUTSIDE_SUBNET"),
        ("10.0.8.32/", "PREFIX_SYNTAX"),
        (ipaddress.ip_address("2001:db8::1"), "ADDRESS_SYNTAX"),
        (cyclic(), "TOO_DEEP"),
        (deep(200), "TOO_DEEP"),
        ({}, "REQUEST"),
        (interface(1, "10.0.8.20"), "REQUEST"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_entries_that_are_refused(entry, expected):
    def build():
        return winpod.Subnet(CIDR, used=["10.0.8.100", entry])

    assert code(build) == expected
    with pytest.raises(winpod.WinpodError, match=r"used\[1\]|^self is nested"):
        build()
    if not isinstance(entry, dict) and not isinstance(entry, str):
        subnet = used("10.0.8.100")
        assert code(subnet.assign, entry) == expected
        assert subnet == used("10.0.8.100"), "nothing is half done"


@pytest.mark.parametrize("lists", ["10.0.8.20", b"10.0.8.20", bytearray(b"\x0a"), memoryview(b"\x0a"), 5, 5.0, True, object(), int, {}, {"a": 1}], ids=repr)
def test_what_is_no_list(lists):
    assert code(winpod.Subnet, CIDR, used=lists) == "REQUEST"
    if lists is not object:
        assert code(winpod.Subnet, CIDR, reservations=lists) == "REQUEST"


def test_subnets_that_are_refused():
    for cidr, expected in [
        (None, "REQUEST"), (5, "REQUEST"), (True, "REQUEST"), ([CIDR], "REQUEST"), ("", "PREFIX_SYNTAX"), ("10.0.8/24", "PREFIX_SYNTAX"),
        ("10.0.8.0", "PREFIX_LENGTH_MISSING"), ("10.0.8.0/33", "PREFIX_LENGTH"), ("10.0.0.0/15", "SUBNET_SIZE"), ("10.0.0.0/29", "SUBNET_SIZE"),
        ("\ud800", "ENCODING"), (LONG, "PREFIX_SYNTAX"), (ipaddress.ip_address("10.0.8.0"), "PREFIX_LENGTH_MISSING"),
    ]:  # fmt: skip
        assert code(winpod.Subnet, cidr) == expected, cidr
    with pytest.raises(TypeError):
        winpod.Subnet()
    with pytest.raises(TypeError):
        winpod.Subnet(CIDR, count_last_block="yes")
    with pytest.raises(TypeError):
        winpod.Subnet(CIDR, colour="red")


def test_twice_and_over_each_other():
    assert code(used, "10.0.8.20", "10.0.8.20") == "ADDRESS_ASSIGNED"
    assert code(used, "10.0.8.20", BASE + 20) == "ADDRESS_ASSIGNED"
    assert code(used, "10.0.8.32/28 i-1", "10.0.8.40") == "ADDRESS_IN_PREFIX"
    assert code(used, "10.0.8.40", "10.0.8.32/28 i-1") == "PREFIX_NOT_FREE"
    subnet = used("10.0.8.20 i-1", "10.0.8.32/28 i-2")
    before = subnet.copy()
    with pytest.raises(winpod.WinpodError, match="10.0.8.20 is already assigned, held by i-1"):
        subnet.assign("10.0.8.20", owner="new")
    for refused, expected in [
        (lambda: subnet.assign_prefix("10.0.8.32/28", "new"), "PREFIX_ASSIGNED"),
        (lambda: subnet.assign_prefix("10.0.8.16/28", "new"), "PREFIX_NOT_FREE"),
        (lambda: subnet.assign_prefix("10.0.8.40/28"), "HOST_BITS_SET"),
        (lambda: subnet.assign_prefix(5), "REQUEST"),
        (lambda: subnet.release("10.0.8.40"), "ADDRESS_IN_PREFIX"),
        (lambda: subnet.release("10.0.8.99"), "ADDRESS_NOT_ASSIGNED"),
        (lambda: subnet.release_prefix("10.0.8.64/28"), "PREFIX_NOT_ASSIGNED"),
        (lambda: subnet.reserve("10.0.9.0/26", "prefix"), "PREFIX_OUTSIDE_SUBNET"),
        (lambda: subnet.reserve("10.0.8.65/26", "prefix"), "HOST_BITS_SET"),
        (lambda: subnet.reserve("10.0.8.64/26", "Prefix"), "RESERVATION_TYPE"),
        (lambda: subnet.reserve("10.0.8.64/26", None), "REQUEST"),
        (lambda: subnet.owner(None), "REQUEST"),
        (lambda: subnet.is_free("x"), "ADDRESS_SYNTAX"),
        (lambda: "x" in subnet, "ADDRESS_SYNTAX"),
        (lambda: "10.0.8.0/x" in subnet, "PREFIX_SYNTAX"),
        (lambda: None in subnet, "REQUEST"),
        (lambda: subnet.cure(-1), "OUT_OF_RANGE"),
        (lambda: subnet.cure(2**32), "OUT_OF_RANGE"),
        (lambda: subnet.cure(1.5), "NOT_A_WHOLE_NUMBER"),
        (lambda: subnet.cure("1"), "REQUEST"),
        (lambda: subnet.cure(True), "REQUEST"),
        (lambda: subnet.cure(by="pod"), "CURE_BY"),
        (lambda: subnet.cure(by=5), "REQUEST"),
        (lambda: subnet.propose_reservations(None), "REQUEST"),
        (lambda: subnet.forecast(5), "REQUEST"),
        (lambda: subnet.forecast([-1]), "OUT_OF_RANGE"),
        (lambda: subnet.forecast([1.5]), "NOT_A_WHOLE_NUMBER"),
        (lambda: subnet.forecast(range(10_001)), "TOO_MANY"),
        (lambda: subnet.propose_reservations(-1), "OUT_OF_RANGE"),
    ]:
        assert code(refused) == expected
    for name in ("", " ", "a#b", " a", "a ", ",a", "a\nb", "#"):
        assert code(subnet.assign, "10.0.8.99", owner=name) == "OWNER"
    for name, expected in ((5, "REQUEST"), (True, "REQUEST"), (b"a", None), ("\ud800", "ENCODING")):
        if expected:
            assert code(subnet.assign, "10.0.8.99", owner=name) == expected
    assert subnet == before and pickle.dumps(subnet) == pickle.dumps(before)


def test_questions():
    subnet = used("10.0.8.20 i-1", "10.0.8.32/28 eni-1", count_last_block=True)
    assert (subnet.cidr, subnet.id, subnet.counts_last_block) == (CIDR, None, True)
    assert (subnet.total_addresses, subnet.usable_addresses, subnet.used_addresses) == (256, 251, 17)
    assert (subnet.free_addresses, subnet.free_prefixes) == (234, 13)
    assert [subnet.owner(it) for it in ("10.0.8.20", "10.0.8.40", "10.0.8.50", "10.9.9.9")] == ["i-1", "eni-1", None, None]
    assert [subnet.is_free(it) for it in ("10.0.8.20", "10.0.8.50", "10.0.8.1", "10.9.9.9")] == [False, True, False, False]
    assert "10.0.8.1" in subnet and "10.0.8.32/28" in subnet and CIDR in subnet
    assert "10.0.9.1" not in subnet and "10.0.0.0/16" not in subnet and ipaddress.ip_network("10.0.9.0/28") not in subnet
    assert isinstance(subnet.census(), winpod.Census) and subnet.census().map is None
    assert subnet.census(map=True).map == ("RxP.............",)
    assert isinstance(subnet.cure(), winpod.Cure) and subnet.cure().drain[0].id == "i-1"
    proposed = winpod.Subnet(CIDR).propose_reservations(3)
    assert isinstance(proposed, winpod.SubnetReservations) and proposed.reservations == ("10.0.8.64/26",)
    assert winpod.Subnet(CIDR).propose_reservations(3, no_spare_block=True).reservations == ("10.0.8.16/28", "10.0.8.32/27")
    assert isinstance(subnet.forecast(), winpod.SubnetForecast) and len(subnet.forecast().expected) == 6
    assert [it.more for it in subnet.forecast((it for it in (1, 25)), prefixes=3).expected] == [1, 25]
    assert repr(subnet) == "Subnet('10.0.8.0/24', free_addresses=234, free_prefixes=13)"
    page = used("10.0.8.20 <b>&")._repr_html_()
    assert page.startswith("<") and "R" in page and "fragmented" in page and "<b>" not in page and "<script" not in page
    with pytest.raises(AttributeError):
        subnet.cidr = CIDR
    with pytest.raises(AttributeError):
        subnet.colour = 1
    assert "Raises WinpodError: " in inspect.getdoc(winpod.Subnet)


def test_equality_copies_and_pickles():
    one = used("10.0.8.20 i-1", "10.0.8.21 i-2", "10.0.8.32/28 i-2", "10.0.8.50", reservations=[("explicit", "10.0.8.64/30")])
    other = used("10.0.8.50", "10.0.8.32/28 i-2", "10.0.8.21 i-2", "10.0.8.20 i-1", reservations=[("explicit", "10.0.8.64/30")])
    assert one == other and not one != other and one != CIDR and one != None  # noqa: E711
    with pytest.raises(TypeError):
        hash(one)
    for changed in (
        lambda it: it.assign("10.0.8.99"),
        lambda it: it.release("10.0.8.20"),
        lambda it: it.reserve("10.0.8.128/26", "prefix"),
        lambda it: (it.release("10.0.8.20"), it.assign("10.0.8.20", "i-9")),
        lambda it: (it.release_prefix("10.0.8.32/28"), it.assign_prefix("10.0.8.32/28")),
    ):
        another = one.copy()
        changed(another)
        assert another != one and one == other
    assert one != used("10.0.8.20", count_last_block=True)
    for again in (one.copy(), copy.copy(one), copy.deepcopy(one), *(pickle.loads(pickle.dumps(one, it)) for it in range(6))):
        assert again == one and again is not one
        assert again.owner("10.0.8.40") == "i-2" and again.cure().to_dict() == one.cure().to_dict()
        again.assign("10.0.8.99", owner="i-1")
        assert again != one
    assert copy.deepcopy([one])[0] == one
    given = one.to_dict()
    assert winpod.Subnet(given["cidr"], used=given["used"], reservations=given["reservations"]) == one
    code_ = "import pickle, sys; print(pickle.load(sys.stdin.buffer))"
    done = subprocess.run([sys.executable, "-c", code_], input=pickle.dumps(one), capture_output=True, check=True)
    assert done.stdout.decode().strip() == repr(one)
    for state in (b"", b"{}", b"\xff", b"[]", pickle.dumps(1), one.__reduce__()[2].replace(b'"i-1"', b"5")):
        assert code(one.__setstate__, state) in ("REQUEST", "ENCODING")
    state = json.loads(one.__reduce__()[2])
    for broken in ({**state, "cidr": "x"}, {**state, "addresses": [["10.0.8.20", 99]]}, {**state, "addresses": [["10.9.9.9", None]]}, {**state, "holders": [state["holders"][0]]}):
        with pytest.raises(winpod.WinpodError):
            one.__setstate__(json.dumps(broken).encode())
    with pytest.raises(TypeError):
        one.__setstate__("text")
    assert one == other, "a refused state changes nothing"


def test_operations_take_the_class():
    subnet = used("10.0.8.20 i-1", reservations=[("prefix", "10.0.8.128/26")])
    assert winpod.subnet_census(subnet=subnet).subnets == (subnet.census(),)
    assert winpod.subnet_cure(subnet=subnet).subnets == (subnet.cure(),)
    assert winpod.subnet_reserve(subnet=subnet, prefixes=6).subnets == (subnet.propose_reservations(6),)
    assert winpod.subnet_forecast(subnet=subnet).subnets == (subnet.forecast(),)
    assert winpod.call("subnetCensus", {"subnet": subnet})["subnets"] == [subnet.census().to_dict()]


LISTING = [
    interface(0, "10.0.9.20", subnet="subnet-b"),
    interface(1, "10.0.8.20", "10.0.8.21", prefixes=["10.0.8.32/28"]),
    interface(2, "10.0.8.52", InterfaceType="nat_gateway", RequesterManaged=True, Description="NAT"),
    interface(3, "10.0.8.68", Attachment={"InstanceId": "i-1"}),
    interface(4, "10.0.8.99", subnet="subnet-of-another-vpc"),
    interface(5, subnet="subnet-a"),
]


@pytest.mark.parametrize(
    "listing",
    [
        LISTING,
        tuple(LISTING),
        iter(LISTING),
        {"NetworkInterfaces": LISTING, "ResponseMetadata": {"HTTPStatusCode": 200}},
        {"NetworkInterfaces": LISTING, "NextToken": ""},
        [{"NetworkInterfaces": LISTING[:2], "NextToken": "more"}, {"NetworkInterfaces": LISTING[2:]}],
    ],
    ids=["list", "tuple", "iterator", "answer", "empty token", "pages"],
)
def test_listings_of_interfaces(listing):
    subnet = winpod.Subnet(CIDR, used=listing)
    assert (subnet.id, subnet.used_addresses) == ("subnet-a", 20)
    assert subnet.owner("10.0.8.40") == "eni-1" and subnet.owner("10.0.8.99") is None
    cure = subnet.cure(3)
    assert [(it.id, it.kind, it.interfaces) for it in cure.drain] == [("i-1", "node", ("eni-1", "eni-3"))]
    assert cure.curable == 2 and subnet.cure(3, include_managed=True).curable == 3
    assert {it.interface_type: it.description for it in cure.culprits if not it.drainable} == {"nat_gateway": "NAT"}
    assert [it.id for it in subnet.cure(2, by="interface").drain] == ["eni-1", "eni-3"]
    again = pickle.loads(pickle.dumps(subnet))
    assert again == subnet and again.cure(3) == cure and again.id == "subnet-a"
    # A later name that an interface has is that interface.
    subnet.assign("10.0.8.100", owner="eni-3")
    assert subnet.cure(2, by="interface").culprits[0].address_count >= 1
    assert subnet.owner("10.0.8.100") == "eni-3"


def test_listings_without_subnet_ids():
    entries = [interface(1, "10.0.9.20", subnet=None), interface(2, "10.0.8.20", subnet=None), interface(3, "10.0.8.21", SubnetId=None)]
    subnet = winpod.Subnet(CIDR, used=entries)
    assert (subnet.id, subnet.used_addresses) == (None, 2)


@pytest.mark.parametrize(
    ("listing", "expected", "named"),
    [
        ([interface(7, "10.0.8.20", "10.0.9.20")], "ADDRESS_OUTSIDE_SUBNET", "eni-7"),
        ([interface(7, "10.0.8.20", "10.0.9.20", subnet=None)], "ADDRESS_OUTSIDE_SUBNET", "eni-7"),
        ([interface(1, "10.0.8.20"), interface(7, "10.0.9.20")], "ADDRESS_OUTSIDE_SUBNET", "eni-7"),
        ([interface(1, "10.0.8.20"), interface(7, "10.0.8.20")], "ADDRESS_ASSIGNED", "eni-7.*held by eni-1"),
        ([interface(1, prefixes=["10.0.8.32/28"]), interface(7, "10.0.8.40")], "ADDRESS_IN_PREFIX", "eni-7.*eni-1"),
        ([interface(7, prefixes=["10.0.8.32/27"])], "DELEGATED_LENGTH", "eni-7"),
        ([interface(7, prefixes=["10.0.8.40/28"])], "WRONG_VALUE", "eni-7"),
        ([interface(7, "10.0.8.300")], "WRONG_VALUE", "eni-7.*10.0.8.300"),
        ([interface(1, "10.0.8.20"), {"SubnetId": "subnet-a"}], "AWS_JSON", r"NetworkInterfaces\[1\].*NetworkInterfaceId"),
        ([interface(1, "10.0.8.20"), "10.0.8.21"], "AWS_JSON", r"NetworkInterfaces\[1\]"),
        ([interface(1, "10.0.8.20"), None], "AWS_JSON", r"NetworkInterfaces\[1\]"),
        ([{}], "AWS_JSON", r"NetworkInterfaces\[0\]"),
        ({"NetworkInterfaces": 5}, "AWS_JSON", "NetworkInterfaces"),
        ({"NetworkInterfaces": None}, "AWS_JSON", "NetworkInterfaces"),
        ({"NetworkInterfaces": LISTING, "NextToken": "more"}, "LISTING_INCOMPLETE", "NextToken"),
        ([{"NetworkInterfaces": LISTING, "NextToken": "more"}], "LISTING_INCOMPLETE", "NextToken"),
        ({"Subnets": []}, "REQUEST", "NetworkInterfaces"),
        ([interface(7, "10.0.8.20", Description="\ud800")], "ENCODING", "Description"),
        ([interface(7, "10.0.8.20", Tags=cyclic())], "TOO_DEEP", "deeper"),
        ([interface(7, "10.0.8.20", Tags=deep(200))], "TOO_DEEP", "deeper"),
        ([interface(1, "10.0.8.20"), interface(7, "10.0.8.21", Tags=deep(200))], "TOO_DEEP", "deeper"),
        ([interface(7, "10.0.8.20", Tags=float("nan"))], "NOT_A_WHOLE_NUMBER", "Tags"),
    ],
)
def test_listings_that_are_refused(listing, expected, named):
    assert code(winpod.Subnet, CIDR, used=listing) == expected
    with pytest.raises(winpod.WinpodError, match=named):
        winpod.Subnet(CIDR, used=listing)


ENTRIES = [reservation(1, "10.0.8.64/26"), reservation(2, "10.0.9.0/26", subnet="subnet-b")]


@pytest.mark.parametrize(
    "reservations",
    [
        [("prefix", "10.0.8.64/26")],
        (["prefix", "10.0.8.64/26"],),
        iter([("prefix", ipaddress.ip_network("10.0.8.64/26"))]),
        [{"type": "prefix", "cidr": "10.0.8.64/26"}],
        [{"type": "prefix", "cidr": ipaddress.ip_network("10.0.8.64/26")}],
        ENTRIES,
        ENTRIES[::-1],
        {"SubnetIpv4CidrReservations": ENTRIES, "SubnetIpv6CidrReservations": []},
        [{"SubnetIpv4CidrReservations": ENTRIES[:1], "NextToken": "x"}, {"SubnetIpv4CidrReservations": ENTRIES[1:]}],
    ],
    ids=lambda value: repr(value)[:30],
)
def test_reservations(reservations):
    subnet = winpod.Subnet(CIDR, reservations=reservations)
    assert [(it.type, it.cidr) for it in subnet.census().reservations] == [("prefix", "10.0.8.64/26")]
    by_hand = winpod.Subnet(CIDR)
    by_hand.reserve("10.0.8.64/26", type="prefix")
    assert by_hand == subnet


def test_the_id_tells_which_reservations_are_meant():
    same_range = [reservation(1, "10.0.8.64/26"), reservation(2, "10.0.8.128/26", subnet="subnet-of-another-vpc")]
    subnet = winpod.Subnet(CIDR, used=LISTING, reservations=same_range)
    assert [it.cidr for it in subnet.census().reservations] == ["10.0.8.64/26"]


@pytest.mark.parametrize(
    ("reservations", "expected", "named"),
    [
        ([("explicit", "10.0.8.64/26"), ("prefix", "10.0.8.96/28")], "RESERVATION_OVERLAP", r"reservations\[1\]"),
        ([("prefix", "10.0.9.0/26")], "PREFIX_OUTSIDE_SUBNET", r"reservations\[0\]"),
        ([("prefix", "10.0.8.65/26")], "HOST_BITS_SET", r"reservations\[0\]"),
        ([("Prefix", "10.0.8.64/26")], "RESERVATION_TYPE", r"reservations\[0\].*Prefix"),
        ([("10.0.8.64/26", "prefix")], "RESERVATION_TYPE", r"reservations\[0\]"),
        ([("prefix",)], "REQUEST", r"reservations\[0\]"),
        ([("prefix", "10.0.8.64/26", 5)], "REQUEST", r"reservations\[0\]"),
        ([("prefix", None)], "REQUEST", r"reservations\[0\]"),
        (["10.0.8.64/26"], "REQUEST", r"reservations\[0\]"),
        ([{"type": "prefix"}], "REQUEST", r"reservations\[0\]"),
        ([{"type": "prefix", "cidr": "10.0.8.64/26", "colour": 1}], "REQUEST", r"reservations\[0\]"),
        ([None], "REQUEST", r"reservations\[0\]"),
        ([reservation(1, "10.0.0.0/16")], "PREFIX_OUTSIDE_SUBNET", "scr-1"),
        ([reservation(1, "10.0.8.64/26"), reservation(2, "10.0.8.64/27")], "RESERVATION_OVERLAP", "scr-2"),
        ([reservation(1, "10.0.8.65/26")], "WRONG_VALUE", "scr-1"),
        ([reservation(1, "10.0.8.64/26", "else")], "WRONG_VALUE", "scr-1"),
        ([{"Cidr": "10.0.8.64/26"}], "AWS_JSON", r"SubnetIpv4CidrReservations\[0\]"),
        ({"SubnetIpv4CidrReservations": ENTRIES, "NextToken": "x"}, "LISTING_INCOMPLETE", "NextToken"),
        ({"NetworkInterfaces": []}, "REQUEST", "SubnetIpv4CidrReservations"),
    ],
)
def test_reservations_that_are_refused(reservations, expected, named):
    assert code(winpod.Subnet, CIDR, reservations=reservations) == expected
    with pytest.raises(winpod.WinpodError, match=named):
        winpod.Subnet(CIDR, reservations=reservations)


def test_iterables_that_misbehave():
    def broken():
        yield "10.0.8.20"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        winpod.Subnet(CIDR, used=broken())
    with pytest.raises(ZeroDivisionError):
        winpod.Subnet(CIDR, reservations=broken())
    assert code(winpod.Subnet, CIDR, used=itertools.repeat("")) == "TOO_LARGE"
    assert code(winpod.Subnet, CIDR, used=itertools.count(BASE + 4)) == "ADDRESS_RESERVED"
    entries = ["10.0.8.20"]

    class Growing:
        """Changes the list that it is in while it is read."""

        def __index__(self):
            entries.clear()
            return BASE + 21

    entries.append(Growing())
    entries.append("10.0.8.22")
    assert winpod.Subnet(CIDR, used=entries).used_addresses == 2
    growing = {"10.0.8.20": 1}

    def grow():
        for entry in growing:
            yield entry
            growing["10.0.8.21"] = 1

    with pytest.raises(RuntimeError):
        winpod.Subnet(CIDR, used=grow())

    class Lying:
        def __len__(self):
            return -1

        def __getitem__(self, index):
            raise KeyError

    assert code(winpod.Subnet, CIDR, used=Lying()) == "REQUEST"


def test_threads_share_a_subnet():
    subnet = winpod.Subnet("10.0.0.0/16")
    start = int(ipaddress.ip_address("10.0.0.0"))
    failures = []

    def work(number):
        try:
            for offset in range(16 + number, 40_000, 8):
                subnet.assign(start + offset, owner=f"i-{number}")
                if offset % 97 == 0:
                    subnet.census()
                    subnet.copy().release(start + offset)
                    assert subnet.owner(start + offset) == f"i-{number}"
                if offset % 4_001 == 0:
                    subnet.cure(2)
                    pickle.dumps(subnet)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert subnet.used_addresses == 40_000 - 16
    assert subnet.census().single_addresses == 40_000 - 16


def test_one_address_has_one_winner():
    subnet, won = winpod.Subnet(CIDR), []

    def work(number):
        for offset in range(4, 255):
            try:
                subnet.assign(BASE + offset, owner=f"i-{number}")
                won.append(offset)
            except winpod.WinpodError as error:
                assert error.code == "ADDRESS_ASSIGNED"

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(won) == list(range(4, 255))


def test_others_run_while_a_cure_is_sought():
    offsets = random.Random(1).sample(range(16, 16_000), 6_000)
    start = int(ipaddress.ip_address("10.0.0.0"))
    subnet = winpod.Subnet("10.0.0.0/18", used=[f"{ipaddress.ip_address(start + it)} i-{it % 700}" for it in offsets])
    done, seen = threading.Event(), []

    def tick():
        while not done.is_set():
            seen.append((time.monotonic(), subnet.free_prefixes))
            time.sleep(0.002)

    other = threading.Thread(target=tick)
    other.start()
    for _ in range(3):
        subnet.cure(300)
    done.set()
    other.join()
    assert max((later[0] - earlier[0] for earlier, later in zip(seen, seen[1:])), default=0) < 0.2


def test_a_large_list_is_quick(capsys):
    start = int(ipaddress.ip_address("10.0.0.0"))
    numbers = random.Random(1).sample(range(start + 4, start + 65_535), 30_000)
    texts = [str(ipaddress.ip_address(number)) for number in numbers]
    expected = winpod.Subnet("10.0.0.0/16", used=texts)
    for name, entries in {"str": texts, "int": numbers, "array": array.array("I", numbers)}.items():
        taken = []
        for _ in range(20):
            began = time.perf_counter()
            winpod.Subnet("10.0.0.0/16", used=entries).census()
            taken.append(time.perf_counter() - began)
        assert winpod.Subnet("10.0.0.0/16", used=entries) == expected
        with capsys.disabled():
            print(f"\n/16 with 30,000 {name}, to a census: {min(taken) * 1000:.2f} ms")
        # Far above what it takes, so that a busy machine does not fail it.
        assert min(taken) < 0.03
