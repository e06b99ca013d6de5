"""What a convention file says of every layer type: weighed, as every layer, or free."""

from itertools import chain
from pathlib import Path

import pytest
from networks import small

import mnetcost
from mnetcost.conventions import Convention
from mnetcost.conventions.presets import (
    COLUMNS,
    NAMES,
    columns,
    convention,
    read_convention,
    weighable,
)
from mnetcost.conventions.tally import weigh
from mnetcost.cost import LayerCost
from mnetcost.layers import LAYERS
from mnetcost.layers.base import layer
from mnetcost.layers.fields import fields_of
from mnetcost.layers.structural import Identity
from mnetcost.problems import Origin, SpecError
from mnetcost.spec.sources import read_file

FILES = sorted((Path(mnetcost.__file__).parent / "conventions").glob("*/*.yaml"))


def complete(path: Path) -> None:
    read_convention(read_file(str(path)), complete=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_names_every_layer_type(path: Path) -> None:
    assert {one.stem for one in FILES} == {*NAMES, *COLUMNS}
    complete(path)


def test_a_layer_type_that_no_file_names_is_a_problem_of_each() -> None:
    @layer("hologram")
    class Hologram(Identity):
        __slots__ = ()

    try:
        for path in FILES:
            if path.stem == "keras":  # it counts no work
                complete(path)
                continue
            with pytest.raises(SpecError) as caught:
                complete(path)
            (problem,) = caught.value.problems
            assert (problem.code, problem.label) == ("missing-key", str(path))
            assert "hologram" in problem.message
    finally:
        del LAYERS["hologram"]


def test_what_stands_for_other_layers_is_weighed_as_those() -> None:
    assert {*LAYERS} - {*weighable()} == {
        *("pointwise", "separable", "squeeze_excitation", "conv1d", "depthwise1d"),
        *("conv_transpose1d", "max_pool1d", "avg_pool1d", "adaptive_avg_pool1d"),
        "adaptive_max_pool1d",
    }


# One of every layer type on a map of 6×10 px and 8 channels, with all that it can have.
SAMPLES = {
    **dict.fromkeys(weighable(), ""),
    **dict.fromkeys(("conv", "conv_transpose"), "{out: 4, kernel: [3, 5], bias: true}"),
    "depthwise": "{kernel: [3, 5], bias: true}",
    "dense": "{out: 4, per_position: true, bias: true}",
    "attention": "{heads: 2}",
    "dot_product_attention": "{heads: 2, from: [input, input, input]}",
    "matmul": "{from: [input, input], transpose: second}",
    "deform_conv": "{out: 4, kernel: 2, mask: true, bias: true, from: [input, offsets]}",
    "cond_conv": "{out: 4, kernel: [3, 5], experts: 3, bias: true, routing_bias: true}",
    **dict.fromkeys(("lstm", "gru", "rnn"), "{out: 4, bidirectional: true}"),
    **dict.fromkeys(("max_pool", "avg_pool"), "{kernel: [2, 3]}"),
    **dict.fromkeys(("adaptive_avg_pool", "adaptive_max_pool"), "{size: [2, 3]}"),
    "group_norm": "{groups: 2}",
    "instance_norm": "{affine: true}",
    **dict.fromkeys(("add", "multiply", "concat"), "{from: [input, input]}"),
    **dict.fromkeys(("subtract", "divide", "maximum", "minimum"), "{from: [input, input]}"),
    "maxout": "{pieces: 2}",
    "split": "{sizes: [3, rest]}",
    "slice": "{every: 3}",
    **dict.fromkeys(("pixel_shuffle", "pixel_unshuffle"), "{factor: [1, 2]}"),
    "constant": "{channels: 2}",
    "opaque": "{of: [6, 10, 8], kernel_weights: 5, biases: 4, other: 3, mult_adds: 7, products: 9}",
    "prior_box": "{priors: 3, from: [input, input]}",
    "detection_output": "{from: [input, input, input]}",
    "pad": "{top: 1, left: 2}",
    "crop": "{height: 4, width: 7}",
    "permute": "{order: chw}",
    "reshape": "{height: 3, channels: 16}",
    "resize": "{height: 8, width: 9}",
    "learned": "{out: 3, height: 2}",
}


def sample(name: str) -> LayerCost:
    """A layer of this type, called in a way that the spec does not know where that matters."""
    keys = [SAMPLES[name].strip("{}")]
    fields = fields_of(LAYERS[name])
    if "called_as" in fields and "act" not in fields:  # of a layer with an `act` it speaks of that
        keys.append("called_as: unknown")
    written = ", ".join(filter(None, keys))
    offsets = "  - branches: [[conv: {name: offsets, out: 12, kernel: 2}]]\n"
    return small(f"{offsets}  - {name}: {{{written}}}", 6, 10).cost().layers[-1]


@pytest.mark.parametrize("one", [*map(convention, NAMES), *columns()], ids=lambda one: one.name)
def test_free_is_zero_and_as_every_is_not(one: Convention) -> None:
    for name in [*one.as_every, *chain(*one.free.values())]:
        found = sample(name)
        low, high = weigh(found.node, found.input, found.output, one, batch=2)
        assert (low > 0) if name in one.as_every else (low == high == 0), name


HEAD = "words: x\nunit: MAC\nwork: {every: {bias: 1}, relu: {outputs: 1}}\n"
NAMED = [
    # line 4, (column, code, suggestion)
    ("free: {moved: [flaten]}", (16, "unknown-word", "flatten")),
    ("free: {moved: [separable]}", (16, "unknown-word", None)),
    ("free: {none: [relu]}", (15, "conflict", None)),
    ("free: {none: [tanh, elu, tanh]}", (26, "conflict", None)),
    ("free: {a: [tanh], b: [tanh]}", (23, "conflict", None)),
    ("free: [tanh]", (7, "wrong-type", None)),
    ("free: {none: tanh}", (14, "wrong-type", None)),
    ("free: {none: [[tanh]]}", (15, "wrong-type", None)),
    ("as_every: [conv, conv]", (18, "conflict", None)),
    ("as_every: [relu]", (12, "conflict", None)),
    ("as_every: [convv]", (12, "unknown-word", "conv")),
    ("as_every: conv", (11, "wrong-type", None)),
    ("per_image: {squeeze_excitation: {outputs: 1}}", (13, "unknown-key", None)),
]


@pytest.mark.parametrize(("line", "expected"), NAMED)
def test_a_layer_type_named_wrongly_is_a_problem_with_its_place(line: str, expected: tuple) -> None:
    with pytest.raises(SpecError) as caught:
        read_convention(Origin("own.yaml", HEAD + line + "\n"))
    (problem,) = caught.value.problems
    assert (problem.mark.line, problem.mark.column) == (4, expected[0])
    assert (problem.code, problem.suggestion) == expected[1:]


def test_as_every_needs_a_weight_for_every_layer() -> None:
    text = "words: x\nunit: MAC\nwork: {relu: {outputs: 1}}\nas_every: [conv]\n"
    with pytest.raises(SpecError) as caught:
        read_convention(Origin("own.yaml", text))
    assert [(one.code, one.mark.line) for one in caught.value.problems] == [("conflict", 4)]


def test_an_own_preset_need_not_name_every_layer_type() -> None:
    own = Origin("own.yaml", HEAD + "free: {they only move values: [flatten, permute]}\n")
    assert read_convention(own).free == {"they only move values": ("flatten", "permute")}
    with pytest.raises(SpecError) as caught:
        read_convention(own, complete=True)
    # all but relu, flatten and permute
    assert len(caught.value.problems) == len(weighable()) - 3


@pytest.mark.parametrize("weight", ["{}", "{outputs: 0}", "{outputs: {module: 0}}"])
def test_a_weight_of_nothing_names_no_layer_type(weight: str) -> None:
    text = f"words: x\nunit: MAC\nwork: {{every: {{bias: 1}}, relu: {weight}}}\n"
    with pytest.raises(SpecError) as caught:
        read_convention(Origin("own.yaml", text), complete=True)
    assert any("nothing is said of relu," in one.message for one in caught.value.problems)
