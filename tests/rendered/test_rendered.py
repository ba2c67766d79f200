"""What is rendered, held against what its readers accept."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path

import crd
import jsonschema
import kubernetes_validate
import kubernetes_validate.utils
import pytest
import tree_sitter
import tree_sitter_powershell
import yaml
from conftest import SCHEMAS, VERSIONS, WINPOD, cases, everything

# The definitions of one version are several megabytes, and are asked for again with every object.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)

YAML = everything("yaml")
POWERSHELL = everything("powershell")
owners_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="the owners' schemas are not beside this repository (../shared/schemas)"
)


class Template(yaml.SafeLoader):
    """Reads the short forms of CloudFormation as what they stand for."""


def _short_form(loader: Template, suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        value: object = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix: value}


Template.add_multi_constructor("!", _short_form)


def documents(text: str) -> list[dict]:
    return [document for document in yaml.load_all(text, Template) if document]


def is_template(document: dict) -> bool:
    return "Resources" in document


def power_shell_of(text: str) -> list[str]:
    """The scripts inside a YAML artefact: whatever holds a call of the bootstrap script or a block of PowerShell."""
    found = []

    def walk(value: object) -> None:
        if isinstance(value, str) and ("Start-EKSBootstrap" in value or "<powershell>" in value):
            found.append(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    for document in documents(text):
        walk(document)
    return found


def test_every_kind_has_a_case() -> None:
    ran = subprocess.run([WINPOD, "render", "-h"], capture_output=True, text=True, check=True)
    listed = ran.stdout.partition("Kinds:\n")[2].splitlines()
    assert {line.split()[0] for line in listed if line.strip()} == set(cases())


def test_twice_the_same() -> None:
    first = [param.values[0] for param in YAML + POWERSHELL]
    again = [param.values[0] for param in everything("yaml") + everything("powershell")]
    assert first == again


@pytest.mark.parametrize("text", YAML)
def test_kubernetes_objects(text: str) -> None:
    """`kubernetes-validate --strict` for every version: nothing misspelt, every value of its type."""
    core = [one for one in documents(text) if one.get("apiVersion") in ("v1", "apps/v1", "networking.k8s.io/v1")]
    for document in core:
        for version in VERSIONS:
            kubernetes_validate.validate(document, version, strict=True)


@owners_schemas
@pytest.mark.parametrize("text", YAML)
def test_custom_resources(text: str) -> None:
    """The CustomResourceDefinitions of Karpenter and Calico, with their CEL rules."""
    known = {}
    for path in SCHEMAS.glob("*.crd.yaml"):
        definition = yaml.safe_load(path.read_text())
        known[definition["spec"]["group"], definition["spec"]["names"]["kind"]] = definition
    for document in documents(text):
        group = str(document.get("apiVersion", "")).rpartition("/")[0]
        if definition := known.get((group, document.get("kind"))):
            assert crd.faults(definition, document) == []


@owners_schemas
@pytest.mark.parametrize("text", YAML)
def test_eksctl(text: str) -> None:
    schema = json.loads((SCHEMAS / "eksctl-v1alpha5.schema.json").read_text())
    for document in documents(text):
        if document.get("kind") == "ClusterConfig":
            jsonschema.Draft7Validator(schema).validate(document)


def test_cloud_formation(tmp_path: Path) -> None:
    """All templates in one run of cfn-lint, which takes seconds to start."""
    templates = [text for param in YAML for text in param.values if any(map(is_template, documents(text)))]
    assert len(templates) > 10
    for number, text in enumerate(templates):
        (tmp_path / f"template-{number}.yaml").write_text(text)
    lint = [str(Path(sys.executable).with_name("cfn-lint")), "--non-zero-exit-code", "warning"]
    ran = subprocess.run([*lint, *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def power_shell_faults(script: str) -> list[str]:
    language = tree_sitter.Language(tree_sitter_powershell.language())
    # The grammar knows no digits in the name of a parameter.
    body = script.replace("<powershell>", "").replace("</powershell>", "").replace("-Base64ClusterCA", "-BaseClusterCA")
    found = []

    def walk(node: tree_sitter.Node) -> None:
        if node.is_error or node.is_missing:
            found.append(f"line {node.start_point.row + 1}: {node.text!r}")
        for child in node.children:
            walk(child)

    walk(tree_sitter.Parser(language).parse(body.encode()).root_node)
    return found


@pytest.mark.parametrize("text", POWERSHELL + YAML)
def test_power_shell(text: str) -> None:
    """Syntax-screened, which is not verified: the grammar finds unbalanced braces and quotes, and Bash."""
    for script in [text] if "<powershell>" in text.splitlines()[:1] else power_shell_of(text):
        assert power_shell_faults(script) == []


def test_the_screens_see() -> None:
    """What is wrong on purpose is found, so that silence means something."""
    assert power_shell_faults("$a = 'b")
    with pytest.raises(kubernetes_validate.ValidationError):
        wrong = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"enable-windows-ipam": True}}
        kubernetes_validate.validate(wrong, "1.35", strict=True)
