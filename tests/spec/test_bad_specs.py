"""What a wrong spec is told: every problem at once, at its place, with a caret under it.

The files in `bad/` state their own problems in comments, read by `_read`:

    # expect: LINE:COLUMN CODE [the marked text [-> the suggestion]]
    # says: words that the message has
    # at: alpha=... rho=...        the file is fine, and impossible only at this setting
"""

import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from paths import BAD

import mnetcost
from mnetcost import SpecError

LABEL = "spec.yaml"
HEAD = "input: {height: 32, width: 32, channels: 3}\nlayers:\n"

_EXPECT = re.compile(r"# expect: (\d+):(\d+) ([a-z0-9-]+)(?: (.*?))?(?: -> (\S+))?")


class Expected(NamedTuple):
    line: int
    column: int
    code: str
    word: str | None = None
    suggestion: str | None = None


class Case(NamedTuple):
    text: str
    expected: list[Expected]
    says: list[str]
    at: dict[str, str]


def _read(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    found = [match for line in lines if (match := _EXPECT.fullmatch(line))]
    assert len(found) == text.count("# expect:"), f"{path.name}: an unreadable expectation"
    return Case(
        text,
        [Expected(int(one[1]), int(one[2]), one[3], one[4], one[5]) for one in found],
        [line.removeprefix("# says: ") for line in lines if line.startswith("# says: ")],
        dict(
            pair.split("=")
            for line in lines
            if line.startswith("# at: ")
            for pair in line.removeprefix("# at: ").split()
        ),
    )


CASES = {path.stem: _read(path) for path in sorted(BAD.glob("*.yaml"))}
cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def _refusal(data: bytes, tmp_path: Path, at: dict[str, Any] | None = None) -> SpecError:
    """The error that these bytes in a file lead to."""
    path = tmp_path / LABEL
    path.write_bytes(data)
    if not at:
        with pytest.raises(SpecError) as caught:
            mnetcost.load(path)
        return caught.value
    network = mnetcost.load(path)
    with pytest.raises(SpecError) as caught:
        network.cost(**at)
    return caught.value


def _places(error: SpecError) -> list[tuple[int, int, str]]:
    return sorted((one.mark.line, one.mark.column, one.code) for one in error.problems)


def _cells(text: str) -> int:
    """Columns that a terminal gives to `text`."""
    zero = {"Mn", "Me", "Cf"}
    return sum(
        0
        if unicodedata.category(sign) in zero
        else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )


def _shown(text: str) -> str:
    """`text` as a problem may print it: control characters escaped."""
    return "".join(
        ascii(sign)[1:-1] if unicodedata.category(sign) == "Cc" else sign for sign in text
    )


@pytest.mark.parametrize("name", CASES)
def test_each_file_states_what_is_wrong_with_it(name: str) -> None:
    assert CASES[name].expected


@cases
def test_every_problem_is_reported_at_its_place(case: Case, tmp_path: Path) -> None:
    error = _refusal(case.text.encode(), tmp_path, case.at)
    assert _places(error) == sorted(one[:3] for one in case.expected)
    order = [(one.mark.line, one.mark.column) for one in error.problems]
    assert order == sorted(order)


@cases
def test_problems_print_their_place_line_and_caret(case: Case, tmp_path: Path) -> None:
    error = _refusal(case.text.encode(), tmp_path, case.at)
    printed = {(one.mark.line, one.mark.column, one.code): str(one) for one in error.problems}
    lines = case.text.split("\n")
    for one in case.expected:
        head, shown, carets = printed[one[:3]].split("\n")[:3]
        place = f"{LABEL}:{one.line}:{one.column}: {one.code}: "
        assert place in head
        assert head.split(place)[1].strip()
        assert shown == f"{one.line:>5} | {_shown(lines[one.line - 1])}"
        before = lines[one.line - 1][: one.column - 1]
        assert re.fullmatch(rf"      \| {' ' * _cells(_shown(before))}\^+", carets)
        if one.word:
            assert lines[one.line - 1].startswith(one.word, one.column - 1)
            assert carets.count("^") == _cells(one.word), printed[one[:3]]


@cases
def test_messages_say_what_was_expected_and_meant(case: Case, tmp_path: Path) -> None:
    error = _refusal(case.text.encode(), tmp_path, case.at)
    for words in case.says:
        assert words in str(error)
    suggestions = {_place(one): one.suggestion for one in error.problems}
    for one in case.expected:
        if one.suggestion:
            assert suggestions[one[:3]] == one.suggestion
            assert f"did you mean {one.suggestion!r}?" in str(error)


def _place(problem: mnetcost.Problem) -> tuple[int, int, str]:
    return problem.mark.line, problem.mark.column, problem.code


@cases
@pytest.mark.parametrize("variant", ["crlf", "byte order mark"])
def test_line_ends_and_a_byte_order_mark_move_nothing(
    case: Case, variant: str, tmp_path: Path
) -> None:
    data = case.text.encode()
    data = data.replace(b"\n", b"\r\n") if variant == "crlf" else b"\xef\xbb\xbf" + data
    error = _refusal(data, tmp_path, case.at)
    assert _places(error) == sorted(one[:3] for one in case.expected)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.at])
