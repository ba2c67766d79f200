"""Values that no request should have: each is refused under the core's code and never ends the process."""

import array
import datetime
import decimal
import io
import ipaddress
import itertools
import json
import math
import pathlib

import pytest
import winpod

LONG = "a" * 10_000_000


def deep(levels):
    value = "bottom"
    for _ in range(levels):
        value = [value]
    return value


def cyclic():
    value = {}
    value["self"] = value
    return value


class Tolist:
    """Goes round in circles through a method."""

    def tolist(self):
        return self


def code(function, *args, **options):
    with pytest.raises(winpod.WinpodError) as caught:
        function(*args, **options)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) < 1000
    return caught.value.code


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (math.nan, "NOT_A_WHOLE_NUMBER"),
        (math.inf, "NOT_A_WHOLE_NUMBER"),
        (-math.inf, "NOT_A_WHOLE_NUMBER"),
        (24.7, "NOT_A_WHOLE_NUMBER"),
        (decimal.Decimal("24.7"), "NOT_A_WHOLE_NUMBER"),
        (2**70, "NOT_A_WHOLE_NUMBER"),
        (-(2**70), "NOT_A_WHOLE_NUMBER"),
        (10**400, "NOT_A_WHOLE_NUMBER"),
        (2**64, "NOT_A_WHOLE_NUMBER"),
        (2**63, "NOT_A_WHOLE_NUMBER"),
        (2**63 - 1, "OUT_OF_RANGE"),
        (-1, "OUT_OF_RANGE"),
        (2**32, "OUT_OF_RANGE"),
        ("110", "REQUEST"),
        ("", "REQUEST"),
        (True, "REQUEST"),
        ([110], "REQUEST"),
        (object(), "REQUEST"),
        (int, "REQUEST"),
        ("\ud800", "ENCODING"),
        (LONG, "REQUEST"),
        (cyclic(), "TOO_DEEP"),
        (Tolist(), "TOO_DEEP"),
        (deep(200), "TOO_DEEP"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_numbers(number, expected):
    assert code(winpod.capacity, "m5.large", max_pods=number) == expected, "on the fast way"
    assert code(winpod.capacity, ["m5.large"], max_pods=number) == expected, "on the way over JSON"
    assert code(winpod.call, "capacity", {"types": ["m5.large"], "maxPods": number}) == expected
    assert code(winpod.mixed_capacity, "m5.large", mode="secondary-ip", still_used=number) == expected


def test_whole_numbers_of_other_types_are_numbers():
    for number in (24.0, decimal.Decimal(24), memoryview(array.array("i", [24]))[0]):
        assert winpod.capacity("m5.large", max_pods=number).max_pods == 24


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "REQUEST"),
        ("", "PREFIX_SYNTAX"),
        ("\ud800", "ENCODING"),
        (LONG, "PREFIX_SYNTAX"),
        (24, "REQUEST"),
        (math.nan, "NOT_A_WHOLE_NUMBER"),
        (b"192.0.2.0/24", "PREFIX_SYNTAX"),
        (["192.0.2.0/24"], "REQUEST"),
        (cyclic(), "TOO_DEEP"),
        (ipaddress.ip_network("2001:db8::/32"), "PREFIX_SYNTAX"),
        (ipaddress.ip_address("192.0.2.0"), "PREFIX_LENGTH_MISSING"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_texts(text, expected):
    assert code(winpod.prefix, text) == expected
    assert code(winpod.aggregate, [text]) == ("REQUEST" if text is None else expected)


@pytest.mark.parametrize("name", ["\ud800", LONG, "", "m5.large\0"], ids=lambda name: repr(name)[:10])
def test_names(name):
    expected = "ENCODING" if name == "\ud800" else "UNKNOWN_TYPE"
    assert code(winpod.capacity, name) == expected
    assert code(winpod.capacity, [name]) == expected
    assert code(winpod.capacity, "m5.large", mode=name) == expected.replace("UNKNOWN_TYPE", "IPAM_MODE")
    assert code(winpod.call, name, {}) == expected.replace("UNKNOWN_TYPE", "UNKNOWN_OPERATION")
    assert code(winpod.types, windows=name) == expected.replace("UNKNOWN_TYPE", "WINDOWS_FILTER")
    assert code(winpod.types, sort_by=name) == expected.replace("UNKNOWN_TYPE", "SORT_KEY")
    assert code(winpod.sources, name) == expected.replace("UNKNOWN_TYPE", "UNKNOWN_SOURCE")
    assert code(winpod.plan, {}, set={name: "1"}) == expected.replace("UNKNOWN_TYPE", "CONFIG_KEY")


def test_requests_of_another_shape():
    assert code(winpod.capacity) == "REQUEST"
    assert code(winpod.capacity, None) == "REQUEST"
    assert code(winpod.capacity, 5) == "REQUEST"
    assert code(winpod.capacity, [5]) == "REQUEST"
    assert code(winpod.capacity, b"m5.large") == "REQUEST"
    assert code(winpod.capacity, ipv4_per_eni=10) == "REQUEST"
    assert code(winpod.capacity, ipv4_per_eni=0, nitro=True) == "IPV4_PER_ENI"
    assert code(winpod.plan) == "REQUEST"
    assert code(winpod.plan, {}, set={"warm-ip-target": 3}) == "REQUEST"
    assert code(winpod.call, "prefix", None) == "REQUEST"
    assert code(winpod.call, "prefix", {"prefix": "192.0.2.0/24", "colour": "red"}) == "REQUEST"
    assert code(winpod.call, "prefix", {1: 2}) == "REQUEST"
    assert code(winpod.call, None, {}) == "REQUEST"
    assert code(winpod.aggregate, "192.0.2.0/24") == "REQUEST"


def test_depth_and_size_of_documents():
    assert code(winpod.plan, deep(129)) == "TOO_DEEP"
    assert winpod.plan(deep(128)).verdict == "unknown"
    assert code(winpod.plan, cyclic()) == "TOO_DEEP"
    assert code(winpod.plan, b"\xff\xfe") == "ENCODING"
    assert code(winpod.plan, {"a": "\ud800"}) == "ENCODING"
    assert code(winpod.plan, {"\ud800": 1}) == "ENCODING"
    assert code(winpod.plan, {"a": math.nan}) == "NOT_A_WHOLE_NUMBER"
    assert winpod.plan({"a": LONG}).verdict == "unknown"
    # 2^64 values in a few objects.
    many = "bottom"
    for _ in range(64):
        many = [many, many]
    assert code(winpod.plan, many) == "TOO_LARGE"


def test_exceptions_of_the_caller_pass_through():
    def broken():
        yield "192.0.2.0/24"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        winpod.aggregate(broken())
    assert code(winpod.aggregate, itertools.count()) == "TOO_LARGE"


def test_prefixes_and_addresses_of_ipaddress():
    assert winpod.prefix(ipaddress.IPv4Network("192.0.2.0/24")).prefix_length == 24
    assert winpod.prefix(ipaddress.IPv4Interface("192.0.2.9/24")).network == "192.0.2.0"
    both = winpod.contains(
        ipaddress.IPv4Network("192.0.2.0/24"),
        addresses=[ipaddress.IPv4Address("192.0.2.9"), ipaddress.IPv4Interface("198.51.100.9/24"), "192.0.2.1"],
        prefixes=[ipaddress.IPv4Interface("192.0.2.9/25")],
    )
    assert both.contains == (True, False, True, True)
    assert winpod.overlaps("192.0.2.0/24", ipaddress.IPv4Network("192.0.2.0/30")).overlaps
    first, last = ipaddress.IPv4Address("192.0.2.0"), ipaddress.IPv4Interface("192.0.2.1/24")
    assert winpod.range_to_prefixes(first, last).prefixes == ("192.0.2.0/31",)
    left = winpod.subtract([ipaddress.IPv4Network("192.0.2.0/24")], [ipaddress.IPv4Network("192.0.2.0/25")])
    assert left.prefixes == ("192.0.2.128/25",)
    assert winpod.supernet(ipaddress.IPv4Network("192.0.2.0/24")).prefix == "192.0.2.0/23"
    assert len(winpod.subnets(ipaddress.IPv4Network("192.0.2.0/24"), prefix_length=28).prefixes) == 16


def test_collections():
    halves = ["192.0.2.0/25", "192.0.2.128/25"]
    for collection in (halves, tuple(halves), set(halves), frozenset(halves), iter(halves), dict.fromkeys(halves)):
        prefixes = list(collection) if isinstance(collection, dict) else collection
        assert winpod.aggregate(prefixes).prefixes == ("192.0.2.0/24",)
    assert winpod.aggregate(half for half in halves).prefixes == ("192.0.2.0/24",)
    assert winpod.aggregate(dict.fromkeys(halves).keys()).prefixes == ("192.0.2.0/24",)
    assert [row.ipv4 for row in winpod.capacity(name for name in ("m5.large", "m5.xlarge"))] == [9, 14]


def test_numpy():
    numpy = pytest.importorskip("numpy")
    halves = numpy.array(["192.0.2.0/25", "192.0.2.128/25"])
    assert winpod.aggregate(halves).prefixes == ("192.0.2.0/24",)
    assert winpod.aggregate(halves.astype(object)).prefixes == ("192.0.2.0/24",)
    assert winpod.prefix(halves[0]).prefix_length == 25
    assert winpod.capacity("m5.large", max_pods=numpy.int64(24)).max_pods == 24
    assert winpod.capacity("m5.large", max_pods=numpy.float32(24)).max_pods == 24
    assert winpod.capacity(ipv4_per_eni=numpy.uint8(10), nitro=numpy.bool_(True)).ipv4 == 9
    assert code(winpod.capacity, "m5.large", max_pods=numpy.float64("nan")) == "NOT_A_WHOLE_NUMBER"
    assert len(winpod.capacity(numpy.array(["m5.large"]))) == 1


def boto3_subnets():
    """What boto3's describe_subnets gives, with types that JSON does not have."""
    return {
        "Subnets": [
            {
                "SubnetId": "subnet-1",
                "CidrBlock": "10.0.8.0/24",
                "AvailabilityZone": "eu-west-1a",
                "AvailableIpAddressCount": 251,
                "VpcId": "vpc-1",
                "State": "available",
                "Seen": datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc),
                "Day": datetime.date(2026, 11, 22),
                "Blob": b"\x00\xff",
            }
        ],
        "ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0},
    }


