"""The package as a whole: what it loads, its stubs, its documentation."""

import ast
import doctest
import inspect
import json
import pathlib
import re
import runpy
import subprocess
import sys

import pytest
import winpod

PACKAGE = pathlib.Path(__file__).resolve().parents[1]
REPOSITORY = PACKAGE.parents[1]
OTHERS = {"Pool", "Subnet", "WinpodError", "__version__", "call"}
OPERATIONS = json.loads(winpod._native.schemas())


def snake(name):
    return re.sub("[A-Z]", lambda found: "_" + found.group().lower(), name)


def function(operation):
    return "range_to_prefixes" if operation == "range" else snake(operation)


def test_every_operation_is_a_function():
    names = {function(name) for name in OPERATIONS}
    assert names == set(winpod.__all__) - OTHERS
    assert sorted(winpod.__all__) == winpod.__all__


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_field_of_a_request_is_an_option(operation):
    """An operation that gains a field is not forgotten here."""
    schema = OPERATIONS[operation]["request"]
    parameters = set(inspect.signature(getattr(winpod, function(operation))).parameters)
    for field in schema.get("properties", {}):
        name = snake(field)
        stands_for = {
            "limits": {"ipv4_per_eni", "nitro"},
            "paths": {"inputs"} if "inputs" in parameters else {"listings"},
            "documents": {"inputs"} if "inputs" in parameters else {"listings"},
            "types": {"instance_types"},
            "given": {"inputs"},
        }
        assert stands_for.get(name, {name}) <= parameters, field


@pytest.mark.parametrize("name", [name for name in winpod.__all__ if name != "__version__"])
def test_examples(name):
    example = doctest.DocTestParser().get_doctest(getattr(winpod, name).__doc__, {"winpod": winpod}, name, None, 0)
    assert example.examples, f"winpod.{name} has no example"
    assert doctest.DocTestRunner().run(example).failed == 0


def test_documentation_of_functions_names_errors():
    for name in set(winpod.__all__) - {"WinpodError", "__version__"}:
        assert "Raises WinpodError: " in getattr(winpod, name).__doc__, name


@pytest.mark.parametrize("readme", [PACKAGE / "README.md", PACKAGE.parent.parent / "README.md"], ids=str)
def test_readme(readme):
    text = readme.read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert blocks
    namespace = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)  # noqa: S102


def test_stubs_of_the_native_module_have_its_documentation():
    stub = (PACKAGE / "python/winpod/_native.pyi").read_text()
    for name in ("Pool", "Subnet"):
        of_class, known = ast.parse(stub[stub.index(f"@final\nclass {name}") :]).body[0], getattr(winpod, name)
        assert ast.get_docstring(of_class) == inspect.getdoc(known)
        for member in of_class.body:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                documentation = ast.get_docstring(member)
                assert documentation and documentation == inspect.getdoc(getattr(known, member.name)), member.name
        declared = {member.name for member in of_class.body if isinstance(member, ast.FunctionDef)}
        assert {member for member in vars(known) if not member.startswith("_")} <= declared, name
    for name in ("call", "capacity"):
        documentation = inspect.getdoc(getattr(winpod, name))
        assert inspect.cleandoc(re.search(rf'^def {name}\(.*?"""(.*?)"""', stub, re.S | re.M).group(1)) == documentation


def test_answers_are_what_the_schemas_say():
    generator = runpy.run_path(str(PACKAGE / "scripts/generate-answers"))
    current = (PACKAGE / "python/winpod/_answers.py").read_text()
    assert generator["generate"]() == current, "run bindings/python/scripts/generate-answers with this Python"


def test_the_import_loads_the_native_module_and_nothing_else():
    code = "import sys; before = set(sys.modules); import winpod; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["__future__", "winpod", "winpod._native"]


def test_the_wheel_is_tested_and_not_the_tree():
    assert not pathlib.Path(winpod.__file__).is_relative_to(REPOSITORY / "bindings")


def test_one_version():
    version = re.search(r'^version = "(.*)"', (REPOSITORY / "Cargo.toml").read_text(), re.M).group(1)
    assert winpod.__version__ == version


def command(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "winpod", *arguments], capture_output=True, text=True, **options)


def test_the_command_line():
    done = command("capacity", "m5.large", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == winpod.call("capacity", {"types": ["m5.large"]})
    assert command("--version").stdout == f"winpod {winpod.__version__}\n"
    refused = command("capacity", "m5.larg")
    assert (refused.returncode, refused.stdout) == (2, "") and "m5.large" in refused.stderr
    assert command("no-such-command").returncode == 2
