"""What is counted, as data: which named parts of the work and of the parameters, and how much.

Read: this file (the words of it, and a convention), `tally` (a layer counted under one), `presets`
(conventions from files).
"""

from collections.abc import Container, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from mnetcost.layers.fields import CALLS
from mnetcost.record import Record

# The named parts of the work that layer types expose, with the words for one of each.
WORK = {
    "multiply_accumulate": "multiply-accumulates of kernels and projections",
    "attention_product": "multiply-accumulates of activations with activations",
    "bias": "bias additions",
    "normalization": "normalised values",
    "activation": "activated values",
    "pooling": "pooled values",
    "softmax": "softmax values",
    "elementwise": "elementwise sums and products",
    "resize": "resized values",
    "sampling": "values sampled between positions",
}
PARAMETERS = {
    "weights": "weights",
    "biases": "biases",
    "norm_affine": "normalisation γ and β",
    "norm_statistics": "running means and variances",
    "other": "other learned values",
}
# What else a counter may weigh.
SIZES = {
    "layers": "layers",
    "inputs": "values of the input map",
    "outputs": "values of the output map",
    "positions": "positions of the output map",
    "affine_outputs": "normalised values where γ is learned",
    "shifted_outputs": "normalised values where β is learned",
    "normalized_groups": "groups of values normalised together",
    "neighbours": "neighbouring values of a local response normalisation",
    "padded_inputs": "input values with the padding of the channels",
    "pooling_inside": "pooled values within the map and its padding",
    "softmax_rows": "softmaxes of attention",
    "scaled": "values scaled before a softmax of attention",
    "keys": "values of keys of attention",
    "around": "multiply-accumulates of dense layers around an attention",
    "around_bias": "bias additions of those",
    "cells": "recurrent cells at every position",
    "cells_one_way": "those of one direction",
    "projected": "multiply-accumulates that project recurrent cells",
    "sampled_places": "places that a deformable convolution samples",
    "masked_places": "those that it weighs",
    "mixing": "multiply-accumulates of values of kernels that are mixed",
    "routing": "multiply-accumulates that give the factors of expert kernels",
    "routing_bias": "bias additions that give the factors of expert kernels",
    "routing_inputs": "channels whose means give the factors of expert kernels",
    "input_projections": "multiply-accumulates of the weights that read the input map alone",
    "input_bias": "bias additions of the query, key and value projections",
    "global_outputs": "values of an adaptive pool that are pooled from the whole map",
    "nearest_outputs": "values resized to the nearest",
    "bilinear_outputs": "values resized bilinearly",
    "bicubic_outputs": "values resized bicubically",
    "area_outputs": "values resized by area",
    "area_inputs": "values of a map that is resized by area",
    "area_values": "values averaged by a resize by area",
    "sized_outputs": "values resized to given sides",
    "sized_positions": "positions resized to given sides",
    "uneven_padding": "multiply-accumulates of a convolution padded unevenly by `same`",
    "uneven_padding_lost": "those that it has more than with the smaller padding at both ends",
    "uneven_padding_lost_bias": "bias additions that it has more than that",
    "kernel_per_output": "a transposed convolution's weights at every output position",
    "kernel_per_output_swapped": "the same with its channels in and out swapped",
    "kernel_per_output_guessed": "the same with its groups guessed from its channels",
}
PARTS = {**WORK, **PARAMETERS, **SIZES}
# The parts that are multiply-accumulates: a convention says how many operations one is.
MULTIPLY_ADDS = frozenset(
    {"multiply_accumulate", "attention_product", "input_projections", "around"}
    | {"mixing", "routing", "projected"}
    | {"uneven_padding", "uneven_padding_lost"}
    | {one for one in SIZES if one.startswith("kernel_")}
)
EVERY = "every"  # the rule that holds for every layer type
# The call whose weight holds where a rule by call says nothing of another: a derived class calls
# the function, and what works in place is the same module or function.
AS = {"subclass": "functional", "inplace": "module", "functional_inplace": "functional"}

