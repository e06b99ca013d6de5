"""Axes of a file's values as parts of a map: regrouped, joined and told apart, by hand."""

import pytest

from mnetcost.importing.axes import (
    CHANNELS,
    HEIGHT,
    IMAGE,
    WIDTH,
    Atom,
    joined,
    regrouped,
    shape_of,
    whole,
)

# A map of 6×10×8, channels first.
AXES = ((), whole(CHANNELS, 8), whole(HEIGHT, 6), whole(WIDTH, 10))


def test_the_shape_is_what_the_file_has():
    assert shape_of(AXES) == (1, 8, 6, 10)


def test_flattening_and_back_gives_the_same_axes():
    flat = regrouped(AXES, [1, 480])
    assert flat == ((), (Atom(CHANNELS, 8), Atom(HEIGHT, 6), Atom(WIDTH, 10)))
    assert regrouped(flat, [1, 8, 6, 10]) == AXES


def test_heads_and_windows_are_parts_with_strides():
    heads = regrouped(((), whole(HEIGHT, 6), whole(CHANNELS, 8)), [1, 6, 2, 4])
    assert heads == ((), whole(HEIGHT, 6), (Atom(CHANNELS, 2, 4),), (Atom(CHANNELS, 4),))
    windows = regrouped(AXES, [1, 8, 2, 3, 5, 2])
    assert windows is not None
    assert windows[2:] == (
        (Atom(HEIGHT, 2, 3),),
        (Atom(HEIGHT, 3),),
        (Atom(WIDTH, 5, 2),),
        (Atom(WIDTH, 2),),
    )


def test_neighbours_are_joined_where_one_steps_over_the_other():
    assert joined([Atom(CHANNELS, 2, 4), Atom(CHANNELS, 4)]) == whole(CHANNELS, 8)
    shuffled = (Atom(CHANNELS, 4), Atom(CHANNELS, 2, 4))
    assert joined(shuffled) == shuffled
    assert joined([Atom(IMAGE, 1), Atom(WIDTH, 3)]) == (Atom(WIDTH, 3),)


@pytest.mark.parametrize("sizes", [[1, 5, 96], [480], [7], [1, 8, 60, 2], [1, 8, 6]])
def test_what_cuts_an_atom_in_two_is_refused(sizes):
    found = regrouped(AXES, sizes)
    assert (found is None) == (sizes != [480])
