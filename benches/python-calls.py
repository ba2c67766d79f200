"""Times, side by side in one run: a call, a dict look-up with the same arithmetic, and the import.

Run it with a Python that has the wheel installed, outside the source tree. Nothing here is a gate.
"""

import statistics
import subprocess
import sys
import time
import timeit

import winpod

LIMITS = {row.instance_type: (row.ipv4_per_eni, row.nitro) for row in winpod.types(windows="any")}


def look_up(name, *, mode="secondary-ip", max_pods=110):
    """What `winpod.capacity` does for a type of the table, in Python."""
    ipv4_per_eni, nitro = LIMITS[name]
    slots = ipv4_per_eni - 1
    prefixes = mode == "prefix-delegation" and nitro
    ipv4 = slots * 16 if prefixes else slots
    return {
        "instance_type": name,
        "mode": "prefix-delegation" if prefixes else "secondary-ip",
        "requested_mode": mode,
        "ipv4": ipv4,
        "max_pods": max_pods,
        "pods": min(ipv4, max_pods),
        "limited_by": "addresses" if ipv4 <= max_pods else "max-pods",
    }


def calls():
    """The least time of a call in many short rounds, in turns."""
    timers = {
        "winpod.capacity": timeit.Timer(lambda: winpod.capacity("m5.large", mode="prefix-delegation")),
        "dict look-up": timeit.Timer(lambda: look_up("m5.large", mode="prefix-delegation")),
        "empty call": timeit.Timer(lambda: None),
    }
    best = dict.fromkeys(timers, float("inf"))
    for _ in range(200):
        for name, timer in timers.items():
            best[name] = min(best[name], timer.timeit(2000) / 2000)
    return {name: f"{seconds * 1e9:.0f} ns" for name, seconds in best.items()}


def imports():
    """The median time of a new interpreter with and without the import, in turns."""
    times = {"import winpod": [], "pass": []}
    for _ in range(40):
        for code, taken in times.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            taken.append(time.perf_counter() - start)
    return {code: f"{statistics.median(taken) * 1e3:.1f} ms" for code, taken in times.items()}


if __name__ == "__main__":
    for label, value in {**calls(), **imports()}.items():
        print(f"{label}: {value}")
