"""Which way an engine computes a convolution, rule by rule; and what a file of rules says wrong."""

from pathlib import Path

import pytest
from networks import chain, codes

import mnetcost
from mnetcost.cost import LayerCost
from mnetcost.devices.engines import Engine, chosen, engine, names, read_engine
from mnetcost.problems import Origin, SpecError, UsageError

HEAD = "input: {{height: {}, width: {}, channels: {}}}\n"


def layer_of(text: str, shape: tuple[int, int, int]) -> LayerCost:
    return chain(text, head=HEAD.format(*shape)).cost().layers[0]


def way_of(name: str, text: str, shape: tuple[int, int, int]) -> str:
    return str(chosen(layer_of(text, shape), engine(name)))


# --- what engines take, by their own code


@pytest.mark.parametrize(
    ("text", "shape", "way"),
    [
        ("pointwise: {out: 5}", (9, 7, 3), "gemm"),
        ("dense: {out: 5}", (1, 1, 30), "gemm"),
        ("depthwise: {kernel: [5, 3]}", (9, 7, 8), "direct"),
        ("pointwise: {out: 8, stride: 2}", (9, 7, 8), "im2col"),
        ("pointwise: {out: 9, stride: 2}", (9, 7, 3), "im2col"),
        ("pointwise: {out: 8, stride: 2}", (9, 7, 3), "direct"),
        ("conv: {out: 8, kernel: 3}", (112, 112, 3), "direct"),
        # tiles of 4 px where both sides of the padded map are up to 10, 15 to 18, 21 or 22
        ("conv: {out: 8, kernel: 3}", (8, 7, 4), "winograd 4"),
        ("conv: {out: 8, kernel: 3}", (13, 20, 4), "winograd 4"),
        ("conv: {out: 8, kernel: 3}", (9, 8, 4), "winograd 6"),
        ("conv: {out: 8, kernel: 3}", (8, 9, 4), "winograd 6"),
        ("conv: {out: 8, kernel: 3}", (17, 18, 4), "winograd 6"),
        ("conv: {out: 8, kernel: 3}", (21, 20, 4), "winograd 6"),
        ("conv: {out: 9, kernel: 3}", (8, 8, 4), "winograd 6"),
        ("conv: {out: 17, kernel: 3}", (8, 7, 17), "winograd 6"),
        ("conv: {out: 15, kernel: 3}", (8, 7, 17), "direct"),
        ("conv: {out: 17, kernel: 3}", (119, 122, 17), "direct"),
        ("conv: {out: 8, kernel: 3, dilation: 2}", (9, 9, 16), "direct"),
        ("conv: {out: 16, kernel: 3, dilation: 2}", (9, 9, 16), "im2col"),
        # 3×3 of stride 2 by the area of the padded map: 57×57, 29×29, 15×15
        ("conv: {out: 48, kernel: 3, stride: 2}", (56, 56, 48), "im2col"),
        ("conv: {out: 44, kernel: 3, stride: 2}", (56, 56, 48), "direct"),
        ("conv: {out: 52, kernel: 3, stride: 2}", (28, 28, 56), "direct"),
        ("conv: {out: 56, kernel: 3, stride: 2}", (28, 28, 56), "im2col"),
        ("conv: {out: 24, kernel: 3, stride: 2}", (14, 14, 24), "im2col"),
        ("conv: {out: 64, kernel: 3, stride: 2}", (18, 18, 64), "im2col"),
        ("conv: {out: 64, kernel: 3, stride: 2}", (17, 17, 64), "im2col"),
        # 5×5 of stride 1: never over 17×17 padded px
        ("conv: {out: 256, kernel: 5}", (28, 28, 256), "direct"),
        ("conv: {out: 200, kernel: 5}", (13, 13, 200), "im2col"),
        ("conv: {out: 196, kernel: 5}", (13, 13, 200), "direct"),
        ("conv: {out: 12, kernel: 7}", (13, 9, 12), "im2col"),
        ("conv: {out: 8, kernel: 7}", (13, 9, 12), "direct"),
        ("conv: {out: 16, kernel: [3, 1], stride: 2}", (13, 9, 16), "im2col"),
        # channels are those of a group
        ("conv: {out: 64, kernel: 3, groups: 32}", (56, 56, 96), "direct"),
        ("conv: {out: 128, kernel: 3, groups: 32}", (56, 56, 128), "winograd 6"),
    ],
)
def test_ncnn(text: str, shape: tuple[int, int, int], way: str) -> None:
    assert way_of("ncnn", text, shape) == way


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("pointwise: {out: 5}", {"tflite-xnnpack": "gemm", "tinyengine": "im2col"}),
        (
            "pointwise: {out: 5, stride: 2}",
            {"tflite-xnnpack": "indirect", "cmsis-nn": "direct", "direct": "direct"},
        ),
        ("depthwise: {}", {"tflite-xnnpack": "indirect", "tinyengine": "direct"}),
        ("conv: {out: 4, kernel: [1, 3]}", {"tflite-xnnpack": "indirect", "im2col": "im2col"}),
        ("conv_transpose: {out: 4, kernel: 2, stride: 2}", {"im2col": "col2im"}),
        ("depthwise: {dilation: 2, kernel: 5}", {"cmsis-nn": "direct"}),
    ],
)
def test_other_engines(text: str, ways: dict[str, str]) -> None:
    assert {name: way_of(name, text, (9, 7, 8)) for name in ways} == ways


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        # 2 columns of 3·3·3 values, rounded up to 28, of two bytes each
        ("conv: {out: 8, kernel: 3, stride: 2}", "cmsis-nn", 2 * 28 * 2),
        ("depthwise: {kernel: 3}", "cmsis-nn", 0),
        ("depthwise: {kernel: [5, 3]}", "cmsis-nn", 5 * 3 * 3 * 2),
        ("pointwise: {out: 8}", "cmsis-nn", 0),
        ("pointwise: {out: 8}", "tinyengine", 2 * 3 * 2),
        ("conv: {out: 8, kernel: 3}", "tinyengine", 2 * 27 * 2),
        ("conv: {out: 8, kernel: [3, 1]}", "tflite-xnnpack", 3 * 9 * 7 * 8),
        ("depthwise: {}", "im2col", 3 * 9 * 9 * 7),
        ("conv: {out: 8, kernel: 3}", "direct", 0),
    ],
)
def test_bytes_of_the_workspace_of_int8(text: str, name: str, found: int) -> None:
    """What `arm_convolve_wrapper_s8_get_buffer_size` and its like ask for."""
    assert chosen(layer_of(text, (9, 7, 3)), engine(name)).workspace_bytes(1) == found


