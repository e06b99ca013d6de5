"""The first layers in patches: by hand, against loops over px, and against MCUNetV2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_memory import memory

import mnetcost
from mnetcost.devices.memory import read_ways
from mnetcost.problems import UsageError

# Maps of 8·12·1 (input), 8·12·4, 8·12·1 and 4·6·2 values.
CHAIN = """\
input: {height: 8, width: 12, channels: 1}
layers:
  - conv: {name: a, out: 4, kernel: [3, 1]}
  - conv: {name: b, out: 1, kernel: 1}
  - conv: {name: c, out: 2, kernel: 2, stride: 2, padding: valid}
"""


def cost(spec: str) -> mnetcost.Cost:
    return mnetcost.load(spec).cost()


def test_by_hand() -> None:
    """Layer by layer a and b need 8·12·(4 + 1). In patches of 4×6 px of b: 5×6 of the input, with
    one row of halo, and 4×6 of a; the peak is a's step, 5·6 + 4·6·4, or b's, 4·6·(4 + 1), beside
    all of c, 4·6·2. b alone in patches needs more: all of b is 96, and then b and c 96 + 48."""
    found = cost(CHAIN).memory("int8", "patches=2")
    plain = cost(CHAIN).memory("int8")
    assert plain.peak == 8 * 12 * 5
    patched = found._needs.memory.patched
    assert patched is not None
    assert (patched.last_layer, patched.layer_by_layer) == ("c", 8 * 12 * 5)
    assert [one.bytes for one in found.steps] == [
        5 * 6 + 4 * 6 * 4 + 48,
        4 * 6 * 4 + 4 * 6 + 48,
        4 * 6 + 48,
    ]
    assert found.peak == 174
    assert patched.repeated == 0  # a's parts do not overlap, and the input is not worked out


def test_halos_are_worked_out_again() -> None:
    """Patches of 4×6 px of the last map need 5×6 of the one before it, twice 4 of 8 rows and one
    more each: 10·12 positions for 8·12, with 9·1·3 products at each."""
    spec = CHAIN.replace("out: 4, kernel: [3, 1]", "out: 3, kernel: 3").replace(
        "out: 1, kernel: 1", "out: 1, kernel: [3, 1]"
    )
    found = cost(spec).memory("int8", "patches=2")._needs.memory.patched
    assert found is not None
    assert found.repeated == 2 * 12 * 9 * 3


def test_mcunet_v2_prints_172_kb() -> None:
    """1372 kB layer by layer, 172 kB in patches: Lin et al. 2021, arXiv:2110.15352, in KiB.

    It is 28²·(32 + 192 + 1), of the second depthwise layer of 28×28 px: it keeps its shortcut.
    """
    found = mnetcost.load("mobilenet_v2").cost()
    memory = found.memory("int8", "inplace-depthwise,fused-add,patches=4")
    assert memory.peak == 28 * 28 * (32 + 192 + 1)
    assert round(memory.peak / 1024) == 172
    assert found.memory("int8", "inplace-depthwise").peak == 1372 * 1024


layers = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 2), st.booleans()),
    min_size=1,
    max_size=3,
)


def rows(kernel: int, stride: int, same: bool, side: int, of: set[int]) -> set[int]:
    """The px that windows at these positions read, of a side."""
    pad = max((-(-side // stride) - 1) * stride + kernel - side, 0) // 2 if same else 0
    read = {at * stride - pad + tap for at in of for tap in range(kernel)}
    return {one for one in read if 0 <= one < side}


@given(layers, st.integers(2, 3))
def test_parts_are_what_loops_over_px_read(made: list[tuple[int, int, int, bool]], n: int) -> None:
    """Of every layer the positions that all patches work out, one patch after the other."""
    lines = [
        f"  - conv: {{name: n{at}, out: 2, kernel: [{h}, {w}], stride: {stride}"
        f"{'' if same else ', padding: valid'}}}"
        for at, (h, w, stride, same) in enumerate(made)
    ]
    head = "input: {height: 40, width: 52, channels: 20}\nlayers:\n"
    found = cost(head + "\n".join(lines) + "\n  - conv: {out: 1, kernel: 1}\n")
    patched = found.memory("int8", f"patches={n}")._needs.memory.patched
    if patched is None:
        return
    end = [one.name for one in found.layers].index(patched.last_layer)
    sums = []
    for side in (0, 1):
        per_layer = [0] * (end + 1)
        for patch in range(n):
            length = int(found.layers[end].output[side])
            needed = set(range(patch * length // n, (patch + 1) * length // n))
            for at in range(end, -1, -1):
                per_layer[at] += max(needed) - min(needed) + 1
                kernel, stride = (
                    (1, 1, 1, True) if at == len(made) else made[at]
                )[side], (made[at][2] if at < len(made) else 1)  # fmt: skip
                same = at == len(made) or made[at][3]
                needed = rows(kernel, stride, same, int(found.layers[at].input[side]), needed)
        sums.append(per_layer)
    again = 0
    for layer, high, wide in zip(found.layers, *sums):
        each = layer.mult_adds // int(layer.output.h * layer.output.w)
        again += each * high * wide - layer.mult_adds
    assert patched.repeated == again


def test_what_has_no_windows_ends_the_stage() -> None:
    layers = "  - squeeze_excitation: {squeeze: 1}\n  - conv: {out: 9, kernel: 1}\n"
    layers += "  - max_pool: {kernel: 2}\n"
    found = memory(layers, "patches=2")
    assert (found.patched, found.peak) == (None, memory(layers).peak)


def test_a_map_that_is_read_behind_the_stage_is_in_no_patch() -> None:
    """`a` is read at the end: no layer between can end a stage, and the last one ends none."""
    layers = (
        "  - conv: {name: a, out: 8, kernel: 1}\n  - max_pool: {name: b, kernel: 2}\n"
        "  - resize: {scale: 2}\n  - concat: {from: [a, resize_1]}\n"
    )
    found = memory(layers, "patches=2")
    assert found.patched is None or found.patched.last_layer not in ("a", "b")


@pytest.mark.parametrize("text", ["patches=2,arena", "patches=3,views", "patches=2,patches=3"])
def test_what_does_not_go_together_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not go with"):
        read_ways(text)


@pytest.mark.parametrize("text", ["patches=1", "patches=17", "patches=", "patches=x", "patches=-2"])
def test_numbers_of_patches_have_bounds(text: str) -> None:
    with pytest.raises(UsageError, match="patches"):
        read_ways(text)
