"""The house rules of the design: who imports whom, what loads when, how big, how documented."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import headway

SRC = Path(headway.__file__).parent
TASKS = SRC / "elicit" / "tasks"  # data: programs of all kinds, also with errors that are meant
MODULES = sorted(path for path in SRC.rglob("*.py") if not path.is_relative_to(TASKS))
NAMES = [path.relative_to(SRC).as_posix() for path in MODULES]

# Which rooms a room may import. All may import errors; the root package has no code to speak of.
ROOMS = {
    "errors": set(),
    "records": set(),
    "ledger": {"records"},
    "sources": {"records", "ledger"},
    "scale": set(),
    "gap": {"scale"},
    "lens": {"records", "ledger", "sources", "scale", "gap"},
    "why": {"records", "ledger", "sources", "scale", "gap", "lens"},
    "plan": {"records", "ledger", "scale"},
    "elicit": {"records", "ledger"},
    "publish": {"records", "ledger", "sources", "scale", "gap", "lens", "why", "plan", "elicit"},
    "cli": {
        "records",
        "ledger",
        "sources",
        "scale",
        "gap",
        "lens",
        "why",
        "plan",
        "elicit",
        "publish",
    },
    "__main__": {"cli"},
}

# Libraries that cost time to import, and the rooms that may do so at the top of a module.
HEAVY = {
    "numpy": {"scale", "gap", "lens", "why", "plan"},
    "pydantic": {"records", "ledger", "sources", "lens", "elicit"},
    "aiohttp": {"elicit"},  # in the gateway's modules, which only its own process imports
    "zstandard": {"elicit"},
    "cyclopts": {"cli"},
    "polars": set(),
    "scipy": set(),
    "numba": {"scale"},  # in the one module of compiled loops, which is imported where it is used
    "llvmlite": {"scale"},
    "rich": set(),
    "altair": set(),
    "vl_convert": set(),
    "jinja2": set(),
    "platformdirs": set(),
    "threadpoolctl": set(),
    "jax": set(),
    "numpyro": set(),
    "dask": set(),
    "distributed": set(),
}


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports inside the package are absolute"
            if node.module == "headway":
                yield from (f"headway.{alias.name}" for alias in node.names)
            else:
                yield node.module


def at_import(tree: ast.Module) -> Iterator[str]:
    """What a module imports when it is imported: not in functions, not for type checkers."""
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from imported(node)
        elif isinstance(node, (ast.Try, ast.With, ast.ClassDef)):
            yield from at_import(ast.Module(node.body, []))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_imports_run_one_way(path: Path):
    here = room(path)
    if here == "__init__":
        return
    assert here in ROOMS, f"{here} is a new room: add it to the table of the design"
    for name in imported(parsed(path)):
        top, _, rest = name.partition(".")
        there = rest.split(".")[0]
        if top == "headway" and there and there != "__version__":
            assert there in ROOMS[here] | {here, "errors"}, f"{here} may not import {there}"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_heavy_libraries_are_imported_where_they_are_used(path: Path):
    for name in at_import(parsed(path)):
        library = name.partition(".")[0]
        assert room(path) in HEAVY.get(library, {room(path)}), f"{library} at the top of a module"


@pytest.mark.parametrize("name", ["scale", "gap"])
def test_pure_rooms_know_no_file_and_no_clock(name: str):
    banned = {"pathlib", "io", "json", "csv", "tomllib", "time", "platformdirs", "tempfile"}
    for path in sorted((SRC / name).rglob("*.py")):
        tree = parsed(path)
        assert not banned & {module.partition(".")[0] for module in imported(tree)}, path
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        assert not {"open", "today", "now", "utcnow", "perf_counter"} & calls, path


def loaded_after(code: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json; print(json.dumps(list(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in json.loads(run.stdout.splitlines()[-1])}


def test_import_headway_loads_nothing_heavy():
    loaded = loaded_after("import headway")
    assert "headway" in loaded
    assert not set(HEAVY) & loaded


def test_help_loads_nothing_heavy():
    code = "import headway.cli\ntry: headway.cli.main(['--help'])\nexcept SystemExit: pass"
    assert not {"numpy", "polars", "scipy", "pydantic", "vl_convert"} & loaded_after(code)


def test_public_names_are_exact():
    home = headway._HOME
    assert len(headway.__all__) == len(set(headway.__all__)) <= 25
    assert set(headway.__all__) == {*home, "__version__"}
    assert dir(headway) == sorted(headway.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        headway.nothing  # noqa: B018


@pytest.mark.parametrize("name", sorted(set(headway.__all__) - {"__version__", "RULES"}))
def test_public_names_are_documented(name: str):
    value = getattr(headway, name)
    assert inspect.getdoc(value), f"headway.{name} has no docstring"


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Names and lengths of bodies without docstrings."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
            yield node.name, lines


def test_modules_and_functions_stay_small():
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES]
    sizes = dict(zip(NAMES, lines, strict=True))
    assert not {name: size for name, size in sizes.items() if size > 400}
    assert statistics.median(sizes.values()) <= 150
    lengths = [length for path in MODULES for _, length in functions(path)]
    assert statistics.median(lengths) <= 12


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_nothing_is_left_for_later(path: Path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplemented\w*)\b", text)


def cli_docs():
    path = SRC.parents[1] / "docs" / "write_cli.py"
    if not path.exists():
        pytest.skip("docs/ is not part of an installed package")
    spec = importlib.util.spec_from_file_location("write_cli", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_command_has_an_example_and_is_documented():
    docs = cli_docs()
    page = docs.PAGE.read_text(encoding="utf-8")
    commands = list(docs.commands())
    assert {"gap", "scale", "models", "model", "ledger import"} <= set(commands)
    for command in commands:
        text = docs.help_of(command)
        # The example is a call of this very command.
        assert re.search(rf"Example: headway {command}\b", text), command
        assert f"## headway {command}\n" in page
        assert f"<!-- help: {command} -->" in page
        assert max(map(len, text.splitlines())) <= 80


def test_help_texts_of_the_docs_are_those_of_the_program():
    docs = cli_docs()
    page = docs.PAGE.read_text(encoding="utf-8")
    assert docs.filled(page) == page, "docs/cli.md is out of date: run make docs"


def test_every_lens_and_rule_is_documented(repo: Path):
    lenses = (repo / "docs" / "lenses.md").read_text(encoding="utf-8")
    for name in headway.lens_names():
        assert f"`{name}`" in lenses, name
    method = (repo / "docs" / "method.md").read_text(encoding="utf-8")
    for rule in headway.RULES:
        assert f"`{rule}`" in method, rule


def test_the_lens_in_the_docs_is_a_lens(repo: Path, tmp_path: Path):
    page = (repo / "docs" / "lenses.md").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert headway.load_lens(path).groups.followers == "open & params<=32B"


def test_the_readme_shows_the_two_commands_first(repo: Path):
    page = (repo / "README.md").read_text(encoding="utf-8")
    assert page.index("make gap") < page.index("make test") < page.index("## ")