GROUP = {
    "apiVersion": "eksctl.io/v1alpha5",
    "kind": "ClusterConfig",
    "metadata": {"name": "payments", "region": "eu-west-1"},
    "vpc": {"subnets": {"private": {"eu-west-1a": {"id": "subnet-1"}}}},
    "nodeGroups": [
        {
            "name": "win",
            "amiFamily": "WindowsServer2022FullContainer",
            "instanceType": "m5.large",
            "minSize": 1,
            "maxSize": 3,
            "privateNetworking": True,
        }
    ],
}


def test_documents_of_boto3_are_those_of_files(tmp_path):
    in_memory = winpod.plan(GROUP, boto3_subnets())
    assert in_memory.problems == ()
    assert in_memory.subnets[0].free_addresses == 251
    (tmp_path / "cluster.json").write_text(json.dumps(GROUP))
    (tmp_path / "subnets.json").write_text(json.dumps({"Subnets": boto3_subnets()["Subnets"]}, default=str))
    from_files = [winpod.plan(tmp_path), winpod.plan(str(tmp_path)), winpod.plan(*sorted(tmp_path.iterdir()))]
    for answer in from_files:
        assert answer.subnets == in_memory.subnets
        assert answer.verdict == in_memory.verdict
    assert winpod.plan(json.dumps(GROUP).encode(), boto3_subnets()).subnets == in_memory.subnets
    assert winpod.plan(GROUP, bytearray(json.dumps(boto3_subnets(), default=str), "utf-8")).subnets


