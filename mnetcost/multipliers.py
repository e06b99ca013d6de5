"""The width multiplier α and the resolution multiplier ρ, exact, and the rules that round widths.

Howard et al. 2017, arXiv:1704.04861, sections 3.3 and 3.4.
"""

from fractions import Fraction
from math import isnan
from typing import Any, NamedTuple

from mnetcost.exact import divide_half_up, ratio_text, read_ratio, read_whole, record_text
from mnetcost.problems import UsageError
from mnetcost.record import Record
from mnetcost.text import counted

# Of the width, as two whole numbers: what rounding to a multiple leaves at the least.
LEAST_PART = 9, 10
ROUNDINGS = {
    "none": "a fraction of a channel is an error",
    "floor": "rounded down",
    "nearest": "rounded to the nearest whole number, halves up",
    "divisible": "rounded to the nearest multiple, the next where that is below "
    f"{LEAST_PART[0] / LEAST_PART[1]} of the width",
}

BOTH = "give ρ (--rho) or a resolution (--resolution), not both"


class Rounding(Record, kw_only=False):
    """How α times a written width becomes a whole number of channels."""

    rule: str = "none"
    minimum: int = 0
    divisor: int = 1
    multiplier: Fraction = Fraction(1)

    def apply(self, written: int, alpha: Fraction) -> int:
        """Channels for a width of `written` at `alpha`; 0 where the rule has no answer."""
        ratio = alpha * self.multiplier if self.multiplier != 1 else alpha
        channels: int = self.channels(written * ratio.numerator, ratio.denominator)
        return channels

    def channels(self, top: Any, bottom: Any) -> Any:
        """top / bottom channels by the rule and its minimum; works on ints and arrays."""
        return at_least(self.step(top, bottom), self.minimum)

    def step(self, top: Any, bottom: Any) -> Any:
        """The same by the rule alone; floor and nearest work on symbols too."""
        return _ROUND[self.rule](top, bottom, self)

    def __str__(self) -> str:
        """As a spec writes it: "floor, min 8" or "divisible 8"."""
        divisor = f" {self.divisor}" if self.rule == "divisible" else ""
        least = f", min {self.minimum}" if self.minimum else ""
        times = f", multiplier {ratio_text(self.multiplier)}" if self.multiplier != 1 else ""
        return f"{self.rule}{divisor}{least}{times}"

    def words(self) -> str:
        """What the rule does, in words."""
        words = ROUNDINGS[self.rule].replace("multiple", f"multiple of {self.divisor}")
        return words + (f", at least {self.minimum}" if self.minimum else "")


class Ruled(NamedTuple):
    """A written width with a rounding rule of its own."""

    written: Any
    rounding: Rounding


def at_least(value: Any, least: int) -> Any:
    """The value, or `least` where that is more; works on ints and arrays."""
    return value + (least - value) * (value < least)


def _none(top: Any, bottom: Any, rounding: Rounding) -> Any:
    return top // bottom * (top % bottom == 0)


def _floor(top: Any, bottom: Any, rounding: Rounding) -> Any:
    return top // bottom


def _nearest(top: Any, bottom: Any, rounding: Rounding) -> Any:
    return divide_half_up(top, bottom)


def _divisible(top: Any, bottom: Any, rounding: Rounding) -> Any:
    # Sandler et al. 2018's make_divisible (tensorflow/models, slim/nets/mobilenet/mobilenet.py)
    divisor = rounding.divisor
    rounded = divide_half_up(top, bottom * divisor) * divisor
    channels = at_least(rounded, rounding.minimum or divisor)
    least, whole = LEAST_PART
    return channels + divisor * (whole * channels * bottom < least * top)


_ROUND = {"none": _none, "floor": _floor, "nearest": _nearest, "divisible": _divisible}


