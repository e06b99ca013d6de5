"""What a count at another input than the spec's own warns of."""

import json

import pytest
from networks import sub_pixel

import mnetcost
from mnetcost import cli

# A pixel shuffle by 2 as sides in numbers, which are right at 32×32 alone.
SHUFFLE = sub_pixel("height: 64, width: 64")
# At ρ = 1/2 the reshape makes 64·64·16 of 16·16·256: 9·16·64 weights where there were 9·64·64.
SIDES = (
    "sides in numbers do not follow the input: `shuffle` makes 64×64 of 16×16, and of 32×32 at "
    "the spec's own input"
)
WEIGHTS = (
    "parameters depend on the input: `body` has 9,216 weights at 16×16, 36,864 at the spec's own "
    "32×32"
)

HEAD = "input: {height: 12, width: 20, channels: 4}\nwidth: {round: nearest}\nlayers:\n"


def warnings(layers, **setting):
    return mnetcost.load(f"{HEAD}{layers}\n").cost(**setting).warnings


# 12·20 px of 8 channels, of 4 at α = 1/2: with 8 channels a side gives way
RIGID = "  - pointwise: {out: 8}\n  - reshape: {name: s, height: 12, channels: 8}"
NARROW = "channels in numbers do not follow α: `s` makes 12×10×8 at α = 0.5, and 12×20×8 at α = 1"


def test_channels_in_numbers():
    net = mnetcost.load(f"{HEAD}{RIGID}\n")
    assert net.cost(alpha="0.5").warnings == (NARROW,)
    assert net.cost().warnings == ()
    (wide,) = net.cost(alpha=2).warnings
    assert wide == NARROW.replace("12×10×8 at α = 0.5", "12×40×8 at α = 2")
    assert mnetcost.sweep(net, "1,0.5", "1").warnings == (NARROW,)
    assert mnetcost.sweep(net, "1", "1").warnings == ()
    for follows in ("channels: $here", "width: 20", "width: 20, channels: rest"):
        spec = f"{HEAD}{RIGID.replace('channels: 8', follows)}\n"
        assert mnetcost.load(spec).cost(alpha="0.5").warnings == ()


def test_a_reshape_in_numbers_and_what_is_behind_it():
    net = mnetcost.load(SHUFFLE)
    assert net.cost(rho="1/2").warnings == (SIDES, WEIGHTS)
    assert net.cost(input=16).warnings == (SIDES, WEIGHTS)
    assert net.cost().warnings == net.cost(input="32x32").warnings == ()
    follows = mnetcost.load(SHUFFLE.replace("height: 64, width: 64", "scale: 2"))
    assert follows.cost(rho="1/2").warnings == ()


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        # 6·10·4 and 12·20·4 values into two channels, and 240 and 960 into ten
        (
            "  - flatten\n  - dense: {name: fc, out: 10, bias: true}",
            "`fc` has 2,400 weights at 6×10, 9,600 at the spec's own 12×20",
        ),
        (
            "  - position_embedding: {name: p}",
            "`p` has 240 other learned values at 6×10, 960 at the spec's own 12×20",
        ),
        # positions as channels, as a mixer of tokens has them: 6·10 and 12·20 into three
        (
            "  - flatten: {into: height}\n  - permute: {order: cwh}\n"
            "  - dense: {name: mix, out: 3, per_position: true}",
            "`mix` has 180 weights at 6×10, 720 at the spec's own 12×20",
        ),
        (
            "  - flatten\n  - batch_norm: {name: b}",
            "`b` has 480 normalisation γ and β at 6×10, 1,920 at the spec's own 12×20",
        ),
        ("  - crop: {name: c, height: 5, width: 9}", "`c` makes 5×9 of 6×10, and of 12×20 at"),
        ("  - resize: {name: r, height: 24}", "`r` makes 24×10 of 6×10, and 24×20 of 12×20 at"),
        (
            "  - global_avg_pool\n  - learned: {name: t, out: 4, height: 50}",
            "`t` is 50×1 at every input",
        ),
        ("  - reshape: {name: s, height: 2, channels: 4}", "`s` makes 2×30 of 6×10, and 2×120 of"),
        ("  - reshape: {name: s, height: $here, channels: 4}", "`s` makes 4×15 of 6×10, and 4×60"),
    ],
)
def test_what_is_warned_of(layers, words):
    (text,) = warnings(layers, rho="0.5")
    assert words in text
    assert warnings(layers) == ()


