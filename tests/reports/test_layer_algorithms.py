"""`table --view algorithms`: what stands above, in and below its tables, and for programs."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from commands import printed

import mnetcost
from mnetcost import cli
from mnetcost.render.layout import report_lines
from mnetcost.reports.choices import Shown
from mnetcost.reports.table import table_report
from mnetcost.tabular import Report, Table

SPEC = """\
name: Small
input: {height: 9, width: 14, channels: 4}
layers:
  - conv: {out: 8, kernel: 3}
  - relu
  - depthwise: {kernel: [1, 3]}
  - pointwise: {out: 16}
  - conv: {name: shared, out: 16, kernel: 3}
  - conv: {out: 16, kernel: 3, weights: shared}
  - global_avg_pool
  - dense: {out: 10}
"""


def report(spec: str, engine: str | None = None) -> Report:
    return table_report(mnetcost.load(spec).cost(), Shown("algorithms", engine=engine))


def columns(table: Table) -> dict[str, list[Any]]:
    values = zip(*table.rows)
    return {column.key: list(cells) for column, cells in zip(table.columns, values)}


def test_by_hand() -> None:
    layers = columns(report(SPEC, "ncnn").tables[0])
    assert layers["name"] == ["conv_1", "depthwise_1", "pointwise_1", "shared", "conv_3", "dense_1"]
    winograd = "winograd 6"
    assert layers["algorithm"] == [winograd, "direct", "gemm", winograd, winograd, "gemm"]
    # 2·3 tiles of 64 values: 4 channels in, 8 out; then 16 and 16
    assert layers["multiplies"] == [
        *(6 * 64 * 4 * 8, 9 * 14 * 3 * 8, 9 * 14 * 8 * 16),
        *(6 * 64 * 256, 6 * 64 * 256, 160),
    ]
    assert layers["written"] == [6 * 64 * 12, 0, 0, 6 * 64 * 32, 6 * 64 * 32, 0]
    assert layers["workspace"] == layers["read_back"] == layers["written"]
    # nine weights become sixty-four, those of another layer too
    assert layers["more_weights"] == [55 * 32, 0, 0, 55 * 256, 55 * 256, 0]
    assert layers["gain"][0] == mnetcost.load(SPEC).cost().layers[0].mult_adds / (6 * 64 * 32)


def test_types_add_up_and_have_the_largest_workspace() -> None:
    found = report(SPEC, "ncnn")
    layers, types = map(columns, found.tables)
    assert list(zip(types["type"], types["algorithm"], types["layers"])) == [
        ("pointwise", "gemm", 1),
        ("depthwise", "direct", 1),
        ("conv", "winograd", 3),
        ("dense", "gemm", 1),
    ]
    assert types["workspace"] == [0, 0, 6 * 64 * 32, 0]
    assert sum(types["written"]) == sum(layers["written"])
    assert sum(types["multiplies"]) == sum(layers["multiplies"])


@pytest.mark.parametrize(
    ("spec", "engine", "answer"),
    [
        # the purpose of the MobileNets paper's section 3.2, for an engine that unrolls all else
        (
            "mobilenet_v1",
            "im2col",
            (
                "1×1 layers: 94.9 % of the mult-adds, no workspace",
                "Other layers: a workspace of up to 3,612,672 values (separable_1/depthwise, "
                "im2col)",
            ),
        ),
        (
            "mobilenet_v1",
            None,  # ncnn
            ("1×1 layers: 94.9 % of the mult-adds, no workspace", "Other layers: no workspace"),
        ),
        (
            "mobilenet_v1",
            "tflite-xnnpack",
            (
                "1×1 layers: 94.9 % of the mult-adds, no workspace",
                "Other layers: a workspace of up to 112,896 pointers (conv_1, indirect)",
            ),
        ),
        (
            "mobilenet_v1",
            "x-cube-ai",
            ("1×1 layers: 94.9 % of the mult-adds, workspace not known",),
        ),
        (
            "resnet18",
            "ncnn",
            (
                "1×1 layers: 1.06 % of the mult-adds, a workspace of up to 50,176 values "
                "(basic_2.1/conv_3, im2col)",
                "Other layers: a workspace of up to 819,200 values (basic_1.1/conv_1, winograd 6)",
            ),
        ),
        ("input: {height: 4, width: 6, channels: 2}\nlayers:\n  - relu\n", "ncnn", ()),
    ],
)
def test_what_stands_above(spec: str, engine: str | None, answer: tuple[str, ...]) -> None:
    assert report(spec, engine).answer == answer


def test_what_is_not_known_of_an_engine_is_not_said() -> None:
    found = report(SPEC, "x-cube-ai")
    assert all("workspace" not in columns(table) for table in found.tables)
    first = found.document["layers"][0]["algorithm"]
    assert (first["workspace"], first["written"], first["multiplies"]) == (None, None, 36288)
    assert found.document["engine"]["workspace_known"] is False


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v1", "googlenet"])
@pytest.mark.parametrize("width", [80, 200])
def test_the_tables_fit(name: str, width: int) -> None:
    lines = ["".join(text for text, _ in one) for one in report_lines(report(name), width)]
    assert max(map(len, lines)) <= width


def test_documents(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    words = ("table", str(path), "--view", "algorithms", "--engine", "ncnn", "--format")
    document = json.loads(printed(*words, "json"))
    assert document["engine"]["name"] == "ncnn"
    assert document["layers"][1]["algorithm"] is None
    assert document["layers"][0]["algorithm"] == {
        "name": "winograd",
        "tile": 6,
        "multiplies": 6 * 64 * 32,
        "weights": 64 * 32,
        "written": 6 * 64 * 12,
        "read_back": 6 * 64 * 12,
        "workspace": 6 * 64 * 12,
        "pointers": 0,
        "value_bytes": None,
        # six tiles: 26 operations for 16 lines of four channels, 20 for 14 of eight
        "transforms": 6 * (26 * 16 * 4 + 20 * 14 * 8),
    }
    rows = list(csv.DictReader(io.StringIO(printed(*words, "csv"))))
    assert [row["algorithm"] for row in rows][:2] == ["winograd 6", "direct"]
    assert (rows[0]["pointers"], rows[0]["more_weights"]) == ("0", str(55 * 32))
    assert (
        "algorithm" not in json.loads(printed("table", str(path), "--format", "json"))["layers"][0]
    )


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("words: mine\nsource: me\nrules: [{algorithm: direct}]\n", encoding="utf-8")
    shown = printed("table", "--view", "algorithms", "--engine", str(path))
    assert "Engine: “mine”, mine\nRules: me\n" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--view", "algorithms", "--engine", "ncn"], 2, "did you mean 'ncnn'?"),
        (["--view", "algorithms", "--engine", ""], 2, "no engine is called ''"),
        (["--view", "types", "--engine", "ncnn"], 2, "--engine is of --view algorithms alone"),
        (["--view", "algorithms", "--batch", "2"], 2, "forward and for one image"),
        (["--view", "algorithms", "--engine", "./nowhere.yaml"], 1, "there is no such file"),
    ],
)
def test_what_is_refused(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["table", "mobilenet_v1", *words]) == code
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True)
