"""Every field of every JSON and CSV output is in the manual's page of outputs, and no other."""

import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from commands import process

import mnetcost

PAGE = (Path(mnetcost.__file__).parent / "manual" / "output.md").read_text(encoding="utf-8")

# A network with all that changes an output: sides and kernels that are not square, knobs, a
# variant, two maps into one layer, a call that nobody knows, figures that hold and do not, a kernel
# that is too large for small inputs.
SPEC = """
mnetcost: 1
name: Everything
source: our report
input: {height: 96, width: 128, channels: 3}
width: {round: nearest}
knobs: {classes: 10, head: plain, tall: true, part: 0.5}
variants:
  big: {knobs: {classes: 100}}
layers:
  - conv: {out: 16, kernel: [3, 5], stride: 2, norm: batch, act: relu, called_as: unknown}
  - separable: {out: 32, kernel: [3, 1], stride: 2}
  - separable: {name: last, out: 32, padding: valid}
  - conv: {out: 32, kernel: 3, groups: 2, when: $tall}
  - add: {from: [last, conv_2]}
  - global_avg_pool
  - dense: {name: logits, out: $classes, scale: false, bias: true}
  - softmax: {when: $head == plain and $part < 1}
expect:
  - {mult_adds: 9M, source: by hand, erratum: without the head}
  - {params: 99, learned: 5k, source: by hand}
  - {variant: big, set: {head: none, part: 0.25}, alpha: 0.5, resolution: 64, params: 99, source: x}
budget: {mult_adds: 9M, params: 2k}
"""

# The sections of the page, and command lines that give their fields.
LINES = {
    "mnetcost table": [
        "table all.yaml --alpha 0.5",
        "table all.yaml --convention ptflops",
        "table all.yaml --convention keras",
        "table all.yaml --columns --view blocks",
        "table all.yaml --batch 2 --pass training",
        "table mobilenet_v3_small --convention thop --top 2",
        "table all.yaml --view types",
        "table all.yaml --view types --convention fvcore",
        "table all.yaml --view types --convention ptflops",
        "table all.yaml --view types --columns",
        "table mobilenet_v1 --view reduction",
    ],
    "mnetcost sweep": [
        "sweep all.yaml --alpha 1 --rho 1,0.05 --invalid mask --convention fvcore",
        "sweep all.yaml --alpha 1 --rho 1 --convention ptflops",
        "sweep all.yaml --alpha 1 --rho 1 --set classes=3,4 --pass backward --batch 2",
        "sweep mobilenet_v3_small --alpha 1 --rho 1",
    ],
    "mnetcost specs": ["specs", "specs --convention fvcore"],
    "mnetcost conventions": ["conventions"],
    "mnetcost conventions SPEC": ["conventions all.yaml", "conventions mobilenet_v3_small"],
    "mnetcost reconcile --from --to": [
        "reconcile all.yaml --from thop --to fvcore",
        "reconcile mobilenet_v3_small --from thop --to fvcore",
    ],
    "mnetcost reconcile --printed": [
        "reconcile all.yaml --printed 9M",
        "reconcile mobilenet_v3_small --printed 9",
    ],
    "mnetcost explain": [
        "explain all.yaml --alpha 0.5",
        "explain mobilenet_v1 separable_2 --batch 2 --pass training",
        "explain mobilenet_v3_small logits",
    ],
    "mnetcost diff": [
        "diff all.yaml all.yaml@alpha=0.5 --convention ptflops",
        "diff resnet18 resnet34 --batch 2 --pass training",
        "diff resnet34 resnet18 --convention fvcore",
    ],
    "mnetcost compare": [
        "compare all.yaml all.yaml@alpha=0.5 --convention ptflops",
        "compare mobilenet_v1 all.yaml --batch 2 --pass training",
        "compare mobilenet_v1 mobilenet_v3_small --convention fvcore",
    ],
    "mnetcost check": ["check all.yaml --max-mult-adds 3M --set classes=4 --convention ptflops"],
    "mnetcost fit": [
        "fit all.yaml --max-mult-adds 3M --max-params 9k --rho 1,0.02 --min-alpha 0.1 --batch 2",
        "fit mobilenet_v3_small --max-mult-adds 90M --convention ptflops --resolution 64",
        "fit mobilenet_v1 --max-mult-adds 150M --max-params 2M --pass training --view front",
    ],
    "mnetcost fit --scores": [
        "fit mobilenet_v1 --scores mobilenet_v1 --max-params 2M --max-mult-adds 150M",
        "fit mobilenet_v1 --scores mobilenet_v1 --convention fvcore --batch 2",
    ],
    "mnetcost expand": ["expand all.yaml"],
    "mnetcost rewrite": ["rewrite all.yaml --to separable"],
}
WORDS = {"integer": int, "number": float, "text": str, "boolean": bool, "null": type(None)}