@pytest.mark.parametrize(
    "layers",
    [
        # what follows the input
        "  - crop: {scale: 1/2}\n  - conv: {out: 3}",
        "  - max_pool: {name: p, kernel: 2}\n  - crop: {from: input, like: p}",
        "  - reshape: {width: 1, channels: 4}\n  - dense: {out: 3, per_position: true}",
        "  - reshape: {height: 1, width: rest, channels: 4}\n  - conv: {out: 3}",
        "  - learned: {out: 4}",
        "  - pad: {top: 1}\n  - conv: {out: 2}",
        # numbers behind what is the same at every input
        "  - adaptive_avg_pool: {size: [2, 3]}\n  - flatten\n  - dense: {out: 10}",
        "  - adaptive_avg_pool: {size: 4}\n  - reshape: {height: 2, width: 8}\n  - conv: {out: 3}",
        "  - adaptive_avg_pool: {size: 4}\n  - resize: {height: 2, width: 8}\n  - conv: {out: 3}",
    ],
)
def test_what_is_not_warned_of(layers):
    assert warnings(layers, rho="0.5") == warnings(layers, rho=2) == ()


def test_the_comparison_is_at_the_same_width():
    # α = 1/2 leaves 4 of 8 channels: 6·10·4 values and 12·20·4 into ten
    layers = "  - conv: {out: 8}\n  - flatten\n  - dense: {name: fc, out: 10, scale: false}"
    assert warnings(layers, alpha="0.5") == ()
    assert warnings(layers, alpha="0.5", rho="0.5") == (
        "parameters depend on the input: `fc` has 2,400 weights at 6×10, 9,600 at the spec's own "
        "12×20",
    )


def test_many_layers_are_one_warning():
    many = "\n".join(f"  - position_embedding: {{name: p{n}}}" for n in range(1_005))
    (text,) = warnings(many, rho="0.5")
    assert [name in text for name in ("`p0`", "`p1`", "`p2`", "`p3`")] == [True, True, True, False]
    assert text.endswith("; and so with 1,002 more layers")


def test_a_variant_has_an_input_of_its_own():
    text = HEAD.replace("layers:", "variants: {wide: {input: {width: 40}}}\nlayers:")
    net = mnetcost.load(f"{text}  - position_embedding\n", variant="wide")
    assert net.cost().warnings == ()
    assert len(net.cost(input="12x20").warnings) == 1


def test_a_sweep_says_once_which_layers_it_concerns():
    net = mnetcost.load(SHUFFLE)
    assert mnetcost.sweep(net, rho="1,0.75,0.5", alpha=1).warnings == (SIDES, WEIGHTS)
    assert mnetcost.sweep(net, rho=1, alpha=1).warnings == ()
    # the others are impossible, and left out: neither 24·24·16 nor 8·8·16 is a multiple of 64·64
    text = SHUFFLE.replace("width: 64}", "width: 64, channels: rest}").replace("256", "16")
    masked = mnetcost.sweep(mnetcost.load(text), rho="1,0.75,0.25", alpha=1, invalid="mask")
    assert [masked.point(0, r).params is None for r in range(3)] == [False, True, True]
    assert masked.warnings == ()


@pytest.mark.parametrize(
    ("network", "resolution", "words"),
    # torchvision's pool adaptively before they flatten; a position a patch and one for the class:
    # (24·24 + 1)·768, (14·14 + 1)·768
    [
        ("vgg16", 192, []),
        ("alexnet", 256, []),
        ("mobilenet_v1", 128, []),
        ("deeplabv3_mobilenet_v3_large", 260, []),
        ("mobilenet_ssd", 512, []),
        (
            "vit_b_16",
            384,
            [
                "parameters depend on the input: `position_embedding_1` has 443,136 other learned "
                "values at 384×384, 151,296 at the spec's own 224×224"
            ],
        ),
    ],
)
def test_shipped_networks(network, resolution, words):
    assert list(mnetcost.load(network).cost(resolution=resolution).warnings) == words


