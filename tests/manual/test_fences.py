"""What the README and the manual show is what happens: commands, specs, Python."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from manual.pages import NAMES, PATHS, README, Fence, every, fences, files, named
from manual.running import claims, commands_of, matches, run

import mnetcost
from mnetcost.printed import Printed

DATA = Path(__file__).parents[1] / "data"

by_page = pytest.mark.parametrize("path", PATHS, ids=NAMES)


def of(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fence", every(language), ids=lambda fence: fence.id)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder a page, kept for all of its commands, with the files that the page gives."""
    made: dict[Path, Path] = {}

    def folder(path: Path) -> Path:
        if path not in made:
            made[path] = tmp_path_factory.mktemp(path.stem)
            for name, text in files(path).items():
                (made[path] / name).parent.mkdir(parents=True, exist_ok=True)
                (made[path] / name).write_text(text, encoding="utf-8")
        return made[path]

    return folder


# --- commands


@of("console")
def test_commands_print_what_is_shown(fence: Fence, folders) -> None:
    commands = list(commands_of(fence.text))
    assert commands, "a console block begins with `$ `"
    for command, shown in commands:
        ran = run(command, folders(fence.path))
        assert "Traceback" not in ran.printed
        assert matches(shown, ran.printed), f"$ {command}\n{ran.printed}"


def listed(path: Path) -> list[str]:
    """The cells of tables that are commands; a word in capitals stands for something else."""
    cells = re.findall(r"(?<=\| )`(mnetcost [^`]+)`(?= \|)", path.read_text(encoding="utf-8"))
    return [cell for cell in cells if not re.search(r"\b[A-Z]{3,}\b", cell)]


LISTED = [(path, command) for path in PATHS for command in listed(path)]


@pytest.mark.parametrize(
    ("path", "command"), LISTED, ids=[f"{path.stem}: {command}" for path, command in LISTED]
)
@pytest.mark.usefixtures("few_listed")
def test_listed_commands_run(path: Path, command: str, folders) -> None:
    ran = run(command, folders(path))
    assert ran.code == 0, ran.printed


# --- specs


@of("yaml")
def test_a_spec_loads_and_its_published_figures_hold(fence: Fence, tmp_path) -> None:
    mnetcost.load(fence.text)
    (tmp_path / "my_net.yaml").write_text(fence.text, encoding="utf-8")
    assert " differs" not in run("mnetcost check my_net.yaml", tmp_path).printed


@pytest.mark.parametrize("path", named("language"))
def test_the_spec_with_blocks_is_what_the_text_says(path: Path) -> None:
    (text,) = [one.text for one in fences(path, "yaml") if "inverted_residual:" in one.text]
    network = mnetcost.load(text)
    names = [layer.name for layer in network.cost().layers]
    assert "inverted_residual_1.1/depthwise_1" in names
    assert "inverted_residual_2.2/residual" in names
    assert {"last.1/add_1", "last.2/relu_1", "logits"} <= set(names)
    deep = network.configured("deep", {})
    assert len(deep.graph.nodes) > len(network.graph.nodes)
    head = network.cost().layers[names.index("dense_1")]
    assert (head.params, head.mult_adds) == (640, 0)


@pytest.mark.parametrize("path", named("counting"))
def test_the_preset_is_read_and_counts(path: Path, tmp_path) -> None:
    (text,) = [one.text for one in fences(path, "yml") if "multiply_add:" in one.text]
    preset = tmp_path / "ours.yaml"
    preset.write_text(text, encoding="utf-8")
    # 15 positions of 4 channels: 4·4 weights and 4 biases, and a sigmoid of 20 operations
    size = "{height: 3, width: 5, channels: 4}"
    text = f"input: {size}\nlayers: [conv: {{out: 4, bias: true, act: %s}}]\n"
    cost = mnetcost.load(text % "sigmoid").cost(convention=str(preset))
    assert cost.counted.low == 15 * (2 * 16 + 4 + 20 * 4)
    without = mnetcost.load(text % "gelu").cost(convention=str(preset))
    assert without.counted.low == 15 * (2 * 16 + 4)
    assert cost.figures["params"] == 16 + 4


# --- Python


@by_page
def test_python_gives_what_its_comments_say(path: Path, folders, monkeypatch) -> None:
    blocks = [one.text for one in fences(path, "python")]
    if any("def test_" in text for text in blocks):
        file = folders(path) / "test_of_the_page.py"
        file.write_text("\n\n".join(blocks), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=file.parent)
        assert ran.returncode == 0, ran.stdout
        return
    monkeypatch.chdir(folders(path))
    names: dict[str, object] = {}
    for text in blocks:
        for claim in claims(text, names):
            assert claim.holds, f"{claim.code}  # {claim.comment}: {claim.given!r}"


# --- the README's table of the paper's tables


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def reproduced() -> dict[str, tuple[str, str]]:
    """Number of a paper's table -> its command and the word about it, as the README lists them."""
    row = re.compile(r"^\| (\d), .*? \| `(mnetcost .*?)` \| (.*?) ?\|$", re.MULTILINE)
    found = row.findall(README.read_text(encoding="utf-8"))
    return {number: (command, word) for number, command, word in found}


def document(command: str, folder: Path) -> dict:
    return json.loads(run(f"{command} --format json", folder).printed)


def networks(found: dict) -> list[dict[str, int]]:
    """What a command's JSON holds for each network, in its order."""
    many = found.get("networks") or found.get("points") or [found]
    return [one.get("totals", one) for one in many]


def test_the_readme_names_every_table_with_costs() -> None:
    assert list(reproduced()) == [str(number) for number in range(1, 10)]
    assert {row["table"].split()[1] for row in rows("paper_figures.csv")} <= reproduced().keys()


@pytest.mark.parametrize(
    "case", rows("paper_figures.csv"), ids=lambda row: " ".join(list(row.values())[:6])
)
def test_a_command_of_the_readme_reproduces_a_printed_figure(case, tmp_path) -> None:
    _, table, _, row = case["table"].split()
    command, word = reproduced()[table]
    exact = networks(document(command, tmp_path))[int(row) - 1][case["quantity"]]
    printed = Printed.read(case["printed"], truncated=case["kind"] == "truncated")
    assert printed.agrees(exact) == (case["kind"] != "misprint")
    if case["kind"] != "rounded":  # then the README says so
        assert case["printed"] in word
        assert f"{exact:,}" in word


def test_table_2_of_the_readme(tmp_path) -> None:
    command, word = reproduced()["2"]
    types = {one["type"]: one for one in document(command, tmp_path)["types"]}
    for case in rows("paper_table2.csv"):
        share = 100 * types[case["type"]][f"{case['quantity']}_share"]
        assert f"{share:.2f}" == case["meant"]
        if case["kind"] == "misprint":
            assert f"{case['printed']} %" in word
            assert f"{case['meant']} %" in word


def test_table_1_of_the_readme(tmp_path) -> None:
    # Howard et al. 2017, Table 1: a convolution, thirteen pairs, pool, classifier, softmax
    command, word = reproduced()["1"]
    layers = document(command, tmp_path)["layers"]
    kinds = ["conv", *["depthwise", "pointwise"] * 13, "global_avg_pool", "dense", "softmax"]
    assert [one["type"] for one in layers] == kinds
    assert layers[-5]["output"] == [7, 7, 1024]
    assert layers[0]["output"] == [112, 112, 32]
    assert "7×7" in word
