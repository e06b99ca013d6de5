"""What leads from plain multiply-accumulates to a convention's number, term by term."""

from collections.abc import Iterable, Sequence

from mnetcost.conventions import PARTS, Convention
from mnetcost.conventions.tally import call_of, params, stage_terms, stages
from mnetcost.cost import LayerCost
from mnetcost.layers.fields import CALLS
from mnetcost.record import Record

PLAIN = ("multiply_accumulate", "attention_product")


class Difference(Record, kw_only=False):
    """What one part of one layer type adds to the plain multiply-accumulates.

    `times` is what the convention gives one, `amount` how many there are for one image, `plain`
    what the multiply-accumulates already have of it.
    """

    layer: str
    part: str
    times: int
    per_image: bool
    amount: int
    value: int
    plain: int

    @property
    def adds(self) -> int:
        """What it adds."""
        return self.value - self.plain

    @property
    def words(self) -> str:
        """ "2 × values of the output map"."""
        return f"{self.times} × {described(self.part, self.per_image)}"


def described(part: str, per_image: bool) -> str:
    """What one of a part is, in words."""
    return PARTS[part] + (", of one image" if per_image else "")


def differences(
    layers: Iterable[LayerCost], convention: Convention, batch: int, call: str = CALLS[0]
) -> list[Difference]:
    """The terms of these layers under a convention that are not plain, by layer type and part.

    The plain count and what they add make the convention's number. An unknown call is taken for
    `call`.
    """
    found: dict[tuple[str, str, int, bool], list[int]] = {}
    for layer in layers:
        if layer.node.training_only:
            continue
        for stage in stages(layer.node, layer.input, layer.output):
            written = stage.layer.written
            for kind, per_position, positions in stage.layer.work(stage.x, stage.y):
                if kind in PLAIN:
                    key = (written, kind, *_times(convention, written, kind))
                    sums = found.setdefault(key, [0, 0, 0])
                    sums[2] += per_position * positions * batch
            called = call_of(stage)
            for term in stage_terms(stage, convention, call if called == "unknown" else called):
                key = (written, term.part, term.times, term.per_image)
                sums = found.setdefault(key, [0, 0, 0])
                sums[0] += term.amount
                sums[1] += term.value(batch)
    rows = [Difference(*key, *sums) for key, sums in found.items()]
    return [row for row in rows if row.adds]


def _times(convention: Convention, written: str, kind: str) -> tuple[int, bool]:
    """What a convention gives a multiply-accumulate of this layer type, and whether per image."""
    for one in convention.weights(written, CALLS[0]):
        if one.part == kind:
            return one.times, one.per_image
    return 0, False


def by_layer(found: Sequence[Difference]) -> dict[str, int]:
    """What each layer type adds; the multiply-adds of all types are one entry."""
    sums: dict[str, int] = {}
    for one in found:
        name = "multiply-adds" if one.part in PLAIN and one.times else one.layer
        sums[name] = sums.get(name, 0) + one.adds
    return {name: value for name, value in sums.items() if value}


def plain_count(layers: Iterable[LayerCost]) -> int:
    """The multiply-accumulates of the forward pass."""
    return sum(layer.work.get(kind, 0) for layer in layers for kind in PLAIN)


def number(
    layers: Iterable[LayerCost], convention: Convention, batch: int, call: str = CALLS[0]
) -> int:
    """A convention's number for these layers."""
    layers = tuple(layers)
    added = sum(one.adds for one in differences(layers, convention, batch, call))
    return plain_count(layers) + added


def learned(layers: Iterable[LayerCost], convention: Convention) -> int:
    """The parameters of these layers that a convention counts."""
    return sum(int(params(one.node, one.input, one.output, convention)) for one in layers)