def test_a_layer_without_a_kernel_has_its_products_alone() -> None:
    net = mnetcost.load("vit_b_16").cost()
    for layer in net.layers:
        way = chosen(layer, engine("ncnn"))
        assert way.name or not way.workspace
    attention = next(one for one in net.layers if one.type == "attention")
    assert chosen(attention, engine("ncnn"))[:2] == ("", attention.mult_adds)


@pytest.mark.parametrize("name", ["mobilenet_v1", "resnet18", "googlenet", "mobilenet_v2"])
def test_direct_multiplies_what_is_counted(name: str) -> None:
    count = mnetcost.load(name).cost(batch=2)
    ways = [chosen(one, engine("direct")) for one in count.layers]
    assert sum(one.multiplies for one in ways) == count.mult_adds
    assert sum(one.weights for one in ways) == count.params


def test_a_dense_layer_copies_no_columns() -> None:
    found = own("rules: [{algorithm: im2col, columns: 4}]")
    way = chosen(layer_of("dense: {out: 3}", (1, 1, 20)), found)
    assert (way.name, way.workspace) == ("gemm", 0)


def test_the_tile_of_least_work() -> None:
    found = own("rules: [{algorithm: winograd, tile: least}, {algorithm: direct}]")
    for sides, tile in (((7, 7), 4), ((6, 12), 6), ((2, 2), 2), ((5, 9), 6), ((13, 13), 4)):
        layer = layer_of("conv: {out: 4, kernel: 3}", (*sides, 4))
        assert str(chosen(layer, found)) == f"winograd {tile}"
    layer = layer_of("conv: {out: 4, kernel: [5, 3]}", (24, 12, 4))
    assert str(chosen(layer, found)) == "winograd 4"  # tiles of 10 px lose accuracy


