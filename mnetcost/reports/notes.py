"""What stands under every table: what was counted, what was not, and at which setting."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from mnetcost.analysis.conventions.terms import by_layer, differences, plain_count
from mnetcost.conventions import EVERY, PARAMETERS, WORK, Convention
from mnetcost.conventions.presets import paper
from mnetcost.conventions.tally import present
from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.exact import ratio_words
from mnetcost.graph import Graph
from mnetcost.multipliers import make_setting
from mnetcost.norm_folding import SCALE_AND_SHIFT
from mnetcost.printed import FIGURES
from mnetcost.reports.measures import LEARNED
from mnetcost.reports.settings import knobs_text

MAX_NAMES = 3
VALUES = " values"


def cost_notes(count: Count) -> tuple[tuple[str, str], ...]:
    """The source, the convention, what it leaves out and how much, and how α rounds."""
    return (
        *source_notes(count.graph),
        *ledger_notes(count.graph),
        *convention_notes(count.basis, [count]),
        *_difference_notes(count),
        *basis_notes(count.basis),
        *(width_notes(count.graph) if count.setting.alpha != 1 else ()),
        *_published(count),
    )


def setting_line(count: Count) -> str:
    """α, ρ, the effective input (height × width × channels) and the knobs that are set."""
    setting, knobs = count.setting, count.graph.given
    words = [
        f"α = {ratio_words(setting.alpha)}",
        f"ρ = {ratio_words(setting.rho)}",
        f"input {'×'.join(map(str, count.input))}",
        *([knobs_text(knobs)] if knobs else []),
    ]
    return ", ".join(words)


def width_notes(graph: Graph) -> tuple[tuple[str, str], ...]:
    """How α rounds, and what it does to the widths of a model file."""
    return (("Width", rounding_text(graph)), *file_width_notes(graph))


def warning_texts(*documents: Mapping[str, Any]) -> tuple[str, ...]:
    """The warnings that documents hold, each behind the network's target where it has one."""
    return tuple(
        f"{one['target']}: {text}" if "target" in one else text
        for one in documents
        for text in one["warnings"]
    )


def setting_text(count: Count) -> str:
    """A network at its setting in one line: its name, α and how it rounds, the input, knobs."""
    setting = count.setting
    words = [
        count.graph.name,
        f"α = {ratio_words(setting.alpha)}",
        f"rounding: {count.graph.rounding}",
        f"input {'×'.join(map(str, count.input))}, ρ = {ratio_words(setting.rho)}",
        *(text for _, text in knob_notes(count.graph)),
    ]
    return "; ".join(words)


def _published(count: Count) -> tuple[tuple[str, str], ...]:
    """The spec's published figures for this setting, and whether the count agrees."""
    found = []
    if (count.basis.batch, count.basis.pass_) != FORWARD[:2]:
        return ()
    for one in count.graph.expectations:
        if (one.variant or "", dict(one.set)) != (count.graph.variant, dict(count.graph.given)):
            continue
        setting = make_setting(count.graph.base, one.alpha, one.rho, one.resolution)
        if setting[:1] + setting[2:] == count.setting[:1] + count.setting[2:]:  # α and both sides
            found += [
                (f"{what} {printed.text}", one.source, printed.agrees(FIGURES[what](count)))
                for what, printed in one.figures()
            ]
    verdicts = {True: "agrees", False: "does NOT agree"}
    if count.at_least:
        verdicts = dict.fromkeys(verdicts, "is not known to agree")
    groups: dict[tuple[str, str], list[str]] = {}
    for what, source, agrees in found:
        groups.setdefault((source, verdicts[agrees]), []).append(what)
    words = (f"{', '.join(of)} ({source}): {verdict}" for (source, verdict), of in groups.items())
    return (("Published", "; ".join(words)),) if groups else ()


def knob_notes(graph: Graph) -> tuple[tuple[str, str], ...]:
    """The values of the knobs, where the spec has any."""
    return (("Knobs", knobs_text(graph.knobs)),) if graph.knobs else ()


def source_notes(graph: Graph) -> tuple[tuple[str, str], ...]:
    """Where the network comes from, where its spec says so."""
    return (("Source", graph.source),) if graph.source else ()


def ledger_notes(graph: Graph) -> tuple[tuple[str, str], ...]:
    """What was read of its file, of a network that is of a model file."""
    if graph.ledger is None:
        return ()
    from mnetcost.importing.ledger import said  # a spec does without

    return tuple(("File", line) for line in said(graph.ledger))


