"""The bytes of a network beside its cost: columns, lines above the table, and for programs."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.cost import Count, LayerCost, Summed, multiply_adds, share
from mnetcost.devices.dtypes import Dtypes
from mnetcost.devices.memory import PATCHES, WAYS, Memory, Order
from mnetcost.devices.needs import FLOAT32, Needs, needs_of
from mnetcost.devices.patches import Patched
from mnetcost.exact import decimals, percent_text
from mnetcost.reports.choices import BYTE_COLUMNS, Shown
from mnetcost.reports.measures import Measure, at_least
from mnetcost.tabular import Kind

MAX_NAMES = 3
KIB, MIB = 2**10, 2**20
SAID = {  # what is in a role, in a sentence
    "weights": "weights",
    "biases": "biases and other parameters",
    "activations": "activations",
}


def needs_shown(count: Count, shown: Shown) -> Needs:
    """The bytes of a network as somebody asks for them."""
    return needs_of(count, shown.dtype or FLOAT32, shown.memory or ())


def byte_measures(count: Count, needs: Needs) -> tuple[Measure, ...]:
    """The columns of bytes, and of FLOPs for each byte."""
    stored, moved, alive, rate = BYTE_COLUMNS
    known = (
        Measure(stored, "Weights\nbytes", needs.stored, shared=False),
        Measure(moved, "Traffic\nbytes", needs.traffic, shared=False),
        Measure(
            rate,
            "FLOPs\nper byte",
            lambda layer: needs.intensity([layer]),
            shared=False,
            kind=Kind.RATE,
            together=needs.intensity,
        ),
    )
    in_memory = Measure(
        alive,
        "In memory\nbytes",
        needs.in_memory,
        shared=False,
        together=lambda layers: max(map(needs.in_memory, layers)),
    )
    return (
        *(map(at_least, known) if count.at_least else known),
        at_least(in_memory) if needs.memory.at_least else in_memory,
    )


def bytes_said(needs: Needs, count: Count) -> Iterator[str]:
    """Flash, peak memory and traffic: exactly, in KiB of 1,024 bytes and in MiB; and where."""
    whole, memory = needs.whole, needs.memory
    rows = (
        ("Flash", whole.stored, f"{needs.dtypes.weights} weights"),
        ("Memory", memory.peak, _where(needs)),
        ("Traffic", whole.traffic, f"{_rate(needs, count)} FLOPs per byte"),
    )
    texts = [
        (word, f"{size:,} B", f"{_in(size, KIB, 1)} KiB", f"{_in(size, MIB, 3)} MiB", words)
        for word, size, words in rows
    ]
    wide = [max(map(len, column)) for column in zip(*texts)]
    for word, *sizes, words in texts:
        right = "  ".join(f"{one:>{size}}" for one, size in zip(sizes, wide[1:]))
        yield f"{word:{wide[0]}}  {right}  {words}"


def _in(size: int, unit: int, places: int) -> str:
    return decimals(Fraction(size, unit), places)


def _rate(needs: Needs, count: Count) -> str:
    found = needs.intensity(count.layers)
    return "no" if found is None else decimals(found, 2)


def _where(needs: Needs) -> str:
    """Of what the peak is, under which convention, and which layer sets it."""
    memory = needs.memory
    words = f"{needs.dtypes.activations} activations, {ways_words(memory)}"
    if memory.peak_layer is not None:
        words += f": {memory.peak_layer}"
    if memory.peak != memory.bound:
        words += f" (no placement needs less than {memory.bound:,} B)"
    return f"at least; {words}" if memory.at_least else words


def ways_words(memory: Memory) -> str:
    """The convention of memory."""
    return str(memory).replace(",", ", ")


def byte_notes(needs: Needs, count: Count) -> tuple[tuple[str, str], ...]:
    """What the bytes are of, and what the convention of memory says."""
    memory = needs.memory
    words = "; ".join(WAYS[one] for one in memory.ways if one in WAYS)
    plain = "what a step reads and writes and what later steps read"
    notes = [
        ("Bytes", f"{dtype_words(needs.dtypes)}; batch normalisation folded, an inference"),
        ("Memory", f"{ways_words(memory)}: {plain}{'; ' if words else ''}{words}; no workspace"),
    ]
    if memory.order:
        notes.append(("Order", _order_words(memory.order, memory)))
    if any(one.startswith(PATCHES) for one in memory.ways):
        notes.append(("Patches", _patch_words(memory.patched, count)))
    if memory.inside:
        named = ", ".join(memory.inside[:MAX_NAMES])
        more = len(memory.inside) - MAX_NAMES
        notes.append(
            (
                "At least",
                f"the maps within {named}{f' and {more} more' if more > 0 else ''} are not counted",
            )
        )
    return tuple(notes)


def _patch_words(found: Patched | None, count: Count) -> str:
    """Which layers run in patches, and what that costs."""
    if found is None:
        return "layer by layer: no first stage needs less in patches"
    more = percent_text(share(found.repeated, sum(multiply_adds(one.work) for one in count.layers)))
    return (
        f"the layers up to {found.last_layer} run in {found.patches}×{found.patches} patches, which"
        f" repeats {found.repeated:,} mult-adds ({more} of all); the input is read in parts and not"
        f" counted; layer by layer the network needs {found.layer_by_layer:,} B"
    )


def _order_words(order: Order, memory: Memory) -> str:
    """Whether another order than the one as written needs less."""
    if not order.is_best:
        return "as written: there are too many others to try"
    if memory.bound == order.as_written:
        return "as written: no other needs less"
    return f"another, and no order needs less; as written it needs {order.as_written:,} B"


def dtype_words(dtypes: Dtypes) -> str:
    """Which role has which dtype."""
    if len(set(dtypes)) == 1:
        return f"{dtypes} weights and activations"
    return ", ".join(f"{getattr(dtypes, role)} {words}" for role, words in SAID.items())


def add_bytes(
    count: Count,
    needs: Needs,
    layers: Sequence[dict[str, Any]],
    totals: dict[str, Any],
    types: Sequence[dict[str, Any]],
) -> None:
    """Put the bytes into the documents of layers, totals and types."""
    for one, layer in zip(layers, count.layers):
        one.update(_layer_document(needs, layer))
    for one, cost in zip(types, count.by_type().values()):
        one.update(_summed_document(needs, cost))
    totals["memory"] = memory_document(needs, count)


def _layer_document(needs: Needs, layer: LayerCost) -> dict[str, Any]:
    return {
        "weights_bytes": needs.stored(layer),
        "traffic_bytes": needs.traffic(layer),
        "alive_bytes": needs.in_memory(layer),
        "intensity": _number(needs.intensity([layer])),
    }


def _summed_document(needs: Needs, of: Summed) -> dict[str, Any]:
    return {
        "weights_bytes": sum(map(needs.stored, of.layers)),
        "traffic_bytes": sum(map(needs.traffic, of.layers)),
        "intensity": _number(needs.intensity(of.layers)),
    }


def memory_document(needs: Needs, count: Count) -> dict[str, Any]:
    """The bytes of the whole network, for programs."""
    memory = needs.memory
    return {
        "dtype": str(needs.dtypes),
        "convention": str(memory),
        **_summed_document(needs, count),
        "peak_activation_bytes": memory.peak,
        "peak_layer": memory.peak_layer,
        **({"bound_bytes": memory.bound} if memory.offsets else {}),
        **({"patches": memory.patched._asdict()} if memory.patched else {}),
        **({"order": memory.order._asdict()} if memory.order else {}),
        **({"at_least": True, "not_modelled": list(memory.inside)} if memory.at_least else {}),
    }


def _number(ratio: Fraction | None) -> float | None:
    return None if ratio is None else float(ratio)
