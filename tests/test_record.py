"""Records: what every layer type, network and cost is made of."""

import pickle
from abc import abstractmethod

import pytest

import mnetcost
from mnetcost.layers.convolution import Conv
from mnetcost.record import Record


class Tall(Record):
    height: int
    unit: str = "px"


class Flat(Record):
    @abstractmethod
    def area(self) -> int: ...


class Box(Tall, Flat):
    width: int
    unit: str = "m"  # another default for a field of a base

    def area(self) -> int:
        return self.height * self.width


def test_a_record_has_the_fields_and_defaults_of_its_bases() -> None:
    box = Box(height=3, width=2)
    assert (box.height, box.width, box.unit, box.area()) == (3, 2, "m", 6)
    assert list(Box._fields) == ["height", "unit", "width"]
    assert Box._field_defaults == {"unit": "m"}
    assert Tall(height=3).unit == "px"
    assert repr(box) == "Box(height=3, unit='m', width=2)"


def test_a_record_has_its_fields_and_nothing_else_can_be_set() -> None:
    box = Box(height=3, width=2)
    assert vars(box) == {"height": 3, "width": 2, "unit": "m"}
    with pytest.raises(AttributeError, match="Box is frozen: width cannot be set"):
        box.width = 5  # type: ignore[misc]
    with pytest.raises(AttributeError, match="Box is frozen: depth cannot be set"):
        box.depth = 5  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="Box is frozen: width cannot be deleted"):
        del box.width
    assert box.width == 2


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, "height, width"),
        ({"height": 3}, "width"),
        ({"height": 3, "width": 2, "depth": 1}, "depth"),
    ],
)
def test_missing_and_unknown_values_are_errors(values: dict[str, int], wrong: str) -> None:
    with pytest.raises(TypeError, match=f"Box: missing or unknown: {wrong}$"):
        Box(**values)  # type: ignore[arg-type]


def test_a_record_may_take_values_by_position_too() -> None:
    class Point(Record, kw_only=False):
        x: int
        y: int = 5

    assert Point(3) == Point(x=3, y=5)
    assert Point(3, 4) == Point(3, y=4) == Point(y=4, x=3)
    with pytest.raises(TypeError, match="Point: missing or unknown"):
        Point(3, 4, 6)  # type: ignore[call-arg]


def test_records_of_one_type_and_values_are_equal() -> None:
    box = Box(height=3, width=2)
    assert box == Box(width=2, height=3)
    assert hash(box) == hash(Box(width=2, height=3))
    assert box != Box(height=2, width=3)
    assert Tall(height=3, unit="m") != box
    assert Tall(height=3) != (3, "px")


def test_a_changed_copy_leaves_the_record_as_it_is() -> None:
    box = Box(height=3, width=2)
    assert box._replace(width=7) == Box(height=3, width=7)
    assert box.width == 2
    with pytest.raises(TypeError, match="depth"):
        box._replace(depth=7)


def test_records_can_be_pickled() -> None:
    conv = Conv(out=4, kernel=(3, 1))
    assert pickle.loads(pickle.dumps(conv)) == conv
    cost = mnetcost.load("mobilenet_v1").cost(alpha="0.75", rho="6/7")
    assert pickle.loads(pickle.dumps(cost)) == cost


def test_no_field_stands_behind_an_attribute_of_its_class() -> None:
    """A property of a base would answer in its place."""
    left = {Record}
    found: set[type[Record]] = set()
    while left:
        record = left.pop()
        found.add(record)
        left |= set(record.__subclasses__())
    assert Conv in found
    hidden = [(one.__name__, name) for one in found for name in one._fields if hasattr(one, name)]
    assert not hidden
