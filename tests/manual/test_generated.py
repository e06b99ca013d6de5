"""What the manual says of commands and layer types is what they say of themselves."""

import re
from pathlib import Path

import pytest
from commands import commands
from manual.generated import MARKED, PARTS, files
from manual.pages import NAMES, PATHS, named
from manual.picture import PICTURE
from manual.plots import plots
from manual.plots import written as written_on

from mnetcost.layers import LAYERS, activation
from mnetcost.layers.fields import fields_of
from mnetcost.manual import layer_types, pages


@pytest.fixture(scope="module")
def written() -> dict[Path, str]:
    return files()


@pytest.mark.parametrize("path", [*PATHS[1:], PICTURE], ids=[*NAMES[1:], PICTURE.name])
def test_a_page_is_as_it_would_be_written(path: Path, written: dict[Path, str]) -> None:
    known = path.read_text(encoding="utf-8")
    assert known == written[path], "python tests/manual/write.py writes it"


def test_the_pictures_are_what_the_command_draws(written: dict[Path, str]) -> None:
    page = pages()["plot"].path
    text = page.read_text(encoding="utf-8")
    for path, drawn in plots().items():
        known = path.read_text(encoding="utf-8")
        assert written_on(known) == written_on(drawn), "python tests/manual/write.py draws it"
        assert f"](../pictures/{path.name})" in text
        assert len(known) < 40_000


def test_every_part_stands_somewhere() -> None:
    marks = {
        page.name: set(MARKED.findall(page.path.read_text("utf-8"))) for page in pages().values()
    }
    assert {name for found in marks.values() for name in found} == set(PARTS)
    assert {name for name, found in marks.items() if "options" in found} == set(commands())


@pytest.mark.parametrize("name", commands())
def test_every_option_of_a_command_stands_on_its_page(name: str) -> None:
    text = pages()[name].path.read_text(encoding="utf-8")
    for parameter in commands()[name].params:
        for option in parameter.opts:
            assert f"`{option}`" in text or option == parameter.name


@pytest.mark.parametrize("path", named("counting"))
def test_the_commands_that_take_a_convention_are_named(path: Path) -> None:
    (sentence,) = re.findall(r"[^.]* take its name as `--convention`", path.read_text("utf-8"))
    said = re.findall(r"`(\w+)`", sentence)
    takes = [
        name
        for name, command in commands().items()
        if any("--convention" in parameter.opts for parameter in command.params)
    ]
    assert sorted(said) == sorted(takes)


def test_an_option_has_its_value_and_default() -> None:
    text = pages()["table"].path.read_text(encoding="utf-8")
    assert "| `--batch` | `IMAGES` | `1` | Images at once: work grows with them, " in text
    assert (
        "| `--view` | `layers`, `types`, `reduction`, `blocks`, `fields`, `channels`, "
        "`algorithms`, `memory` " in text
    )
    assert "| `--output`, `-o` | `FILE` |  |" in text
    assert "`SPEC` is `mobilenet_v1` unless given." in text


@pytest.mark.parametrize("written", LAYERS)
def test_a_layer_type_has_its_keys(written: str) -> None:
    section = layer_types()[written]
    keys = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", section, re.MULTILINE)
    known = fields_of(LAYERS[written])
    others = {"expand", "round"} if "out" in known else set()
    others |= {"ratio", "round"} if written == "squeeze_excitation" else set()
    others |= {"like"} if written in ("constant", "crop", "pad", "resize") else set()
    assert sorted(key for key, _ in keys) == sorted({*known, *others})
    assert {key for key, default in keys if default.startswith("needed")} == {
        key for key, field in known.items() if field.required
    }
    assert "it takes `name`, `in`, `from`, `weights`, `when`" in section


@pytest.mark.parametrize(
    ("written", "key", "words", "default"),
    [
        ("conv", "kernel", "whole number from 1 to 65,536 (px), or `[height, width]`", "`1`"),
        ("conv", "out", "whole number from 1 to 16,777,216 (channels)", "needed, or `expand`"),
        ("attention", "heads", "whole number from 1 to 16,777,216 (heads)", "needed"),
        ("depthwise", "kernel", "whole number from 1 to 65,536 (px), or `[height, width]`", "`3`"),
        ("separable", "inner", "mapping of `bias`, `norm`, `act`", ""),
        ("max_pool", "ceil", "`true` or `false`", "`false`"),
        ("dropout", "rate", "number from 0 to below 1", "`0`"),
        ("concat", "axis", "`channels`, `height`, `width`", "`channels`"),
    ],
)
def test_what_a_key_may_hold(written: str, key: str, words: str, default: str) -> None:
    assert f"| `{key}` | {words} | {default} |\n" in layer_types()[written]


@pytest.mark.parametrize(
    ("written", "row"),
    [
        # 24×32×16 in; counted by hand
        ("conv", "| mult-adds | D_K²·M·N·D_Oh·D_Ow | 3²·16·64·12·16 | 1,769,472 |"),
        ("conv", "| output side D_Oh | ⌈D_Fh/S⌉ | ⌈24/2⌉ | 12 |"),
        ("conv", "| 3,538,944 FLOPs | `flops`, `torch`, `darknet` |"),
        ("separable", "| weights | D_K²·M | 3²·16 | 144 |"),
        ("dense", "| weights | M·N | 16·10 | 160 |"),
        ("attention", "| weights | 4·M² | 4·16² | 1,024 |"),
        ("prelu", "| other learned values | M·D_Fh·D_Fw | 16·24·32 | 12,288 |"),
    ],
)
def test_a_formula_of_a_layer_type(written: str, row: str) -> None:
    assert row in layer_types()[written].splitlines()


def test_the_layers_that_say_how_they_are_called() -> None:
    takes = {name for name, text in layer_types().items() if "| `called_as` |" in text}
    kernels = {"conv", "depthwise", "pointwise", "separable", "conv_transpose", "dense", "resize"}
    assert takes >= kernels
    others = {name for name in takes - kernels if not name.endswith(("_norm", "_pool", "1d"))}
    assert others - set(activation.ACTIVATIONS) == {
        *("add", "multiply", "subtract", "divide", "maximum", "minimum", "maxout", "glu"),
        *("softmax", "log_softmax", "layer_scale"),
        *("dot_product_attention", "matmul", "deform_conv", "cond_conv"),
    }


@pytest.mark.parametrize("path", named("errors"))
def test_every_problem_code_is_documented(path: Path) -> None:
    bad = (Path(__file__).parents[1] / "spec" / "bad").glob("*.yaml")
    stated = {
        code
        for file in bad
        for code in re.findall(r"^# expect: \d+:\d+ ([a-z0-9-]+)", file.read_text("utf-8"), re.M)
    }
    assert len(stated) > 20
    assert stated <= set(re.findall(r"`([a-z0-9-]+)`", path.read_text(encoding="utf-8")))