def test_a_sweep_refuses_an_impossible_point_in_the_same_words(name: str) -> None:
    case = CASES[name]
    network = mnetcost.load(BAD / f"{name}.yaml")
    with pytest.raises(SpecError) as one:
        network.cost(**case.at)
    alpha, rho = case.at.get("alpha"), case.at.get("rho", "1")
    with pytest.raises(SpecError) as grid:
        mnetcost.sweep(network, alpha=["1", alpha or "1"], rho=[rho] if alpha else ["1", rho])
    assert str(grid.value) == str(one.value)


def _generated() -> dict[str, tuple[bytes, list[tuple[int, int, str]]]]:
    """Texts that cannot hold a comment about themselves."""
    utf8 = "not-utf-8"
    nested = "\n".join(" " * level + "a:" for level in range(60))
    return {
        "empty file": (b"", [(1, 1, "empty")]),
        "blank file": (b" \n\n", [(1, 1, "empty")]),
        "byte order mark alone": (b"\xef\xbb\xbf", [(1, 1, "empty")]),
        "latin-1": (b"name: Caf\xe9\n", [(1, 10, utf8)]),
        "second line, after wide signs": ("name: 卷\n源: 卷".encode() + b"\xff", [(2, 5, utf8)]),
        "after crlf": (b"name: x\r\nsource: \xe9\r\n", [(2, 9, utf8)]),
        "cut within a sign": ("name: 卷".encode()[:-1], [(1, 7, utf8)]),
        "utf-16": ("name: x\n".encode("utf-16-le"), [(1, 2, "not-yaml")]),
        "utf-16 with its mark": ("name: x\n".encode("utf-16"), [(1, 1, utf8)]),
        "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", [(1, 1, utf8)]),
        "nul": (b"name: x\0\n", [(1, 8, "not-yaml")]),
        "100,000 brackets": (b"[" * 100_000, [(1, 51, "too-deep")]),
        "brackets and braces": (b"[{a: " * 50_000, [(1, 126, "too-deep")]),
        "deep in block style": (nested.encode(), [(51, 51, "too-deep")]),
        "deep list": (b"- " * 50_000, [(1, 101, "too-deep")]),
        "5,000 digits": (
            f"{HEAD}  - conv: {{out: {'9' * 5_000}}}\n".encode(),
            [(3, 17, "out-of-range")],
        ),
        "5,000 digits, negative": (
            f"{HEAD}  - conv: {{out: -{'9' * 5_000}}}\n".encode(),
            [(3, 17, "out-of-range")],
        ),
        "a long line": (
            f"{HEAD}  - relu: {{x: '{'y' * 2**19}'}}\n".encode(),
            [(3, 12, "unknown-key")],
        ),
        "a long key": (
            f"{HEAD}  - relu: {{? {'y' * 2**19} : 1}}\n".encode(),
            [(3, 14, "unknown-key")],
        ),
        "over a mebibyte": (b"#" * (2**20 + 1), [(1, 1, "too-large")]),
        "150 problems": (
            (HEAD + "  - sperable\n" * 150).encode(),
            [(line, 5, "unknown-layer") for line in range(3, 103)],
        ),
    }


GENERATED = _generated()