# Listed once for all documents that begin so, though not all of them can have each.
ELSEWHERE = re.compile(
    r"operations|passes|count|variant|batch|pass$|convention$|knobs|inputs|set$|pareto|input$"
)


class Field(NamedTuple):
    path: tuple[str, ...]
    types: frozenset[type]

    def names(self, path: tuple[str, ...]) -> bool:
        """Whether it is this one; a word in capitals stands for any name."""
        return len(path) == len(self.path) and all(
            mine == given or mine.isupper() for mine, given in zip(self.path, path)
        )


def section(title: str) -> str:
    """The text under a heading, without what is under those below it."""
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
    assert found, f"the page has no section {title!r}"
    return found[1]


def part(command: str, title: str) -> str:
    """The text under a heading inside a command's section."""
    found = re.search(rf"^## {re.escape(command)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, f"the page has no section {command!r}"
    inner = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^###? |\Z)", found[1], re.M | re.S)
    assert inner, f"{command!r} has no part {title!r}"
    return inner[1]


def rows(text: str) -> Iterator[tuple[list[str], str]]:
    """The names and the type of each row of a table."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith(("| `", "| (top)")):
            yield re.findall(r"`([^`]+)`", cells[0]) or [""], cells[1]


def steps(path: str) -> tuple[str, ...]:
    return tuple(step for step in path.replace("[]", ".[]").split(".") if step)


def fields(text: str, above: tuple[str, ...] = ()) -> Iterator[Field]:
    """The fields of a table, those of the records that it links to included."""
    for names, stated in rows(text):
        record = re.search(r"\]\(#(\w+)\)", stated)
        types = frozenset(kind for word, kind in WORDS.items() if re.search(rf"\b{word}\b", stated))
        for name in names:
            path = above + steps(name)
            if types:
                yield Field(path, types)
            if record:
                yield from fields(section(record[1]), path)


def leaves(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*at, key))
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, (*at, "[]"))
    else:
        yield at, value


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("output")
    (path / "all.yaml").write_text(SPEC, encoding="utf-8")
    return path


def run(line: str, form: str, folder: Path) -> str:
    ran = process(*shlex.split(line), "--format", form, cwd=folder)
    assert ran.code == 0 or line.startswith(("check", "reconcile")), ran.err
    return ran.out


@pytest.mark.parametrize("command", LINES)
def test_every_field_of_json_is_listed_and_every_listed_one_occurs(
    command: str, folder: Path
) -> None:
    listed = list(fields(part(command, "JSON")))
    seen = set()
    for line in LINES[command]:
        for path, value in leaves(json.loads(run(line, "json", folder))):
            (field,) = [one for one in listed if one.names(path)] or [None]
            assert field, f"{line}: {'.'.join(path)} is not on the page"
            assert type(value) in field.types, f"{line}: {'.'.join(path)} is {value!r}"
            seen.add(field.path)
    missing = {field.path for field in listed} - seen
    assert {path for path in missing if not any(map(ELSEWHERE.match, path))} == set()


def view_of(line: str) -> str:
    view = re.search(r"--view (types|reduction)", line)
    return f"CSV of `--view {view[1]}`" if view else "CSV"


@pytest.mark.parametrize("command", LINES)
def test_every_column_of_csv_is_listed_and_every_listed_one_occurs(
    command: str, folder: Path
) -> None:
    seen: dict[str, set[str]] = {}
    for line in LINES[command]:
        (head, *_) = csv.reader(io.StringIO(run(line, "csv", folder)))
        seen.setdefault(view_of(line), set()).update(head)
    for title, columns in seen.items():
        listed = [name for names, _ in rows(part(command, title)) for name in names]
        patterns = [re.sub("TYPE|KNOB", r"\\w+", name) for name in listed if name != "KNOB"]
        knobs = {"classes"} if "KNOB" in listed else set()
        unknown = {name for name in columns - knobs if not _known(name, patterns)}
        assert unknown == set()
        assert [one for one in patterns if not any(re.fullmatch(one, it) for it in columns)] == []


def _known(name: str, patterns: list[str]) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in patterns)


def test_the_columns_of_parquet_are_listed() -> None:
    listed = [name for names, _ in rows(part("mnetcost sweep", "Parquet")) for name in names]
    patterns = [re.sub("TYPE", r"\\w+", name) for name in listed]
    both = [
        mnetcost.sweep("mobilenet_v1", convention="fvcore"),
        mnetcost.sweep("mobilenet_v1", alpha=1, set={}, convention="flops"),
    ]
    for grid in both:
        assert {name for name in grid.to_pandas().columns if not _known(name, patterns)} == set()
