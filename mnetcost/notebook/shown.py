"""What a notebook shows of a result: the tables of its command, and the same as a data frame."""

from abc import abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

    from mnetcost.tabular import Page, Report


class Paged:
    """A result that a notebook shows as the page of its command."""

    __slots__ = ()

    @abstractmethod
    def _page(self) -> "Page":
        """What its command prints."""

    def _repr_html_(self) -> str:
        from mnetcost.render.html import (
            render_fragment,
        )  # a program that shows nothing does without

        return render_fragment(self._page())


class Framed(Paged):
    """A result that is a data frame too: the rows that its command writes as CSV."""

    __slots__ = ()

    @abstractmethod
    def _page(self) -> "Report": ...

    def to_pandas(self) -> "pandas.DataFrame":
        """The rows that its command writes as CSV, under the same names, as a data frame.

        Whole numbers are int64, with gaps Int64, and beyond either Python's own; ratios and shares
        of 1 are the nearest float64, and flags bool. Raises UsageError
        without the extra `pandas`.
        """
        from mnetcost.render.frame import table_frame

        return table_frame(self._page().flat)
