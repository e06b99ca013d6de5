"""Which columns stay in a width, how wide they are, and where texts go on."""

import pytest

from mnetcost.render.fitting import broken, fit
from mnetcost.tabular import Column, Kind

NAME = Column("name", "Name", Kind.TEXT)
WORDS = Column("words", "Words", Kind.TEXT)
NUMBER = Column("n", "N", Kind.INTEGER)
SHARE = Column("share", "%", Kind.SHARE, leaves=8)
BAR = Column("bar", "", Kind.BAR, leaves=9)


@pytest.mark.parametrize(
    ("width", "sizes"),
    [
        (None, {0: 20, 1: 9, 2: 5, 3: 12}),
        (52, {0: 20, 1: 9, 2: 5, 3: 12}),  # 46 and three gaps
        (51, {0: 20, 1: 9, 2: 5}),
        (37, {0: 20, 1: 9}),
        (28, {0: 17, 1: 9}),  # what stays gives of its names
        (10, {0: 12, 1: 9}),  # and no more than that
    ],
)
def test_the_largest_leave_first(width, sizes):
    texts = [["x" * 20], ["1,234,567"], ["12.34"], ["█" * 12]]
    assert fit((NAME, NUMBER, SHARE, BAR), texts, width) == sizes


@pytest.mark.parametrize(
    ("width", "sizes"),
    [
        (70, {0: 6, 1: 55, 2: 5}),  # what is free goes to the sentence
        (41, {0: 6, 1: 33}),  # before it is narrower than a few words, others leave
        (30, {0: 6, 1: 22}),
    ],
)
def test_sentences_wrap_before_they_are_narrow(width, sizes):
    texts = [["conv_1"], ["one word and many others, " * 5], ["50.00"]]
    assert fit((NAME, WORDS, SHARE), texts, width) == sizes


@pytest.mark.parametrize(
    ("text", "size", "indent", "lines"),
    [
        ("few words", 9, 0, ["few words"]),
        ("few words", 8, 0, ["few", "words"]),
        ("block_1/branch_2/conv_3", 17, 0, ["block_1/branch_2/", "conv_3"]),
        ("block_1/conv_3", 10, 2, ["  block_1/", "  conv_3"]),
        ("abcdefghij", 4, 0, ["abcd", "efgh", "ij"]),
        ("two  spaces", 6, 0, ["two", "spaces"]),
        ("層層層", 4, 0, ["層層", "層"]),  # of two columns each
        ("", 4, 0, [""]),
        ("層", 1, 0, ["層"]),  # nothing is lost where nothing fits
    ],
)
def test_texts_go_on_after_words_and_slashes(text, size, indent, lines):
    assert broken(text, size, indent) == lines