Weights = Mapping[str, int]  # by how the layer is called
Rules = Mapping[str, Mapping[str, Weights]]  # layer type or "every", part, call


class Weight(NamedTuple):
    """How much a convention gives one of a part; `per_image` is not multiplied by the batch."""

    part: str
    times: int
    per_image: bool


class Remark(Record, kw_only=False):
    """What a reader should know of a convention, and the layer type or part that it is about."""

    about: str  # empty for every network
    text: str


class _Said(NamedTuple):
    name: str
    words: str
    tool: str
    measured: Mapping[str, str]  # names and versions of what was run to find what it counts
    unit: str  # MAC or FLOP: what its number is called
    doubled: str  # who prints twice its number
    multiply_add: int  # operations that one multiply-add is
    work: Rules
    per_image: Rules
    as_every: tuple[str, ...]  # layer types for which what `every` weighs is the whole answer
    free: Mapping[str, tuple[str, ...]]  # layer types that weigh nothing, by the reason
    parameters: Rules
    training_only: bool  # whether the parameters of what only training runs count too
    notes: tuple[Remark, ...]
    defects: tuple[Remark, ...]  # where its number is the tool's own mistake


class Convention(_Said):
    """A selection and weighting of the named parts, read from a preset file."""

    @cached_property
    def _known(self) -> dict[tuple[str, str], tuple[Weight, ...]]:
        return {}

    @cached_property
    def _known_parameters(self) -> dict[tuple[str, str], Mapping[str, int]]:
        return {}

    @property
    def versions(self) -> str:
        """What was run to find what it counts: "torch 2.13.0, opset 20"; empty for one in words."""
        return ", ".join(f"{name} {version}" for name, version in self.measured.items())

    def weights(self, written: str, called_as: str) -> tuple[Weight, ...]:
        """The parts of a layer type, called this way, that count."""
        key = written, called_as
        if key not in self._known:
            self._known[key] = tuple(self._weights(written, called_as))
        return self._known[key]

    def _weights(self, written: str, called_as: str) -> Iterator[Weight]:
        for rules, per_image in ((self.work, False), (self.per_image, True)):
            for part, times in _total(rules, written, called_as).items():
                each = self.multiply_add if part in MULTIPLY_ADDS else 1
                yield Weight(part, times * each, per_image)

    def parameter_weights(self, written: str, called_as: str) -> Mapping[str, int]:
        """How much the parameters of a layer type, called this way, count, by their kind."""
        key = written, called_as
        if key not in self._known_parameters:
            self._known_parameters[key] = _total(self.parameters, written, called_as)
        return self._known_parameters[key]

    def remarks(self, present: Container[str]) -> Iterator[tuple[str, str]]:
        """Its notes and defects about what is present: "Note" or "Defect", and the text."""
        for label, found in (("Note", self.notes), ("Defect", self.defects)):
            for one in found:
                if not one.about or one.about in present:
                    yield label, one.text

    @property
    def counts_work(self) -> bool:
        """Whether it counts operations, and not parameters alone."""
        return bool(self.work or self.per_image)

    @property
    def multiply_adds_alone(self) -> bool:
        """Whether it counts the true multiply-accumulates, all of them, and nothing else."""
        each = dict.fromkeys(CALLS, 1)
        parts = {"multiply_accumulate": each, "attention_product": each}
        return dict(self.work) == {EVERY: parts} and not self.per_image


def _total(rules: Rules, written: str, called_as: str) -> dict[str, int]:
    """What rules give each part of a layer type, called this way, with what `every` has."""
    total: dict[str, int] = {}
    for name in (EVERY, written):
        for part, by_call in rules.get(name, {}).items():
            times = by_call.get(called_as, by_call.get(AS.get(called_as, ""), 0))
            total[part] = total.get(part, 0) + times
    return {part: times for part, times in total.items() if times}