class Widths:
    """Channels of a written width at one α, each distinct width rounded once."""

    def __init__(self, rounding: Rounding, alpha: Fraction) -> None:
        self.rounding, self.alpha = rounding, alpha
        self._known: dict[Any, Any] = {}

    def __call__(self, written: Any, scale: bool) -> Any:
        """`written` channels, under α unless `scale` is false."""
        if not scale:
            return written.written if isinstance(written, Ruled) else written
        if written not in self._known:
            self._known[written] = self._round(written)
        return self._known[written]

    @property
    def scaled(self) -> tuple[Any, ...]:
        """The distinct written widths under α that were asked for."""
        return tuple(self._known)

    def refusal(self, written: Any) -> str:
        """Why no channels are left of `written`."""
        rounding = self.rounding
        if isinstance(written, Ruled):
            written, rounding = written
        if rounding.rule == "none":
            return (
                f"{counted(written, 'channel')} times α = {ratio_text(self.alpha)} is not whole; "
                "say how to round, such as `width: {round: nearest}`, which "
                "`mnetcost import --round` writes of a model file"
            )
        rule = rounding.words()
        channels = counted(written, "channel")
        return f"{channels} times α = {ratio_text(self.alpha)}, {rule}: none is left"

    def _round(self, written: Any) -> Any:
        return self.rounded(written, self.alpha)

    def rounded(self, written: Any, alpha: Fraction) -> Any:
        """`written` channels at `alpha`, by their own rule where they have one."""
        rounding = self.rounding
        if isinstance(written, Ruled):
            written, rounding = written
        # NaN stands for a width that could not be read
        return written if isnan(written) else rounding.apply(written, alpha)


class Setting(NamedTuple):
    """α, ρ and the input sides (px) that follow from ρ."""

    alpha: Fraction
    rho: Fraction
    height: int
    width: int

    @property
    def place(self) -> str:
        """It in words, behind the name of a layer that is impossible there."""
        return (
            f"at α = {ratio_text(self.alpha)}, ρ = {ratio_text(self.rho)} "
            f"(input {self.height}×{self.width})"
        )

    def __repr__(self) -> str:
        return record_text(self)


def sides(height: int, width: int, rho: Fraction) -> tuple[int, int]:
    """Both input sides under ρ: max(1, floor(ρ·side + 1/2)), px; a side of 1 stays 1.

    A map of one row is a sequence: ρ is of its length.
    """
    return side(height, rho.numerator, rho.denominator), side(width, rho.numerator, rho.denominator)


def side(written: int, top: Any, bottom: Any) -> Any:
    """A side under ρ = top / bottom, px; works on ints and arrays."""
    if written == 1:
        return top // top
    return at_least(divide_half_up(written * top, bottom), 1)


def ratio_of(resolution: int, height: int, width: int) -> Fraction:
    """The ρ that gives the longer of both sides `resolution` px.

    Raises UsageError where both are 1, which no ρ changes.
    """
    longer = max(height, width)
    if longer == 1 != resolution:
        raise UsageError("resolution: ρ leaves an input of 1×1 px as it is; --input replaces it")
    return Fraction(resolution, longer)


def make_setting(
    base: tuple[int, int],
    alpha: Any = 1,
    rho: Any = None,
    resolution: Any = None,
    size: Any = None,
) -> Setting:
    """The setting for an input of `base` (height, width) px, which `size` replaces.

    ρ, or a `resolution` for the longer side in px, scales both sides. Raises UsageError when both
    are given or a value is unreadable or not above zero.
    """
    height, width, *channels = base if size is None else read_size(size)
    if channels:
        raise UsageError("input: channels belong to the network, not to a setting of it")
    if rho is not None and resolution is not None:
        raise UsageError(BOTH)
    ratio = Fraction(1) if rho is None else read_ratio(rho, "ρ")
    if resolution is not None:
        ratio = ratio_of(read_whole(resolution, "resolution"), height, width)
    return Setting(read_ratio(alpha, "α"), ratio, *sides(height, width, ratio))


def read_size(value: Any) -> tuple[int, ...]:
    """(height, width), px, from "320x256", one number for a square, or a pair.

    "96x96x1" and three numbers have channels too.
    """
    if isinstance(value, str):
        parts: Any = value.lower().replace("×", "x").split("x")
    else:
        parts = value if isinstance(value, (tuple, list)) else (value,)
    if len(parts) not in (1, 2, 3):
        raise UsageError(
            "input: write HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS, such as 320x256 or 96x96x1"
        )
    whole = [read_whole(part, "input (HEIGHTxWIDTH)") for part in parts]
    return tuple(whole) if len(whole) > 1 else (whole[0], whole[0])
