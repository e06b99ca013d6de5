"""Measured times of boards with the networks that took them, and the profiles that follow."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import exp
from statistics import fmean
from typing import Any, NamedTuple

from paths import DATA
from tables import rows

import mnetcost
from mnetcost.devices.dtypes import of
from mnetcost.devices.engines import engine
from mnetcost.devices.fitting import BALANCES, Sample, fit, half_width, left_out
from mnetcost.devices.work import work_of

SOURCE = "Tencent/ncnn, benchmark/README.md at a4d2ea1d4422, run {}"
HALF = ("Cortex-A55", "Cortex-A76", "Kryo 485")  # ARMv8.2: ncnn stores and computes in float16
# The name and the words of every cluster; the date of its run is that of the file.
NAMES = {
    ("rk3399", "1 x Cortex-A72"): ("rk3399-big", "RK3399, one Cortex-A72"),
    ("rk3399", "2 x Cortex-A72"): ("rk3399-big-x2", "RK3399, both Cortex-A72"),
    ("rk3399", "1 x Cortex-A53"): ("rk3399-little", "RK3399, one Cortex-A53"),
    ("rk3399", "4 x Cortex-A53"): ("rk3399-little-x4", "RK3399, four Cortex-A53"),
    ("raspberry_pi_3b_plus", "1 x Cortex-A53"): ("pi-3b-plus", "Raspberry Pi 3B+, one Cortex-A53"),
    ("raspberry_pi_3b_plus", "4 x Cortex-A53"): ("pi-3b-plus-x4", "Raspberry Pi 3B+, all cores"),
    ("raspberry_pi_4", "1 x Cortex-A72"): ("pi-4", "Raspberry Pi 4, one Cortex-A72"),
    ("raspberry_pi_4", "4 x Cortex-A72"): ("pi-4-x4", "Raspberry Pi 4, all cores"),
    ("raspberry_pi_5", "1 x Cortex-A76"): ("pi-5", "Raspberry Pi 5, one Cortex-A76"),
    ("raspberry_pi_5", "4 x Cortex-A76"): ("pi-5-x4", "Raspberry Pi 5, all cores"),
    ("jetson_nano", "1 x Cortex-A57"): ("jetson-nano", "Jetson Nano's CPU, one Cortex-A57"),
    ("jetson_nano", "4 x Cortex-A57"): ("jetson-nano-x4", "Jetson Nano's CPU, all cores"),
    ("khadas_vim3", "1 x Cortex-A73"): ("vim3", "Khadas VIM3 (A311D), one Cortex-A73"),
    ("khadas_vim3", "4 x Cortex-A73"): ("vim3-x4", "Khadas VIM3 (A311D), four Cortex-A73"),
    ("rk3566", "1 x Cortex-A55"): ("rk3566", "RK3566, one Cortex-A55"),
    ("rk3588", "1 x Cortex-A76"): ("rk3588-big", "RK3588, one Cortex-A76"),
    ("rk3588", "1 x Cortex-A55"): ("rk3588-little", "RK3588, one Cortex-A55"),
    ("snapdragon_855_plus", "1 x Kryo 485"): (
        "snapdragon-855-plus",
        "Snapdragon 855+, one Kryo 485 Prime",
    ),
}


class Cluster(NamedTuple):
    """The cores that work, and the times of networks on them."""

    name: str
    words: str
    cores: str
    threads: int
    dtype: str
    run: str
    samples: tuple[Sample, ...]

    @property
    def engine(self) -> str:
        return "ncnn-float16" if self.dtype == "float16" else "ncnn"

    @property
    def balance(self) -> float:
        return BALANCES[self.dtype, self.threads > 1]


def clusters() -> Iterator[Cluster]:
    """Every cluster that was measured, with what its engine did."""
    found: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for row in rows("ncnn_times.csv"):
        found.setdefault((row["board"], row["cores"]), []).append(row)
    for key, of_cluster in found.items():
        dtype = "float16" if key[1].endswith(HALF) else "float32"
        how = "ncnn-float16" if dtype == "float16" else "ncnn"
        samples = tuple(
            Sample(one["network"], *_work(one["network"], how, dtype), float(one["min_ms"]) / 1000)
            for one in of_cluster
        )
        threads = int(of_cluster[0]["threads"])
        yield Cluster(*NAMES[key], key[1], threads, dtype, of_cluster[0]["run"], samples)


@cache
def mult_adds(network: str) -> int:
    """The mult-adds of a network that was measured."""
    return _cost(network).mult_adds


@cache
def _cost(network: str) -> mnetcost.Cost:
    return mnetcost.load(DATA / "ncnn" / f"{network}.yaml").cost()


@cache
def _work(network: str, how: str, dtype: str) -> tuple[int, int]:
    found = work_of(_cost(network), engine(how), of(dtype))
    return sum(one.products for one in found), sum(one.moved for one in found)


def errors(rests: Sequence[float]) -> list[float]:
    """How far off told times are, as shares of the measured ones."""
    return [abs(exp(-one) - 1) for one in rests]


def macs_alone(cluster: Cluster) -> list[float]:
    """The same of time ∝ mult-adds, each network's time from the others."""
    plain = [one._replace(products=mult_adds(one.name), moved=0) for one in cluster.samples]
    return errors(left_out(plain, cluster.balance))


def values_of(cluster: Cluster) -> dict[str, Any]:
    """What a profile says of a cluster, by its keys."""
    found = fit(cluster.samples, cluster.balance)
    rests = left_out(cluster.samples, cluster.balance)
    return {
        "words": cluster.words,
        "cores": cluster.cores,
        "threads": cluster.threads,
        "engine": cluster.engine,
        "dtype": cluster.dtype,
        "rate": found.rate,
        "bandwidth": found.bandwidth,
        "half_width": exp(half_width(rests)) - 1,
        "left_out": fmean(errors(rests)),
        "macs_alone": fmean(macs_alone(cluster)),
        "networks": len(cluster.samples),
        "source": SOURCE.format(cluster.run),
    }
