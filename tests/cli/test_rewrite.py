"""`mnetcost rewrite` as a shell sees it: the spec in one place, the saving in another."""

import csv
import io
import json

import pytest
from commands import process, refused, run

import mnetcost

pytest.importorskip("ruamel.yaml")

LAYER = "input: {height: 6, width: 10, channels: 2}\nlayers:\n  - conv: {out: 4, kernel: [3, 5]}\n"
# 60 positions: 3·5·2·4 = 120 weights against 3·5·2 + 2·4 = 38
SPEC = (
    "input: {height: 6, width: 10, channels: 2}\nlayers:\n  - separable: {out: 4, kernel: [3, 5]}\n"
)


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(LAYER, encoding="utf-8")
    return str(path)


def test_the_spec_is_printed_and_the_saving_stands_beside(net):
    ran = run("rewrite", net, "--to", "separable")
    assert (ran.code, ran.out) == (0, SPEC)
    assert "7,200" in ran.err
    assert "2,280" in ran.err


def test_a_pipe(net):
    ran = process("rewrite", net, "--to", "separable")
    table = process("table", "-", "--format", "json", input=ran.out.encode())
    assert json.loads(table.out)["totals"]["mult_adds"] == 38 * 60
    back = process("rewrite", "-", "--to", "standard", input=ran.out.encode())
    assert back.out == LAYER


def test_a_variant_in_a_pipe_stays_that_variant():
    ran = run("rewrite", "resnet18", "--to", "separable")
    table = run("table", "-", "--format", "json", input=ran.out.encode())
    assert json.loads(table.out)["model"] == "ResNet-18 (depthwise separable)"


def test_files(net, tmp_path):
    new, saving = tmp_path / "new.yaml", tmp_path / "saving.csv"
    ran = run("rewrite", net, "--to", "separable", "-o", str(new), "--report", str(saving))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert new.read_text("utf-8") == SPEC
    layer, network = csv.DictReader(io.StringIO(saving.read_text("utf-8")))
    assert (layer["name"], layer["params_before"], layer["params_after"]) == ("conv_1", "120", "38")
    assert (network["name"], network["mult_adds_after"]) == ("network", "2280")


def test_two_outputs_in_one_file_lose_neither(net, tmp_path):
    old = tmp_path / "old.csv"
    old.write_text("old", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(old)
    for one, other in (("old.csv", "old.csv"), ("link.csv", "old.csv"), ("n.csv", "./n.csv")):
        words = ("-o", f"{tmp_path}/{one}", "--report", f"{tmp_path}/{other}")
        ran = run("rewrite", net, "--to", "separable", *words)
        assert (ran.code, ran.out) == (2, "")
        assert "is what --output writes to already" in ran.err
    assert old.read_text("utf-8") == "old"
    assert not (tmp_path / "n.csv").exists()


def test_a_file_in_its_own_place(net):
    ran = run("rewrite", net, "--to", "separable", "-o", net)
    assert "7,200" in ran.out
    assert mnetcost.load(net).cost().mult_adds == 2280


def test_a_report_alone_leaves_the_spec_on_standard_output(net, tmp_path):
    ran = run("rewrite", net, "--to", "separable", "--report", str(tmp_path / "saving.html"))
    assert (ran.out, ran.err) == (SPEC, "")


def test_json(net):
    found = json.loads(run("rewrite", net, "--to", "separable", "--format", "json").out)
    costs = {
        "before": {"params": 120, "mult_adds": 7200},
        "after": {"params": 38, "mult_adds": 2280},
        "ratio": 38 / 120,
        "ratio_exact": "19/60",
        "params_ratio": 38 / 120,
        "params_ratio_exact": "19/60",
    }
    layer = {"name": "conv_1", "kernel": "3×5", "input": [6, 10, 2], "output": [6, 10, 4]}
    assert found == {
        "model": "net",
        "convention": "paper",
        "to": "separable",
        "answer": "1 layer made separable: weights 120 → 38 (0.317 times), mult-adds 7,200 → 2,280 "
        "(0.317 times).",
        "alpha": "1",
        "rho": "1",
        "input": [6, 10, 2],
        "layers": [{**layer, **costs}],
        "totals": costs,
        "kept": [],
        "expectations_left_out": 0,
        "spec": SPEC,
    }


@pytest.mark.parametrize("format_", ["text", "csv", "markdown", "latex", "html"])
def test_every_format(net, format_):
    ran = run("rewrite", net, "--to", "separable", "--format", format_)
    assert (ran.code, ran.err) == (0, "")
    assert "2280" in ran.out.replace(",", "").replace("{}", "")


def test_what_is_kept_is_said(net):
    ran = run("rewrite", "resnext50_32x4d", "--to", "separable", "--format", "json")
    found = json.loads(ran.out)
    assert [one["reason"] for one in found["kept"]] == ["bottleneck_1.1/conv_2 has 32 groups"]
    assert len(found["kept"][0]["names"]) == 16
    assert found["expectations_left_out"] == 10


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--to", "dense"],
        ["--to", "separable", "--layers", "nothing*"],
        ["--to", "separable", "--set", "depth=2"],
        ["--to", "separable", "--report", "saving.xyz"],
        ["--to", "separable", "-o", "no/such/folder/new.yaml"],
    ],
)
def test_wrong_options(net, arguments):
    refused(run("rewrite", net, *arguments), 2)


