"""Numbers over a grid of α and ρ, kept as sums of columns times rows.

The layers' own lines run on these as they do on ints. What depends on α alone is a column, what
depends on ρ alone a row; their products stay apart, so that a whole grid is the product of two thin
matrices. Whatever else comes up (a floor of a product, a comparison) waits for the points it is
asked at. Each operation bounds its result in Python ints: past int64 it goes on in exact objects.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Number: TypeAlias = Any  # an int, or a Quantity
Function: TypeAlias = Callable[..., Any]
Known: TypeAlias = dict[int, Array]  # what was worked out for one tile, by identity

LARGEST = 2**63 - 1  # of int64
EXACT_FLOAT = 2**53  # every whole number below it is a float64
UNBOUNDED = 10**40  # what an expression of a spec may reach
COLUMN, ROW = 0, 1

_LOGIC = (np.bitwise_or, np.bitwise_and)
# The largest absolute value that each operation can give, for those of its operands.
_BOUNDS: dict[Function, Callable[[Sequence[int]], int]] = {
    np.add: sum,
    np.subtract: sum,
    np.multiply: lambda peaks: peaks[0] * peaks[1],
    np.negative: max,
    np.floor_divide: lambda peaks: peaks[0],
    np.remainder: lambda peaks: peaks[1],
    np.gcd: max,
    **dict.fromkeys((np.greater, np.greater_equal, np.less, np.less_equal), lambda peaks: 1),
    **dict.fromkeys((np.equal, np.not_equal), lambda peaks: 1),
    **dict.fromkeys(_LOGIC, lambda peaks: 1),
}
_ARITHMETIC = (np.add, np.subtract, np.multiply, np.negative)


class Quantity(NDArrayOperatorsMixin):
    """A number at each point of a grid; arithmetic on it gives another, and evaluates nothing."""

    __slots__ = ("shape",)

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape

    @property
    def peak(self) -> int:
        """No absolute value on the grid is larger."""
        raise NotImplementedError

    def tile(self, alphas: Array, rhos: Array, known: Known | None = None) -> Array:
        """The values at these rows and columns, as int64, as bool, or as exact objects."""
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: Function, method: str, *operands: Any, **options: Any) -> Any:
        if method != "__call__" or options or ufunc not in _BOUNDS:
            return NotImplemented
        return _combined(ufunc, operands)

    def at_points(self, function: Callable[..., int], *operands: Any) -> "Number":
        """A function of ints at every point."""
        return _combined(function, operands)


class Line(Quantity):
    """A column, one value for each α, or a row, one for each ρ."""

    __slots__ = ("_key", "_peak", "axis", "values")

    def __init__(self, values: Array, axis: int, shape: tuple[int, int]) -> None:
        super().__init__(shape)
        self.values, self.axis = values, axis
        self._peak: int | None = None
        self._key: Any = None

    @property
    def peak(self) -> int:
        if self._peak is None:
            self._peak = peak(self.values)
        return self._peak

    @property
    def key(self) -> Any:
        """Equal for rows of equal values."""
        if self._key is None:
            exact = self.values.dtype == object
            self._key = tuple(self.values) if exact else self.values.tobytes()
        return self._key

    def tile(self, alphas: Array, rhos: Array, known: Known | None = None) -> Array:
        return self.values[alphas][:, None] if self.axis == COLUMN else self.values[rhos][None]


class Products(Quantity):
    """A sum of columns times rows; columns of equal rows are one."""

    __slots__ = ("_factors", "_peak", "terms")

    def __init__(self, terms: Mapping[Any, tuple[Line, Line]], shape: tuple[int, int]) -> None:
        super().__init__(shape)
        self.terms = terms
        self._peak: int | None = None
        self._factors: tuple[Array, Array] | None = None

    @property
    def peak(self) -> int:
        if self._peak is None:
            self._peak = sum(column.peak * row.peak for column, row in self.terms.values())
        return self._peak

    def factors(self) -> tuple[Array, Array]:
        """The thin matrices [A, k] and [k, R]: float64 where no sum can pass 2^53."""
        if self._factors is None:
            dtype: Any = np.float64 if self.peak < EXACT_FLOAT else dtype_for(self.peak)
            columns, rows = zip(*self.terms.values())
            left = np.stack([one.values for one in columns], axis=1)
            right = np.stack([one.values for one in rows])
            self._factors = left.astype(dtype), right.astype(dtype)
        return self._factors

    def product(self, alphas: Array, rhos: Array) -> Array:
        """The values at these rows and columns as the matrix product gives them."""
        left, right = self.factors()
        found: Array = np.matmul(_picked(left, alphas, 0), _picked(right, rhos, 1))
        return found

    def tile(self, alphas: Array, rhos: Array, known: Known | None = None) -> Array:
        return self.product(alphas, rhos).astype(dtype_for(self.peak), copy=False)


class Deferred(Quantity):
    """An operation that does not keep columns and rows apart, done where it is asked for."""

    __slots__ = ("function", "operands")

    def __init__(self, function: Function, operands: Sequence[Any], shape: tuple[int, int]) -> None:
        super().__init__(shape)
        self.function, self.operands = function, tuple(operands)

    @property
    def peak(self) -> int:
        return _bound(self.function, [peak(one) for one in self.operands])

    def tile(self, alphas: Array, rhos: Array, known: Known | None = None) -> Array:
        known = {} if known is None else known
        if id(self) not in known:
            values = [
                one.tile(alphas, rhos, known) if isinstance(one, Quantity) else one
                for one in self.operands
            ]
            known[id(self)] = _exact(self.function, values)
        return known[id(self)]


def array_of(values: Sequence[int]) -> Array:
    """Ints as int64, or as exact objects where one does not fit."""
    largest = max(map(abs, values), default=0)
    return np.array(values, dtype=dtype_for(largest))


def narrowed(values: Array) -> Array:
    """The same ints as int64, or as exact objects where one does not fit."""
    return values.astype(dtype_for(peak(values)), copy=False)


def dtype_for(largest: int) -> Any:
    """int64 where no absolute value is above `largest`, else exact objects."""
    return np.int64 if largest <= LARGEST else object


def peak(value: Any) -> int:
    """The largest absolute value of an int, an array or a quantity."""
    if isinstance(value, Quantity):
        return value.peak
    if not isinstance(value, np.ndarray):
        return abs(int(value))
    if not value.size:
        return 0
    return max(int(value.max()), -int(value.min()))


def products(value: Number, shape: tuple[int, int]) -> Products:
    """An int, a column, a row or a sum of products as a sum of products."""
    if isinstance(value, Products):
        return value
    if isinstance(value, Line) and value.axis == ROW:
        return Products({value.key: (_filled(1, COLUMN, shape), value)}, shape)
    ones = _filled(1, ROW, shape)
    if not isinstance(value, Line):
        value = _filled(int(value), COLUMN, shape)
    return Products({ones.key: (value, ones)}, shape)


def _filled(value: int, axis: int, shape: tuple[int, int]) -> Line:
    """The same int all along an axis."""
    return Line(np.full(shape[axis], value, dtype_for(abs(value))), axis, shape)


def _picked(matrix: Array, places: Array, axis: int) -> Array:
    """The rows or columns at these places; all of them are not copied."""
    if len(places) == matrix.shape[axis] and np.array_equal(places, np.arange(len(places))):
        return matrix
    return matrix.take(places, axis)


def _bound(function: Function, peaks: Sequence[int]) -> int:
    return _BOUNDS[function](peaks) if function in _BOUNDS else UNBOUNDED


def _exact(function: Function, operands: Sequence[Any]) -> Array:
    """A function of arrays and ints, in objects where int64 could wrap."""
    if function not in _BOUNDS:
        return _each(function, operands)
    if function in _LOGIC:
        return np.asarray(function(*operands))
    peaks = [peak(one) for one in operands]
    dtype = dtype_for(max(_bound(function, peaks), *peaks))
    if function in _ARITHMETIC or dtype is object:  # of truths, sums are not what ints give
        operands = [_as(one, dtype) for one in operands]
    found: Array = np.asarray(function(*operands))
    return found if found.dtype != object else narrowed(found)


def _as(value: Any, dtype: Any) -> Any:
    return value.astype(dtype, copy=False) if isinstance(value, np.ndarray) else int(value)


def _each(function: Function, operands: Sequence[Any]) -> Array:
    """A function of ints, once for those that are the same."""
    points = np.broadcast(*operands)
    distinct: dict[tuple[int, ...], int] = {}
    keys = [tuple(map(int, values)) for values in points]
    for key in keys:
        if key not in distinct:
            distinct[key] = function(*key)
    return array_of([distinct[key] for key in keys]).reshape(points.shape)


def _combined(function: Function, operands: Sequence[Any]) -> Number:
    """A function of quantities and ints, in the simplest form that it has."""
    known = [one for one in operands if isinstance(one, Quantity)]
    shape = known[0].shape
    axes = {one.axis if isinstance(one, Line) else None for one in known}
    if len(axes) == 1 and None not in axes:
        values = [one.values if isinstance(one, Line) else one for one in operands]
        return Line(_exact(function, values), axes.pop() or COLUMN, shape)
    if any(isinstance(one, Deferred) for one in known):
        return _deferred(function, operands, shape)
    if function in _SEPARATE:
        return _SEPARATE[function](*(products(one, shape) for one in operands))
    return _deferred(function, operands, shape)


def _deferred(function: Function, operands: Sequence[Any], shape: tuple[int, int]) -> Number:
    if function is np.remainder and isinstance(operands[1], int) and operands[1] == 1:
        return 0
    if function is np.bitwise_and and any(one is False for one in operands):
        return False
    if function in (np.add, np.bitwise_or) and any(
        isinstance(one, int) and one == 0 for one in operands
    ):
        return next(one for one in operands if isinstance(one, Quantity))
    return Deferred(function, operands, shape)


def _added(*operands: Products) -> Number:
    terms: dict[Any, tuple[Line, Line]] = {}
    for one in operands:
        for key, (left, right) in one.terms.items():
            terms[key] = (terms[key][0] + left if key in terms else left), right
    return _without_zeros(terms, operands[0].shape)


def _negated(one: Products) -> Products:
    return Products({key: (-left, right) for key, (left, right) in one.terms.items()}, one.shape)


def _multiplied(one: Products, other: Products) -> Number:
    terms: dict[Any, tuple[Line, Line]] = {}
    for left, right in one.terms.values():
        for other_left, other_right in other.terms.values():
            factor, positions = left * other_left, right * other_right
            key = positions.key
            terms[key] = (terms[key][0] + factor if key in terms else factor), positions
    return _without_zeros(terms, one.shape)


# What keeps columns and rows apart.
_SEPARATE: dict[Function, Callable[..., Number]] = {
    np.multiply: _multiplied,
    np.add: _added,
    np.subtract: lambda one, other: _added(one, _negated(other)),
    np.negative: _negated,
}


def _without_zeros(terms: Mapping[Any, tuple[Line, Line]], shape: tuple[int, int]) -> Number:
    """The sum without what is zero everywhere; plain 0 where nothing is left."""
    kept = {key: term for key, term in terms.items() if term[0].peak and term[1].peak}
    return Products(kept, shape) if kept else 0
