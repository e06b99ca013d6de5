"""Whatever is done to a spec's bytes, load() returns a network or says what is wrong.

Seeds are shipped and hostile-looking specs; mutations cut, copy, swap and insert bytes and tokens.
"""

import io
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from paths import SPECS

import mnetcost
from mnetcost import SpecError, UsageError
from mnetcost.spec import read_graph, read_stream

SMALL = """mnetcost: 1
name: Small
input: {height: 16, width: 24, channels: 3, scale: false}
width: {divisible: 8, min: 8}
defaults: {conv: {norm: batch, act: relu}}
layers:
  - conv: {out: 8, kernel: [3, 5], stride: 2, padding: valid, dilation: 1, groups: 1}
  - repeat: 2
    layers:
      - separable: {name: sep, out: 16, inner: {norm: none}, bias: true}
  - max_pool: {kernel: 2, padding: [1, 0]}
  - dropout: {rate: 0.5}
  - flatten
  - dense: {out: 10, scale: false, in: 336}
expect:
  - {mult_adds: 1.5M, params: 4k, alpha: 3/4, rho: 6/7, printed: truncated, source: x}
"""
SEEDS = [SMALL, *(path.read_text(encoding="utf-8") for path in sorted(SPECS.glob("*.yaml")))]
TOKENS = [
    *("&a ", "*a", "<<: ", "!!int ", "!x ", "---\n", "...\n", "%YAML 1.1\n", "? ", "- ", ": "),
    *("|\n", ">\n", "[", "]", "{", "}", ",", "#", "'", '"', "{}", "[]", "''", '""', "  ", "\n  "),
    *(
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\0",
        "\x1b",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ud800",
        "😀",
        "e\u0301",
    ),
    *("no", "010", "0x_", "0b_", "1_0", "1:30", "1e9", ".inf", ".nan", "~", "null", "-0", "-1"),
    *("9" * 50, "9" * 5_000, "-" + "9" * 5_000, "1/0", "16777216", "65536", "kernel: 65536"),
    *("repeat: 10000", "layers:", "conv:", "separable", "out: 0", "groups: 7", "\n    - "),
]
SECONDS = 2.0  # far more than a small spec takes, far less than a blow-up does


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A seed after a few edits."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 30))
        copied = draw(st.integers(0, len(text)))
        part = text[copied : copied + draw(st.integers(0, 80))]
        inserted = draw(st.one_of(st.sampled_from(TOKENS), st.text(max_size=4), st.just(part)))
        text = text[:start] + inserted + text[end:]
    return text


def _refusal(call: Callable[[], Any]) -> SpecError | None:
    """The error that `call` ends in, if it does."""
    try:
        call()
    except SpecError as error:
        return error
    return None


def _check(error: SpecError, text: str) -> None:
    """The problems are values that print themselves, at places that the text has."""
    assert 1 <= len(error.problems) <= 100
    printed = str(error)
    assert len(printed) < 150_000
    assert "\x1b" not in printed
    lines = text.replace("\r\n", "\n").count("\n") + sum(map(text.count, "\r\x85\u2028\u2029")) + 1
    for problem in error.problems:
        assert 1 <= problem.mark.line <= lines
        assert problem.mark.column >= 1
        assert problem.code
        assert problem.message


fuzzed = settings(max_examples=150, print_blob=True)


@fuzzed
@given(mutants())
@example(SMALL.replace("out: 8", "out: 0b_"))
@example(SMALL.replace("out: 8", "out: -" + "9" * 5_000))
@example(SMALL.replace("- flatten", "- flatten: {'': 3}"))
@example(SMALL + "\ud800")
def test_a_changed_spec_loads_or_is_refused(text: str) -> None:
    text += "\n"  # a text, not a name
    start = time.process_time()
    error = _refusal(lambda: mnetcost.load(text))
    assert time.process_time() - start < SECONDS
    if error:
        _check(error, text)
    else:
        cost = mnetcost.load(text).cost()
        assert cost.mult_adds == sum(layer.mult_adds for layer in cost.layers) >= 0
        assert all(min(layer.output) >= 1 for layer in cost.layers)


@fuzzed
@given(mutants(), st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), max_size=4))
def test_changed_bytes_load_or_are_refused(text: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    for place, value in changes:
        data.insert(place % (len(data) + 1), value)
    stream = io.BytesIO(bytes(data))
    error = _refusal(lambda: read_graph(read_stream(stream, "<bytes>")))
    for problem in error.problems if error else ():
        assert problem.label == "<bytes>"
        assert str(problem)


VALUES = st.recursive(
    st.one_of(st.sampled_from(TOKENS), st.text(max_size=5), st.integers()).map(str),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(inner, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {one}" for key, one in pairs) + "}"
        ),
    ),
    max_leaves=12,
)
KEYS = [
    *("input", "width", "defaults", "layers", "expect", "name", "mnetcost"),
    *("- conv", "- repeat", "- separable", "- dropout", "- max_pool"),
]


@fuzzed
@given(VALUES, st.sampled_from(KEYS))
def test_any_value_under_any_key_is_read_or_refused(value: str, key: str) -> None:
    text = "input: {height: 8, width: 8, channels: 3}\nlayers:\n  - relu\n"
    text = f"{text}  {key}: {value}\n" if key.startswith("-") else f"{key}: {value}\n{text}"
    if error := _refusal(lambda: mnetcost.load(text)):
        _check(error, text)


@fuzzed
@given(
    st.one_of(st.text(max_size=12), st.sampled_from(TOKENS), st.floats(), st.fractions()),
    st.sampled_from(["alpha", "rho", "resolution", "input"]),
)
def test_any_setting_is_read_or_refused(value: object, key: str) -> None:
    network = mnetcost.load("mobilenet_v1_layer")
    for count in (network.cost, partial(mnetcost.sweep, network)):
        try:
            count(**{key: value})
        except (UsageError, SpecError) as error:
            words = str(error)
        else:
            words = ""
        assert len(words) < 5_000