def test_a_missing_file_is_a_problem_of_the_answer(tmp_path):
    answer = winpod.plan(tmp_path / "missing.yaml")
    assert [problem.code for problem in answer.problems] == ["UNREADABLE"]
    assert pathlib.Path(answer.problems[0].location.file).name == "missing.yaml"
    assert code(winpod.capacity, "m5.large", listings=[tmp_path / "missing.json"]) == "UNREADABLE"


def test_listings_win_over_the_table():
    row = {
        "InstanceType": "new9.large",
        "Hypervisor": "nitro",
        "BareMetal": False,
        "NetworkInfo": {"Ipv4AddressesPerInterface": 21, "MaximumNetworkInterfaces": 3},
        "VCpuInfo": {"DefaultVCpus": 2},
        "MemoryInfo": {"SizeInMiB": 8192},
    }
    listing = {"InstanceTypes": [row]}
    assert winpod.capacity("new9.large", listings=[listing]).ipv4 == 20
    assert [it.ipv4 for it in winpod.capacity("new9.large", "m5.large", listings=[listing])] == [20, 9]


def test_one_listing_is_not_taken_apart(tmp_path):
    row = {"InstanceType": "new9.large", "Hypervisor": "nitro", "NetworkInfo": {"Ipv4AddressesPerInterface": 21}}
    listing = {"InstanceTypes": [row]}
    path = tmp_path / "types.json"
    path.write_text(json.dumps(listing))
    for one in (listing, path, str(path), json.dumps(listing).encode()):
        assert winpod.capacity("new9.large", listings=one).ipv4 == 20


def test_inputs_without_an_end_are_refused():
    with pytest.raises(winpod.WinpodError) as refused:
        winpod.capacity("m5.large", listings=itertools.repeat("no/such/file"))
    assert refused.value.code == "TOO_LARGE"


@pytest.mark.parametrize("value", [["a.yaml", "b.yaml"], None, 5.0, True, io.StringIO("nodeGroups: []")], ids=repr)
def test_what_is_no_input_is_refused(value):
    with pytest.raises(winpod.WinpodError) as refused:
        winpod.plan(value)
    assert refused.value.code == "REQUEST"


def test_a_dict_that_changes_while_it_is_read_does_no_harm():
    document = {}

    class Changing:
        def __iter__(self):
            document["more"] = 1
            return iter(())

    document["first"] = Changing()
    assert winpod.plan(document).verdict == "unknown"
