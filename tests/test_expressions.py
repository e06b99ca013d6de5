"""Expressions: their values by hand, and what is none."""

import pytest

from mnetcost.expressions import ExpressionError, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$a + 2 * 3", 10),
        ("($a + 2) * 3", 18),
        ("-$a + 10 - 3", 3),
        ("$a / 3 * 3", 4),
        ("0.1 + 0.2 == 0.3", True),
        ("not $a == 4 or $b", True),
        ("1 < $a <= 4", True),
        ("$word == relu6", True),
        ("relu if $a > 5 else swish", "swish"),
        ("floor(-7 / 2)", -4),
        ("ceil(7 / 2)", 4),
        ("round(5 / 2)", 3),
        ("round(-5 / 2)", -2),
        ("max($a, 7, 2)", 7),
        ("divisible(33, 8)", 32),
        ("divisible(10, 8)", 16),  # 8 is below 0.9 · 10
        ("divisible(3, 8, 24)", 24),
        ("ceil(8 * 1.0000000000000000001)", 9),  # 8 + 8·10⁻¹⁹
        ("floor(1e39 * 1e-39)", 1),
        ("1e-40 > 0", True),
        ("0.30000000000000001 == 0.3", False),
    ],
)
def test_expressions(text: str, value: object) -> None:
    scope = {"a": 4, "b": True, "word": "relu6"}
    assert parse(text).value(scope) == value


@pytest.mark.parametrize(
    "text",
    [
        *("$a ** 9999999", "$a.__class__", "[1, 2][0]", "lambda: 1", "open(1)", "$a if 1 else 2"),
        *("1 / 0", "$missing", "$a +", "'a' * 9", "(" * 150, "1 << 99", "max(1)", "max(1, b=2)"),
        *("9" * 199, "relu < 3", "floor(x=1)", "$a // 2", "`$a`"),
        # numbers as elsewhere in a spec, and nothing that Python only warns of
        *("1e400", "1e-400", "$a * 1_0", "0x10", "010", "1j", f"0.{'0' * 40}1"),
        *("1if $a > 2else 3", "...", "None", "b'a'"),
    ],
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text).value({"a": 4})
