"""How long a network takes on a device: products / rate + bytes / bandwidth, layer by layer.

An engine on a processor that runs one layer after the other overlaps little of both, so that times
add up; the interval holds four of five networks like those that the profile was fitted on.
"""

from fractions import Fraction
from typing import NamedTuple

from mnetcost.cost import Count
from mnetcost.devices.profiles import Profile
from mnetcost.devices.work import Work, work_of
from mnetcost.problems import UsageError

COMPUTE, MEMORY, NOTHING = "compute", "memory", ""


class LayerTime(NamedTuple):
    """The seconds of a layer: of its products, and of its bytes."""

    work: Work
    computing: Fraction
    moving: Fraction

    @property
    def seconds(self) -> Fraction:
        """Both, one after the other."""
        return self.computing + self.moving

    @property
    def bound(self) -> str:
        """What takes more of its time: "compute" or "memory"; "" of what takes none."""
        if not self.seconds:
            return NOTHING
        return COMPUTE if self.computing >= self.moving else MEMORY


class Timing(NamedTuple):
    """The time of a counted network on a device, and what it stands on."""

    cost: Count
    profile: Profile
    layers: tuple[LayerTime, ...]

    @property
    def seconds(self) -> Fraction:
        """The time of all layers."""
        return sum((one.seconds for one in self.layers), Fraction(0))

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """The shortest and the longest of the times that four of five networks take."""
        times = 1 + (self.profile.half_width or Fraction(0))
        return self.seconds / times, self.seconds * times

    @property
    def at_least(self) -> bool:
        """Whether the work of a layer is not known: it takes longer."""
        return self.cost.at_least


def timing(count: Count, profile: Profile) -> Timing:
    """The time of a forward pass of a counted network, for its batch of images.

    Raises UsageError for a device that was not measured, and for another pass.
    """
    if count.basis.pass_ != "forward":
        raise UsageError("a device's time is that of a forward pass: give no --pass with it")
    rate, bandwidth = profile.rate, profile.bandwidth
    if rate is None or bandwidth is None:
        raise UsageError(
            f"{profile.name} is known by its data sheet alone, which gives a bound and no time"
        )
    found = work_of(count, profile.engine, profile.dtypes)
    layers = tuple(LayerTime(one, one.products / rate, one.moved / bandwidth) for one in found)
    return Timing(count, profile, layers)
