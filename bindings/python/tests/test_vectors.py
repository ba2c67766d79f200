"""Every case of tests/vectors through `winpod.call`."""

import json
import pathlib

import pytest
import winpod

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parents[2] / "tests/vectors"
CASES = [case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text())]
OPERATIONS = json.loads(winpod._native.schemas())
LINES = (HERE / "vector-exceptions.txt").read_text().splitlines()
EXCEPTIONS = {line.split()[0] for line in LINES if line and not line.startswith("#")}


def fits(expected, answer):
    """Objects as subsets, arrays element by element, scalars exactly (1 is not True)."""
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            key in answer and fits(value, answer[key]) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(answer, list) and len(expected) == len(answer) and all(map(fits, expected, answer))
        )
    return type(expected) is type(answer) and expected == answer


def outcome(case):
    """What is wrong with the answer to a case, or None."""
    assert ("expect" in case) != ("error" in case), "a case has either expect or error"
    try:
        answer = winpod.call(case["op"], case["args"])
    except winpod.WinpodError as error:
        return None if case.get("error") == error.code else f"{error} instead of {case.get('error')}"
    if "error" in case:
        return f"{answer} instead of {case['error']}"
    return None if fits(case["expect"], answer) else f"{answer} instead of {case['expect']}"


def test_there_are_cases_and_none_has_two_names(record_property):
    assert CASES
    assert len({case["id"] for case in CASES}) == len(CASES)
    counts = {name: sum(case["op"] == name for case in CASES) for name in OPERATIONS}
    print(f"\nPython: {len(CASES)} cases,", ", ".join(f"{name} {count}" for name, count in counts.items()))


def test_exceptions_are_cases():
    assert EXCEPTIONS <= {case["id"] for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case):
    assert case["op"] in OPERATIONS, "no such operation"
    wrong = outcome(case)
    if case["id"] in EXCEPTIONS:
        assert wrong, "passes: take it out of vector-exceptions.txt"
    else:
        assert wrong is None, wrong


def test_the_harness_finds_what_is_wrong():
    good = {"id": "x", "op": "overlaps", "args": {"a": "192.0.2.0/24", "b": "192.0.2.0/25"}}
    assert outcome({**good, "expect": {"overlaps": True}}) is None
    assert outcome({**good, "expect": {"overlaps": 1}})
    assert outcome({**good, "expect": {"other": True}})
    assert outcome({**good, "error": "HOST_BITS_SET"})
    assert outcome({**good, "args": {}, "expect": {}})
    assert not fits([1], [1, 2]) and not fits([1, 2], [1]) and fits([{}], [{"a": 1}])
