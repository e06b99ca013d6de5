"""Sweeps that write themselves: data frames, CSV, Parquet."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from mnetcost.analysis.sweep.parts import to_parts
from mnetcost.analysis.sweep.rows import Rows, to_csv, to_pandas, to_parquet
from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.notebook.shown import Paged
from mnetcost.printed import read_budgets
from mnetcost.render.figure import draw
from mnetcost.reports.plot_sweep import sweep_picture, sweeps_picture
from mnetcost.reports.sweep import ends, sweep_report
from mnetcost.tabular import Page

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


POINTS = 200  # that a notebook shows of a sweep
EVERY = "to_pandas(), to_csv() and to_parquet() have every one"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sweep(CountSweep, Paged):
    """The exact cost of a network over a grid of A width by R resolution multipliers.

    `params` and `mult_adds` are integer arrays of shape [A, R], `types` each layer type's own cost,
    `sides` the input's (height, width), px, by R.
    """

    def to_pandas(self) -> "pandas.DataFrame":
        """A data frame, a row a point, α-major: α, ρ, input sides (px) and channels, every cost.

        α and ρ are the nearest floats. Impossible points have no costs. Raises UsageError without
        the extra `pandas`, or for over 100,000,000 points.
        """
        return to_pandas(self._rows())

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """The same rows as CSV, α and ρ exact as texts, written whole or not at all."""
        to_csv(self._rows(), path)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """The same rows as Parquet, written whole or not at all.

        Raises UsageError without the extra `parquet`.
        """
        to_parquet(self._rows(), path)

    def to_parts(self, folder: str | os.PathLike[str]) -> None:
        """The same rows as a folder of Parquet files of about a million points each.

        A folder that was cut short is finished, without what is done already; a part that is not as
        it was written is made again. Raises UsageError without the extra `parquet`, and for a
        folder with other settings, with a file that is no part of the sweep, or in use.
        """
        to_parts(self._rows(), folder)

    @overload
    def plot(
        self,
        kind: str = ...,
        of: str = ...,
        max_mult_adds: Any = ...,
        max_params: Any = ...,
        *,
        theme: str = ...,
        width: float | None = ...,
        ax: None = ...,
    ) -> "Figure": ...
    @overload
    def plot(
        self,
        kind: str = ...,
        of: str = ...,
        max_mult_adds: Any = ...,
        max_params: Any = ...,
        *,
        theme: str = ...,
        ax: "Axes",
    ) -> "Axes": ...
    def plot(  # noqa: PLR0913 - what of it, and how it looks
        self,
        kind: str = "heat",
        of: str = "mult_adds",
        max_mult_adds: Any = (),
        max_params: Any = (),
        *,
        theme: str = "light",
        width: float | None = None,
        ax: "Axes | None" = None,
    ) -> "Figure | Axes":
        """A matplotlib figure, which a notebook shows: α × ρ as a "heat" map, or as "lines".

        `of` is "mult_adds" or "params". The limits are numbers or texts such as "150M", one or
        several: the map shows the border of what is within each, the lines those of their own cost.
        `theme`, `width` and `ax` are those of `Cost.plot`.
        Raises UsageError where matplotlib is not installed (the extra `plot`), for another word or
        a limit that cannot be read, and for over 100,000 points.
        """
        budgets = read_budgets(max_mult_adds, max_params)
        return draw(sweep_picture(self, kind, of, budgets), theme, width, ax)

    def _rows(self) -> Rows:
        return Rows([({}, self)])

    def _page(self) -> Page:
        shown = _shortened(self, POINTS)
        return sweep_report([({}, shown)], self.shape, warnings=self.warnings, elsewhere=EVERY)


class Sweeps(Sequence[Sweep], Paged):
    """A sweep for each combination of knobs in `sets`, in order."""

    def __init__(self, sets: Sequence[Mapping[str, Any]], sweeps: Sequence[Sweep]) -> None:
        self.sets, self._sweeps = tuple(sets), tuple(sweeps)

    @overload
    def __getitem__(self, place: int) -> Sweep: ...
    @overload
    def __getitem__(self, place: slice) -> "Sweeps": ...
    def __getitem__(self, place: int | slice) -> "Sweep | Sweeps":
        if isinstance(place, slice):
            return Sweeps(self.sets[place], self._sweeps[place])
        return self._sweeps[place]

    def __len__(self) -> int:
        return len(self._sweeps)

    def __repr__(self) -> str:
        return f"Sweeps({len(self)} of {self._sweeps[0]!r})"

    def pairs(self) -> list[tuple[Mapping[str, Any], Sweep]]:
        """Each combination of knobs with its sweep."""
        return list(zip(self.sets, self._sweeps))

    def to_pandas(self) -> "pandas.DataFrame":
        """All points as one data frame: a column a knob, then those of a sweep's own."""
        return to_pandas(Rows(self.pairs()))

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """The same rows as CSV, written whole or not at all."""
        to_csv(Rows(self.pairs()), path)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """The same rows as Parquet, written whole or not at all."""
        to_parquet(Rows(self.pairs()), path)

    def to_parts(self, folder: str | os.PathLike[str]) -> None:
        """The same rows as a folder of Parquet files; one that was cut short is finished."""
        to_parts(Rows(self.pairs()), folder)

    @overload
    def plot(
        self,
        of: str = ...,
        max_mult_adds: Any = ...,
        max_params: Any = ...,
        *,
        theme: str = ...,
        width: float | None = ...,
        ax: None = ...,
    ) -> "Figure": ...
    @overload
    def plot(
        self,
        of: str = ...,
        max_mult_adds: Any = ...,
        max_params: Any = ...,
        *,
        theme: str = ...,
        ax: "Axes",
    ) -> "Axes": ...
    def plot(  # noqa: PLR0913 - what of it, and how it looks
        self,
        of: str = "mult_adds",
        max_mult_adds: Any = (),
        max_params: Any = (),
        *,
        theme: str = "light",
        width: float | None = None,
        ax: "Axes | None" = None,
    ) -> "Figure | Axes":
        """A matplotlib figure: a line over α for each combination of knobs, and each input.

        Of many some are drawn. The arguments, and what is raised, are those of `Sweep.plot`.
        """
        budgets = read_budgets(max_mult_adds, max_params)
        return draw(sweeps_picture(self.pairs(), of, budgets), theme, width, ax)

    def _page(self) -> Page:
        each = max(1, POINTS // len(self))
        shown = [(knobs, _shortened(one, each)) for knobs, one in self.pairs()[:POINTS]]
        warnings = dict.fromkeys(text for one in self for text in one.warnings)
        return sweep_report(shown, self[0].shape, warnings=warnings, elsewhere=EVERY)


def _shortened(sweep: Sweep, points: int) -> Sweep:
    """The sweep worked out here, in integers; of one with more points both ends."""
    alphas, rhos = ends(sweep, points)
    invalid = "mask" if sweep.values.masked else "refuse"
    size, basis = sweep.base, sweep.basis
    return Sweep.of(sweep.graph, alphas, rhos, size=size, basis=basis, invalid=invalid).computed()
