"""What is a text and what a path for `explain`, and how it is stopped."""

import pathlib
import zipfile

import pytest
import winpod

LINE = 'E1122 10:11:12.345678 1 proxier.go:1] err="(0x803b0013)"\n'


def test_texts_and_files(tmp_path):
    log = tmp_path / "kube-proxy.log"
    log.write_text(LINE * 3)
    for given in (str(log), log, tmp_path):
        (found,) = winpod.explain(given)
        assert (found.id, found.count, found.first_time) == ("hns-port-exists", 3, "11-22T10:11:12")
    assert winpod.explain("RequestLimitExceeded")[0].id == "ec2-throttled"
    assert winpod.explain(LINE.encode())[0].count == 1
    assert len(winpod.explain(text=str(log))) == 0
    assert len(winpod.explain("all is well")) == 0
    event = {"kind": "Event", "involvedObject": {"kind": "Pod", "name": "web-1"}, "message": "Too many pods", "count": 4}
    assert winpod.explain(event)[0].objects[0].name == "web-1"
    assert "hns-port-exists" in winpod.explain(LINE)._repr_html_()


def test_a_zip_as_others_write_it(tmp_path):
    path = tmp_path / "eks_i-0a1b2c.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kube-proxy.log", LINE * 1000)
        archive.writestr("sysinfo.txt", "\ufeffOS Version: 10.0.20348.2762".encode("utf-16-le"))
        archive.writestr("system.evtx", b"ElfFile\0" + bytes(5000))
    (found,) = winpod.explain(path)
    assert found.count == 1000 and found.location.file.endswith(".zip!kube-proxy.log")
    assert [cause.likelihood for cause in found.causes] == ["possible", "possible", "unlikely", "unlikely"]
    assert found.problems == ()


def test_causes_are_those_of_the_node(tmp_path):
    nodes = tmp_path / "nodes.json"
    nodes.write_text(
        '{"kind": "Node", "metadata": {"name": "win-a"}, "status": {"nodeInfo":'
        ' {"operatingSystem": "windows", "kernelVersion": "10.0.17763.8027"}}}'
    )
    log = tmp_path / "kube-proxy.log"
    log.write_text("".join(LINE.replace("err=", f'node="{node}" err=') for node in ("win-a", "win-b", "win-b")))
    found = winpod.explain(nodes, log)
    assert [(it.nodes, it.count, it.causes[0].likelihood) for it in found] == [
        (("win-b",), 2, "possible"),
        (("win-a",), 1, "likely"),
    ]
    assert "16,384 / 64 = 256" in found[0].background[1].text and found[0].background[1].grade == "documented"


def test_refusals(tmp_path):
    for inputs, code in (((), "REQUEST"), ((pathlib.Path("no-such.log"),), "UNREADABLE"), ((5,), "REQUEST")):
        with pytest.raises((winpod.WinpodError, TypeError)) as raised:
            winpod.explain(*inputs)
        if isinstance(raised.value, winpod.WinpodError):
            assert raised.value.code == code
    with pytest.raises(winpod.WinpodError) as raised:
        winpod.explain(LINE, progress=lambda *_: False)
    assert raised.value.code == "STOPPED"
