"""Blocks of several maps, their own input, branches side by side, and weights of whole blocks."""

import pytest
from explanations import explained
from networks import codes
from paths import SPECS

import mnetcost

HEAD = "input: {height: 8, width: 12, channels: 4}\n"

# The exchange of two resolutions: 3·3·4·4 weights on the half map, and nothing else.
EXCHANGE = """\
blocks:
  exchange:
    inputs: [high, low]
    layers:
      - conv: {name: a, from: high, out: 4, kernel: 3, stride: 2}
      - add: {name: down, from: [a, low]}
      - resize: {name: r, scale: 2}
      - add: {name: up, from: [high, r]}
    outputs: [up, down]
"""
LOW = "layers:\n  - max_pool: {name: low, kernel: 2}\n"


def load(text: str) -> mnetcost.Network:
    return mnetcost.load(HEAD + text)


def reads(net: mnetcost.Network) -> dict[str, list[str]]:
    nodes = net.graph.nodes
    return {one.name: [nodes[at].name if at >= 0 else "input" for at in one.reads] for one in nodes}


def test_outputs_of_a_turn_are_the_inputs_of_the_next() -> None:
    calls = "  - exchange: {name: e, repeat: 2, from: [input, low]}\n"
    net = load(f"{EXCHANGE}{LOW}{calls}  - add: {{name: x, from: [e/down, e/2]}}\n")
    found = reads(net)
    assert found["e.1/a"] == ["input"]
    assert found["e.1/down"] == ["e.1/a", "low"]
    assert found["e.2/a"] == ["e.1/up"]
    assert found["e.2/down"] == ["e.2/a", "e.1/down"]
    assert found["x"] == ["e.2/down", "e.2/down"]
    assert net.cost().params == 2 * 144
    assert net.cost().mult_adds == 2 * 144 * 4 * 6


def test_several_maps_are_read_by_one_name() -> None:
    calls = "  - exchange: {name: e, from: [input, low]}\n  - exchange: {name: f, from: e}\n"
    found = reads(load(f"{EXCHANGE}{LOW}{calls}  - conv: {{name: c, out: 2}}\n"))
    assert found["f/a"] == ["e/up"]
    assert found["f/down"] == ["f/a", "e/down"]
    assert found["c"] == ["f/up"]  # the first of them is what the entry after reads


def test_a_block_reads_its_own_input() -> None:
    text = """\
blocks:
  unit:
    layers:
      - conv: {out: $in, kernel: [3, 5]}
      - inner
      - add: {from: [conv_1, block_input]}
      - concat: {from: [input, block_input/1]}
  inner:
    layers:
      - relu: {from: block_input}
layers:
  - relu: {name: first}
  - unit: {name: u}
"""
    found = reads(load(text))
    assert found["u/inner_1/relu_1"] == ["u/conv_1"]
    assert found["u/add_1"] == ["u/conv_1", "first"]
    assert found["u/concat_1"] == ["input", "first"]