def file_width_notes(graph: Graph) -> tuple[tuple[str, str], ...]:
    """What α does to the widths of a model file, which no file says."""
    said = [] if graph.ledger is None else graph.ledger["widths"]["said"]
    return tuple(("Width", line) for line in said)


def rounding_text(graph: Graph) -> str:
    """How α rounds: the rule's name and what it does."""
    return f"rounding: {graph.rounding} ({graph.rounding.words()})"


def own_counts(graphs: Iterable[Graph]) -> Iterator[Count]:
    """Each network counted at its own input and α = 1."""
    return (Count.of(one, make_setting(one.base)) for one in graphs)


def convention_notes(
    basis: Basis = FORWARD, counts: Iterable[Count] = ()
) -> tuple[tuple[str, str], ...]:
    """What one operation and one parameter is, and where a tool's number is its defect.

    What a convention says of a layer type stands there where one of these networks has it.
    """
    one = basis.convention or paper()
    tool = f" ({'; '.join(filter(None, (one.tool, one.versions)))})" if one.tool else ""
    said = f"“{one.name}”{tool}, {one.words}"
    return ("Convention", said), *one.remarks(parts_of(one, counts))


def parts_of(convention: Convention, counts: Iterable[Count]) -> frozenset[str]:
    """The layer types and parts of these networks, where the convention says something of any."""
    if not any(one.about for one in (*convention.notes, *convention.defects)):
        return frozenset()
    layers = (layer for count in counts for layer in count.layers)
    return present((layer.node, layer.input, layer.output) for layer in layers)


def fold_notes(*counts: Count) -> tuple[tuple[str, str], ...]:
    """What the parameters after folding are, and which batch normalisations are not folded."""
    words = "parameters with batch normalisation in the weights and biases of the kernel before it"
    layers = (layer for count in counts for layer in count.layers)
    kept = [layer.name for layer in layers if layer.node.folds == SCALE_AND_SHIFT]
    if kept:
        words += f"; {len(kept):,} stay, as a scale and a shift a channel"
        if len(counts) == 1:
            names = ", ".join(kept[:MAX_NAMES]) + (", ..." if len(kept) > MAX_NAMES else "")
            words += f": {names}"
    return (("Folded", words),)


def basis_notes(basis: Basis) -> tuple[tuple[str, str], ...]:
    """The batch and the pass, where they are not one image forward."""
    notes = []
    if basis.batch > 1:
        notes.append(("Batch", f"{basis.batch:,} images; parameters are those of one network"))
    if basis.pass_ != "forward":
        words = (
            "gradients of inputs and of weights, none of the image or a constant"
            if basis.pass_ == "backward"
            else "forward, and the gradients of inputs and of weights, none of the image or a "
            "constant"
        )
        notes.append(("Pass", f"{basis.pass_}: multiply-accumulates of {words}"))
    return tuple(notes)


def _difference_notes(count: Count) -> tuple[tuple[str, str], ...]:
    """What the paper's convention leaves out, or what another one has more and less than it."""
    convention = count.basis.convention
    if convention is None:
        return (("Left out", _left_out(count)),)
    if not convention.counts_work or count.basis.pass_ != "forward":
        return ()
    found = by_layer(differences(count.layers, convention, count.basis.batch))
    words = ", ".join(f"{name} {value:+,}" for name, value in found.items()) or "equal"
    if count.counted.low != count.counted.high:
        words += " (where all are modules; how some are called is unknown)"
    return (("Against", f"{plain_count(count.layers):,} multiply-accumulates: {words}"),)


def _left_out(count: Count) -> str:
    words = {**PARAMETERS, **LEARNED}
    values = _amounts(count.parameters._asdict(), words, paper().parameters[EVERY])
    work = _amounts(count.work, WORK, paper().work[EVERY])
    return f"{values or 'no parameters'}; {work or 'no operations'}"


def _amounts(found: Mapping[str, int], words: Mapping[str, str], counted: Iterable[str]) -> str:
    """What is not counted; the noun of several in a row stands behind the last of them."""
    left = [kind for kind in words if kind not in counted and found.get(kind)]
    texts = [f"{found[kind]:,} {words[kind]}" for kind in left]
    for place, (text, after) in enumerate(pairwise(texts)):
        if text.endswith(VALUES) and after.endswith(VALUES):
            texts[place] = text.removesuffix(VALUES)
    return ", ".join(texts)
