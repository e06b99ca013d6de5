"""The cost of one network at one setting, which shows itself as the tables of `mnetcost table`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

from mnetcost.analysis.separable.reduction import Reduction, reductions
from mnetcost.cost import Count, TypeCost
from mnetcost.notebook.shown import Shown
from mnetcost.reports.documents import warned

if TYPE_CHECKING:  # SymPy, and what is worked out only when asked for
    from mnetcost.analysis.channels.channels import ChannelCost
    from mnetcost.analysis.receptive_fields.receptive_fields import ReceptiveField
    from mnetcost.notebook.explain import Explanation
    from mnetcost.tabular import Report


class Cost(Count, Shown):
    """The exact cost of a network at one setting.

    `params` and `mult_adds` count as the paper does: kernels' weights, and one multiply-accumulate
    each. `parameters` holds weights, biases, norm_affine, norm_statistics and other; `layers` one
    record a layer, with `name`, `type`, `input` and `output` (height, width, channels) and the
    same counts. Where `at_least`, the work of a layer is not known, and all of them are the least.
    """

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not known of it, and what is likely a mistake at this input, where it is not the
        spec's own: sides in px that do not follow, and layers that have other parameters there."""
        return warned(self.graph, [self.setting])

    def by_type(self) -> "Types":
        """Each type's parameters and mult-adds, with their shares of the total."""
        return Types(self, super().by_type())

    def reductions(self) -> "Reductions":
        """Every depthwise-separable pair against its standard convolution, and the network last."""
        return Reductions(self, reductions(self))

    def receptive_fields(self) -> tuple["ReceptiveField", ...]:
        """What a position of each layer's output sees of the input, of height and width.

        Raises UsageError where too many windows differ to follow them. Araujo et al. 2019.
        """
        from mnetcost.analysis.receptive_fields.receptive_fields import receptive_fields

        return receptive_fields(self)

    def channel_costs(self) -> tuple["ChannelCost", ...]:
        """What one output channel of each layer costs, and what is saved with all that goes with
        it. Raises UsageError for a network of more than two million channels."""
        from mnetcost.analysis.channels.channels import channel_costs

        return channel_costs(self)

    def explain(self, layer: str = "") -> "Explanation":
        """The formula of each quantity, in the paper's symbols, with the numbers, and the result.

        `layer` is a name, the name of a block or a separable pair, or a pattern such as
        "*/pointwise"; empty for all. A pair's ratio is derived step by step. Needs SymPy
        (`pip install 'mnetcost[explain]'`). Raises UsageError without it, or for no such layer.
        """
        from mnetcost.notebook.explain import Explanation

        return Explanation.of(self, layer)

    def __repr__(self) -> str:
        return (
            f"Cost({self.graph.name!r}, alpha={self.setting.alpha}, rho={self.setting.rho}, "
            f"params={self.params:,}, mult_adds={self.mult_adds:,}"
            f"{', at_least=True' if self.at_least else ''})"
        )

    def _page(self) -> "Report":
        return _page(self)


class Types(Mapping[str, TypeCost], Shown):
    """What the layers of each type cost together, by the name of the type."""

    def __init__(self, cost: Count, types: Mapping[str, TypeCost]) -> None:
        self._cost, self._types = cost, types

    def __getitem__(self, type_: str) -> TypeCost:
        return self._types[type_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def __repr__(self) -> str:
        return f"Types({', '.join(self)})"

    def _page(self) -> "Report":
        return _page(self._cost, "types")


class Reductions(Sequence[Reduction], Shown):
    """Depthwise-separable pairs against their standard convolutions, and the network last."""

    def __init__(self, cost: Count, pairs: Sequence[Reduction]) -> None:
        self._cost, self._pairs = cost, tuple(pairs)

    @overload
    def __getitem__(self, place: int) -> Reduction: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Reduction, ...]: ...
    def __getitem__(self, place: int | slice) -> Reduction | tuple[Reduction, ...]:
        return self._pairs[place]

    def __len__(self) -> int:
        return len(self._pairs)

    def __repr__(self) -> str:
        return f"Reductions({', '.join(one.name for one in self)})"

    def _page(self) -> "Report":
        return _page(self._cost, "reduction")


def _page(cost: Count, view: str | None = None) -> "Report":
    """The tables of `mnetcost table`, or one of them."""
    from mnetcost.reports.choices import Shown  # a program that shows nothing does without
    from mnetcost.reports.table import table_report

    return table_report(cost, Shown(view))
