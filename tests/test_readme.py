"""The README's commands, outputs and tables are true: a page that lies is worse than none."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import commands
from paths import BAD

import mnetcost
from mnetcost.layers import LAYERS, activation
from mnetcost.layers.fields import fields_of

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def run(command: str, folder: Path) -> str:
    """What a shell prints for a command, standard error last."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, check=False
    )
    return (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.split("\n")[0][:40])
def test_outputs_are_what_the_commands_print(block, tmp_path):
    command, _, shown = block.removeprefix("$ ").partition("\n")
    kept = [re.escape(part) for part in shown.rstrip("\n").split("\n...")]  # ... stands for lines
    pattern = r"(?:\n.*)*".join(kept)
    assert re.fullmatch(pattern, run(command, tmp_path).rstrip("\n"))


def test_the_spec_loads_and_keeps_its_promise():
    text, *_ = blocks("yaml")
    network = mnetcost.load(text)
    assert network.graph.base == (96, 128)
    (expectation,) = network.graph.expectations
    assert expectation.mult_adds.agrees(network.cost().mult_adds)


@pytest.mark.parametrize("command", re.findall(r"^\| `(mnetcost [^`]+)` \|", README, re.MULTILINE))
def test_listed_commands_run(command, tmp_path):
    text, *_ = blocks("yaml")
    (tmp_path / "my_net.yaml").write_text(text, encoding="utf-8")
    printed = run(f"{command} && echo finished", tmp_path)
    assert printed.endswith("finished\n")


def test_the_notebook():
    names: dict[str, object] = {}
    exec(blocks("python")[0], names)
    cost, grid = names["cost"], names["grid"]
    assert (cost.params, cost.mult_adds) == (2568144, 239273472)
    assert str(cost.layers[0].output) == "Map(h=96, w=96, c=24)"
    assert grid.mult_adds.shape == (100, 6)
    for shown in ("2568144, 239273472", "Map(h=96, w=96, c=24)", "shape (100, 6)"):
        assert shown in README


def test_the_preset_is_read_and_counts(tmp_path):
    (text,) = blocks("yml")
    path = tmp_path / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    # 15 positions of 4 channels: 4·4 weights and 4 biases, and a sigmoid of 20 operations
    size = "{height: 3, width: 5, channels: 4}"
    text = f"input: {size}\nlayers: [conv: {{out: 4, bias: true, act: %s}}]\n"
    cost = mnetcost.load(text % "sigmoid").cost(convention=str(path))
    assert cost.counted.low == 15 * (2 * 16 + 4 + 20 * 4)
    assert mnetcost.load(text % "gelu").cost(convention=str(path)).counted.low == 15 * (2 * 16 + 4)
    assert cost.basis.convention.params(cost.parameters._asdict()) == 16 + 4


def test_the_large_sweep():
    names: dict[str, object] = {}
    exec(blocks("python")[1], names)
    grid = names["grid"]
    assert grid.mult_adds.shape == (4000, 2500)
    assert grid.at(alpha=1, rho="1.2").mult_adds == 851_132_288
    assert grid.count(max_mult_adds=150_000_000) == 6_963_196
    assert int((grid.mult_adds <= 150_000_000).sum()) == 6_963_196
    for shown in ("851132288", "6963196", "int64 arrays, shape (4000, 2500)"):
        assert shown in README


def test_the_new_layer_type_works(tmp_path):
    *_, record, cases = blocks("python")
    file = tmp_path / "test_channel_scale.py"
    file.write_text(f"{record}\n\n{cases}", encoding="utf-8")
    printed = run(f"{sys.executable} -m pytest -q -p no:cacheprovider {file}", tmp_path)
    assert "2 passed" in printed


def documented_layers() -> dict[str, dict[str, str]]:
    """Layer -> key -> printed default, from the table of layers."""
    table = README[README.index("| layer | keys (default) |") :].split("\n\n")[0]
    found = {}
    for row in table.splitlines()[2:]:
        names, keys = row.strip("|").split("|")
        keys = "" if "also as" in keys else keys
        written = re.findall(r"`(\w+)`(?: \((?:the )?([^)]*)\))?", keys.split(";")[0])
        for name in re.findall(r"`(\w+)`", names):
            found[name] = dict(written)
    return found


def test_the_table_of_layers_is_complete():
    documented = documented_layers()
    assert documented.keys() == LAYERS.keys()
    for name, keys in documented.items():
        known = fields_of(LAYERS[name])
        assert keys.keys() == known.keys() - {"inner", "called_as"}, name


def test_the_layers_that_say_how_they_are_called_are_listed():
    takes = {name for name, record in LAYERS.items() if "called_as" in fields_of(record)}
    families = {"conv", "depthwise", "pointwise", "separable", "conv_transpose", "dense", "resize"}
    others = {name for name in takes - families if not name.endswith(("_norm", "_pool"))}
    assert takes >= families
    assert others - set(activation.ACTIVATIONS) == {
        *("add", "multiply", "softmax", "log_softmax", "layer_scale"),
    }


def test_the_spec_with_blocks_is_what_the_text_says():
    _, text = blocks("yaml")
    network = mnetcost.load(text)
    names = [layer.name for layer in network.cost().layers]
    assert "inverted_residual_1.1/depthwise_1" in names
    assert "inverted_residual_2.2/residual" in names
    assert {"last.1/add_1", "last.2/relu_1", "logits"} <= set(names)
    deep = network.configured("deep", {})
    assert len(deep.graph.nodes) > len(network.graph.nodes)
    head = network.cost().layers[names.index("dense_1")]
    assert (head.params, head.mult_adds) == (640, 0)


@pytest.mark.parametrize("name", ["conv", "depthwise", "pointwise", "separable", "dense"])
def test_documented_defaults_are_the_defaults(name):
    words = {"true": True, "false": False}
    known = fields_of(LAYERS[name])
    for key, shown in documented_layers()[name].items():
        default = known[key].default
        if shown.isdecimal():
            assert default in (int(shown), (int(shown), int(shown)))
        elif shown in words:
            assert default is words[shown]


def test_every_option_is_mentioned():
    options = {
        option
        for command in commands().values()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    missing = {option for option in options if option not in README}
    assert not missing


def test_every_problem_code_is_documented():
    bad = BAD.glob("*.yaml")
    stated = {
        line.split()[3] for path in bad for line in path.read_text("utf-8").splitlines()
        if re.match(r"# expect: \d+:\d+ [a-z0-9-]+", line)
    }  # fmt: skip
    codes = set(re.findall(r"`([a-z0-9-]+)`", README[README.index("The codes are stable") :]))
    assert len(stated) > 20
    assert stated <= codes
