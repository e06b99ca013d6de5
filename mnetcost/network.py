"""The notebook's API: a network, its cost, and a sweep over its multipliers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mnetcost.analysis.reduction import Reduction, reductions
from mnetcost.conventions.presets import convention as find_convention
from mnetcost.cost import Basis, Count
from mnetcost.graph import Graph
from mnetcost.multipliers import make_setting
from mnetcost.spec import load_graph, read_graph

if TYPE_CHECKING:  # a sweep needs NumPy, a cost does not
    from mnetcost.analysis.sweep import Sweep


@dataclass(frozen=True, slots=True, repr=False)
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

    def __repr__(self) -> str:
        return (
            f"Cost({self.graph.name!r}, alpha={self.setting.alpha}, rho={self.setting.rho}, "
            f"params={self.params:,}, mult_adds={self.mult_adds:,})"
        )

    def _repr_html_(self) -> str:
        from mnetcost.render.html import render_fragment
        from mnetcost.reports.cost import cost_report

        return render_fragment(cost_report(self))


@dataclass(frozen=True, slots=True, repr=False)
class Network:
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
        chosen = None if convention is None else find_convention(convention)
        return self.counted(Basis(batch, pass_, chosen), alpha, rho, resolution, input)

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
        return Network(read_graph(self.graph.origin, variant or "", knobs))

    def set(self, **knobs: Any) -> "Network":
        """The same network with other knobs. Raises UsageError for one that it has not."""
        return self.configured(self.variant, {**self.graph.given, **knobs})

    def __repr__(self) -> str:
        height, width = self.graph.base
        sides = f"{height}×{width}×{self.graph.input.channels}"
        return f"Network({self.name!r}, {len(self.graph.nodes)} layers, input {sides})"

    def _repr_html_(self) -> str:
        return self.cost()._repr_html_()


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
    return Network(load_graph(spec, variant, set))


def sweep(  # noqa: PLR0913 - the axes, and what is counted
    network: Network | str | os.PathLike[str],
    alpha: Any = None,
    rho: Any = None,
    resolution: Any = None,
    input: Any = None,  # noqa: A002 - the CLI's own word
    *,
    convention: "str | os.PathLike[str] | None" = None,
    batch: int = 1,
    pass_: str = "forward",
) -> "Sweep":
    """Count a network over a grid: integer arrays `.params` and `.mult_adds` of shape [A, R].

    `alpha` and `rho` (or `resolution`, px) are numbers, lists, or texts such as "1,0.75" or
    "0.25:1:0.25" (the end is included); the defaults are the paper's four by four. `convention`,
    `batch` and `pass_` are those of `Network.cost`; `.counted` are the bounds of the convention's
    number. Raises UsageError for a wrong axis, SpecError naming the first impossible point.
    """
    from mnetcost.analysis.sweep import sweep as sweep_graph

    graph = network.graph if isinstance(network, Network) else load_graph(network)
    chosen = None if convention is None else find_convention(convention)
    basis = Basis(batch, pass_, chosen)
    return sweep_graph(graph, alpha, rho, resolution, input, basis=basis)
