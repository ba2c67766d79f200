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


def test_the_harness_finds_what_is_wrong():
    good = {"id": "x", "op": "overlaps", "args": {"a": "192.0.2.0/24", "b": "192.0.2.0/25"}}
    assert outcome({**good, "expect": {"overlaps": True}}) is None
    assert outcome({**good, "expect": {"overlaps": 1}})
    assert outcome({**good, "expect": {"other": True}})
    assert outcome({**good, "error": "HOST_BITS_SET"})
    assert outcome({**good, "args": {}, "expect": {}})
    assert not fits([1], [1, 2]) and not fits([1, 2], [1]) and fits([{}], [{"a": 1}])
