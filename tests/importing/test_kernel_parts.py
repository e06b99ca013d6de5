"""Kernels that are parts of a learned value: all of it is counted, once. Counted by hand."""

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing import ledger
from mnetcost.importing.model import Tensor
from mnetcost.importing.translate import translate

LINEAR, CONV = "aten.linear.default", "aten.conv2d.default"
SHAPES = {
    "six": (6, 8),
    "ten": (10, 8),
    "few": (6,),
    "row": (8,),
    "one": (1, 8),
    "a": (1, 9, 6),
    "b": (1, 9, 10),
    "c": (1, 9, 16),
    "s": (1, 9, 1),
    "y": (1, 9, 22),
}
STORED = {"w": (16, 8), "v": (16,)}


def tokens(*calls, y=22):
    """Nine positions of eight channels, a matrix of 16·8 learned values, and 16 biases."""
    shapes = {**SHAPES, "y": (1, 9, y)}
    return source("pt2", (1, 9, 8), *calls, stored=STORED, shapes=shapes)


def cut(value, part, start, end):
    return call("aten.slice.Tensor", value, part, dim=0, start=start, end=end)


SIX = cut("w", "six", 0, 6)
BOTH = call("aten.cat.default", "a c", "y", dim=2)
WHOLE = call(LINEAR, "x w v", "c")
PART = call(LINEAR, "x six", "a")

# The model, what is learned in it, and its multiply-accumulates.
CASES = {
    "a part": (
        source(
            "pt2",
            (1, 9, 8),
            SIX,
            cut("v", "few", 0, 6),
            call(LINEAR, "x six few", "a"),
            stored=STORED,
            shapes=SHAPES,
        ),
        128 + 16,
        9 * 6 * 8,
    ),
    "two parts": (
        tokens(
            SIX,
            cut("w", "ten", 6, 16),
            PART,
            call(LINEAR, "x ten", "b"),
            call("aten.cat.default", "a b", "y", dim=2),
            y=16,
        ),
        128,
        9 * 16 * 8,
    ),
    "parts of a split": (
        tokens(
            call("aten.split_with_sizes.default", "w", "six ten", dim=0, split_sizes=(6, 10)),
            PART,
            call(LINEAR, "x ten", "b"),
            call("aten.cat.default", "a b", "y", dim=2),
            y=16,
        ),
        128,
        9 * 16 * 8,
    ),
    "a part, then all": (tokens(SIX, PART, WHOLE, BOTH), 128 + 16, 9 * (6 + 16) * 8),
    "all, then a part": (tokens(SIX, WHOLE, PART, BOTH), 128 + 16, 9 * (6 + 16) * 8),
    "a part of the biases, then all": (
        tokens(
            SIX,
            cut("v", "few", 0, 6),
            call(LINEAR, "x six few", "a"),
            WHOLE,
            BOTH,
        ),
        128 + 16,
        9 * (6 + 16) * 8,
    ),
    "a row": (
        tokens(
            call("aten.select.int", "w", "row", dim=0, index=3),
            call("aten.unsqueeze.default", "row", "one", dim=0),
            call(LINEAR, "x one", "y"),
            y=1,
        ),
        128,
        9 * 8,
    ),
    "filters of a convolution": (
        source(
            "pt2",
            (1, 8, 6, 10),
            call("aten.slice.Tensor", "w", "k", dim=0, start=0, end=5),
            call(CONV, "x k", "y", padding=(1, 0)),
            stored={"w": (7, 8, 3, 3)},
            shapes={"k": (5, 8, 3, 3), "y": (1, 5, 6, 8)},
        ),
        7 * 72,
        5 * 72 * 48,
    ),
    "a kernel that is repeated": (
        source(
            "pt2",
            (1, 8, 6, 10),
            call("aten.repeat.default", "w", "k", repeats=(8, 1, 1, 1)),
            call(CONV, "x k", "y", groups=8),
            stored={"w": (1, 1, 3, 3)},
            shapes={"k": (8, 1, 3, 3), "y": (1, 8, 4, 8)},
        ),
        9,
        72 * 32,
    ),
    "ONNX, under another name": (
        source(
            "onnx",
            (1, 9, 8),
            call("Slice", "w start end axis", "part"),
            call("Identity", "part", "named"),
            call("MatMul", "x named", "y"),
            stored={
                "w": (8, 16),
                **{
                    name: Tensor((1,), (value,), learned=False)
                    for name, value in (("start", 0), ("end", 6), ("axis", 1))
                },
            },
            shapes={"part": (8, 6), "named": (8, 6), "y": (1, 9, 6)},
        ),
        128,
        9 * 6 * 8,
    ),
}


@pytest.mark.parametrize(("model", "learned", "mult_adds"), CASES.values(), ids=CASES)
def test_all_of_a_learned_value_is_counted_once(model, learned, mult_adds):
    cost = mnetcost.load(layers_of(model)).cost()
    found = cost.parameters
    total = found.weights + found.biases + found.norm_affine + found.other
    assert (total, cost.mult_adds) == (learned, mult_adds)


def test_a_part_does_not_follow_alpha():
    """Of 8 channels of 6×10, which a layer before it gives."""
    model = source(
        "pt2",
        (1, 3, 6, 10),
        call(CONV, "x first", "m"),
        call("aten.slice.Tensor", "w", "k", dim=0, start=0, end=5),
        call(CONV, "m k", "p"),
        call(CONV, "p last", "y"),
        stored={"first": (8, 3, 1, 1), "w": (7, 8, 1, 1), "last": (4, 5, 1, 1)},
        shapes={"k": (5, 8, 1, 1), "m": (1, 8, 6, 10), "p": (1, 5, 6, 10)},
    )
    net = mnetcost.load(layers_of(model))
    cost = net.cost()
    assert (cost.params, cost.mult_adds) == (24 + 56 + 20, 60 * (24 + 40 + 20))
    for alpha, channels in (2, 16), ("1/2", 4):
        with pytest.raises(SpecError, match=f"of a 6×10×8 map, and 6×10×{channels}"):
            net.cost(alpha=alpha)


def test_the_ledger_has_a_part_as_opaque_and_names_its_value_once():
    """The call of all of a matrix first is a layer; then it is that of a part which is opaque."""
    for name, calls, kinds in (
        ("a part", ["aten.linear.default"], {"opaque": 128 + 16}),
        ("all, then a part", ["aten.linear.default", "aten.cat.default"], {"counted": 128 + 16}),
    ):
        model, _, _ = CASES[name]
        _, translation = translate(model, "model")
        found = ledger.document(model, translation.ledger, ())
        assert found["names"]["opaque"] == calls
        kept = {kind: n for kind, n in found["parameters"].items() if n and kind != "two_names"}
        assert kept == kinds