@pytest.mark.parametrize("name", GENERATED)
def test_texts_that_cannot_state_their_problem(name: str, tmp_path: Path) -> None:
    data, expected = GENERATED[name]
    error = _refusal(data, tmp_path)
    found = _places(error)
    if found == [(1, 1001, "too-deep")]:  # where libyaml 0.2.6 stops by itself
        found = [(1, 51, "too-deep")]
    assert found == expected
    assert max(len(line) for line in str(error).split("\n")) < 400, "a line is not clipped"


@pytest.mark.parametrize("name", ["latin-1", "after crlf", "second line, after wide signs"])
def test_a_wrong_byte_is_shown_in_its_line(name: str, tmp_path: Path) -> None:
    data, [(line, column, _)] = GENERATED[name]
    _, shown, carets = str(_refusal(data, tmp_path)).split("\n")[:3]
    before = data.split(b"\n")[line - 1].decode("utf-8", "replace")[: column - 1]
    assert shown.startswith(f"{line:>5} | {before}")
    assert carets == f"      | {' ' * _cells(before)}^"


def test_a_long_line_is_cut_around_the_problem(tmp_path: Path) -> None:
    error = _refusal(
        f"{HEAD}  - relu: {{name: a, {' ' * 5_000}strid: 2}} # {'z' * 5_000}\n".encode(), tmp_path
    )
    _, shown, carets = str(error).split("\n")[:3]
    assert shown.startswith("    3 | …")
    assert shown.endswith("…")
    assert shown[carets.index("^") :].startswith("strid: 2")


TEXTS = ["no", "010", "0x10", "1_000", "1:30", "1e3", "12", "2001-01-01", "null and void", "~/nets"]


@pytest.mark.parametrize("text", TEXTS)
def test_what_looks_like_a_number_is_text_where_text_is_expected(text: str) -> None:
    network = mnetcost.load(f"name: {text}\nsource: {text}\n{HEAD}  - relu\n")
    assert (network.name, network.source) == (text, text)


@pytest.mark.parametrize("text", ["no", "010", "0x10", "1_000", "1:30", "1e3", "12", "true"])
def test_a_layer_may_have_a_name_that_looks_like_a_number(text: str) -> None:
    network = mnetcost.load(f"{HEAD}  - relu: {{name: {text}}}\n")
    assert [layer.name for layer in network.cost().layers] == [text]


def test_the_bounds_themselves_are_allowed() -> None:
    text = "input: {height: 65536, width: 1, channels: 1}\nlayers:\n  - conv: {out: 16777216}\n"
    assert mnetcost.load(text).cost().params == 16_777_216


@pytest.mark.parametrize(
    ("layers", "setting"),
    [
        ("  - conv: {out: 100}\n" * 120, {"alpha": 10**9}),
        ("  - avg_pool: {kernel: 32}\n" + "  - dense: {out: 9}\n" * 120, {"rho": 2}),
    ],
    ids=["too large", "not flat"],
)
def test_over_a_hundred_problems_of_one_setting(layers: str, setting: dict[str, int]) -> None:
    network = mnetcost.load(HEAD + layers)
    for count in (network.cost, partial(mnetcost.sweep, network)):
        with pytest.raises(SpecError) as caught:
            count(**setting)
        assert 1 <= len(caught.value.problems) <= 100


@pytest.mark.parametrize(
    ("spec", "code", "suggestion"),
    [
        ("mobilenet_v11", "unknown-spec", "mobilenet_v1"),
        ("", "unknown-spec", None),
        ("no/such/file.yaml", "no-such-file", None),
        ("specs/mobilenet_v11.yaml", "no-such-file", "mobilenet_v1"),
        ("a\0b.yaml", "unreadable", None),
        ("x" * 5_000 + ".yaml", "unreadable", None),
    ],
)
def test_what_cannot_be_opened(spec: str, code: str, suggestion: str | None) -> None:
    with pytest.raises(SpecError) as caught:
        mnetcost.load(spec)
    [problem] = caught.value.problems
    assert (problem.code, problem.mark[:2], problem.suggestion) == (code, (1, 1), suggestion)
    assert len(str(problem)) < 1_000


def test_a_directory_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        mnetcost.load(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["is-a-directory"]
