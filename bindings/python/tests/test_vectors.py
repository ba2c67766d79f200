"""Every case of tests/vectors through `winpod.call`."""

import json
import pathlib

import pytest
import winpod

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "tests/vectors"
FILES = {path.name: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
CASES = [case for cases in FILES.values() for case in cases]
OPERATIONS = json.loads(winpod._native.schemas())
LINES = (FOLDER / "exceptions-python.txt").read_text().splitlines()
EXCEPTIONS = dict(line.split(" ", 1) for line in LINES if line and not line.startswith("#"))


def fits(expected, answer):
    """Objects as subsets, arrays element by element, scalars exactly: True is no number, 9.0 is 9."""
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            key in answer and fits(value, answer[key]) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(answer, list) and len(expected) == len(answer) and all(map(fits, expected, answer))
        )
    return isinstance(expected, bool) == isinstance(answer, bool) and expected == answer


METHODS = {"subnetCensus": "census", "subnetCure": "cure", "subnetReserve": "propose_reservations", "subnetForecast": "forecast"}
OPTIONS = {"map": "map", "more": "more", "by": "by", "includeManaged": "include_managed", "noSpareBlock": "no_spare_block"}


def is_for_the_class(case):
    """Whether the class can be asked the same: about one subnet, whose lists are in the request."""
    given = case["args"].get("subnet")
    known = {"subnet", "countLastBlock", "prefixes", *OPTIONS}
    return (
        case["op"] in METHODS
        and isinstance(given, dict)
        and given.keys() <= {"cidr", "used", "reservations"}
        and case["args"].keys() <= known
    )


def ask_the_class(operation, args):
    """What a `Subnet` answers, in the shape that the operation answers in."""
    given = args["subnet"]
    subnet = winpod.Subnet(
        given.get("cidr", ""),
        used=given.get("used"),
        reservations=given.get("reservations"),
        count_last_block=args.get("countLastBlock", False),
    )
    options = {name: args[field] for field, name in OPTIONS.items() if field in args}
    if operation == "subnetReserve":
        options["prefixes"] = args.get("prefixes")
    elif "prefixes" in args:
        options["prefixes"] = args["prefixes"]
    return {"subnets": [getattr(subnet, METHODS[operation])(**options).to_dict()]}


def is_for_a_pool(case):
    """Whether the class `Pool` can be asked the same: a pool, and steps of which each has a method."""
    args = case["args"]
    steps = args.get("steps", [])
    return case["op"] == "pool" and isinstance(args.get("pool"), dict) and all(
        isinstance(step, dict) and step.get("op") in STEPS and step.keys() <= {"op", *STEPS[step["op"]]} for step in steps
    )


POSITIONAL = {"owner", "nowMs", "job", "onEni", "config"}
STEPS = {
    "assign": ["owner", "group"],
    "free": ["owner", "address", "nowMs"],
    "coolDown": ["nowMs"],
    "reconcile": ["releasing"],
    "update": ["job", "returned", "error", "succeeded", "prefixAvailable"],
    "resync": ["onEni"],
    "activate": ["config", "releasing"],
    "drain": ["releasing"],
    "modeUpdate": ["was", "now"],
}
CONSTRUCTOR = {
    "instanceType", "mode", "capacity", "limits", "config", "data", "quirksOff", "onEni", "used",
}  # fmt: skip


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def make_the_pool(given):
    """By the constructor if it has what is given, else as a state."""
    if not given.keys() <= CONSTRUCTOR or "limits" in given and given["limits"].keys() != {"ipv4PerEni", "nitro"}:
        return winpod.Pool.from_state(given)
    given = {**given, **given.get("limits", {})}
    given.pop("limits", None)
    name = given.pop("instanceType", None)
    return winpod.Pool(name, **{snake(field): value for field, value in given.items()})


