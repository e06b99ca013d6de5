"""Formulas from the layers' own lines, run on SymPy symbols, written as the paper writes them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from mnetcost.problems import UsageError


class Meaning(NamedTuple):
    """How a symbol is written in LaTeX, and what it stands for."""

    latex: str
    words: str


# In the order in which a product names them: the paper's (Howard et al. 2017, eq. 2 to 7).
MEANINGS = {
    "α": Meaning(r"\alpha", "width multiplier"),
    "ρ": Meaning(r"\rho", "resolution multiplier"),
    "B": Meaning("B", "images of the batch"),
    "D_K": Meaning("D_K", "side of the kernel, px"),
    "D_Kh": Meaning("D_{Kh}", "height of the kernel, px"),
    "D_Kw": Meaning("D_{Kw}", "width of the kernel, px"),
    "M": Meaning("M", "input channels"),
    "G": Meaning("G", "groups"),
    "m": Meaning("m", "output channels per input channel"),
    "N": Meaning("N", "output channels"),
    "s": Meaning("s", "channels squeezed to"),
    "h": Meaning("h", "heads"),
    "k": Meaning("k", "neighbours"),
    "D_F": Meaning("D_F", "side of the input map, px"),
    "D_Fh": Meaning("D_{Fh}", "height of the input map, px"),
    "D_Fw": Meaning("D_{Fw}", "width of the input map, px"),
    "D_O": Meaning("D_O", "side of the output map, px"),
    "D_Oh": Meaning("D_{Oh}", "height of the output map, px"),
    "D_Ow": Meaning("D_{Ow}", "width of the output map, px"),
    "P": Meaning("P", "padding at each end, px"),
    "S": Meaning("S", "stride, px"),
}
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MISSING = "explanations need SymPy: pip install 'mnetcost[explain]'"


class Formula(NamedTuple):
    """A formula as text (D_K²·M·N) and as LaTeX."""

    text: str
    latex: str


def sympy() -> Any:
    """SymPy, imported when first needed. Raises UsageError where it is not installed."""
    try:
        import sympy as found
    except ImportError:
        raise UsageError(MISSING) from None
    return found


class Symbols:
    """The symbols of one layer with their values; a value of 1 stays a number."""

    def __init__(self) -> None:
        self._sympy = sympy()
        self._gcd = self._sympy.Function("gcd")
        self.values: dict[Any, int | Fraction] = {}

    def new(self, name: str, value: int | Fraction) -> Any:
        """A symbol of this value, or the number 1."""
        if value == 1:
            return self._sympy.Integer(1)
        # SymPy orders the factors of a product by name: a letter in front gives the paper's order.
        order = chr(ord("a") + list(MEANINGS).index(name))
        whole = isinstance(value, int)
        kind = {"integer": True} if whole else {"rational": True}
        symbol = self._sympy.Symbol(f"{order}:{name}", positive=True, **kind)
        self.values[symbol] = value
        return symbol

    def named(self) -> dict[str, int | Fraction]:
        """The value of each symbol by its name, in the order of `MEANINGS`."""
        values = {_name(symbol): value for symbol, value in self.values.items()}
        return {name: values[name] for name in MEANINGS if name in values}

    def value(self, expression: Any) -> Fraction:
        """What the expression is with the numbers in place."""
        core = self._sympy
        values = {one: core.Rational(value) for one, value in self.values.items()}
        number = core.sympify(expression).subs(values).replace(self._gcd, core.igcd)
        return Fraction(int(number.p), int(number.q))

    def exact(self, expression: Any) -> Any:
        """The expression without the roundings that change nothing, such as ⌊M/G⌋."""
        core = self._sympy
        expression = core.sympify(expression).replace(
            lambda one: isinstance(one, core.floor) and one.args[0].could_extract_minus_sign(),
            lambda one: -core.ceiling(-one.args[0]),
        )
        whole = expression.replace(core.floor, lambda one: one)
        same = self.value(whole) == self.value(expression)
        return whole if same and not whole.has(core.ceiling) else expression

    def formula(self, expression: Any) -> Formula:
        """The expression in symbols."""
        names = {one: _name(one) for one in self.values}
        latex = {one: MEANINGS[name].latex for one, name in names.items()}
        return self._written(expression, names, latex)

    def numbers(self, expression: Any) -> Formula:
        """The same with the numbers in place of the symbols."""
        texts = {one: str(value) for one, value in self.values.items()}
        latex = {one: _fraction_latex(value) for one, value in self.values.items()}
        return self._written(expression, texts, latex)

    def _written(
        self, expression: Any, texts: Mapping[Any, str], latex: Mapping[Any, str]
    ) -> Formula:
        core = self._sympy
        expression = core.sympify(expression)
        written = core.latex(expression, mul_symbol="dot", symbol_names=dict(latex))
        return Formula(_Text(core, texts).write(expression), written)


def _name(symbol: Any) -> str:
    return str(symbol.name).split(":", 1)[1]


def _fraction_latex(value: int | Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


class _Text:
    """Writes an expression as a line of text."""

    def __init__(self, core: Any, names: Mapping[Any, str]) -> None:
        self.core, self.names = core, names
        self.brackets = {
            core.floor: "⌊{}⌋",
            core.ceiling: "⌈{}⌉",
            core.Max: "max({})",
            core.Min: "min({})",
        }

    def write(self, one: Any) -> str:
        core = self.core
        if one in self.names:
            return self.names[one]
        if isinstance(one, core.Add):
            terms = [self.write(term) for term in one.as_ordered_terms()]
            return " + ".join(terms).replace("+ -", "- ")
        if isinstance(one, core.Mul | core.Pow):
            return self._product(one)
        if one.args:  # a function
            inside = ", ".join(map(self.write, sorted(one.args, key=core.default_sort_key)))
            return self.brackets.get(one.func, f"{one.func}({{}})").format(inside)
        return str(one)

    def _product(self, one: Any) -> str:
        numerator, denominator = self.core.fraction(one)
        if denominator == 1:
            return self._factors(numerator)
        below = self._factors(denominator)
        single = len(self.core.Mul.make_args(denominator)) == 1
        return f"{self._factors(numerator)}/{below if single else f'({below})'}"

    def _factors(self, product: Any) -> str:
        if product.could_extract_minus_sign():
            return f"-{self._factors(-product)}"
        return "·".join(self._power(factor) for factor in product.as_ordered_factors())

    def _power(self, factor: Any) -> str:
        base, exponent = factor.as_base_exp()
        text = self.write(base)
        if isinstance(base, self.core.Add) or (base.is_Atom and "/" in text):
            text = f"({text})"
        return text if exponent == 1 else text + str(exponent).translate(_SUPERSCRIPTS)


def added(terms: Sequence[Formula]) -> Formula:
    """The sum of terms in this order."""
    return Formula(" + ".join(one.text for one in terms), " + ".join(one.latex for one in terms))


def divided(above: Formula, below: Formula) -> Formula:
    """A quotient that is not cancelled."""
    text = f"({above.text})" if " " in above.text else above.text
    return Formula(f"{text} / ({below.text})", rf"\frac{{{above.latex}}}{{{below.latex}}}")