def test_branches_side_by_side_have_widths_from_the_turn() -> None:
    text = """\
knobs: {n: 3}
layers:
  - branches:
      - repeat: $n
        layers:
          - conv: {out: 2 ** $turn, kernel: [1, 3]}
          - repeat: $turn - 1
            layers:
              - depthwise: {kernel: [3, 1]}
      - - identity
    name: side
  - branches:
      - repeat: $n
        from: side/${turn}
        when: $turn != 2
        layers: []
    merge: concat
  - concat: {name: every, from: [side, concat_1]}
"""
    net = load(text)
    cost = net.cost()
    # widths 2, 4, 8: 3·4 weights each, and 0, 1, 2 depthwise layers of 3 a channel
    assert cost.params == 12 * (2 + 4 + 8) + 3 * (1 * 4 + 2 * 8)
    assert cost.layers[-1].output == (8, 12, 2 + 4 + 8 + 4 + 2 + 8)
    assert cost.mult_adds == cost.params * 96
    assert net.set(n=4).cost().layers[-1].output.c == 2 + 4 + 8 + 16 + 4 + 2 + 8 + 16
    sweep = mnetcost.sweep(net, alpha=["1/2", "3/2"], rho=["1/2", 1])
    for a, alpha in enumerate(("1/2", "3/2")):
        for r, rho in enumerate(("1/2", 1)):
            cost = net.cost(alpha, rho)
            assert (sweep.params[a, r], sweep.mult_adds[a, r]) == (cost.params, cost.mult_adds)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (f"{EXCHANGE}{LOW}  - exchange\n", "conflict", "`exchange` reads 2 maps, not 1"),
        (
            f"{EXCHANGE}{LOW}  - exchange: {{from: [low, low, input]}}\n",
            "conflict",
            "`exchange` reads 2 maps, not 3",
        ),
        (
            f"{EXCHANGE.replace('[up, down]', 'up')}{LOW}"
            "  - exchange: {repeat: 2, from: [input, low]}\n",
            "conflict",
            "`exchange` reads 2 maps, not 1",
        ),
        (
            f"blocks: {{b: {{layers: [relu]}}}}\n{LOW}  - b: {{from: [input, low]}}\n",
            "conflict",
            "`b` reads one map, not 2",
        ),
        (
            f"{EXCHANGE}{LOW}  - exchange: {{name: e, from: [input, low]}}\n"
            "  - relu: {from: e}\n",
            "conflict",
            "`relu` reads one tensor, not 2",
        ),
        (
            f"{EXCHANGE}{LOW}  - exchange: {{name: e, from: [input, low]}}\n"
            "  - resize: {like: e}\n",
            "conflict",
            "`e` is 2 maps",
        ),
        (
            f"{LOW}  - branches: [[relu]]\n    from: [input, low]\n",
            "conflict",
            "`branches` reads one tensor, not 2",
        ),
        (
            f"{EXCHANGE.replace('[up, down]', '[up, dwn]')}{LOW}"
            "  - exchange: {from: [input, low]}\n",
            "unknown-tensor",
            "no earlier layer named `dwn`",
        ),
        (
            f"{EXCHANGE.replace('[high, low]', '[high, high]')}{LOW}"
            "  - exchange: {from: [low, low]}\n",
            "duplicate-name",
            "`high` is named twice",
        ),
        (f"{EXCHANGE}    residual: true\n{LOW}  - exchange\n", "conflict", "`residual` beside"),
        (
            f"blocks: {{b: {{inputs: 0, layers: [relu]}}}}\n{LOW}  - b\n",
            "out-of-range",
            "found 0",
        ),
        (f"{LOW}  - relu: {{from: block_input}}\n", "unknown-tensor", "`block_input` here"),
        (
            "blocks: {a: {inputs: 1, layers: [b]}, b: {layers: [a], outputs: block_input}}\n"
            "layers: [a]\n",
            "recursive",
            "a → b → a",
        ),
    ],
)
def test_problems(text: str, code: str, words: str) -> None:
    with pytest.raises(mnetcost.SpecError, match=words) as error:
        load(text)
    assert code in codes(error)


def test_names_of_many_maps_are_bounded() -> None:
    doubled = "{layers: [relu], inputs: $n, takes: {n: }, outputs: [block_input, block_input]}"
    calls = "".join(
        f"  - b: {{name: x{n}, n: {2**n}, from: {f'x{n - 1}' if n else 'input'}}}\n"
        for n in range(13)
    )
    calls += "  - repeat: 200\n    layers:\n      - add: {from: x12}\n"
    with pytest.raises(mnetcost.SpecError) as error:
        load(f"blocks:\n  b: {doubled}\nlayers:\n{calls}")
    assert "too-large" in codes(error)


# A head of a detector: 15·4·4 + 9·4 + 4·5 weights; γ and β of 4, and of 5 in a layer of their own.
HEAD_BLOCK = """\
blocks:
  head:
    takes: {out: 5}
    layers:
      - conv: {out: 4, kernel: [3, 5], norm: batch}
      - relu
      - separable: {out: $out}
      - batch_norm
"""
WEIGHTS, NORM = 240 + 36 + 20, 8 + 10


@pytest.mark.parametrize(
    ("weights", "norms"),
    [("p3", 1), ("{from: p3}", 1), ("{from: p3, norm: shared}", 1), ("{from: p3, norm: own}", 2)],
)
def test_a_block_uses_the_weights_of_another(weights: str, norms: int) -> None:
    calls = "  - head: {name: p3, from: input}\n"
    calls += f"  - head: {{name: p4, from: low, weights: {weights}}}\n"
    cost = load(f"{HEAD_BLOCK}{LOW}{calls}").cost()
    assert cost.parameters.weights == WEIGHTS
    assert cost.parameters.norm_affine == cost.parameters.norm_statistics == norms * NORM
    assert cost.mult_adds == WEIGHTS * (8 * 12 + 4 * 6)
    # folded, one norm is the bias of its kernel; two on one kernel stay a scale and a shift each
    assert cost.folded == WEIGHTS + (9 if norms == 1 else 2 * 2 * 9)


@pytest.mark.parametrize("convention", ["torchinfo", "fvcore"])
def test_what_tools_count_of_it(convention: str) -> None:
    calls = "  - head: {name: p3, from: input}\n  - head: {name: p4, from: low, weights: WHOSE}\n"
    shared, own, apart = (
        load(f"{HEAD_BLOCK}{LOW}{calls.replace(', weights: WHOSE', one)}")
        .cost(convention=convention)
        .counted_params
        for one in (", weights: p3", ", weights: {from: p3, norm: own}", "")
    )
    assert (own - shared, apart - shared) == (NORM, WEIGHTS + NORM)


