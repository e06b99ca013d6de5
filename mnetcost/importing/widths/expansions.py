"""Which widths follow from another one: those of inverted bottlenecks, and halves of a width."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mnetcost.exact import ratio_text
from mnetcost.importing.values import Entry
from mnetcost.importing.widths.chain import Chain
from mnetcost.importing.widths.ends import has_width, under_alpha
from mnetcost.layers.convolution import Conv, Depthwise
from mnetcost.layers.dense import Dense
from mnetcost.layers.joins import Concat
from mnetcost.layers.window import ONE
from mnetcost.multipliers import Rounding
from mnetcost.problems import UsageError
from mnetcost.text import clip

MAX_BOTTOM = 12  # of a ratio that is taken as it is: 2.3 and 11/3, not 4001/1000
MAX_PLACES = 6  # of a decimal that is tried


def expansions(chain: Chain) -> list[str]:
    """The inner layers of inverted bottlenecks. Sandler et al. 2018, arXiv:1801.04381.

    Each widens what comes in, but for the image, and its one reader leads to a matrix product that
    narrows it and has no activation. It is a matrix product itself, filtered by a depthwise
    convolution or not, or a convolution fused of both (Tan and Le 2021, arXiv:2104.00298, figure
    2).
    """
    return [entry.name for entry in chain.entries.values() if _is_expansion(chain, entry)]


def _is_expansion(chain: Chain, entry: Entry) -> bool:
    layer: Any = entry.layer
    if not isinstance(layer, (Conv, Dense)) or not layer.scale or not chain.has_own_weights(entry):
        return False
    if layer.out <= chain.incoming(entry) or chain.before(entry.reads[0]) is None:
        return False
    outer = chain.after(entry.name)
    if not _is_product(layer):
        if getattr(layer, "groups", 1) > 1:
            return False
    elif outer and isinstance(outer.layer, Depthwise):
        outer = chain.after(outer.name)
    end: Any = outer.layer if outer else None
    return _is_product(end) and end.scale and end.act == "none" and end.out < layer.out


def _is_product(layer: Any) -> bool:
    """Whether a layer is a matrix product at each position."""
    return isinstance(layer, Dense) or (
        isinstance(layer, Conv) and layer.kernel == ONE and layer.groups == 1
    )


def derived(chain: Chain, entry: Entry, rounding: Rounding) -> Entry:
    """The layer with its width as a multiple of what comes in.

    Raises UsageError for one that reads nothing, such as a learned token.
    """
    if not entry.reads:
        raise UsageError(f"{clip(entry.name)} reads nothing that its width follows from")
    layer: Any = entry.layer
    ratio = _ratio(chain.incoming(entry), layer.out, rounding)
    said = {"out": "", "expand": ratio_text(ratio)}
    if ratio.denominator > 1 and rounding.rule != "none":
        said["round"] = rule_text(rounding)
    return under_alpha(entry, True)._replace(said={**entry.said, **said})


def _ratio(incoming: int, out: int, rounding: Rounding) -> Fraction:
    """The plainest number that makes `out` channels of those that come in."""
    exact = Fraction(out, incoming)
    if exact.denominator <= MAX_BOTTOM:
        return exact
    for places in range(MAX_PLACES + 1):
        near = Fraction(round(exact * 10**places), 10**places)
        if near > 0 and rounding.apply(incoming, near) == out:
            return near
    return exact


def halves(chain: Chain) -> Iterator[tuple[str, int, int]]:
    """Layers that are joined with filters of themselves: name, whole width, and how many parts.

    Han et al. 2020, arXiv:1911.11907, figure 1b: the ghost module's width is that of both.
    """
    for entry in chain.entries.values():
        if not isinstance(entry.layer, Concat) or entry.layer.axis != "channels":
            continue
        found = _half(chain, entry)
        if found:
            yield found


def _half(chain: Chain, joined: Entry) -> tuple[str, int, int] | None:
    if len(joined.reads) != 2:
        return None
    first, other = map(chain.before, joined.reads)
    cheap: Any = other.layer if other else None
    if first is None or other is None or not isinstance(cheap, Depthwise):
        return None
    layer: Any = first.layer
    if chain.before(other.reads[0]) is not first or not has_width(first) or not layer.scale:
        return None
    parts = 1 + cheap.multiplier
    return (first.name, layer.out * parts, parts) if chain.has_own_weights(first) else None


def part_of(entry: Entry, whole: int, parts: int) -> Entry:
    """The layer with one of so many parts of a width under α."""
    return entry._replace(said={**entry.said, "out": f"scaled({whole}) / {parts}"})


def rule_text(rounding: Rounding, least: int = 0) -> str:
    """A rule as a layer's `round:` has it."""
    keys = [f"divisible: {rounding.divisor}"] if rounding.rule == "divisible" else []
    if not keys and not least:
        return rounding.rule
    keys = keys or [f"round: {rounding.rule}"]
    return f"{{{', '.join([*keys, f'min: {least}'] if least else keys)}}}"
