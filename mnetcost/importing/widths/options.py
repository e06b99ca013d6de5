"""What is asked for of the widths of a model file."""

from collections.abc import Sequence

from mnetcost.record import Record

WRITTEN, DERIVED = EXPAND = ("written", "derived")


class Widths(Record):
    """What α does to the widths of a model file, as far as no file says it.

    `round` is how α rounds: "floor", "nearest" or "divisible:8". With `expand` "derived" the inner
    width of an inverted bottleneck follows from what comes in; "written" ones have an α of their
    own. Layers to `keep` have no α, those `at_least` as wide as in the file get no narrower, and
    those to `derive` are a multiple of what comes in: names, or the roles stem, head and last_conv.
    `squeeze` is the rule of all gates, an expression such as "floor($here / 16)". `preset` is a
    family as a library builds it, "mobilenet_v2:timm"; the others go before it.
    """

    round: str = ""
    expand: str = ""
    keep: Sequence[str] = ()
    at_least: Sequence[str] = ()
    derive: Sequence[str] = ()
    squeeze: str = ""
    preset: str = ""
