"""Peak memory by hand, against published figures, and against a loop over the bytes of an arena."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_memory import memory, networks

import mnetcost
from mnetcost.devices.arena import Block, placed
from mnetcost.devices.dtypes import of
from mnetcost.devices.memory import WAYS, Memory, memory_of, read_ways
from mnetcost.problems import UsageError

KIB = 1024


def shipped(name: str, ways: str = "plain", dtype: str = "int8") -> Memory:
    return memory_of(mnetcost.load(name).cost(), of(dtype), read_ways(ways))


# 1.0, 224 px. int8, plain: petewarden/ml_memory_analyser, README. float32: Pisarchyk and
# Lee 2020, arXiv:2001.03288, lower bounds of 4.594 and 5.742 MiB. In-place depthwise: 1372 kB of
# MCUNetV2, Lin et al. 2021, arXiv:2110.15352, which are KiB. v3: 112²·64 + 56²·64.
@pytest.mark.parametrize(
    ("name", "dtype", "ways", "peak", "layer"),
    [
        ("mobilenet_v1", "int8", "plain", 1_204_224, "separable_1/pointwise"),
        ("mobilenet_v2", "int8", "plain", 1_505_280, "inverted_residual_2.1/depthwise_1"),
        ("mobilenet_v2", "int8", "inplace-depthwise", 1372 * KIB, "inverted_residual_2.1/conv_1"),
        ("mobilenet_v3_large", "int8", "plain", 1_003_520, "bneck_2/conv_1"),
        ("mobilenet_v1", "float32", "plain", 4 * 1_204_224, "separable_1/pointwise"),
    ],
)
def test_published(name: str, dtype: str, ways: str, peak: int, layer: str) -> None:
    found = shipped(name, ways, dtype)
    assert (found.peak, found.peak_layer) == (peak, layer)


@pytest.mark.parametrize(("name", "printed"), [("mobilenet_v1", 4.594), ("mobilenet_v2", 5.742)])
def test_published_in_mebibytes(name: str, printed: float) -> None:
    assert abs(shipped(name, dtype="float32").peak / KIB**2 - printed) <= 0.0005


RESIDUAL = """\
  - conv: {name: a, out: 3, kernel: 3}
  - conv: {name: b, out: 7, kernel: 1}
  - depthwise: {name: c, kernel: [3, 1]}
  - conv: {name: d, out: 3, kernel: 1}
  - add: {name: e, from: [a, d]}
  - relu: {name: f}
