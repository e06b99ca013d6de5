"""The same YAML in another style is the same spec; and what ends nowhere is refused in words."""

from pathlib import Path

import pytest
from networks import chain, codes

import mnetcost
from mnetcost.problems import Origin
from mnetcost.spec import read_graph
from mnetcost.spec.sources import locate, variant_names

BLOCK_STYLE = """\
input:
  height: 6
  width: 4
  channels: 8
knobs:
  n: 2
variants:
  one:
    knobs:
      n: 1
defaults:
  conv:
    act: relu
blocks:
  down:
    takes:
      out: 4
    layers:
      - conv:
          out: $out
layers:
  - down:
      repeat: $n
  - down
expect:
  - params: 64
"""
FLOW_STYLE = """\
{"input": {height: 6, 'width': 4, "channels": 8}, knobs: {"n": 2},
 'variants': {"one": {knobs: {n: 1}}}, "defaults": {conv: {"act": "relu"}},
 blocks: {"down": {takes: {out: 4}, "layers": [{"conv": {'out': "$out"}}]}},
 layers: [{down: {repeat: $n}}, "down"], expect: [{"params": "64"}]}
"""
WIDE_STYLE = """\
# variants:
? input
: {height: 6, width: 4, channels: 8}   # down:
knobs:
        n: 2
variants :
        # two:
        one:
            knobs: {n: 1}
defaults: {conv: {act: relu}}
blocks:
    'down':
        takes: {out: 4}
        layers:
        - conv: {out: $out}
layers:
- {down: {repeat: $n}}
- 'down'
expect:
- {params: 64}
"""


@pytest.mark.parametrize("text", [BLOCK_STYLE, FLOW_STYLE, WIDE_STYLE])
def test_every_style_is_the_same_spec(text: str, tmp_path: Path) -> None:
    # 8·4 of the first, 4·4 of each other one
    path = tmp_path / "net.yaml"
    path.write_text(text, encoding="utf-8")
    assert (variant_names(text), locate(f"{path}:one")[1]) == (("one",), "one")
    network = mnetcost.load(path)
    assert network.cost().params == 64
    assert mnetcost.load(f"{path}:one").cost().params == 48
    assert [one.params.value for one in network.graph.expectations] == [64]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("variants: [a, b]\nlayers: []\n", ()),
        ("variants:\nlayers: {a: 1}\n", ()),
        ("knobs: {variants: {a: 1}}\nlayers: [variants]\n", ()),
        ("? [x, y]\n: {z: 1}\nvariants: {\n  ? a\n  : {knobs: [1, {q: r}]}, b: []}\n", ("a", "b")),
        ("variants: {a: {}\nlayers: [", ("a",)),
        ("name: 'variants:'\n#\nvariants: {a_1: }\nx: {y: }\n", ("a_1",)),
    ],
)
def test_names_of_variants_are_found_as_yaml_has_them(text: str, names: tuple[str, ...]) -> None:
    assert variant_names(text) == names


@pytest.mark.parametrize("comment", ["# down:", "# - down", "# blocks: {down: }", "#down"])
def test_a_comment_uses_no_block(comment: str) -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        chain(f"relu  {comment}", head="input: {height: 6, width: 4, channels: 8}\n" + UNUSED)
    assert codes(caught) == ["unused"]


UNUSED = "blocks: {down: {layers: [relu]}}\n"


@pytest.mark.parametrize(
    "layers",
    [
        "relu: {when: false}",
        "branches: [[]]",
        "repeat: 0\n    layers: [relu]",
        "rows: relu\n    columns: [repeat]\n    values: [[0], [0]]",
    ],
)
def test_layers_of_which_none_is_left_are_refused(layers: str) -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        chain(layers)
    (problem,) = caught.value.problems
    assert (problem.code, problem.mark[:2]) == ("empty", (2, 1))


@pytest.mark.parametrize(
    ("layer", "code", "place"),
    [
        ("conv: {out: $in + 1e400}", "expression", (3, 17)),
        ("conv: {out: $in + 1e-400}", "expression", (3, 17)),
        ("conv: {out: $in * 0x10}", "expression", (3, 17)),
        ("split: {into: $in - 4}", "no-channels", (3, 5)),
        ("reshape: {height: $in - 4, width: 1}", "no-channels", (3, 5)),
        ("rows: relu\n    columns: [name]\n    with: []\n    values: [[a]]", "wrong-type", (5, 11)),
        ("rows: relu\n    columns: [name, name]\n    values: [[a, b]]", "duplicate-key", (4, 21)),
        ("conv: {out: ...}", "wrong-type", (3, 17)),
        ("relu: {name: $missing}", "expression", (3, 18)),
    ],
)
def test_what_has_no_value_is_said_where_it_stands(
    layer: str, code: str, place: tuple[int, int]
) -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        chain(layer)
    (problem,) = caught.value.problems
    assert (problem.code, problem.mark[:2]) == (code, place)


def test_what_follows_from_an_unknown_layer_is_not_said() -> None:
    doubled = "repeat: 1100\n    layers: [{branches: [[%s], []], merge: concat}]"
    for layer in ("split: {into: $in}", "conv: {out: $here / 3}", "reshape: {height: 9, width: 7}"):
        with pytest.raises(mnetcost.SpecError) as caught:
            chain("rellu", layer, "relu: {name: last}", "add: {from: [input, last]}")
        assert codes(caught) == ["unknown-layer"]
    with pytest.raises(mnetcost.SpecError) as caught:
        chain(doubled % "identity", doubled % "rellu")  # 2^1100 channels, and then none
    assert set(codes(caught)) == {"too-large", "unknown-layer"}


@pytest.mark.parametrize("use", ["relu: {when: $a}", "conv: {out: $a}", "relu: {name: x$a}"])
@pytest.mark.parametrize(
    "knobs", ["{a: }", "{a: 1}\nvariants: {v: {knobs: {a: }}}", f"{{a: {'x' * 301}}}", "{a: [1]}"]
)
def test_a_knob_without_a_value_is_one_problem(knobs: str, use: str) -> None:
    head = f"input: {{height: 6, width: 4, channels: 8}}\nknobs: {knobs}\n"
    variant = "v" if "variants" in knobs else ""
    with pytest.raises(mnetcost.SpecError) as caught:
        read_graph(Origin("<text>", f"{head}layers:\n  - {use}\n"), variant)
    assert len(caught.value.problems) == 1


def test_numbers_in_expressions_are_exact() -> None:
    assert chain("conv: {out: ceil($in * 1.0000000000000000001)}").cost().params == 4 * 5


@pytest.mark.parametrize("scale", ["1", "1/1", "0.5", "[1/2, 2]"])
def test_a_scale_leaves_whole_numbers(scale: str) -> None:
    head = "input: {height: 8, width: 6, channels: 8}\n"
    cost = chain(f"reshape: {{scale: {scale}}}", "relu", head=head).cost()
    assert all(type(side) is int for layer in cost.layers for side in layer.output)


def test_lists_in_blocks_in_blocks_are_not_too_deep_for_python() -> None:
    inner = "[{branches: [" * 14 + "[%s]" + "]}]" * 14
    blocks = "".join(f"  b{n}: {{layers: {inner % f'b{n + 1}'}}}\n" for n in range(19))
    with pytest.raises(mnetcost.SpecError) as caught:
        chain(
            "b0",
            head=f"input: {{height: 6, width: 4, channels: 8}}\nblocks:\n{blocks}"
            "  b19: {layers: [relu]}\n",
        )
    assert codes(caught) == ["too-deep"]
