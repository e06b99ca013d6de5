"""Every field of every JSON and CSV output is in the manual's page of outputs, and no other."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from onnx_files import partly_known

import mnetcost
from mnetcost import cli
from mnetcost.analysis.sweep.rows import Rows, to_pandas
from mnetcost.printed import read_budget

PAGE = (Path(mnetcost.__file__).parent / "manual" / "output.md").read_text(encoding="utf-8")

# All that changes an output: sides and kernels that are not square, knobs, a variant, two maps into
# one layer, a call that nobody knows, figures that do not hold, a kernel too large for some inputs,
# parameters that depend on the input
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
  - position_embedding
  - depthwise: {multiplier: 2, from: last}
  - pointwise: {out: 8}
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

LEAST = """
input: {height: 9, width: 14, channels: 3}
layers:
  - opaque: {of: [9, 14, 3], unknown: true}
"""

MODEL = """7767517
10 11
Input         data  0 1 data 0=14 1=9 2=3
Convolution   c     1 1 data c 0=5 1=3 3=2 4=1 6=135
Noop          n     1 1 c n
Split         s     1 2 n s0 s1
Pooling       q     1 1 s1 q 0=1 4=1
Convolution   e     1 1 q e 0=2 1=1 5=1 6=10 9=1
Convolution   g     1 1 e g 0=5 1=1 5=1 6=10 9=4
BinaryOp      m     2 1 s0 g m 0=2
Pooling       p     1 1 m p 0=1 4=1
InnerProduct  f     1 1 p f 0=4 1=1 2=20
"""

# The sections of the page, and command lines that give their fields.
LINES = {
    "mnetcost table": [
        "table all.yaml --alpha 0.5 --rho 0.5",
        "table all.yaml --convention ptflops",
        "table all.yaml --convention keras",
        "table all.yaml --operations --view blocks",
        "table all.yaml --batch 2 --pass training",
        "table mobilenet_v3_small --convention thop --top 2",
        "table all.yaml --view types",
        "table all.yaml --view types --convention fvcore",
        "table all.yaml --view types --convention ptflops",
        "table all.yaml --view types --operations",
        "table all.yaml --fold",
        "table all.yaml --fold --view types",
        "table all.yaml --view reduction",
        "table all.yaml --view fields",
        "table vit_b_16 --view fields",
        "table all.yaml --view channels",
        "table resnet18 --view channels",
        "table all.yaml --view algorithms",
        "table resnet18 --view algorithms",
        "table all.yaml --view algorithms --engine cmsis-nn",
        "table all.yaml --view algorithms --engine x-cube-ai",
        "table all.yaml --dtype int8 --memory reordered,arena",
        "table mobilenet_v2 --memory patches=2",
        "table all.yaml --dtype int8 --view types",
        "table all.yaml --columns name,intensity,alive_bytes",
        "table all.yaml --view memory --memory inplace-depthwise,arena",
        "table resnet18 --view memory",
        "table least.yaml --memory plain",
        "table least.yaml",
        "table net.onnx",
    ],
    "mnetcost sweep": [
        "sweep all.yaml --alpha 1 --rho 1,0.05 --invalid mask --convention fvcore",
        "sweep all.yaml --alpha 1 --rho 1 --convention ptflops",
        "sweep all.yaml --alpha 1 --rho 1 --set classes=3,4 --pass backward --batch 2",
        "sweep mobilenet_v3_small --alpha 1 --rho 1 --max-params 2M --max-mult-adds 50M",
    ],
    "mnetcost specs": [
        "specs --convention fvcore",
        "specs --batch 2 --pass training",
        "specs --rho 1/20",  # GoogLeNet has a window that is larger than its map
    ],
    "mnetcost conventions": ["conventions"],
    "mnetcost conventions SPEC": ["conventions all.yaml", "conventions mobilenet_v3_small"],
    "mnetcost reconcile --from --to": [
        "reconcile all.yaml --from thop --to fvcore",
        "reconcile mobilenet_v3_small --from thop --to fvcore",
    ],
    "mnetcost reconcile --printed": [
        "reconcile all.yaml --printed 9M",
        "reconcile all.yaml --printed 21145792",  # at 224×224 px
        "reconcile mobilenet_v3_small --printed 9",
        "reconcile mobilenet_v1 --printed 576.3M",
        "reconcile mobilenet_v1 --printed 0.6G",
    ],
    "mnetcost explain": [
        "explain all.yaml --alpha 0.5",
        "explain mobilenet_v1 separable_2 --batch 2 --pass training",
        "explain mobilenet_v3_small logits",
        "explain mobilenet_v1_full conv_1 --algorithms",
        "explain resnet18 basic_1.1/conv_1 --algorithms",
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
        "compare mobilenet_v1 all.yaml --fold",
    ],
    "mnetcost time": [
        "time all.yaml --device rk3399-big",
        "time least.yaml --device pi-5",
        "time all.yaml --alpha 0.5 --device pi-4 --device vim3",
    ],
    "mnetcost devices": ["devices"],
    "mnetcost check": [
        "check all.yaml --max-mult-adds 3M --set classes=4 --convention ptflops",
        "check all.yaml --against mobilenet_v1",
        "check mobilenet_v1 --against all.yaml",
        "check mobilenet_v1 --against all.yaml --max-increase 1%",
    ],
    "mnetcost fit": [
        "fit all.yaml --max-mult-adds 3M --max-params 9k --rho 1,0.02 --min-alpha 0.1 --batch 2",
        "fit mobilenet_v3_small --max-mult-adds 90M --convention ptflops --resolution 64",
        "fit mobilenet_v1 --max-mult-adds 300M --alpha 1,0.5 --rho 1,6/7",
        "fit mobilenet_v1 --max-mult-adds 2G --rho 1 --min-alpha 0.9 --pass training --view front",
    ],
    "mnetcost fit --scores": [
        "fit mobilenet_v1 --scores mobilenet_v1 --max-params 2M --max-mult-adds 150M",
        "fit mobilenet_v1 --scores mobilenet_v1 --convention fvcore --batch 2 --max-mult-adds 2G",
    ],
    "mnetcost expand": ["expand all.yaml"],
    "mnetcost import": [
        "import net.param",
        "import net.onnx",
        "import net.param --preset resnet:timm",
    ],
    "mnetcost rewrite": [
        "rewrite all.yaml --to separable",
        "rewrite all.yaml --to separable --batch 2 --pass training",
        "rewrite all.yaml --to separable --convention ptflops",
        "rewrite mobilenet_v1 --to standard --convention fvcore",
        "rewrite mobilenet_v1 --to standard --convention keras",
    ],
}
WORDS = {"integer": int, "number": float, "text": str, "boolean": bool, "null": type(None)}


class Row(NamedTuple):
    """A row of the page: under which headings, and the names in its first cell."""

    where: str
    names: tuple[str, ...]
    stated: str


class Field(NamedTuple):
    """A field of a document, and the rows of the page that lead to it."""

    path: tuple[str, ...]
    types: frozenset[type]
    rows: tuple[Row, ...]

    def names(self, path: tuple[str, ...]) -> bool:
        """Whether it is this one; a word in capitals stands for any name."""
        return len(path) == len(self.path) and all(
            mine == given or mine.isupper() for mine, given in zip(self.path, path)
        )


def sections() -> dict[str, list[Row]]:
    """The rows of each table, by its headings: "mnetcost table, JSON" or "layer"."""
    found: dict[str, list[Row]] = {}
    command = where = ""
    for line in PAGE.splitlines():
        if heading := re.match(r"(##+) (.*)", line):
            command = heading[2] if heading[1] == "##" else command
            form = heading[2].startswith(("JSON", "CSV", "Parquet"))
            where = f"{command}, {heading[2]}" if form else heading[2]
        elif line.startswith(("| `", "| (top)")):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            names = tuple(re.findall(r"`([^`]+)`", cells[0])) or ("",)
            found.setdefault(where, []).append(Row(where, names, cells[1]))
    return found


SECTIONS = sections()
TOP = Field((), frozenset(), ())


def steps(path: str) -> tuple[str, ...]:
    return tuple(step for step in path.replace("[]", ".[]").split(".") if step)


def fields(where: str, above: Field = TOP) -> Iterator[Field]:
    """The fields of a section, those of the records that it links to included."""
    for row in SECTIONS[where]:
        record = re.search(r"\]\(#(\w+)\)", row.stated)
        words = set(re.findall(r"\w+", row.stated)) - ({record[1]} if record else set())
        types = frozenset(WORDS[word] for word in words & WORDS.keys())
        for name in row.names:
            field = Field(above.path + steps(name), types, (*above.rows, row))
            if types:
                yield field
            if record:
                yield from fields(record[1], field)


def leaves(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*at, key))
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, (*at, "[]"))
    else:
        yield at, value


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    few_listed: None,
) -> Callable[[str, str], str]:
    """What a command line prints in a format."""
    (tmp_path / "all.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "least.yaml").write_text(LEAST, encoding="utf-8")
    (tmp_path / "net.param").write_text(MODEL, encoding="utf-8")
    (tmp_path / "net.onnx").write_bytes(partly_known())
    monkeypatch.chdir(tmp_path)

    def call(line: str, form: str) -> str:
        code = cli.run([*line.split(), "--format", form])
        out, err = capsys.readouterr()
        assert code == 0 or line.startswith(("check", "reconcile")), err
        return str(out)

    return call


def test_every_field_of_json_is_listed_and_every_listed_one_occurs(
    run: Callable[[str, str], str],
) -> None:
    seen: set[Row] = set()
    for command, lines in LINES.items():
        listed = list(fields(f"{command}, JSON"))
        for line in lines:
            for path, value in leaves(json.loads(run(line, "json"))):
                found = [field for field in listed if field.names(path)]
                assert len(found) == 1, f"{line}: {'.'.join(path)} is listed {len(found)} times"
                assert type(value) in found[0].types, f"{line}: {'.'.join(path)} is {value!r}"
                seen.update(found[0].rows)
    forms = ("CSV", "Parquet")
    documents = (rows for where, rows in SECTIONS.items() if not any(map(where.count, forms)))
    left = [row for rows in documents for row in rows if row not in seen]
    assert left == [], "\n".join(map(str, left))


def test_every_column_of_csv_is_listed_and_every_listed_one_occurs(
    run: Callable[[str, str], str],
) -> None:
    for command, lines in LINES.items():
        if command == "mnetcost import":  # a spec, or what was read as JSON
            continue
        columns: dict[str, set[str]] = {}
        for line in lines:
            view = re.search(r"--view (types|reduction|fields|channels|algorithms|memory)", line)
            title = f"CSV of `--view {view[1]}`" if view else "CSV"
            (head, *_) = csv.reader(io.StringIO(run(line, "csv")))
            columns.setdefault(title, set()).update(head)
        for title, names in columns.items():
            patterns = columns_of(f"{command}, {title}")
            assert {name for name in names if not known(name, patterns)} == set(), command
            unseen = [one for one in patterns if not any(re.fullmatch(one, it) for it in names)]
            assert unseen == [], command


def test_every_column_of_parquet_is_listed_and_every_listed_one_occurs() -> None:
    grids = [
        mnetcost.sweep(mnetcost.load(SPEC), alpha=1, rho=1, convention="ptflops"),
        mnetcost.sweep("mobilenet_v3", 1, 1, set={"classes": [10, 11]}, convention="fvcore"),
    ]
    names = {name for grid in grids for name in grid.to_pandas().columns}
    names |= {*to_pandas(Rows([({}, grids[0])], read_budget(1))).columns}
    patterns = columns_of("mnetcost sweep, Parquet")
    assert {name for name in names if not known(name, patterns)} == set()
    assert [one for one in patterns if not any(re.fullmatch(one, it) for it in names)] == []


def columns_of(where: str) -> list[str]:
    """A pattern for each column of a section; the knob of the lines above is `classes`."""
    names = [name for row in SECTIONS[where] for name in row.names]
    return [name.replace("TYPE", r"\w+").replace("KNOB", "classes") for name in names]


def known(name: str, patterns: list[str]) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in patterns)