def test_turns_use_the_weights_of_the_first() -> None:
    one = (
        "  - repeat: 3\n    layers:\n      - conv: {name: c, out: 4, kernel: [3, 5], weights: c}\n"
    )
    assert load(f"layers:\n{one}").cost().params == 240
    call = "  - head: {name: h, out: 4, repeat: 3, weights: h}\n"
    assert load(f"{HEAD_BLOCK}layers:\n{call}").cost().params == 240 + 36 + 16
    levels = "  - branches:\n      - repeat: 2\n        from: p/${turn}\n        layers:\n"
    levels += "          - head: {name: h, weights: {from: h, norm: own}}\n    name: heads\n"
    maps = "  - branches: [[identity: {from: input}], []]\n    name: p\n"
    cost = load(f"{HEAD_BLOCK}{LOW}{maps}{levels}").cost()
    assert (cost.params, cost.parameters.norm_affine) == (WEIGHTS, 2 * NORM)
    assert cost.mult_adds == WEIGHTS * (96 + 24)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("out: 6, weights: p3", r"p4/separable_1/pointwise: its weights are 1×1×4×6"),
        ("repeat: 2, out: 4, weights: p3", "it has 10 layers, `p3` 5"),
        ("weights: input", "`input` is a map that comes in, not a layer: it has no weights"),
        ("weights: {norm: own}", "weights need `from`"),
        ("weights: {from: p3, norm: mine}", "found `mine`"),
        ("weights: p4", "no earlier layer named `p4`"),  # no turn has them
    ],
)
def test_weights_that_are_none_are_refused(call: str, words: str) -> None:
    calls = f"  - head: {{name: p3, from: input}}\n  - head: {{name: p4, from: input, {call}}}\n"
    with pytest.raises(mnetcost.SpecError, match=words):
        load(f"{HEAD_BLOCK}{LOW}{calls}")


def test_a_norm_of_its_own_rides_on_the_weights_of_another() -> None:
    layers = (
        "layers:\n  - conv: {name: a, out: 4}\n  - conv: {out: 4, norm: batch, weights: WHOSE}\n"
    )
    with pytest.raises(mnetcost.SpecError, match="it has 16 weights, 8 norm affine"):
        load(layers.replace("WHOSE", "a"))
    cost = load(layers.replace("WHOSE", "{from: a, norm: own}")).cost()
    assert (cost.params, cost.parameters.norm_affine) == (16, 8)
    assert cost.folded == 16 + 8


def test_the_pose_network_of_hrnet_is_made_of_the_same_blocks() -> None:
    # github.com/HRNet: 28.5 M parameters and 7.1 GFLOPs of 2^30 at 256×192, stage 4 at one
    # resolution in the end; both numbers from 171 layers and calls written out one by one
    spec = (SPECS / "hrnet.yaml").read_text(encoding="utf-8")
    blocks = spec[spec.index("defaults:") : spec.index("\nlayers:")]
    body = spec[spec.index("\nlayers:") : spec.index("  - module: {name: stage4")]
    last = """\
  - module: {name: stage4, n: 4, repeat: 2, from: [stage3, fourth]}
  - branches:
      - repeat: 4
        from: stage4/${turn}
        layers:
          - basic: {repeat: 4}
    name: units
  - fuse: {n: 4, to: 1, from: units}
  - conv: {name: heatmaps, out: 17, bias: true, norm: none, act: none}
"""
    head = "input: {height: 256, width: 192, channels: 3}\nknobs: {width: 32}\n"
    unused = blocks.index("  downsample:")
    cost = mnetcost.load(f"{head}{blocks[:unused]}{body}{last}").cost()
    assert cost.mult_adds == 7_645_003_776
    assert sum(cost.parameters) - cost.parameters.norm_statistics == 28_536_113


def test_a_layer_is_explained_by_what_is_its_own() -> None:
    calls = "  - head: {name: p3, from: input}\n  - head: {name: p4, from: low, weights: WHOSE}\n"
    text = HEAD + HEAD_BLOCK + LOW + calls
    (own,) = explained(text.replace("WHOSE", "{from: p3, norm: own}"), "p4/conv_1").layers
    assert [line.quantity for line in own.lines][:2] == [
        "normalisation γ and β",
        "running means and variances",
    ]
    (shared,) = explained(text.replace("WHOSE", "p3"), "p4/conv_1").layers
    assert shared.lines[0].quantity == "mult-adds"