@pytest.mark.parametrize(
    "text",
    [
        "layers: [",
        "input: {height: 6, width: 10, channels: 2}\nlayers:\n  - convv: {out: 4}\n",
    ],
    ids=["not YAML", "unknown layer"],
)
def test_wrong_specs(net, text):
    with open(net, "w", encoding="utf-8") as stream:
        stream.write(text)
    refused(run("rewrite", net, "--to", "separable"), 1)


# By hand, of LAYER on its 6×10 map, of 2 channels to 4: 120 weights at 60 positions, or 30 and 8.
# FLOPs are two a MAC; training adds the gradient of the weights: the image has none of its own,
# and so has no half that reads it.
@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        (["--convention", "flops"], 2 * 7200, 2 * 2280),
        (["--batch", "3"], 3 * 7200, 3 * 2280),
        (["--pass", "training"], 2 * 7200, 2 * 1800 + 3 * 480),
    ],
)
def test_the_saving_is_of_what_is_counted(net, words, before, after):
    ran = run("rewrite", net, "--to", "separable", *words, "--format", "csv")
    key = "count" if "--convention" in words else "mult_adds"
    for row in csv.DictReader(io.StringIO(ran.out)):  # the layer, and the network
        assert (int(row[f"{key}_before"]), int(row[f"{key}_after"])) == (before, after)
        assert float(row["ratio"]) == after / before
    found = json.loads(run("rewrite", net, "--to", "separable", *words, "--format", "json").out)
    side = found["totals"]["before"]
    assert (side["count"]["value"] if key == "count" else side["mult_adds"]) == before
    assert f"{before:,} → {after:,}" in found["answer"]


def test_hostile_names_stay_texts(net):
    name = "=cmd <b> [red] \\x $ & {1}"
    with open(net, "w", encoding="utf-8") as stream:
        stream.write(f"name: {json.dumps(name)}\n{LAYER}")
    ran = run("rewrite", net, "--to", "separable")
    assert mnetcost.load(ran.out).name == f"{name} (depthwise separable)"
    html = run("rewrite", net, "--to", "separable", "--format", "html").out
    assert "<b>" not in html


def test_without_ruamel(net, monkeypatch):
    import sys

    monkeypatch.delitem(sys.modules, "mnetcost.spec.roundtrip", raising=False)
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(mnetcost.UsageError, match=r"pip install 'mnetcost\[fmt\]'"):
        mnetcost.load(net).rewrite("separable")


def test_the_library_needs_no_command_line():
    found = mnetcost.load(LAYER).rewrite("separable")
    assert found.text == SPEC
    assert repr(found) == "Rewriting('<text>', to='separable', 1 layers, mult_adds=7,200 to 2,280)"
    assert found.savings[0].name == "conv_1"
    assert found.after.mult_adds == mnetcost.load(found.text).cost().mult_adds == 2280


def test_the_answer_comes_first():
    """13 pairs of MobileNet v1; 4866 M is what Howard et al. 2017 print in Table 4."""
    words = ["rewrite", "mobilenet_v1", "--to", "standard"]
    found = json.loads(run(*words, "--format", "json").out)
    assert found["answer"] == (
        "13 layers made standard: weights 4,209,088 → 29,281,120 (6.96 times), mult-adds "
        "568,740,352 → 4,867,293,184 (8.56 times)."
    )
    assert run(*words, "--format", "text").out.splitlines()[1] == found["answer"]
    none = run("rewrite", "vgg16", "--to", "standard", "--format", "text").out
    assert none.splitlines()[1] == "Nothing is rewritten: the network stays as it is."
