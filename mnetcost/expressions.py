"""Small arithmetic in specs, such as `$stride == 1 and $in == $out`: exact, bounded, no eval.

Python's own parser reads an expression; only the forms named here are given a meaning, and its
numbers are those of all specs.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, nan
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

from mnetcost.exact import divide_half_up, literal, parse_ratio, plain
from mnetcost.multipliers import Rounding
from mnetcost.problems import UsageError
from mnetcost.record import Record
from mnetcost.text import clip, counted

MAX_EXPRESSION = 200  # characters
MAX_VALUE = 10**40
MAX_EXPONENT = 100

INCOMING = frozenset(("in", "here"))  # channels that come in: under α already
SCALED = "scaled"

_NAME = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)
_PREFIX = "_parameter_"
GRAMMAR = (
    "+ - * / **, comparisons, and, or, not, A if C else B, floor, ceil, round, min, max, "
    "divisible, scaled"
)


class ExpressionError(ValueError):
    """An expression that cannot be read or has no value.

    `word` is a name that does not exist: a parameter's, or another's than those that are `known`.
    """

    def __init__(
        self,
        message: str,
        word: str = "",
        known: Iterable[str] = (),
        *,
        is_parameter: bool = False,
    ) -> None:
        super().__init__(message)
        self.word, self.known, self.is_parameter = word, known, is_parameter


class Scaled(NamedTuple):
    """A width under α in an expression: `scaled(X)`, and the tree of X."""

    text: str
    tree: tuple[Any, ...]


class Expression(Record, kw_only=False):
    """A parsed expression: its text, the parameters it names, its tree, and its widths under α.

    A tree is a tuple: the sign of a form, and what it is made of.
    """

    text: str
    names: frozenset[str]
    tree: tuple[Any, ...]
    widths: tuple[Scaled, ...] = ()

    def value(self, scope: Mapping[str, Any], scaled: Sequence[Any] = ()) -> Any:
        """The exact value with these parameters, and these channels of its widths under α.

        Raises ExpressionError where there is none.
        """
        if len(scaled) < len(self.widths):
            self.written(scope)
            raise ExpressionError(
                f"`{SCALED}()` stands in a layer's own whole numbers; this is decided before α"
            )
        if scaled:
            scope = {**scope, **{_slot(place): one for place, one in enumerate(scaled)}}
        return _bounded(_value(self.tree, scope))

    def written(self, scope: Mapping[str, Any]) -> tuple[int | Fraction, ...]:
        """Its widths under α as they are written. Raises ExpressionError where one is none."""
        found = tuple(_number(one.tree, scope) for one in self.widths)
        for one, value in zip(self.widths, found):
            if value <= 0:
                raise ExpressionError(f"`{clip(one.text)}` is of {value}, no width above zero")
        return found


def _slot(place: int) -> str:
    """What stands in a scope for a width under α: no name that a spec can write."""
    return f"{SCALED} {place}"


class Derived(Record, kw_only=False):
    """A width that follows from incoming channels, or from others under α: never scaled again.

    `widths` are those that `scaled()` speaks of, as written, with the layer's own rule where it has
    one; without any that is its `rounding`.
    """

    expression: Expression
    scope: Mapping[str, Any]
    maximum: int
    widths: tuple[Any, ...] = ()
    rounding: Rounding | None = None

    def value(self, block_input: Any, here: Any, width: Callable[[Any, bool], Any]) -> Any:
        """The whole number from 1 to `maximum` for these channels, 0 where there is none.

        Of ints, or over a grid; `width` gives the channels of a written width.
        """
        numbers = (block_input, here, *(width(one, True) for one in self.widths))
        for one in numbers:
            if hasattr(one, "at_points"):  # numbers over a grid: at every point of it
                return one.at_points(self._at, *numbers)
        return self._at(*numbers)

    def _at(self, block_input: Any, here: Any, *scaled: Any) -> Any:
        incoming = {"in": block_input, "here": here}
        named = [one for name, one in incoming.items() if name in self.expression.names]
        if any(one != one for one in named):  # noqa: PLR0124 - an unknown width stays one
            return nan
        if any(one <= 0 for one in scaled):
            return 0
        try:
            value = self.expression.value({**self.scope, **incoming}, scaled)
        except ExpressionError:
            return 0
        if isinstance(value, bool) or not isinstance(value, (int, Fraction)) or value <= 0:
            return 0
        if self.rounding is not None:
            value = self.rounding.apply(1, Fraction(value))
        return int(value) if value.denominator == 1 and value <= self.maximum else 0


def names_in(text: str) -> Iterator[str]:
    """The parameters that a text names."""
    if "$" in text:
        for found in _NAME.finditer(text):
            yield found[1] or found[2]


def is_template(text: str) -> bool:
    """Whether a text holds parameters, which a name has put in."""
    return "$" in text


def is_expression(text: str) -> bool:
    """Whether a text holds parameters or widths under α, and so is an expression."""
    return "$" in text or "scaled(" in text


def template(text: str, scope: Mapping[str, Any]) -> str:
    """`text` with every `$name` and `${name}` replaced by its value. Raises ExpressionError."""
    return _NAME.sub(lambda found: value_text(_look_up(found[1] or found[2], scope)), _short(text))


def _short(text: str) -> str:
    if len(text) <= MAX_EXPRESSION:
        return text
    raise ExpressionError(f"an expression of {len(text):,} characters; {MAX_EXPRESSION} at most")


def value_text(value: Any) -> str:
    """A value as a spec would write it."""
    if not isinstance(value, (int, Fraction, str)):
        raise ExpressionError("a list where a number or a text is wanted")
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(1024)
def parse(text: str) -> Expression:
    """The expression of a text. Raises ExpressionError where it is none."""
    names = frozenset(names_in(_short(text)))
    source = _NAME.sub(lambda found: _PREFIX + (found[1] or found[2]), text).strip()
    try:
        with catch_warnings():
            simplefilter("error")  # what Python only warns of is no form of an expression either
            tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"`{clip(text)}` is no expression") from None
    reader = _Reader(text, source)
    written = reader.read(tree)
    return Expression(source.replace(_PREFIX, "$"), names, written, tuple(reader.widths))


class _Reader:
    """Gives the forms of one expression their meaning."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self.widths: list[Scaled] = []

    def read(self, node: ast.expr) -> tuple[Any, ...]:  # noqa: C901, PLR0911 - one return a form
        """The tree of a form. Raises ExpressionError for any other."""
        match node:
            case ast.Constant():
                return "=", self._constant(node)
            case ast.Name(id=name):
                if name.startswith(_PREFIX):
                    return "$", name.removeprefix(_PREFIX)
                return "=", literal(name)
            case ast.IfExp(test=test, body=body, orelse=other):
                return "if", self.read(test), self.read(body), self.read(other)
            case ast.BoolOp(op=op, values=values):
                return "and" if isinstance(op, ast.And) else "or", *map(self.read, values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return "not", self.read(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "-", ("=", 0), self.read(operand)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _ARITHMETIC:
                return _ARITHMETIC[type(op)], self.read(left), self.read(right)
            case ast.Compare(left=left, ops=ops) if all(type(one) in _COMPARISONS for one in ops):
                signs = tuple(_COMPARISONS[type(one)] for one in ops)
                return "compare", signs, self.read(left), *map(self.read, node.comparators)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                if name == SCALED and len(arguments) == 1:
                    return "$", self._scaled(node, arguments[0])
                _check_call(name, len(arguments))
                return "call", name, *map(self.read, arguments)
        raise ExpressionError(f"`{clip(self.text)}` uses more than {GRAMMAR}")

    def _scaled(self, node: ast.expr, argument: ast.expr) -> str:
        """What stands for the width under α in the tree."""
        inside = {one.id for one in ast.walk(argument) if isinstance(one, ast.Name)}
        for name in inside & {_PREFIX + one for one in INCOMING}:
            words = f"`{name.replace(_PREFIX, '$')}` is under α already"
            raise ExpressionError(f"{words}; `{SCALED}` is of a written width")
        if SCALED in inside:
            raise ExpressionError(f"`{SCALED}` inside `{SCALED}`: α would scale twice")
        text = ast.get_source_segment(self.source, node) or ""
        self.widths.append(Scaled(text.replace(_PREFIX, "$"), self.read(argument)))
        return _slot(len(self.widths) - 1)

    def _constant(self, node: ast.Constant) -> Any:
        """Its value: a number as it is written, for Python would round it."""
        if isinstance(node.value, bool | str):
            return node.value
        if not isinstance(node.value, int | float):
            raise ExpressionError(f"`{clip(self.text)}` uses more than {GRAMMAR}")
        try:
            return plain(parse_ratio(ast.get_source_segment(self.source, node) or "", "number"))
        except UsageError as error:
            raise ExpressionError(str(error)) from None


def _value(  # noqa: PLR0911 - one return a form
    tree: tuple[Any, ...], scope: Mapping[str, Any]
) -> Any:
    sign, *parts = tree
    match sign:
        case "=":
            return parts[0]
        case "$":
            return _look_up(parts[0], scope)
        case "if":
            return _value(parts[1] if _truth(parts[0], scope) else parts[2], scope)
        case "and":
            return all(_truth(one, scope) for one in parts)
        case "or":
            return any(_truth(one, scope) for one in parts)
        case "not":
            return not _truth(parts[0], scope)
        case "compare":
            return _compare(parts[0], parts[1], parts[2:], scope)
        case "call":
            return FUNCTIONS[parts[0]][0](*[_number(one, scope) for one in parts[1:]])
    return _arithmetic(sign, parts[0], parts[1], scope)


def _look_up(name: str, scope: Mapping[str, Any]) -> Any:
    if name not in scope:
        message = f"there is no parameter or knob `${name}` here"
        raise ExpressionError(message, name, is_parameter=True)
    return scope[name]


def _truth(tree: tuple[Any, ...], scope: Mapping[str, Any]) -> bool:
    value = _value(tree, scope)
    if not isinstance(value, bool):
        raise ExpressionError(f"{clip(value_text(value))} is neither true nor false")
    return value


def _number(tree: tuple[Any, ...], scope: Mapping[str, Any]) -> Any:
    value = _value(tree, scope)
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


_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS: dict[type, str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def _power(base: int | Fraction, exponent: int | Fraction) -> Fraction:
    if not isinstance(exponent, int) or abs(exponent) > MAX_EXPONENT:
        raise ExpressionError(f"a power wants a whole exponent of at most {MAX_EXPONENT}")
    return Fraction(base) ** exponent


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": Fraction,
    "**": _power,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _arithmetic(sign: str, left: Any, right: Any, scope: Mapping[str, Any]) -> Any:
    numbers = _number(left, scope), _number(right, scope)
    try:
        return _bounded(_OPERATIONS[sign](*numbers))
    except ZeroDivisionError:
        raise ExpressionError("a division by zero") from None


def _compare(
    signs: Sequence[str], first: Any, others: Sequence[Any], scope: Mapping[str, Any]
) -> bool:
    left = _value(first, scope)
    for sign, other in zip(signs, others):
        right = _value(other, scope)
        try:
            if not _OPERATIONS[sign](left, right):
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


def _check_call(name: str, given: int) -> None:
    """Raises ExpressionError for a function that does not exist, or takes other arguments."""
    if name not in FUNCTIONS:
        message = f"there is no function `{clip(name)}`"
        raise ExpressionError(message, name, (*FUNCTIONS, f"{SCALED}(width)"))
    _, least, most = FUNCTIONS[name]
    if not least <= given <= most:
        many = counted(least, "argument") if least == most else f"{least} to {most} arguments"
        raise ExpressionError(f"{name} takes {many}, not {given}")