"""  # of 24 positions: maps of 48 in, then 72, 168, 168, 72, 72, 72


@pytest.mark.parametrize(
    ("ways", "found"),
    [
        ("plain", [48 + 72, 72 + 168, 72 + 168 + 168, 72 + 168 + 72, 3 * 72, 2 * 72]),
        ("inplace-elementwise", [120, 240, 408, 312, 2 * 72, 72]),
        ("inplace-depthwise", [120, 240, 72 + 168 + 24, 312, 216, 144]),
        ("fused-add", [120, 240, 408, 72 + 168, 72, 144]),
        ("inplace-elementwise,inplace-depthwise,fused-add", [120, 240, 264, 240, 72, 72]),
    ],
)
def test_by_hand(ways: str, found: list[int]) -> None:
    assert [one.bytes for one in memory(RESIDUAL, ways).steps] == found


def test_what_a_step_reads_writes_and_keeps() -> None:
    step = memory(RESIDUAL, "inplace-depthwise").steps[2]
    assert (step.reads, step.writes, step.kept, step.saved) == (168, 168, 72, 168 - 24)


@pytest.mark.parametrize(
    ("layers", "ways", "found"),
    [
        # the network's input stays while it is read
        ("  - relu\n  - add: {from: [input, relu_1]}\n", "plain", [96, 144]),
        # nor is it written over
        ("  - relu\n", "inplace-elementwise", [96]),
        # a map that another reads later is not written over
        ("  - relu\n  - tanh\n  - add: {from: [relu_1, tanh_1]}\n", "plain", [96, 96, 144]),
        ("  - relu\n  - tanh\n  - add: {from: [relu_1, tanh_1]}\n", "inplace-elementwise",
         [96, 96, 96]),
        # flatten is where its input is; dropout too
        ("  - relu\n  - dropout\n  - flatten\n  - dense: {out: 5}\n", "plain", [96, 53]),
        # side by side: 48 + 48 in, 96 out; without a copy the parts lie there from the beginning
        ("  - relu\n  - tanh\n  - concat: {from: [relu_1, tanh_1]}\n", "plain", [96, 96, 192]),
        ("  - relu\n  - tanh\n  - concat: {from: [relu_1, tanh_1]}\n", "views", [144, 96, 96]),
        # a part of a map: 24 of 48
        ("  - relu\n  - slice: {first: 1}\n  - tanh\n", "plain", [96, 72, 48]),
        ("  - relu\n  - slice: {first: 1}\n  - tanh\n", "views", [96, 48, 72]),
        # what is learned lies with the weights
        ("  - relu\n  - learned: {height: 4, width: 6, out: 2}\n"
         "  - add: {from: [relu_1, learned_1]}\n", "plain", [96, 96]),
        # gates of 48 → 2 → 1 → 2 values, and then the map: see `stages`
        ("  - relu\n  - squeeze_excitation: {squeeze: 1}\n", "plain", [96, 50, 51, 51, 98]),
    ],
)  # fmt: skip
def test_by_hand_of_one_kind(layers: str, ways: str, found: list[int]) -> None:
    assert [one.bytes for one in memory(layers, ways).steps] == found


def test_an_output_of_the_network_is_never_written_over() -> None:
    layers = "  - relu: {name: a}\n  - flatten: {name: b}\n  - tanh: {name: c, from: a}\n"
    assert [one.bytes for one in memory(layers, "inplace-elementwise").steps] == [96, 96]


def test_a_batch_and_a_dtype_are_factors_of_the_peak() -> None:
    assert memory(RESIDUAL, batch=5).peak == 5 * 408
    assert memory(RESIDUAL, dtype="weights=int8,activations=int16").peak == 2 * 408


def test_a_network_without_steps_has_its_input() -> None:
    found = memory("  - dropout\n")
    assert (found.peak, found.bound, found.peak_layer) == (48, 48, None)


@pytest.mark.parametrize(
    ("layers", "inside"),
    [
        ("  - attention: {name: a, heads: 1}\n  - relu\n", ("a",)),
        ("  - lstm: {name: b, out: 3}\n", ("b",)),
        ("  - opaque: {name: c, of: [4, 6, 2], mult_adds: 7}\n", ("c",)),
        ("  - squeeze_excitation: {squeeze: 1}\n  - softmax\n", ()),
    ],
)
def test_layers_with_maps_that_nobody_knows_are_named(layers: str, inside: tuple[str]) -> None:
    found = memory(layers)
    assert (found.inside, found.at_least) == (inside, bool(inside))


# --- an arena


def blocks(sizes: list[int]) -> list[Block]:
    """The maps of a chain: each is there while it is written, and read in the next step."""
    return [Block(size, at, at + 1) for at, size in enumerate(sizes)]


def test_greedy_by_size_need_not_reach_the_bound() -> None:
    """5 at 0 and 5 at 0, 4 behind the first, 3 at 5 beside it; then 2, between 4 and 5, at 9."""
    found = placed(blocks([3, 5, 4, 2, 5]))
    assert [one.offset for one in found] == [5, 0, 5, 9, 0]
    assert max(one.end for one in found) == 11


def test_a_gap_is_the_smallest_that_is_large_enough() -> None:
    """Gaps of 6, behind the block at 0, and of 3, below the one at 17; both are of step 4."""
    found = placed([Block(8, 0, 4), Block(6, 0, 3), Block(3, 4, 4), Block(5, 3, 4), Block(2, 4, 4)])
    assert [one.offset for one in found] == [0, 8, 8, 14, 11]


lives = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=12
)


@given(lives)
def test_blocks_that_are_there_together_share_no_byte(made: list[tuple[int, int, int]]) -> None:
    found = placed([Block(size, first, first + more) for size, first, more in made])
    for step in range(11):
        there = [one for one in found if one.first <= step <= one.last]
        held = [byte for one in there for byte in range(one.offset, one.end)]
        assert len(held) == len(set(held))
        assert max((one.end for one in found), default=0) >= len(held)


def held(found: Memory) -> Iterator[tuple[int, dict[str, range]]]:
    """The bytes of every tensor that has a place, step by step."""
    for step in range(len(found.steps)):
        yield (
            step,
            {
                one.name: range(offset, offset + one.size)
                for one, offset in zip(found.run.tensors, found.offsets)
                if offset is not None and one.size and one.first <= step <= one.last
            },
        )


@given(networks(), st.sets(st.sampled_from(sorted(WAYS.keys() - {"arena"}))))
def test_an_arena_holds_what_lives(layers: str, ways: set[str]) -> None:
    if "reordered" in ways:
        ways -= {"views", "fused-add"}
    names = ",".join(ways) or "plain"
    bound, found = memory(layers, names), memory(layers, ",".join({*ways, "arena"}))
    assert found.bound == bound.peak <= found.peak
    plain = ways <= {"views", "reordered"}
    for step, there in held(found):
        ends = [one.stop for one in there.values()]
        assert max(ends, default=0) <= found.steps[step].bytes <= found.peak
        taken = [byte for one in there.values() for byte in one]
        writes = found.run.tensors[found.run.steps[step].writes].name
        others = [byte for name, one in there.items() if name != writes for byte in one]
        # what is written may lie over what is read for the last time, and over nothing else
        assert len(others) == len(set(others))
        assert len(taken) == len(set(taken)) or not plain


@pytest.mark.parametrize(("name", "ways"), [("mobilenet_v1", "arena"), ("resnet18", "arena")])
def test_an_arena_of_shipped_networks_is_no_smaller_than_the_bound(name: str, ways: str) -> None:
    found = shipped(name, ways)
    assert found.peak >= found.bound == shipped(name).peak


def test_tensors_in_place_share_a_block() -> None:
    found = memory(RESIDUAL, "inplace-elementwise,inplace-depthwise,fused-add,arena")
    names = {one.name: at for one, at in zip(found.run.tensors, found.offsets)}
    assert names["b"] == names["c"]
    assert names["a"] == names["e"] == names["f"]
    assert names["d"] is None
    assert found.peak == 264


# --- what somebody writes


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("plain", ()),
        ("fused-add, inplace-elementwise", ("inplace-elementwise", "fused-add")),
        ("arena", ("arena",)),
    ],
)
def test_ways_are_read(text: str, ways: tuple[str, ...]) -> None:
    assert read_ways(text) == ways


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("inplace-depthwide", "no 'inplace-depthwide'; did you mean 'inplace-depthwise'"),
        ("", "no ''; there are plain"),
        ("plain,arena", "plain saves nothing: give it alone"),
    ],
)
def test_other_words_are_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_ways(text)


def test_more_than_can_be_placed_in_a_second_is_refused() -> None:
    """400 tensors that are there for 400 steps each."""
    with pytest.raises(
        UsageError, match="400 tensors that are there for 160,000 steps is over 100"
    ):
        placed([Block(1, 0, 399)] * 400)
