"""Every kind of `winpod render`, over versions, releases, modes and owners."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from pathlib import Path

import pytest

WINPOD = os.environ["WINPOD"]
SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "schemas"
INPUTS = Path(__file__).resolve().parents[1] / "inputs"
VERSIONS = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]

ROLE = ["--role", "arn:aws:iam::111122223333:role/WindowsNodes"]
SUBNETS = ["--subnet", "subnet-0a1b2c3d4e5f60001", "--subnet", "subnet-0a1b2c3d4e5f60002"]
CLUSTER = ["--cluster", "payments-prod", "--region", "eu-central-1"]
API = [
    "--endpoint", "https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com",
    "--certificate-authority", "LS0tLS1CRUdJTg==", "--service-cidr", "10.100.0.0/16",
]  # fmt: skip
SIZES = ["--min-size", "2", "--desired-size", "3", "--max-size", "12"]
LABELS = ["--label", "team=payments", "--label", "example.com/on=yes", "--taint", "os=windows:NoSchedule"]
MODES = [["--mode", "secondary-ip"], ["--mode", "prefix-delegation"]]


def releases(version: str) -> list[str]:
    return ["2019", "2022"] + (["2025"] if version >= "1.35" else [])


def groups(version: str) -> list[list[str]]:
    """Groups of Windows nodes that a cluster of the version can have."""
    found = []
    for release, edition, mode, dsr in itertools.product(releases(version), ["core", "full"], MODES, [[], ["--dsr"]]):
        group = ["--kubernetes", version, "--release", release, "--edition", edition, *mode, *dsr]
        found.append([*CLUSTER, *group, "--instance-type", "m5.large", "--instance-type", "c5.2xlarge"])
    return found


def cases() -> dict[str, list[list[str]]]:
    targets = [[], ["--set", "warm-ip-target=2", "--set", "minimum-ip-target=4"], ["--set", "warm-prefix-target=1"]]
    settings = [[*mode, *target] for mode in MODES for target in targets]
    every = [group for version in VERSIONS for group in groups(version)]
    # A core group of each mode with DSR, for the oldest, the middle and the newest arguments of kube-proxy.
    some = [group for group in every if "core" in group and "--dsr" in group and group[5] in ("1.31", "1.33", "1.35")]
    self_managed = ["--tool", "self-managed", "--max-pods", "fit", *SIZES, *LABELS]
    ports = ["--port-range", "34000-65535", "--excluded-snat-cidr", "10.0.0.0/8"]
    ami = ["--ami", "ami-0123456789abcdef0"]
    policies = ["--namespace", "shop", "--namespace", "payments"]
    overlay = ["--calico", "overlay", "--pod-cidr", "192.168.0.0/16"]
    return {
        "configmap": settings,
        "addon-values": settings,
        "helm-values": settings,
        "access": [[*CLUSTER, *ROLE, "--authentication", way] for way in ("access-entry", "aws-auth")],
        "asg-tags": [[*group, *self_managed, "--node-group", "win"] for group in some],
        "reservations": [[str(INPUTS / "scattered-subnets"), "--prefixes", "4"]],
        "calico": [[*CLUSTER, *API, *more] for more in ([], overlay)],
        "network-policy": [policies],
        "user-data": [
            *([*group, *API, *self_managed, *ports] for group in every),
            *([*group, *API, *ami, "--max-pods", "60"] for group in some),
            *([*group, *way] for group in some for way in ([], ["--style", "documented"])),
        ],
        "launch-template": [
            *([*group, *self_managed, *ports] for group in some),
            *([*group, *API, *ROLE, *SUBNETS, *SIZES, *LABELS, "--max-pods", "fit"] for group in some),
            *([*group, *ami] for group in some),
        ],
        "eksctl": [
            *([*group, *SIZES, *LABELS] for group in every),
            *([*group, *API, *self_managed, *ports] for group in some),
        ],
        "karpenter": [
            *([*group, *ROLE, *LABELS, "--max-pods", "fit"] for group in every if "core" in group),
            *([*group, *API, *ROLE, *SUBNETS, *ports] for group in some),
        ],
    }


def files(kind: str, arguments: list[str]) -> list[tuple[str, str, str]]:
    """Names, languages and texts of what is rendered."""
    ran = subprocess.run([WINPOD, "render", kind, *arguments, "--format", "json"], capture_output=True, text=True)
    assert ran.returncode == 0, f"winpod render {kind} {' '.join(arguments)}: {ran.stderr}"
    return [(file["name"], file["language"], file["text"]) for file in json.loads(ran.stdout)["artefacts"]]


def everything(language: str) -> list[pytest.param]:
    """All artefacts in a language, each once."""
    seen, found = set(), []
    for kind, many in cases().items():
        for arguments in many:
            for name, written_in, text in files(kind, arguments):
                if written_in == language and text not in seen:
                    seen.add(text)
                    found.append(pytest.param(text, id=f"{kind}-{name}-{len(seen)}"))
    return found
