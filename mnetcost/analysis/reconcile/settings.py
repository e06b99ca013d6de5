"""The settings that a printed number may be of: named ones, usual inputs, then those of the field.

In the order of how likely they are: the settings that the spec's own figures and its trained
networks have; the inputs that sources mean; other inputs in steps of 32 px and the widths that
others train; last such a width at such an input.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from mnetcost.analysis.fit.scores import shipped_with
from mnetcost.analysis.reconcile.readings import Reading
from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.analysis.warnings.warnings import warnings
from mnetcost.cost import Count
from mnetcost.exact import ratio_text
from mnetcost.graph import Graph
from mnetcost.multipliers import Setting, make_setting, sides
from mnetcost.printed import read_budget
from mnetcost.problems import SpecError

USUAL = (224, 256, 320, 416, 512, 640)  # px, the inputs that sources mean
STEPS = tuple(range(96, 641, 32))  # px
# Of the checkpoints of MobileNet v1 to v3 (tensorflow/models, research/slim; timm) and ShuffleNet.
_TRAINED = ("1", "0.75", "0.5", "0.25", "0.35", "1.25", "1.3", "1.4", "1.5", "2")
WIDTHS = tuple(map(Fraction, _TRAINED))
MAX_LAYERS = 4_000  # that are counted one by one, at the settings of a spec

# How far each is from the setting that was asked for: see `candidates`.
NAMED, INPUT, STEP, WIDTH, BOTH = 3, 5, 7, 7, 10


def settings(count: Count) -> Iterator[Reading]:
    """The network at other settings than the one asked for, each in words."""
    named, usual = _named(count), _usual(count)
    for one in named:
        with suppress(SpecError):
            yield _counted(count, one)
    inputs = [one for one in named if one.alpha == count.setting.alpha]
    places = {_place(one): one for one in (*inputs, *usual)}
    yield from _inputs(count, places.values())
    with suppress(SpecError):
        yield from _field(count, {*places, *map(_place, (count.setting, *named))})


def _named(count: Count) -> list[Setting]:
    """Those of the spec itself: its own, its figures' and its trained networks', each once."""
    graph = count.graph
    found = [make_setting(graph.base)]
    for one in graph.expectations:
        if one.variant in (None, graph.variant):
            found.append(make_setting(graph.base, one.alpha, one.rho, one.resolution))
    if trained := shipped_with(graph, read_budget()):
        found += [one.setting for one in trained.scored]
    places = {_place(one): one for one in found}
    places.pop(_place(count.setting), None)
    return list(places.values())[: MAX_LAYERS // max(1, len(count.layers))]


def _place(setting: Setting) -> tuple[Any, ...]:
    """What a setting is: two ρ that give the same sides are one."""
    return setting.alpha, setting.height, setting.width


def _words(setting: Setting, asked: Setting) -> str:
    """What differs: "at α = 0.75 and 192×192 px"."""
    words = [f"α = {ratio_text(setting.alpha)}"] if setting.alpha != asked.alpha else []
    if setting[2:] != asked[2:]:
        words.append(f"{setting.height}×{setting.width} px")
    return f"at {' and '.join(words)}"


def _counted(count: Count, setting: Setting) -> Reading:
    """At a named setting, with its parameters and parts."""
    other = Count.of(count.graph, setting, count.basis)
    words = _words(setting, count.setting)
    found = Reading(words, NAMED, mult_adds=other.mult_adds, counted=other, setting=setting)
    return found.warned(warnings(count.graph, [setting]))


def _inputs(count: Count, settings: Iterable[Setting]) -> Iterator[Reading]:
    """At the α that was asked for, by the tools too."""
    for setting in settings:
        with suppress(SpecError):
            layers = tuple(count.graph.shapes(setting))
            found = Reading(_words(setting, count.setting), INPUT, layers, setting=setting)
            yield found.warned(warnings(count.graph, [setting]))


def _usual(count: Count) -> list[Setting]:
    """Squares, and for an oblong input its own shape with this longer side; of a sequence none."""
    asked = count.setting
    size = asked.height, asked.width
    if min(size) == 1:
        return []
    squares = [(side, side) for side in USUAL]
    shaped = [sides(*size, Fraction(side, max(size))) for side in USUAL]
    found = dict.fromkeys(one for one in squares + shaped if one != size)
    return [asked._replace(height=height, width=width) for height, width in found]


def _field(count: Count, passed_over: Container[Any]) -> Iterator[Reading]:
    """Inputs in steps, widths, and both, counted all at once."""
    graph, asked = count.graph, count.setting
    size = asked.height, asked.width
    alphas = tuple(dict.fromkeys((asked.alpha, *WIDTHS)))
    inputs = tuple(dict.fromkeys((max(size), *STEPS))) if min(size) > 1 else (max(size),)
    grid = CountSweep.of(
        graph, alphas, resolution=inputs, size=size, invalid="mask", basis=count.basis
    )
    of_alpha = _warned(graph, [asked._replace(alpha=one) for one in alphas])
    of_input = _warned(graph, [asked._replace(height=h, width=w) for h, w in grid.sides])
    for a, alpha in enumerate(alphas):
        for r, rho in enumerate(grid.rho):
            setting = Setting(alpha, rho, *grid.sides[r])
            mult_adds = grid.point(a, r).mult_adds
            if mult_adds is None or _place(setting) in passed_over:
                continue
            distance = WIDTH if r == 0 else STEP if a == 0 else BOTH
            other = Count.of(graph, setting, count.basis) if r == 0 else None
            words = _words(setting, asked)
            found = Reading(words, distance, (), mult_adds, other, setting)
            yield found.warned(tuple(dict.fromkeys((*of_alpha[a], *of_input[r]))))


def _warned(graph: Graph, settings: Sequence[Setting]) -> list[tuple[str, ...]]:
    """The warnings of each; what is to be warned of nowhere at all is asked once."""
    if not warnings(graph, settings):
        return [()] * len(settings)
    return [warnings(graph, [one]) for one in settings]
