"""Small arithmetic in specs, such as `$stride == 1 and $in == $out`: exact, bounded, no eval.

Python's own parser reads an expression; only the forms named here are given a meaning.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any

from mnetcost.exact import divide_half_up, parse_ratio
from mnetcost.multipliers import Rounding
from mnetcost.problems import UsageError
from mnetcost.record import Record
from mnetcost.text import clip, did_you_mean

MAX_EXPRESSION = 200  # characters
MAX_VALUE = 10**40

_NAME = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)
_PREFIX = "_parameter_"
GRAMMAR = (
    "+ - * /, comparisons, and, or, not, A if C else B, floor, ceil, round, min, max, divisible"
)


class ExpressionError(ValueError):
    """An expression that cannot be read or has no value; `suggestion` is a name that exists."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


class Expression(Record, kw_only=False):
    """A parsed expression: its text, the parameters it names, and its tree."""

    text: str
    names: frozenset[str]
    tree: ast.expr

    def value(self, scope: Mapping[str, Any]) -> Any:
        """The exact value with these parameters. Raises ExpressionError where there is none."""
        return _bounded(_value(self.tree, scope))


class Derived(Record, kw_only=False):
    """A width that follows from incoming channels: never scaled again, rounded by its own rule."""

    expression: Expression
    scope: Mapping[str, Any]
    maximum: int
    rounding: Rounding | None = None

    def value(self, block_input: Any, here: Any) -> Any:
        """The whole number from 1 to `maximum` for these channels, 0 where there is none.

        Of ints, or over a grid.
        """
        for one in (here, block_input):
            if hasattr(one, "pairwise"):  # numbers over a grid: at every point of it
                return one.pairwise(self.value, block_input, here)
        try:
            value = self.expression.value({**self.scope, "in": block_input, "here": here})
        except ExpressionError:
            return 0
        if isinstance(value, bool) or not isinstance(value, (int, Fraction)) or value <= 0:
            return 0
        if self.rounding is not None:
            value = self.rounding.apply(1, Fraction(value))
        return int(value) if value.denominator == 1 and value <= self.maximum else 0


def is_expression(text: str) -> bool:
    """Whether a text holds parameters, and so is an expression."""
    return "$" in text


def template(text: str, scope: Mapping[str, Any]) -> str:
    """`text` with every `$name` and `${name}` replaced by its value."""

    def found(match: re.Match[str]) -> str:
        return value_text(_look_up(match[1] or match[2], scope))

    return _NAME.sub(found, text)


def value_text(value: Any) -> str:
    """A value as a spec would write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def literal(text: str) -> Any:
    """The number, boolean or text that a parameter's plain text stands for."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return plain(parse_ratio(text, "value"))
    except UsageError:
        return text


def plain(value: Fraction) -> int | Fraction:
    """An int where the fraction is whole."""
    return int(value) if value.denominator == 1 else value


@cache
def parse(text: str) -> Expression:
    """The expression of a text. Raises ExpressionError where it is none."""
    if len(text) > MAX_EXPRESSION:
        message = f"an expression of {len(text):,} characters; {MAX_EXPRESSION} at most"
        raise ExpressionError(message)
    names = frozenset(one or other for one, other in _NAME.findall(text))
    source = _NAME.sub(lambda found: _PREFIX + (found[1] or found[2]), text)
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"`{clip(text)}` is no expression") from None
    _check(tree, text)
    return Expression(text, names, tree)


_FORMS = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Constant),
    *(ast.Name, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context),
)


def _check(tree: ast.expr, text: str) -> None:
    for node in ast.walk(tree):
        known = isinstance(node, _FORMS)
        if isinstance(node, ast.BinOp):
            known = type(node.op) in _ARITHMETIC
        elif isinstance(node, ast.Compare):
            known = all(type(one) in _COMPARISONS for one in node.ops)
        elif isinstance(node, ast.UnaryOp):
            known = isinstance(node.op, (ast.Not, ast.USub))
        elif isinstance(node, ast.Call):
            known = not node.keywords and isinstance(node.func, ast.Name)
            if known and node.func.id not in FUNCTIONS:  # type: ignore[attr-defined]
                name = node.func.id  # type: ignore[attr-defined]
                near = did_you_mean(name, FUNCTIONS)
                raise ExpressionError(f"there is no function `{clip(name)}`", near)
        elif isinstance(node, ast.Constant):
            known = isinstance(node.value, (int, float, str))
        if not known:
            raise ExpressionError(f"`{clip(text)}` uses more than {GRAMMAR}")