def take_the_step(pool, step):
    """What a method of the class answers."""
    given = {field: step.get(field) for field in STEPS[step["op"]]}
    first = [given.pop(field) for field in list(given) if field in POSITIONAL and (step["op"] != "free" or field == "owner")]
    return getattr(pool, snake(step["op"]))(*first, **{snake(field): value for field, value in given.items()})


def ask_a_pool(_, args):
    """What a `Pool` answers, in the shape that the operation answers in."""
    pool = make_the_pool(args["pool"])
    steps = [take_the_step(pool, step).to_dict() for step in args.get("steps", [])]
    answers = {"state": pool.introspect(), "counts": pool.counts(), "targets": pool.targets()}
    assert winpod.Pool.from_state(answers["state"]) == pool
    return {"steps": steps, **{key: answer.to_dict() for key, answer in answers.items()}}


def outcome(case, ask=winpod.call):
    """What is wrong with the answer to a case, or None."""
    assert ("expect" in case) != ("error" in case), "a case has either expect or error"
    try:
        answer = ask(case["op"], case["args"])
    except winpod.WinpodError as error:
        return None if case.get("error") == error.code else f"{error} instead of {case.get('error')}"
    if "error" in case:
        return f"{answer} instead of {case['error']}"
    return None if fits(case["expect"], answer) else f"{answer} instead of {case['expect']}"


def test_the_folder(capsys):
    assert FILES and all(FILES.values())
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert {case["op"] for case in CASES} == set(OPERATIONS)
    assert EXCEPTIONS.keys() <= {case["id"] for case in CASES}
    differ = sum(outcome(case) is not None for case in CASES)
    with capsys.disabled():
        print(f"\nvectors in python: {len(CASES)} cases in {len(FILES)} files, {differ} differ")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case):
    assert case["op"] in OPERATIONS, "no such operation"
    wrong = outcome(case)
    if case["id"] in EXCEPTIONS:
        assert wrong, "passes: take it out of exceptions-python.txt"
    else:
        assert wrong is None, wrong


OF_THE_CLASS = [case for case in CASES if is_for_the_class(case)]


def test_the_class_has_cases():
    assert {case["op"] for case in OF_THE_CLASS} == set(METHODS)
    assert len(OF_THE_CLASS) > 60 and sum("error" in case for case in OF_THE_CLASS) > 15


@pytest.mark.parametrize("case", OF_THE_CLASS, ids=lambda case: case["id"])
def test_case_through_the_class(case):
    if "expect" in case:
        # What is told about a request besides its subnets has no place in the class.
        case = {**case, "expect": {key: value for key, value in case["expect"].items() if key == "subnets"}}
    assert outcome(case, ask_the_class) is None


OF_A_POOL = [case for case in CASES if is_for_a_pool(case)]


def test_pools_have_cases():
    assert {step["op"] for case in OF_A_POOL for step in case["args"].get("steps", [])} == set(STEPS)
    assert len(OF_A_POOL) > 110 and sum("error" in case for case in OF_A_POOL) > 35
    assert sum(case["id"].startswith("controller-") for case in OF_A_POOL) == 64


@pytest.mark.parametrize("case", OF_A_POOL, ids=lambda case: case["id"])
def test_case_through_a_pool(case):
    if "expect" in case:
        # What the answer rests on has no place in the class.
        case = {**case, "expect": {key: value for key, value in case["expect"].items() if key != "sources"}}
    assert outcome(case, ask_a_pool) is None


def test_the_harness_finds_what_is_wrong():
    good = {"id": "x", "op": "overlaps", "args": {"a": "192.0.2.0/24", "b": "192.0.2.0/25"}}
    assert outcome({**good, "expect": {"overlaps": True}}) is None
    assert outcome({**good, "expect": {"overlaps": 1}})
    assert outcome({**good, "expect": {"other": True}})
    assert outcome({**good, "error": "HOST_BITS_SET"})
    assert outcome({**good, "args": {}, "expect": {}})
    assert not fits([1], [1, 2]) and not fits([1, 2], [1]) and fits([{}], [{"a": 1}])
