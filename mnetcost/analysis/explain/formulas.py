"""Formulas from the layers' own lines, run on SymPy symbols, written as the paper writes them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from mnetcost.problems import missing_extra


class Meaning(NamedTuple):
    """How a symbol is written in LaTeX, and what it stands for."""

    latex: str
    words: str


# In the order in which a product names them: the paper's (Howard et al. 2017, eq. 2 to 7).
MEANINGS = {
    "α": Meaning(r"\alpha", "width multiplier"),
    "ρ": Meaning(r"\rho", "resolution multiplier"),
    "μ": Meaning(r"\mu", "the spec's own width multiplier"),
    "B": Meaning("B", "images of the batch"),
    "D_K": Meaning("D_K", "side of the kernel, px"),
    "D_Kh": Meaning("D_{Kh}", "height of the kernel, px"),
    "D_Kw": Meaning("D_{Kw}", "width of the kernel, px"),
    "g": Meaning("g", "input channels of a group"),
    "M_B": Meaning("M_B", "channels into the block"),
    "M_S": Meaning("M_S", "channels into the separable convolution"),
    "M": Meaning("M", "input channels"),
    "G": Meaning("G", "groups"),
    "M_2": Meaning("M_2", "channels of the second map that it reads"),
    "M_3": Meaning("M_3", "channels of the third map that it reads"),
    "m": Meaning("m", "output channels per input channel"),
    "N": Meaning("N", "output channels"),
    "s": Meaning("s", "channels squeezed to"),
    "E": Meaning("E", "experts"),
    "C": Meaning("C", "recurrent cells"),
    "L": Meaning("L", "recurrent layers"),
    "G_o": Meaning("G_o", "groups of offsets"),
    "h": Meaning("h", "heads"),
    "h_k": Meaning("h_k", "heads of keys and values"),
    "D_W": Meaning("D_W", "side of the window, px"),
    "D_Wh": Meaning("D_{Wh}", "height of the window, px"),
    "D_Ww": Meaning("D_{Ww}", "width of the window, px"),
    "D_P": Meaning("D_P", "side of the patch, px"),
    "D_Ph": Meaning("D_{Ph}", "height of the patch, px"),
    "D_Pw": Meaning("D_{Pw}", "width of the patch, px"),
    "k": Meaning("k", "neighbours"),
    "D_F": Meaning("D_F", "side of the input map, px"),
    "D_Fh": Meaning("D_{Fh}", "height of the input map, px"),
    "D_Fw": Meaning("D_{Fw}", "width of the input map, px"),
    "D_2": Meaning("D_2", "side of the second map that it reads, px"),
    "D_2h": Meaning("D_{2h}", "height of the second map that it reads, px"),
    "D_2w": Meaning("D_{2w}", "width of the second map that it reads, px"),
    "D_3": Meaning("D_3", "side of the third map that it reads, px"),
    "D_3h": Meaning("D_{3h}", "height of the third map that it reads, px"),
    "D_3w": Meaning("D_{3w}", "width of the third map that it reads, px"),
    "D_O": Meaning("D_O", "side of the output map, px (the paper's D_G)"),
    "D_Oh": Meaning("D_{Oh}", "height of the output map, px"),
    "D_Ow": Meaning("D_{Ow}", "width of the output map, px"),
    "D_L": Meaning("D_L", "side of the map that it is like, px"),
    "D_Lh": Meaning("D_{Lh}", "height of the map that it is like, px"),
    "D_Lw": Meaning("D_{Lw}", "width of the map that it is like, px"),
    "P": Meaning("P", "padding at each end, px"),
    "P_h": Meaning("P_h", "padding at top and bottom, px"),
    "P_w": Meaning("P_w", "padding at left and right, px"),
    "δ": Meaning(r"\delta", "dilation, px"),
    "δ_h": Meaning(r"\delta_h", "dilation along the height, px"),
    "δ_w": Meaning(r"\delta_w", "dilation along the width, px"),
    "S": Meaning("S", "stride, px"),
    "S_h": Meaning("S_h", "stride along the height, px"),
    "S_w": Meaning("S_w", "stride along the width, px"),
    "T": Meaning("T", "side of the tiles: of the output for Winograd, of the input for FFT, px"),
}
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Formula(NamedTuple):
    """A formula as text (D_K²·M·N) and as LaTeX."""

    text: str
    latex: str


def sympy() -> Any:
    """SymPy, imported when first needed. Raises UsageError where it is not installed."""
    try:
        import sympy as found
    except ImportError:
        raise missing_extra("explanations need SymPy", "explain") from None
    return found


class Symbols:
    """The symbols of one layer with their values."""

    def __init__(self) -> None:
        self._sympy = sympy()
        self._gcd = self._sympy.Function("gcd")
        self.values: dict[Any, int | Fraction] = {}

    def new(self, name: str, value: int | Fraction) -> Any:
        """A symbol of this value."""
        # SymPy orders the factors of a product by name: a letter in front gives the paper's order.
        order = chr(ord("A") + list(MEANINGS).index(name))
        # Its parity is known too, for what is decided by it: whether `same` pads unevenly.
        parity = "odd" if value % 2 else "even"
        kind = {parity: True} if isinstance(value, int) else {"rational": True}
        symbol = self._sympy.Symbol(f"{order}:{name}", positive=True, **kind)
        self.values[symbol] = value
        return symbol

    def pair(self, name: str, of: Any) -> tuple[Any, Any]:
        """One symbol for both of two equal values, else one for each; what is 0 stays a number."""
        if of.h == of.w:
            both = self.new(name, of.h) if of.h else 0
            return both, both
        stem = name if "_" in name else f"{name}_"
        return tuple(  # type: ignore[return-value]
            self.new(f"{stem}{axis}", value) if value else 0 for axis, value in zip("hw", of)
        )

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
        expression = core.sympify(expression)
        whole = expression.replace(core.floor, lambda one: one)
        return whole if self.value(whole) == self.value(expression) else expression

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
        return Formula(_Text(core, texts).write(expression), _latex(expression, latex))


def _name(symbol: Any) -> str:
    return str(symbol.name).split(":", 1)[1]


def _fraction_latex(value: int | Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def _ordered(terms: Sequence[Any]) -> list[Any]:
    """The terms of a sum: what is added before what is taken off, numbers last."""
    return sorted(terms, key=lambda one: (bool(one.is_number), one.could_extract_minus_sign()))


def _latex(expression: Any, names: Mapping[Any, str]) -> str:
    from sympy.printing.latex import LatexPrinter

    class Printer(LatexPrinter):  # type: ignore[misc] # SymPy has no types
        def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
            return _ordered(super()._as_ordered_terms(expr, order=order))

    settings = {"mul_symbol": "dot", "symbol_names": dict(names)}
    return str(Printer(settings).doprint(expression))


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
            terms = [self.write(term) for term in _ordered(one.as_ordered_terms())]
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
        single = len(self.core.Mul.make_args(denominator)) == 1 and not below.startswith("(")
        return f"{self._factors(numerator)}/{below if single else f'({below})'}"

    def _factors(self, product: Any) -> str:
        if product.as_coeff_Mul()[0].is_negative:
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
    under = f"({below.text})" if "·" in below.text else below.text
    return Formula(f"{text} / {under}", rf"\frac{{{above.latex}}}{{{below.latex}}}")
