"""The lines of the notebook tutorial give what it says, and need the extras that it names."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from manual.pages import ROOT

import mnetcost

PAGE = Path(mnetcost.__file__).parent / "manual" / "notebook.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
STATED = re.compile(r"^(\S.*?)  # → (.*)$", re.MULTILINE)
INSTALLED = re.compile(r"`pip install '\.\[(.*?)\]'`")

# The extra that a method, an import or an engine needs.
EXTRAS = {
    "to_pandas": "pandas",
    "pandas": "pandas",
    "to_parquet": "parquet",
    "to_parts": "parquet",
    "plot": "plot",
    "matplotlib": "plot",
    "explain": "explain",
    "rewrite": "fmt",
    "dask": "dask",
}


def test_every_line_gives_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # figures are saved
    names: dict[str, object] = {}
    stated = 0
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        exec(block, names)
        for expression, value in STATED.findall(block):
            stated += 1
            assert repr(eval(expression, names)) == value, expression
    assert stated > 30
    assert (tmp_path / "sweep.svg").exists()
    assert (tmp_path / "networks.svg").exists()


def used(text: str) -> Iterator[str]:
    """What a block calls as a method, imports, or takes as its engine."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)):
                yield name
            case ast.Import(names=names):
                yield from (one.name.partition(".")[0] for one in names)
            case ast.ImportFrom(module=str(name)):
                yield name.partition(".")[0]
            case ast.keyword(arg="engine", value=ast.Constant(value=str(name))):
                yield name


def test_the_install_line_names_every_extra_that_a_line_needs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    needed = {EXTRAS[name] for text in BLOCK.findall(page) for name in used(text) if name in EXTRAS}
    (installed,) = INSTALLED.findall(page)
    assert set(installed.split(",")) == needed


def test_every_extra_of_the_project_is_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    (all_of_them,) = re.findall(r"mnetcost\[(.*?)\]", " ".join(extras["all"]))
    assert set(EXTRAS.values()) == set(all_of_them.split(",")) <= extras.keys()