COMMANDS = [
    "table {} --rho 1/2",
    "explain {} shuffle --rho 1/2",
    "conventions {} --rho 1/2",
    "reconcile {} --from fvcore --rho 1/2",
    "reconcile {} --printed 83M --rho 1/2",
    "sweep {} --rho 1/2,1 --alpha 1",
    "fit {} --max-params 200k --min-alpha 1 --rho 1/2,1",
    "check {} --max-params 200k --rho 1/2",
    "compare {} {}@rho=1/2",
    "diff {} {}@rho=1/2",
]


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(SHUFFLE)
    return str(path)


def _are_two(err: str) -> bool:
    """Whether these are two lines, one a warning."""
    found = err.splitlines()
    return len(found) == 2 and all(
        line.startswith("Warning: ") and line.endswith(text)
        for line, text in zip(found, (SIDES, WEIGHTS))
    )


@pytest.mark.parametrize("format_", ["", " --format json", " --format csv", " --format html"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_them_beside_what_it_prints(command, format_, spec, capsys):
    if command.startswith("explain"):
        pytest.importorskip("sympy")
    assert cli.run(f"{command}{format_}".replace("{}", spec).split()) == 0
    out, err = capsys.readouterr()
    assert "Warning" not in out
    assert _are_two(err)


@pytest.mark.parametrize("command", COMMANDS)
def test_quiet_silences_them(command, spec, capsys):
    if command.startswith("explain"):
        pytest.importorskip("sympy")
    words = command.replace("{}", spec).split()
    for quiet in (["-q", *words], [*words, "--quiet"], ["--quiet", *words, "-q"]):
        assert cli.run(quiet) == 0
        assert not capsys.readouterr().err
    assert cli.run(words) == 0  # nothing is kept of it
    assert _are_two(capsys.readouterr().err)


def test_a_notebook_shows_them(spec):
    assert mnetcost.load(spec).cost(rho="1/2")._repr_html_().count(">Warning:</strong>") == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_document_holds_them(command, spec, capsys):
    if command.startswith("explain"):
        pytest.importorskip("sympy")
    assert cli.run([*command.replace("{}", spec).split(), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    places = [document, document.get("after"), *document.get("networks", ())]
    found = [one["warnings"] for one in places if one and one.get("warnings")]
    assert [[text[-len(SIDES) :], text_[-len(WEIGHTS) :]] for text, text_ in found] == [
        [SIDES, WEIGHTS]
    ]


def test_files_of_a_sweep_have_them_beside(spec, tmp_path, capsys):
    pytest.importorskip("pyarrow")
    for place in (["-o", str(tmp_path / "a.parquet")], ["--parts", str(tmp_path / "parts")]):
        assert cli.run(["sweep", spec, "--rho", "1/2,1", "--alpha", "1", *place]) == 0
        assert capsys.readouterr().err == f"Warning: {SIDES}\nWarning: {WEIGHTS}\n"


def test_a_sweep_over_knobs_says_it_once(spec, tmp_path, capsys):
    text = SHUFFLE.replace("input:", "knobs: {last: 3}\ninput:").replace("out: 3", "out: $last")
    (tmp_path / "knobs.yaml").write_text(text)
    words = ["sweep", str(tmp_path / "knobs.yaml"), "--set", "last=3,4", "--rho", "1/2"]
    assert cli.run([*words, "--alpha", "1"]) == 0
    assert capsys.readouterr().err.count("Warning: ") == 2


@pytest.mark.parametrize("layer", ["lstm", "gru", "rnn"])
def test_a_sequence_of_another_length_is_no_mistake(layer):
    cost = mnetcost.load(f"{HEAD}  - {layer}: {{out: 4}}\n").cost(rho="1/2")
    assert (cost.warnings, tuple(cost.layers[-1].output)) == ((), (6, 10, 4))


# --- what comes out of the network

DENSE = "  - global_avg_pool\n  - dense: {name: fc, out: 10}"


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (DENSE, "`fc` has 5 outputs at α = 0.5, 10 at α = 1"),
        (f"{DENSE}\n  - relu\n  - softmax", "`fc` has 5 outputs at α = 0.5, 10 at α = 1"),
        (
            "  - conv: {name: c, out: 7}\n  - global_avg_pool\n  - softmax",
            "`c` has 4 outputs at α = 0.5, 7 at α = 1",
        ),
        (
            "  - branches:\n"
            "    - - global_avg_pool\n      - dense: {name: a, out: 6}\n"
            "    - - global_avg_pool\n      - dense: {name: b, out: 2, scale: false}",
            "`a` has 3 outputs at α = 0.5, 6 at α = 1",
        ),
        (f"{DENSE}\n  - dense: {{out: 4, per_position: true, scale: false}}", ""),
        (DENSE.replace("10}", "10, scale: false}"), ""),
        ("  - constant: {channels: 8}\n  - relu", ""),  # which reads nothing
        ("  - conv: {out: 8}", ""),  # features, of whatever comes behind
        # a gate
        (
            "  - conv: {out: 8}\n  - branches:\n    - []\n    - - global_avg_pool\n"
            "      - dense: {out: 8}\n    merge: multiply",
            "",
        ),
    ],
)
def test_a_scaled_end(layers, words):
    found = warnings(layers, alpha="0.5")
    said = f"the last layer is scaled by α: {words}; `scale: false` in it keeps them"
    assert found == ((said,) if words else ())
    assert warnings(layers) == ()


def test_a_scaled_end_is_told_at_the_smallest_width():
    net = mnetcost.load(f"{HEAD}{DENSE}\n")
    (text,) = mnetcost.sweep(net, "1,0.3,0.5", "1").warnings
    assert "`fc` has 3 outputs at α = 0.3, 10 at α = 1" in text
    assert mnetcost.fit(net, max_params=10, rho="1").warnings


# --- widths that nothing rounds: 6 and 4 are whole at multiples of 1/2

FEW = """
input: {height: 12, width: 20, channels: 3}
layers:
  - conv: {out: 6, kernel: 3}
  - conv: {out: 4}
"""
STEP = "without rounding all channels are whole at multiples of 0.5 alone"


def test_few_widths():
    (text,) = mnetcost.fit(FEW, max_params="1k", rho="1").warnings
    assert text.startswith(f"α has almost nothing to find: {STEP}; say how to round")
    rounded = FEW.replace("layers:", "width: {round: nearest}\nlayers:")
    many = FEW.replace("6,", "30,").replace("4}", "20}")  # tenths
    assert mnetcost.fit(rounded, max_params="1k", rho="1").warnings == ()
    assert mnetcost.fit(many.replace("20}", "60}"), max_params="9k", rho="1").warnings == ()
    assert mnetcost.fit(many, max_params="9k", rho="1").warnings != ()
    assert mnetcost.fit(FEW, max_params="1k", rho="1", min_alpha=1).warnings == ()  # no search


def test_lost_widths():
    found = mnetcost.sweep(FEW, "1,0.75,0.5,0.25", "1", invalid="mask").warnings
    assert [text.partition("; ")[0] for text in found] == [f"2 of 4 α are impossible: {STEP}"]
    assert mnetcost.sweep(FEW, "1,1/2,1/3", "1", invalid="mask").warnings == ()


# --- a side of channels: 1×20 of 8 channels as 4×20 of 2


def test_a_side_that_is_made_of_channels():
    layers = (
        "  - conv: {out: 8, kernel: [12, 1], padding: valid}\n  - reshape: {SIDE: 4, channels: 2}"
    )
    net = f"{HEAD}{layers}\n"
    assert mnetcost.load(net.replace("SIDE", "height")).cost(input="12x10").warnings == ()
    (text,) = mnetcost.load(net.replace("SIDE", "width")).cost(input="12x10").warnings
    assert text.startswith("sides in numbers do not follow the input")
