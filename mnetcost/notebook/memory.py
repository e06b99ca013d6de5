"""What a network needs in bytes, which shows itself as `mnetcost table --view memory`."""

from fractions import Fraction
from typing import TYPE_CHECKING, Self, overload

from mnetcost.cost import Count
from mnetcost.devices.dtypes import read_dtypes
from mnetcost.devices.liveness import Alive
from mnetcost.devices.memory import read_ways
from mnetcost.devices.needs import Needs, needs_of
from mnetcost.devices.traffic import LayerBytes
from mnetcost.notebook.shown import Framed
from mnetcost.problems import UsageError
from mnetcost.record import Record
from mnetcost.reports.choices import MEMORY, Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mnetcost.tabular import Report


class MemoryUse(Record, Framed):
    """The bytes of a network at one setting, of an inference.

    `peak` are those of activations at once, under a `convention`, at `peak_layer`; where `at_least`
    they may be more, within the layers `inside`. `steps` say what is in memory, one after another.
    """

    _cost: Count
    _needs: Needs

    @classmethod
    def of(cls, cost: Count, dtype: str, convention: str) -> Self:
        """The bytes of a counted network; see `Cost.memory`."""
        if cost.basis.pass_ != "forward":
            raise UsageError("memory is of the forward pass: training keeps every activation")
        return cls(_cost=cost, _needs=needs_of(cost, read_dtypes(dtype), read_ways(convention)))

    @property
    def dtype(self) -> str:
        """As it was read: "int8", or one of each role."""
        return str(self._needs.dtypes)

    @property
    def convention(self) -> str:
        """plain, or the ways to save memory."""
        return str(self._needs.memory)

    @property
    def peak(self) -> int:
        """The most bytes of activations at once; of an arena its size."""
        return self._needs.memory.peak

    @property
    def bound(self) -> int:
        """The least peak of any placement of the tensors."""
        return self._needs.memory.bound

    @property
    def peak_layer(self) -> str | None:
        """The name of the layer that runs then; None of a network without any step."""
        return self._needs.memory.peak_layer

    @property
    def at_least(self) -> bool:
        """Whether the peak may be more."""
        return self._needs.memory.at_least

    @property
    def inside(self) -> tuple[str, ...]:
        """The layers that are why: nobody knows the maps within them."""
        return self._needs.memory.inside

    @property
    def weights(self) -> int:
        """The bytes of all parameters on flash, batch normalisation folded."""
        return self._needs.whole.stored

    @property
    def traffic(self) -> int:
        """The bytes that all layers read and write, each map and weight once a layer."""
        return self._needs.whole.traffic

    @property
    def intensity(self) -> Fraction | None:
        """FLOPs for each of these bytes; None where nothing is moved."""
        return self._needs.intensity(self._cost.layers)

    @property
    def layers(self) -> dict[str, LayerBytes]:
        """The bytes of every layer by its name."""
        return dict(self._needs.layers)

    @property
    def steps(self) -> tuple[Alive, ...]:
        """What is in memory at every step."""
        return self._needs.memory.steps

    @overload
    def plot(self, *, theme: str = ..., width: float | None = ..., ax: None = ...) -> "Figure": ...
    @overload
    def plot(self, *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self, *, theme: str = "light", width: float | None = None, ax: "Axes | None" = None
    ) -> "Figure | Axes":
        """A matplotlib figure of what is in memory at every step, as `Cost.plot` draws it."""
        from mnetcost.render.figure import draw  # only a picture needs it
        from mnetcost.reports.plot_memory import memory_picture

        return draw(memory_picture(self._cost, self._needs), theme, width, ax)

    def __repr__(self) -> str:
        return (
            f"MemoryUse(dtype={self.dtype!r}, convention={self.convention!r}, peak={self.peak:,}, "
            f"peak_layer={self.peak_layer!r}, weights={self.weights:,}, traffic={self.traffic:,}"
            f"{', at_least=True' if self.at_least else ''})"
        )

    def _page(self) -> "Report":
        from mnetcost.reports.table import table_report

        shown = Shown(MEMORY, dtype=self._needs.dtypes, memory=self._needs.memory.ways)
        return table_report(self._cost, shown)
