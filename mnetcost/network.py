"""The notebook's API: a network, its cost, and a sweep over its multipliers."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from mnetcost.analysis.knobs import combinations, points_each
from mnetcost.analysis.reduction import Reduction, reductions
from mnetcost.conventions.presets import convention as find_convention
from mnetcost.cost import Basis, Count
from mnetcost.graph import Graph
from mnetcost.multipliers import make_setting
from mnetcost.record import Record
from mnetcost.spec import load_graph, read_graph

if TYPE_CHECKING:  # a sweep needs NumPy and an explanation SymPy, a cost neither
    from mnetcost.analysis.derivation import Derivation
    from mnetcost.analysis.explain import Explained
    from mnetcost.analysis.rewrite import Rewriting
    from mnetcost.analysis.sweep import Sweep
    from mnetcost.analysis.sweeps import Sweeps
    from mnetcost.tables import Report


class Cost(Count):
    """The exact cost of a network at one setting.

    `params` and `mult_adds` count as the paper does: kernels' weights, and one multiply-accumulate
    each. `parameters` holds weights, biases, norm_affine, norm_statistics and other; `layers` one
    record a layer, with `name`, `type`, `input` and `output` (height, width, channels) and the
    same counts.
    """

    def reductions(self) -> tuple[Reduction, ...]:
        """Every depthwise-separable pair against its standard convolution, and the network last."""
        return reductions(self)

    def explain(self, layer: str = "") -> "Explanation":
        """The formula of each quantity, in the paper's symbols, with the numbers, and the result.

        `layer` is a name, the name of a block or a separable pair, or a pattern such as
        "*/pointwise"; empty for all. A pair's ratio is derived step by step. Needs SymPy
        (`pip install 'mnetcost[explain]'`). Raises UsageError without it, or for no such layer.
        """
        from mnetcost.analysis.derivation import derivations
        from mnetcost.analysis.explain import explain, select

        layers, derived = explain(self, layer), derivations(self, select(self, layer))
        return Explanation(
            cost=self, layers=tuple(layers), derivations=tuple(derived), whole=not layer
        )

    def __repr__(self) -> str:
        return (
            f"Cost({self.graph.name!r}, alpha={self.setting.alpha}, rho={self.setting.rho}, "
            f"params={self.params:,}, mult_adds={self.mult_adds:,})"
        )

    def _repr_html_(self) -> str:
        from mnetcost.render.html import render_fragment
        from mnetcost.reports.cost import cost_report

        return render_fragment(cost_report(self))


class Explanation(Record):
    """Why a cost is what it is. Prints as text; a notebook shows it as mathematics.

    `layers` hold a layer's `symbols` with their values and its `lines`: quantity, formula, numbers
    (both with `text` and `latex`), result. `derivations` hold the `steps` of each pair's ratios.
    """

    cost: Cost
    layers: "tuple[Explained, ...]"
    derivations: "tuple[Derivation, ...]"
    whole: bool

    def report(self) -> "Report":
        """The tables that the command line prints."""
        from mnetcost.reports.explain import explain_report

        return explain_report(self.cost, self.layers, self.derivations, self.whole)

    def __repr__(self) -> str:
        from mnetcost.render.terminal import render_plain

        return render_plain(self.report())

    def _repr_latex_(self) -> str:
        from mnetcost.render.mathematics import render_mathematics

        return render_mathematics(self.report())


class Network(Record):
    """A network read from a spec. Costs nothing until asked."""

    graph: Graph

    @property
    def name(self) -> str:
        """What the spec calls it."""
        return self.graph.name

    @property
    def source(self) -> str:
        """Where the spec says it comes from."""
        return self.graph.source

    def cost(  # noqa: PLR0913 - the setting, and what is counted
        self,
        alpha: Any = 1,
        rho: Any = None,
        resolution: Any = None,
        input: Any = None,  # noqa: A002 - the CLI's own word
        *,
        convention: "str | os.PathLike[str] | None" = None,
        batch: int = 1,
        pass_: str = "forward",
    ) -> Cost:
        """The cost at width multiplier `alpha` and resolution multiplier `rho`.

        Multipliers are exact: "0.75", "6/7", 0.75 or a Fraction. `resolution` (px) sets the longer
        side instead of ρ; `input` ("320x256" or (height, width), px) replaces the spec's input.

        `convention` is the name of a preset or the path of a preset file: it gives `cost.counted`
        beside `params` and `mult_adds`, which keep the paper's meaning. `batch` images multiply the
        work; `pass_` is "forward", "backward" or "training" and chooses whose mult-adds.

        Raises UsageError for an unreadable or non-positive value, or for ρ with a resolution, and
        SpecError where the network is impossible at the setting, or for a wrong preset file.
        """
        return self.counted(make_basis(convention, batch, pass_), alpha, rho, resolution, input)

    def counted(
        self,
        basis: Basis,
        alpha: Any = 1,
        rho: Any = None,
        resolution: Any = None,
        input: Any = None,  # noqa: A002 - the CLI's own word
    ) -> Cost:
        """The cost on a basis: a batch, a pass and a convention."""
        setting = make_setting(self.graph.base, alpha, rho, resolution, input)
        return Cost.of(self.graph, setting, basis)

    @property
    def variant(self) -> str:
        """The variant of its spec that it is, or an empty text."""
        return self.graph.variant

    def configured(self, variant: str | None, knobs: Mapping[str, Any]) -> "Network":
        """The same spec as another variant and with other knobs."""
        return Network(graph=read_graph(self.graph.origin, variant or "", knobs))

    def set(self, **knobs: Any) -> "Network":
        """The same network with other knobs. Raises UsageError for one that it has not."""
        return self.configured(self.variant, {**self.graph.given, **knobs})

    def rewrite(self, to: str, layers: str | Sequence[str] = ()) -> "Rewriting":
        """The spec with standard k×k convolutions (k > 1) made separable, or back.

        `to` is "separable" or "standard"; `layers` are globs of full names, such as
        "stage_*/conv_1*", where "!conv_1" leaves out. Needs ruamel.yaml (the extra `fmt`). Raises
        UsageError for an unknown word or a glob without a layer, SpecError where the new spec
        would not hold. `load` reads its `.text`. Howard et al. 2017, arXiv:1704.04861, section 3.1.
        """
        from mnetcost.analysis.rewrite import Rewriting

        return Rewriting.of(self.graph, to, layers)

    def __repr__(self) -> str:
        height, width = self.graph.base
        sides = f"{height}×{width}×{self.graph.input.channels}"
        return f"Network({self.name!r}, {len(self.graph.nodes)} layers, input {sides})"

    def _repr_html_(self) -> str:
        return self.cost()._repr_html_()


def make_basis(
    convention: "str | os.PathLike[str] | None" = None, batch: int = 1, pass_: str = "forward"
) -> Basis:
    """What is counted. Raises UsageError for what nobody could count, SpecError for a preset."""
    chosen = None if convention is None else find_convention(convention)
    return Basis(batch, pass_, chosen).checked()


def load(
    spec: str | os.PathLike[str],
    variant: str = "",
    set: Mapping[str, Any] | None = None,  # noqa: A002 - the CLI's own word
) -> Network:
    """The network of a shipped name, a path, or a text, as `variant` and with knobs `set`.

    A string with a newline is the text of a spec; one with a separator or ending in .yaml or .yml
    is a path; any other is a name, of a spec or of a variant. Raises UsageError for a knob that it
    has not, SpecError with every problem of the spec.
    """
    return Network(graph=load_graph(spec, variant, set))


@overload
def sweep(
    network: Network | str | os.PathLike[str],
    alpha: Any = ...,
    rho: Any = ...,
    resolution: Any = ...,
    input: Any = ...,
    *,
    set: None = ...,
    invalid: str = ...,
    engine: str = ...,
    dtype: str = ...,
    convention: "str | os.PathLike[str] | None" = ...,
    batch: int = ...,
    pass_: str = ...,
) -> "Sweep":
    """Without knobs, one sweep."""


@overload
def sweep(
    network: Network | str | os.PathLike[str],
    alpha: Any = ...,
    rho: Any = ...,
    resolution: Any = ...,
    input: Any = ...,
    *,
    set: Mapping[str, Any],
    invalid: str = ...,
    engine: str = ...,
    dtype: str = ...,
    convention: "str | os.PathLike[str] | None" = ...,
    batch: int = ...,
    pass_: str = ...,
) -> "Sweep | Sweeps":
    """With knobs, a sweep for each combination of their values."""


def sweep(  # noqa: PLR0913 - the axes, and what is counted
    network: Network | str | os.PathLike[str],
    alpha: Any = None,
    rho: Any = None,
    resolution: Any = None,
    input: Any = None,  # noqa: A002 - the CLI's own word
    *,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - the CLI's own word
    invalid: str = "refuse",
    engine: str = "numpy",
    dtype: str = "integer",
    convention: "str | os.PathLike[str] | None" = None,
    batch: int = 1,
    pass_: str = "forward",
) -> "Sweep | Sweeps":
    """Count a network over a grid: integer arrays `.params` and `.mult_adds` of shape [A, R].

    `alpha` and `rho` (or `resolution`, px) are numbers, lists, arrays, or texts such as "1,0.75" or
    "0.25:1:0.25" (the end is included); the defaults are the paper's four by four. `convention`,
    `batch` and `pass_` are those of `Network.cost`; `.counted` are the bounds of the convention's
    number. `set` sets knobs; several values give a sequence, a sweep for each combination.

    With `invalid="mask"` impossible points are masked (numpy.ma) instead of refused;
    `engine="dask"` gives Dask arrays; `dtype="float64"` gives floats, where they are exact. Nothing
    is worked out until it is asked for: `count`, `best` and `front` never hold a grid.

    Raises UsageError for a wrong axis, option or knob, or for over 2,000,000,000 points; SpecError
    naming the first impossible point.
    """
    from mnetcost.analysis.sweep import MAX_POINTS
    from mnetcost.analysis.sweep import sweep as sweep_graph
    from mnetcost.analysis.sweeps import Sweeps

    base = network if isinstance(network, Network) else load(network)
    sets, axes = combinations(set or {}), (alpha, rho, resolution, input)
    found = [
        sweep_graph(
            (base.set(**one) if one else base).graph,
            *axes,
            basis=make_basis(convention, batch, pass_),
            limit=points_each(MAX_POINTS, sets),
            invalid=invalid,
            engine=engine,
            dtype=dtype,
        )
        for one in sets
    ]
    return found[0] if len(found) == 1 else Sweeps(sets, found)
