"""Long work: it leaves the interpreter to others, tells where it is, and stops."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import winpod

START = """
import sys, time, winpod
print("ready", flush=True)
started = time.monotonic()
try:
    winpod.plan(sys.argv[1])
    print("finished", time.monotonic() - started, flush=True)
except KeyboardInterrupt:
    print("interrupted", time.time(), flush=True)
"""


@pytest.fixture(scope="module")
def listing(tmp_path_factory):
    """A listing of 400,000 interfaces, which takes more than a second to read."""
    path = tmp_path_factory.mktemp("long") / "interfaces.json"
    row = {
        "NetworkInterfaceId": "eni-{}",
        "SubnetId": "subnet-{}",
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.{}.{}.{}", "Primary": True}],
        "Description": "aws-K8S-i-0123456789abcdef0",
        "Status": "in-use",
    }
    text = json.dumps(row)
    with path.open("w") as file:
        file.write('{"NetworkInterfaces": [')
        for number in range(400_000):
            octets = (number >> 16, number >> 8 & 255, number & 255)
            file.write("," if number else "")
            file.write(text.replace("{}.{}.{}", "%d.%d.%d" % octets).replace("{}", str(number)))
        file.write("]}")
    return path


def test_ctrl_c(listing, capsys):
    for delay in (0.1, 0.4, 0.8):
        child = subprocess.Popen([sys.executable, "-c", START, listing], stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "ready\n"
        time.sleep(delay)
        sent = time.time()
        os.kill(child.pid, signal.SIGINT)
        word, when = child.communicate(timeout=60)[0].split()
        assert word == "interrupted", f"{word} after {when} s: the listing is too small"
        taken = float(when) - sent
        with capsys.disabled():
            print(f"\nstopped {taken * 1000:.0f} ms after SIGINT")
        assert taken < 0.2


def test_others_run_meanwhile(listing):
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.005)

    other = threading.Thread(target=tick)
    other.start()
    winpod.plan(listing)
    done.set()
    other.join()
    assert max(later - earlier for earlier, later in zip(ticks, ticks[1:])) < 0.2


def test_progress(listing):
    steps = []
    winpod.plan(listing, progress=lambda step, done, total: steps.append((step, done, total)))
    assert len(steps) > 100
    assert all(step == "read" and done >= 0 and total >= 0 for step, done, total in steps)


@pytest.mark.parametrize("after", [1, 5])
def test_progress_stops(listing, after):
    calls = []

    def stop(*_):
        calls.append(1)
        return len(calls) < after

    with pytest.raises(winpod.WinpodError) as caught:
        winpod.plan(listing, progress=stop)
    assert caught.value.code == "STOPPED"
    assert len(calls) == after


def test_what_progress_raises_comes_out(listing):
    def broken(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        winpod.plan(listing, progress=broken)
    with pytest.raises(ZeroDivisionError):
        winpod.ipam(listing, progress=broken)
    with pytest.raises(ZeroDivisionError):
        winpod.call("plan", {"paths": [str(listing)]}, progress=broken)
    with pytest.raises(TypeError):
        winpod.plan(listing, progress="no function")


def test_threads_share_answers():
    rows = []
    workers = [threading.Thread(target=lambda: rows.append(winpod.types(windows="any"))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(rows) == 8 and len(set(rows)) == 1
