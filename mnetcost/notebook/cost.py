"""The cost of one network at one setting, which shows itself as the tables of `mnetcost table`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Self, TypeVar, overload

from mnetcost.analysis.separable.reduction import Reduction, reductions
from mnetcost.cost import Count, TypeCost
from mnetcost.exact import told
from mnetcost.notebook.shown import Framed
from mnetcost.reports.documents import warned

if TYPE_CHECKING:  # SymPy, and what is worked out only when asked for
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mnetcost.analysis.channels.channels import ChannelCost  # noqa: F401 - in a text
    from mnetcost.analysis.receptive_fields.receptive_fields import (  # noqa: F401 - in a text
        ReceptiveField,
    )
    from mnetcost.notebook.explain import Explanation
    from mnetcost.notebook.memory import MemoryUse
    from mnetcost.tabular import Report

Row = TypeVar("Row")


class Cost(Count, Framed):
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
        return Reductions.of(self, reductions(self))

    def receptive_fields(self) -> "ReceptiveFields":
        """What a position of each layer's output sees of the input, of height and width.

        Raises UsageError where too many windows differ to follow them. Araujo et al. 2019.
        """
        from mnetcost.analysis.receptive_fields.receptive_fields import receptive_fields

        return ReceptiveFields.of(self, receptive_fields(self))

    def channel_costs(self) -> "ChannelCosts":
        """What one output channel of each layer costs, and what is saved with all that goes with
        it. Raises UsageError for a network of more than two million channels."""
        from mnetcost.analysis.channels.channels import channel_costs

        return ChannelCosts.of(self, channel_costs(self))

    def memory(self, dtype: str = "float32", convention: str = "plain") -> "MemoryUse":
        """What is in memory at every step of an inference, the peak, and the bytes of weights.

        `dtype` is "int8" or "weights=int8,activations=int16"; `convention` "plain", or ways to save
        memory with commas between them, such as "inplace-depthwise,arena". Raises UsageError for
        another word, and of another pass than the forward one.
        """
        from mnetcost.notebook.memory import MemoryUse

        return MemoryUse.of(self, dtype, convention)

    def explain(self, layer: str = "", *, algorithms: bool = False) -> "Explanation":
        """The formula of each quantity, in the paper's symbols, with the numbers, and the result.

        `layer` is a name, the name of a block or a separable pair, or a pattern such as
        "*/pointwise"; empty for all. A pair's ratio is derived step by step; with `algorithms`
        stands how each convolution can be computed, and what that takes. Needs SymPy
        (`pip install 'mnetcost[explain]'`). Raises UsageError without it, or for no such layer.
        """
        from mnetcost.notebook.explain import Explanation

        return Explanation.of(self, layer, algorithms)

    @overload
    def plot(
        self,
        kind: str = ...,
        of: str = ...,
        *,
        theme: str = ...,
        width: float | None = ...,
        ax: None = ...,
    ) -> "Figure": ...
    @overload
    def plot(self, kind: str = ..., of: str = ..., *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self,
        kind: str = "blocks",
        of: str = "mult_adds",
        *,
        theme: str = "light",
        width: float | None = None,
        ax: "Axes | None" = None,
    ) -> "Figure | Axes":
        """A matplotlib figure of where the cost goes, which a notebook shows.

        `kind` is "blocks", "layers", "types" (as in the paper's Table 2), "cumulative" or
        "reduction" (each pair's ratio on the curve 1/N + 1/D_K²); `of` "mult_adds" or "params".
        `theme` is "light" or "dark", `width` in inches: 3.3 is a column of a paper, None a page.
        With `ax` it is drawn into those matplotlib Axes of a figure of yours, which are returned.
        Raises UsageError where matplotlib is not installed (the extra `plot`), for another word,
        and where there is nothing to draw.
        """
        return _plot(self, kind, of, theme, width, ax)

    def __repr__(self) -> str:
        alpha, rho, *_ = self.setting
        return (
            f"Cost({self.graph.name!r}, alpha={told(alpha)}, rho={told(rho)}, "
            f"params={self.params:,}, mult_adds={self.mult_adds:,}"
            f"{', at_least=True' if self.at_least else ''})"
        )

    def _page(self) -> "Report":
        return _page(self)


class Types(Mapping[str, TypeCost], Framed):
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
        return "\n".join(f"{name}: {one}" for name, one in self.items())

    @overload
    def plot(
        self, of: str = ..., *, theme: str = ..., width: float | None = ..., ax: None = ...
    ) -> "Figure": ...
    @overload
    def plot(self, of: str = ..., *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self,
        of: str = "mult_adds",
        *,
        theme: str = "light",
        width: float | None = None,
        ax: "Axes | None" = None,
    ) -> "Figure | Axes":
        """A matplotlib figure of each type's share, as `Cost.plot` draws it."""
        return _plot(self._cost, "types", of, theme, width, ax)

    def _page(self) -> "Report":
        return _page(self._cost, "types")


class Rows(tuple[Row, ...], Framed):
    """A record for each row of a view of `mnetcost table`."""

    view: str
    _cost: Count

    @classmethod
    def of(cls, cost: Count, rows: Iterable[Row]) -> Self:
        """The rows of a network."""
        made = cls(rows)
        made._cost = cost
        return made

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _page(self) -> "Report":
        return _page(self._cost, self.view)


class Reductions(Rows[Reduction]):
    """Depthwise-separable pairs against their standard convolutions, and the network last."""

    view = "reduction"

    @overload
    def plot(
        self, of: str = ..., *, theme: str = ..., width: float | None = ..., ax: None = ...
    ) -> "Figure": ...
    @overload
    def plot(self, of: str = ..., *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self,
        of: str = "mult_adds",
        *,
        theme: str = "light",
        width: float | None = None,
        ax: "Axes | None" = None,
    ) -> "Figure | Axes":
        """A matplotlib figure of the ratios on the curve 1/N + 1/D_K², as `Cost.plot` draws it."""
        return _plot(self._cost, "reduction", of, theme, width, ax)


class ReceptiveFields(Rows["ReceptiveField"]):
    """What a position of each layer's output sees of the input."""

    view = "fields"


class ChannelCosts(Rows["ChannelCost"]):
    """What one output channel of each layer costs."""

    view = "channels"


def _plot(  # noqa: PLR0913, PLR0917 - what of it, and how it looks
    cost: Count, kind: str, of: str, theme: str, width: float | None, ax: "Axes | None"
) -> "Figure | Axes":
    from mnetcost.render.figure import draw  # only a picture needs it
    from mnetcost.reports.plot import cost_picture

    return draw(cost_picture(cost, kind, of), theme, width, ax)


def _page(cost: Count, view: str | None = None) -> "Report":
    """The tables of `mnetcost table`, or one of them."""
    from mnetcost.reports.choices import Shown  # a program that shows nothing does without
    from mnetcost.reports.table import table_report

    return table_report(cost, Shown(view))