# --- files


def own(rules: str) -> Engine:
    return read_engine(Origin("own.yaml", f"words: mine\nsource: none\n{rules}\n"))


def test_every_engine_that_comes_with_it_says_its_source() -> None:
    assert {*names()} >= {"cmsis-nn", "direct", "ncnn", "tflite-xnnpack", "tinyengine"}
    for name in names():
        found = engine(name)
        assert found.name == name
        assert found.words
        assert found.source
        assert found.known == (name != "x-cube-ai")


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("words: mine\nsource: me\nrules: [{algorithm: im2col, columns: 4}]\n")
    found = engine(path)
    assert (found.name, found.words, found.source) == ("mine", "mine", "me")
    assert chosen(layer_of("conv: {out: 8, kernel: 3}", (9, 7, 3)), found).workspace == 4 * 27


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("", "empty", (1, 1), "is empty"),
        ("[1]", "wrong-type", (1, 1), "is not a mapping"),
        ("words: a\nrules: [{algorithm: direct}]", "missing-key", (1, 1), "needs `source`"),
        ("...\nrule: []", "unknown-key", (3, 1), "did you mean"),
        ("...\nrules: direct", "wrong-type", (3, 8), "a list of rules"),
        ("...\nrules: []", "wrong-type", (3, 8), "a list of rules"),
        ("...\nrules: [{algorithm: winnograd}]", "unknown-word", (3, 21), "winograd"),
        (
            "...\nrules: [{kernel: 3}, {algorithm: direct}]",
            "missing-key",
            (3, 9),
            "needs `algorithm`",
        ),
        (
            "...\nrules:\n  - {algorithm: im2col, tile: 4}",
            "conflict",
            (4, 25),
            "`tile` is of winograd, and the algorithm is im2col",
        ),
        (
            "...\nrules:\n  - {algorithm: im2col, kernel: 3}",
            "missing-key",
            (4, 5),
            "the last rule does not fit every convolution",
        ),
        ("...\nrules: [{algorithm: indirect}]", "missing-key", (3, 9), "does not fit every"),
        (
            "...\nrules: [{algorithm: im2col, columns: -2}]",
            "out-of-range",
            (3, 38),
            "found -2",
        ),
        (
            "...\nrules: [{algorithm: im2col, sides: 3}, {algorithm: direct}]",
            "wrong-type",
            (3, 36),
            "a list of 1 to 100",
        ),
        (
            "...\nrules: [{algorithm: im2col, channels: {last: 3}}, {algorithm: direct}]",
            "unknown-key",
            (3, 40),
            "least",
        ),
        ("...\nworkspace: no\nrules: [{algorithm: direct}]", "unknown-word", (3, 12), "unknown"),
    ],
)
def test_what_is_wrong_in_a_file(text: str, code: str, place: tuple[int, int], words: str) -> None:
    with pytest.raises(SpecError) as error:
        read_engine(Origin("own.yaml", text.replace("...", "words: a\nsource: b")))
    assert codes(error)[0] == code
    assert error.value.problems[0].mark[:2] == place
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [("ncn", "did you mean 'ncnn'"), ("", "no engine is called"), ("tensorrt", "cmsis-nn")],
)
def test_an_unknown_name(name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        engine(name)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(SpecError, match="there is no such file"):
        engine("nowhere/mine.yaml")
