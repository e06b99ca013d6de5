"""Profiles as files: what they say, and every problem of one that says it wrong."""

from fractions import Fraction
from pathlib import Path

import pytest

from mnetcost.devices.profiles import Profile, names, profile, profile_text, read_profile
from mnetcost.devices.units import (
    BANDWIDTH,
    PART,
    RATE,
    SIZE,
    TIME,
    quantity_text,
    read_quantity,
    size_text,
)
from mnetcost.problems import Origin, SpecError, UsageError

TEXT = """\
words: A board, two cores
cores: 2 x Cortex-A72
threads: 2
engine: im2col
dtype: weights=int8,activations=int16
rate: 5.73 GMAC/s
bandwidth: 3.40 GB/s
half_width: 12.5 %
left_out: 8 %
networks: 6
ram: 512 KiB
flash: 2 MiB
"""


def read(text: str) -> Profile:
    return read_profile(Origin("board.yaml", text))


def test_what_a_file_says() -> None:
    found = read(TEXT)
    assert (found.name, found.words, found.threads) == ("board", "A board, two cores", 2)
    assert (found.engine.name, found.dtypes.activations) == ("im2col", "int16")
    assert (found.rate, found.bandwidth) == (5_730_000_000, 3_400_000_000)
    assert (found.half_width, found.left_out) == (Fraction(1, 8), Fraction(2, 25))
    assert (found.ram, found.flash) == (512 * 1024, 2 * 1024**2)
    assert (found.macs_alone, found.peak) == (None, None)


def test_a_file_and_a_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert profile(str(path)).name == profile(path).name == "mine"
    assert profile("rk3399-big").cores == "1 x Cortex-A72"
    assert len(names()) == 18
    with pytest.raises(UsageError, match="no device is called 'rk3399-bug'; did you mean 'rk3399-"):
        profile("rk3399-bug")
    with pytest.raises(SpecError, match="nothing is there|no such file|not found"):
        profile("nowhere.yaml")


def test_a_file_is_written_as_it_is_read() -> None:
    values = {"words": "A board", "engine": "ncnn", "dtype": "float32", "rate": 5.73e9}
    text = profile_text({**values, "bandwidth": 3.4e9, "half_width": 0.125, "left_out": 0.08})
    found = read(text + "networks: 3\n")
    assert (found.rate, found.bandwidth, found.half_width) == (5730 * 10**6, 34 * 10**8, 1 / 8)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("5.73 GMAC/s", "5.73 GB/s", 6, "is no quantity in MAC/s; write 5.73 GMAC/s"),
        ("5.73 GMAC/s", "5.73", 6, "is no quantity in MAC/s"),
        ("5.73 GMAC/s", "-1 GMAC/s", 6, "is no quantity in MAC/s"),
        ("5.73 GMAC/s", "0 GMAC/s", 6, "is not above zero"),
        ("5.73 GMAC/s", ".nan", 6, "is no quantity"),
        ("5.73 GMAC/s", "[1, 2]", 6, "rate: one value"),
        ("3.40 GB/s", "3.40 XB/s", 7, "is no quantity in B/s; write 3.40 GB/s"),
        ("12.5 %", "12.5", 8, "is no quantity in %; write 6.3 %"),
        ("512 KiB", "512 kilo", 11, "is no quantity in B; write 512 KiB"),
        ("im2col", "nccn", 4, "did you mean 'ncnn'"),
        ("weights=int8", "weights=int7", 5, "no 'int7'"),
        ("threads: 2", "threads: 0", 3, "found 0"),
        ("threads: 2", "thread: 2", 3, "threads"),
        ("ram: 512 KiB", "peak: 1 GMAC/s", 6, "`peak` is of a data sheet"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, place: int, words: str) -> None:
    with pytest.raises(SpecError) as raised:
        read(TEXT.replace(old, new))
    assert f"board.yaml:{place}:" in str(raised.value)
    assert words in str(raised.value)


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(SpecError) as raised:
        read("words: Nothing\n")
    for key in ("engine", "dtype", "rate", "bandwidth", "half_width", "left_out", "networks"):
        assert f"a profile needs `{key}`" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5.73 GMAC/s", RATE, 5_730_000_000),
        ("700 MB/s", BANDWIDTH, 700_000_000),
        ("1.5KiB", SIZE, 1536),
        ("320 kB", SIZE, 320_000),
        ("12.5 ms", TIME, Fraction(1, 80)),
        ("8 us", TIME, Fraction(1, 125_000)),
        ("12.5 %", PART, Fraction(1, 8)),
    ],
)
def test_quantities(text: str, unit: str, value: Fraction) -> None:
    assert read_quantity(text, unit) == value


def test_quantities_are_written_with_four_digits() -> None:
    assert quantity_text(5_731_400_000, RATE) == "5.731 GMAC/s"
    assert quantity_text(0.0632, PART) == "6.32 %"
    assert quantity_text(512 * 1024, SIZE) == "512 KiB"
    assert [size_text(one) for one in (7, 1536, 1_204_224)] == ["7 B", "1.50 KiB", "1.15 MiB"]
