"""`topology` over what people hold: files in UTF-16, parsed documents, bytes."""

import json
import pathlib

import pytest
import winpod

NODE = pathlib.Path(__file__).resolve().parents[3] / "tests/inputs/hns-node"


def test_both_schemas_tell_the_same_node():
    first, second = (winpod.topology(NODE / schema, NODE / "cluster") for schema in ("v1", "v2"))
    for answer in (first, second):
        assert answer.verdict == "consistent", answer.findings
        assert answer.counts.policies == 5 and answer.counts.dsr_policies == 4
        assert [endpoint.pod.name for endpoint in answer.networks[0].endpoints][2] == "worker-0"
    assert first.networks[0].eni == second.networks[0].eni
    assert [policy.backends for policy in first.policies] == [policy.backends for policy in second.policies]
    assert (first.hns, second.hns) == ("9.5", None)


def test_documents_and_encodings(tmp_path):
    path = NODE / "v1/policies.json"
    raw = path.read_bytes()
    assert raw.startswith(b"\xff\xfe")
    parsed = json.loads(raw.decode("utf-16"))
    assert winpod.topology(path).policies == winpod.topology(parsed).policies
    unmarked = tmp_path / "policies.json"
    unmarked.write_bytes(raw[2:])
    assert winpod.topology(unmarked).counts.policies == 5
    assert "172.20.37.12" in winpod.topology(json.dumps(parsed).encode())._repr_html_()


def test_what_is_left_behind():
    answer = winpod.topology(NODE / "v1", NODE / "left-behind", NODE / "cluster")
    assert [finding.code for finding in answer.findings] == ["topology-stale-backends", "topology-service-port"]
    assert [policy.address for policy in answer.policies if policy.missing_backends] == ["172.20.91.4"]


def test_refusals():
    with pytest.raises(winpod.WinpodError) as refused:
        winpod.topology(NODE / "cluster", node="ip-10-0-8-2")
    assert refused.value.code == "UNKNOWN_NODE"
    with pytest.raises(winpod.WinpodError) as refused:
        winpod.topology()
    assert refused.value.code == "REQUEST"
