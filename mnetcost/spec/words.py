"""What a key may hold, in words."""

from mnetcost.layers.fields import (
    Choice,
    Flag,
    Fractional,
    Integer,
    Kind,
    LengthPadding,
    ListOf,
    Name,
    Nested,
    PairOf,
    Ratio,
    WindowPadding,
)

NAME = "letters, digits and `_ . / : + - ( )`, at most 100, beginning with a letter or digit"


def wanted(kind: Kind) -> str:  # noqa: C901, PLR0911 - one return a kind
    """What a key of this kind may hold, in words."""
    match kind:
        case Integer() if kind.minimum == kind.maximum:
            return f"{kind.minimum} ({kind.unit})"
        case Integer():
            words = f"a whole number from {kind.minimum:,} to {kind.maximum:,} ({kind.unit})"
            return f"{words}, or {kind.word}" if kind.word else words
        case Ratio():
            return "a number above zero, such as 2, 1/2 or 0.75"
        case PairOf():
            return f"{wanted(kind.side)}, or [height, width]"
        case Choice():
            return "one of " + ", ".join(kind.options)
        case Flag():
            return "true or false" + "".join(f" or {word}" for word in kind.words)
        case Fractional():
            return "a number from 0 to below 1"
        case WindowPadding():
            return "a whole number, or same, valid, or px at both ends of each side"
        case LengthPadding():
            return "a whole number, or same, valid, or px at both ends"
        case Name():
            return f"a name: {NAME}"
        case ListOf():
            return f"a list of 1 to {kind.most:,}, each {wanted(kind.item)}"
        case Nested():
            return "a mapping"