def _value(  # noqa: C901, PLR0911 - one return a form
    node: ast.expr, scope: Mapping[str, Any]
) -> Any:
    match node:
        case ast.Constant(value=float()):
            return plain(Fraction(repr(node.value)))
        case ast.Constant():
            return node.value
        case ast.Name(id=name):
            if name.startswith(_PREFIX):
                return _look_up(name.removeprefix(_PREFIX), scope)
            return literal(name)
        case ast.IfExp():
            return _value(node.body if _truth(node.test, scope) else node.orelse, scope)
        case ast.BoolOp(op=ast.And()):
            return all(_truth(one, scope) for one in node.values)
        case ast.BoolOp():
            return any(_truth(one, scope) for one in node.values)
        case ast.UnaryOp(op=ast.Not()):
            return not _truth(node.operand, scope)
        case ast.UnaryOp():
            return -_number(node.operand, scope)
        case ast.BinOp():
            return _arithmetic(node, scope)
        case ast.Compare():
            return _compare(node, scope)
        case ast.Call(func=ast.Name(id=name)):
            return _call(name, [_number(one, scope) for one in node.args])
    raise ExpressionError("no expression")


def _look_up(name: str, scope: Mapping[str, Any]) -> Any:
    if name not in scope:
        near = did_you_mean(name, scope)
        raise ExpressionError(f"there is no parameter or knob `${name}` here", near and f"${near}")
    return scope[name]


def _truth(node: ast.expr, scope: Mapping[str, Any]) -> bool:
    value = _value(node, scope)
    if not isinstance(value, bool):
        raise ExpressionError(f"{clip(value_text(value))} is neither true nor false")
    return value


def _number(node: ast.expr, scope: Mapping[str, Any]) -> Any:
    value = _value(node, scope)
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise ExpressionError(f"`{clip(value_text(value))}` is not a number")
    return _bounded(value)


def _bounded(value: Any) -> Any:
    if type(value) is int and -MAX_VALUE <= value <= MAX_VALUE:
        return value  # most are
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        if max(abs(value.numerator), value.denominator) > MAX_VALUE:
            raise ExpressionError("a number of over 40 digits")
        return plain(Fraction(value))
    return value


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: Fraction,
}
_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _arithmetic(node: ast.BinOp, scope: Mapping[str, Any]) -> Any:
    left, right = _number(node.left, scope), _number(node.right, scope)
    try:
        return _bounded(_ARITHMETIC[type(node.op)](left, right))
    except ZeroDivisionError:
        raise ExpressionError("a division by zero") from None


def _compare(node: ast.Compare, scope: Mapping[str, Any]) -> bool:
    left = _value(node.left, scope)
    for one, other in zip(node.ops, node.comparators):
        right = _value(other, scope)
        try:
            if not _COMPARISONS[type(one)](left, right):
                return False
        except TypeError:
            pair = f"{clip(value_text(left))} and {clip(value_text(right))}"
            raise ExpressionError(f"{pair} cannot be compared") from None
        left = right
    return True


def _divisible(value: Any, divisor: Any, least: Any = 0) -> int:
    if not isinstance(divisor, int) or divisor < 1 or not isinstance(least, int):
        raise ExpressionError("divisible wants a whole divisor above zero")
    return Rounding("divisible", least, divisor).apply(1, Fraction(value))


# name -> (function, how many arguments at least, at most)
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "floor": (floor, 1, 1),
    "ceil": (ceil, 1, 1),
    "round": (lambda value: divide_half_up(value.numerator, value.denominator), 1, 1),
    "min": (min, 2, 20),
    "max": (max, 2, 20),
    "divisible": (_divisible, 2, 3),
}


def _call(name: str, arguments: list[Any]) -> Any:
    function, least, most = FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise ExpressionError(f"{name} takes {least} to {most} arguments, not {len(arguments)}")
    return function(*arguments)
